load common
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    # Five grey frames of 1x2 pixels in full range, so that bytes stay what they are.
    { echo 'YUV4MPEG2 W2 H1 F30000:1001 Ip A1:1 Cmono XCOLORRANGE=FULL'
      for f in ab cd ef gh ij; do printf 'FRAME\n%s' $f; done; } >grey.y4m
}
header() { ten2npy --record=clip | head -c 128 | grep -ao "'descr': '[^']*'\|(.*)" | xargs; }
pixels() { ten2raw --record=clip | od -An -tu1 -v | xargs; }

@test "frames become clips of 8 by default, the last with what is left" {
    [ "$(y4m2ten grey.y4m | header)" = "descr: |u1 (1, 5, 1, 2, 1)" ]
    [ "$(y4m2ten <grey.y4m | ten2raw)" = "abcdefghij" ]
}
@test "--frames cuts, --drop-last leaves out the rest" {
    [ "$(y4m2ten --frames=3 grey.y4m | ten-head --groups=1 | header)" = "descr: |u1 (1, 3, 1, 2, 1)" ]
    [ "$(y4m2ten --frames=3 grey.y4m | ten-head --skip=1 | header)" = "descr: |u1 (1, 2, 1, 2, 1)" ]
    [ "$(y4m2ten --frames=3 --drop-last grey.y4m | ten2raw)" = "abcdef" ]
}
@test "--stride takes every S-th frame and divides the rate" {
    [ "$(y4m2ten --stride=2 grey.y4m | ten2raw)" = "abefij" ]
    y4m2ten --stride=2 grey.y4m | grep -aqF '"rate":[30000,2002]'
}
@test "the rate is an attribute, as a number and as a fraction" {
    y4m2ten grey.y4m | grep -aq '{"fps":29.9700299[0-9]*,"rate":\[30000,1001\]}'
    sed 's/F30000:1001/F0:0/' grey.y4m | y4m2ten >none.ten
    [ "$(grep -ac fps none.ten)" = 0 ]
}
@test "several files are several videos" {
    [ "$(y4m2ten --frames=4 grey.y4m grey.y4m | ten2raw)" = "abcdefghijabcdefghij" ]
    [ "$(y4m2ten --frames=4 --drop-last grey.y4m grey.y4m | ten2raw)" = "abcdefghabcdefgh" ]
}
@test "limited range by default: 16 is black and 235 white; --full-range takes bytes as they are" {
    printf 'YUV4MPEG2 W3 H1 F1:1 Cmono\nFRAME\n\20\176\353' >l.y4m
    [ "$(y4m2ten l.y4m | pixels)" = "0 128 255" ]
    [ "$(y4m2ten --full-range l.y4m | pixels)" = "16 126 235" ]
}
@test "4:4:4, 4:2:2 and 4:2:0 become RGB, odd sides included" {
    # Y 81, Cb 90, Cr 240 is red in BT.601.
    printf 'YUV4MPEG2 W1 H1 C444\nFRAME\n\121\132\360' | y4m2ten >red.ten
    [ "$(pixels <red.ten)" = "254 0 0" ]
    printf 'YUV4MPEG2 W3 H1 C422\nFRAME\n\121\121\121\132\132\360\360' | y4m2ten >red.ten
    [ "$(pixels <red.ten)" = "254 0 0 254 0 0 254 0 0" ]
    for c in '' ' C420' ' C420jpeg' ' C420mpeg2' ' C420paldv'; do
        printf 'YUV4MPEG2 W1 H3%s\nFRAME\n\121\121\121\132\132\360\360' "$c" | y4m2ten >red.ten
        [ "$(pixels <red.ten)" = "254 0 0 254 0 0 254 0 0" ]
    done
}
@test "what is not read is named: interlaced, 10 bits, other files" {
    printf 'YUV4MPEG2 W1 H1 It\n' >i.y4m
    run -1 bash -c 'y4m2ten i.y4m >out'
    [ "$output" = "y4m2ten: i.y4m: header: It: expected progressive video (Ip)" ]
    printf 'YUV4MPEG2 W1 H1 C420p10\n' >h.y4m
    run -1 bash -c 'y4m2ten h.y4m >out'
    [ "$output" = "y4m2ten: h.y4m: header: C420p10: expected C420jpeg, C420mpeg2, C420paldv, C420, C422, C444 or Cmono" ]
    run -1 bash -c 'echo RIFF | y4m2ten >out'
    [ "$output" = "y4m2ten: standard input: byte 0: no YUV4MPEG2 header: expected a .y4m video" ]
    run -1 bash -c 'y4m2ten gone.y4m >out'
    [ "$output" = "y4m2ten: gone.y4m: No such file or directory: expected a file to read" ]
}
@test "a video cut in a frame: exit 1, the clips before it arrive" {
    head -c -1 grey.y4m >cut.y4m
    run -1 bash -c 'y4m2ten --frames=2 cut.y4m >out'
    [ "$output" = "y4m2ten: cut.y4m: byte 98: frame 4 ends after 1 bytes: expected 2" ]
    run bash -c 'ten2raw <out 2>/dev/null'
    [ "$output" = abcdefgh ]
}
@test "a frame that does not begin with FRAME: exit 1, naming the byte" {
    sed '3s/FRAME/FROME/' grey.y4m >bad.y4m
    run -1 bash -c 'y4m2ten --frames=1 bad.y4m >out'
    [[ "$output" = "y4m2ten: bad.y4m: byte "*": frame "*": expected FRAME and its parameters" ]]
}
@test "impossible values: wrong usage" {
    for o in --frames=0 --frames=x --stride=0; do
        run -2 y4m2ten "$o" grey.y4m
    done
}
@test "ffmpeg's video is read, and its colours are ours within 2" {
    need ffmpeg ffmpeg
    ffmpeg -v error -f lavfi -i testsrc=size=66x50:rate=5:duration=2 -pix_fmt yuv444p -f yuv4mpegpipe f.y4m
    ffmpeg -v error -i f.y4m -f rawvideo -pix_fmt rgb24 -sws_flags accurate_rnd+full_chroma_int f.rgb
    y4m2ten f.y4m | ten2raw >ours.rgb
    [ "$(stat -c %s ours.rgb)" = $((66 * 50 * 3 * 10)) ]
    far=$(cmp -l f.rgb ours.rgb | awk 'function dec(o) { return int(o / 100) * 64 + int(o % 100 / 10) * 8 + o % 10 }
        { d = dec($2) - dec($3); if (d > 2 || d < -2) n++ } END { print n + 0 }')
    [ "$far" = 0 ]
}
@test "the thread count does not change a byte" {
    ten-gen --fill=uniform clip u8 1,3,33,21,3 | ten2y4m --420 >a.y4m
    y4m2ten --threads=1 a.y4m >one
    y4m2ten --threads=2 a.y4m | cmp - one
}
