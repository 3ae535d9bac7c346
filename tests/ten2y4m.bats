load common
setup() { cd "$BATS_TEST_TMPDIR" || return; }
clip() { printf "$2" | raw2ten --name=clip --dims="$1"; }

@test "frames in order behind one header; grey is mono, 25 frames a second without a rate" {
    clip 1,2,1,2,1 '\0\200\377\0' | ten2y4m >v.y4m
    [ "$(head -n 1 v.y4m)" = "YUV4MPEG2 W2 H1 F25:1 Ip A1:1 Cmono" ]
    printf 'FRAME\n\20\176FRAME\n\353\20' | cmp - <(tail -n +2 v.y4m)
}
@test "records follow each other as one video" {
    { clip 1,1,1,2,1 '\0\0'; clip 1,1,1,2,1 '\377\377'; } | ten2y4m | tail -n +2 >v
    printf 'FRAME\n\20\20FRAME\n\353\353' | cmp - v
}
@test "--full-range says so in the header, and grey comes back exactly" {
    ten-gen clip u8 1,1,16,16,1 >g.ten
    ten2y4m --full-range <g.ten >v.y4m
    [ "$(head -n 1 v.y4m)" = "YUV4MPEG2 W16 H16 F25:1 Ip A1:1 Cmono XCOLORRANGE=FULL" ]
    y4m2ten v.y4m | ten2raw | cmp - <(ten2raw <g.ten)
}
@test "RGB is written as 4:4:4 and comes back within 2" {
    ten-gen --fill=uniform clip u8 1,2,17,31,3 >c.ten
    ten2y4m <c.ten >v.y4m
    [ "$(head -n 1 v.y4m)" = "YUV4MPEG2 W31 H17 F25:1 Ip A1:1 C444" ]
    y4m2ten v.y4m | ten2raw >back
    [ "$(stat -c %s back)" = $((2 * 17 * 31 * 3)) ]
    far=$(cmp -l <(ten2raw <c.ten) back | awk 'function dec(o) { return int(o / 100) * 64 + int(o % 100 / 10) * 8 + o % 10 }
        { d = dec($2) - dec($3); if (d > 2 || d < -2) n++ } END { print n + 0 }')
    [ "$far" = 0 ]
}
@test "--420 writes the mean chroma of 2x2 pixels, odd sides rounded up" {
    ten-gen clip u8 1,1,3,5,3 | ten2y4m --420 >v.y4m
    [ "$(head -n 1 v.y4m)" = "YUV4MPEG2 W5 H3 F25:1 Ip A1:1 C420jpeg" ]
    [ "$(stat -c %s v.y4m)" = $((39 + 6 + 15 + 2 * 3 * 2)) ]
    clip 1,1,1,2,3 '\0\0\377\0\0\0' | ten2y4m --420 --full-range | tail -n +3 >v
    printf '\35\0\300\166' | cmp - v        # 29.07; Cb 128 + 127.5/2; Cr 128 - 20.7/2
}
@test "the rate comes from the attributes, --fps goes before" {
    rate() { head -n 1 | grep -o 'F[0-9]*:[0-9]*'; }
    [ "$(ten-gen --attrs='{"fps":10,"rate":[30000,1001]}' clip u8 1,1,1,1,1 | ten2y4m | rate)" = F30000:1001 ]
    [ "$(ten-gen --attrs='{"fps":12.5}' clip u8 1,1,1,1,1 | ten2y4m | rate)" = F12500:1000 ]
    [ "$(ten-gen --attrs='{"rate":[0,7]}' clip u8 1,1,1,1,1 | ten2y4m | rate)" = F25:1 ]
    [ "$(ten-gen --attrs='{"fps":12.5}' clip u8 1,1,1,1,1 | ten2y4m --fps=29.97 | rate)" = F30000:1001 ]
}
@test "y4m2ten's rate comes back" {
    printf 'YUV4MPEG2 W1 H1 F24000:1001 Ip A1:1 Cmono XCOLORRANGE=FULL\nFRAME\na' >v.y4m
    y4m2ten v.y4m | ten2y4m --full-range | cmp - v.y4m
}
@test "f32 in [-1,1] is a clip too, and --record takes other records" {
    printf '\0\0\200\277\0\0\200\77' | raw2ten --name=fake --type=f32 --dims=1,2,1 >f.ten
    ten2y4m --record=fake <f.ten | tail -c 2 | od -An -tu1 | xargs >out
    [ "$(cat out)" = "16 235" ]
}
@test "a NaN: exit 3" {
    printf '\0\0\300\177' | raw2ten --name=clip --type=f32 --dims=1,1,1 >nan.ten
    run -3 bash -c 'ten2y4m <nan.ten >out'
    [ "$output" = "ten2y4m: byte 0: clip: picture 0 holds a NaN: expected numbers from -1 to 1" ]
}
@test "clips of another size, and what is no clip: exit 1, naming shape or channels" {
    run -1 bash -c '{ ten-gen clip u8 1,1,2,2,1; ten-gen clip u8 1,1,2,3,1; } | ten2y4m >out'
    [[ "$output" = "ten2y4m: byte "*": clip: 3x2 pixels of 1 channels: expected the size of those before" ]]
    run -1 bash -c 'ten-gen clip u8 1,1,2,2,4 | ten2y4m >out'
    [ "$output" = "ten2y4m: byte 0: clip: 4 channels: expected 1 or 3" ]
    run -1 bash -c 'ten-gen clip u8 1,0,2,0,3 | ten2y4m >out'
    [ "$output" = "ten2y4m: byte 0: clip: 0x2 pixels: expected 1 to 32768 a side" ]
    run -1 bash -c 'ten-gen clip u8 4,4 | ten2y4m >out'
    [ "$output" = "ten2y4m: byte 0: clip: u8[4,4]: expected u8 or f32 [...,H,W,C] with 1 to 4 channels" ]
    run -1 bash -c 'ten-gen image u8 1,4,4,3 | ten2y4m >out'
    [ "$output" = "ten2y4m: standard input: no record clip: expected at least one" ]
}
@test "a cut stream: exit 1, the frames before it arrive" {
    clip 1,1,1,2,1 '\0\0' >one.ten
    cat one.ten one.ten | head -c $((2 * $(stat -c %s one.ten) - 100)) >cut.ten
    run -1 bash -c 'ten2y4m <cut.ten >out'
    [[ "$output" = "ten2y4m: record 1"*"the input ends here: expected the rest of the stream" ]]
    [ "$(y4m2ten out | ten2raw | od -An -tu1 | xargs)" = "0 0" ]
}
@test "ffmpeg reads both samplings" {
    need ffmpeg ffmpeg
    for o in --420 --full-range; do
        ten-gen clip u8 1,4,16,32,3 | ten2y4m $o >v.y4m
        run -0 bash -c 'ffmpeg -v error -i v.y4m -f rawvideo -pix_fmt rgb24 - | wc -c'
        [ "$output" = $((4 * 16 * 32 * 3)) ]
    done
}
@test "the thread count does not change a byte" {
    ten-gen --fill=uniform clip u8 1,3,33,21,3 >c.ten
    ten2y4m --420 --threads=1 <c.ten >one
    ten2y4m --420 --threads=2 <c.ten | cmp - one
}
