load common
setup() { cd "$BATS_TEST_TMPDIR" || return; }
# images N H W C BYTES: a stream of one record `image' that holds them.
images() { printf "$5" | raw2ten --name=image --dims="$2,$3,$4" --batch="$1"; }
pixels() { png2ten "$@" | ten2raw --record=image | od -An -tu1 -v | xargs; }
side() { png2ten "$1" | ten2npy --record=image | head -c 128 | grep -ao '(.*)'; }

@test "--pattern writes one file an image, numbered from 0 over all records" {
    { images 2 1 1 1 'ab'; images 1 1 1 1 'c'; } | ten2png --pattern=x-%03d.png
    [ "$(echo x-*)" = "x-000.png x-001.png x-002.png" ]
    [ "$(pixels x-*.png)" = "97 98 99" ]
}
@test "--pattern with %% and without zeros" {
    images 1 1 1 1 'a' | ten2png --pattern=50%%-%d.png
    [ -f 50%-0.png ]
}
@test "a pattern without exactly one number: wrong usage" {
    for p in x.png %s.png %d%d.png %5d.png %0d.png '%'; do
        run -2 ten2png --pattern="$p" </dev/null
        [ "${lines[0]}" = "ten2png: $p: not a pattern: expected one %d or %05d in it" ]
    done
}
@test "a pattern in a folder that is not there: exit 1" {
    run -1 bash -c 'printf a | raw2ten --name=image --dims=1,1,1 | ten2png --pattern=no/%d.png'
    [ "$output" = "ten2png: no/0.png.part: No such file or directory: expected a writable folder" ]
}
@test "an old picture stays when its folder cannot be written to, and no part is left" {
    [ "$(id -u)" != 0 ] || skip "root may write everywhere"
    mkdir d; echo old >d/0.png; chmod a-w d
    run -1 bash -c 'printf a | raw2ten --name=image --dims=1,1,1 | ten2png --pattern=d/%d.png'
    [ "$(cat d/0.png)" = old ]
}
@test "a sheet is as square as possible, padded by 2 white pixels" {
    images 3 1 1 1 '\1\2\3' | ten2png >s.png
    [ "$(side s.png)" = "(1, 8, 8, 1)" ]
    [ "$(pixels s.png | tr ' ' '\n' | sort -n | uniq -c | xargs)" = "1 1 1 2 1 3 61 255" ]
}
@test "--grid=COLUMNS, --pad and --background lay out the sheet" {
    images 3 1 1 1 '\1\2\3' | ten2png --grid=2 --pad=1 --background=9 >s.png
    [ "$(pixels s.png)" = "9 9 9 9 9 9 1 9 2 9 9 9 9 9 9 9 3 9 9 9 9 9 9 9 9" ]
    images 1 1 1 3 '\1\2\3' | ten2png --pad=1 --background=7,8,9 >s.png
    [ "$(pixels s.png)" = "7 8 9 7 8 9 7 8 9 7 8 9 1 2 3 7 8 9 7 8 9 7 8 9 7 8 9" ]
}
@test "--strip is what png2ten --strip reads" {
    ten-gen --fill=uniform image u8 5,4,4,4 >a.ten
    ten2png --strip <a.ten | png2ten --strip | ten2raw | cmp - <(ten2raw <a.ten)
}
@test "1, 2, 3 and 4 channels come back exactly" {
    for c in 1 2 3 4; do
        ten-gen --fill=uniform image u8 "3,5,7,$c" >a.ten
        ten2png --pattern=c$c-%d.png <a.ten
        png2ten --glob="c$c-*.png" | ten2raw | cmp - <(ten2raw <a.ten)
    done
}
@test "--scale makes squares of pixels" {
    images 1 1 2 1 '\1\2' | ten2png --strip --scale=2 >s.png
    [ "$(pixels s.png)" = "1 1 2 2 1 1 2 2" ]
    images 1 1 2 1 '\1\2' | ten2png --scale=3 --pattern=%d.png
    [ "$(side 0.png)" = "(1, 3, 6, 1)" ]
}
@test "--limit stops early, even where the input is broken behind" {
    { images 4 1 1 1 'abcd'; echo garbage; } | ten2png --limit=3 --pattern=%d.png
    [ "$(echo [0-9].png)" = "0.png 1.png 2.png" ]
    images 4 1 1 1 'abcd' | ten2png --limit=3 --strip >s.png
    [ "$(pixels s.png)" = "97 98 99" ]
}
@test "--record takes other records, and the frames of clips" {
    ten-gen image u8 1,1,1,1 clip u8 1,3,1,2,1 | ten2png --record=clip --strip >s.png
    [ "$(pixels s.png)" = "0 1 2 3 4 5" ]
}
@test "f32 is rounded to even and clamped" {
    # -1, 0 (127.5), 1, 2, -3
    printf '\0\0\200\277\0\0\0\0\0\0\200\77\0\0\0\100\0\0\100\300' |
        raw2ten --name=image --type=f32 --dims=1,5,1 | ten2png --strip >s.png
    [ "$(pixels s.png)" = "0 128 255 255 0" ]
}
@test "a NaN: exit 3, naming the image, and nothing is written" {
    printf '\0\0\200\277\0\0\300\177' | raw2ten --name=image --type=f32 --dims=1,1,1 --batch=2 >nan.ten
    run -3 bash -c 'ten2png <nan.ten >out'
    [ "$output" = "ten2png: byte 0: image: picture 1 holds a NaN: expected numbers from -1 to 1" ]
    [ ! -s out ]
}
@test "a record that holds no pictures: exit 1, naming type and shape" {
    run -1 bash -c 'ten-gen image u8 4,4 | ten2png >out'
    [ "$output" = "ten2png: byte 0: image: u8[4,4]: expected u8 or f32 [...,H,W,C] with 1 to 4 channels" ]
    run -1 bash -c 'ten-gen image i32 2,4,4,3 | ten2png >out'
    [ "$output" = "ten2png: byte 0: image: i32[2,4,4,3]: expected u8 or f32 [...,H,W,C] with 1 to 4 channels" ]
    run -1 bash -c 'ten-gen other u8 2,4,4,3 | ten2png >out'
    [ "$output" = "ten2png: standard input: no picture in a record image: expected at least one" ]
}
@test "records without pictures are skipped, however large their sides" {
    { ten-gen image u8 1,4611686018427387904,0,1; ten-gen image u8 0,9,9,3; images 1 1 1 1 'a'; } |
        ten2png --scale=1024 --pattern=%d.png
    [ "$(echo *.png)" = 0.png ]
}
@test "images of different sizes do not fit on one sheet: exit 1" {
    run -1 bash -c '{ ten-gen image u8 1,4,4,3; ten-gen image u8 1,4,5,3; } | ten2png >out'
    [[ "$output" = "ten2png: byte "*": image: 5x4 pixels of 3 channels: expected the size of those before" ]]
    [ ! -s out ]
}
@test "a cut stream: exit 1, the images before it are there" {
    images 1 1 1 1 'a' >one.ten
    cat one.ten one.ten | head -c $((2 * $(stat -c %s one.ten) - 100)) >cut.ten
    run -1 bash -c 'ten2png --pattern=%d.png <cut.ten'
    [[ "$output" = "ten2png: record 1"*"the input ends here: expected the rest of the stream" ]]
    [ "$(pixels 0.png)" = 97 ]
    [ ! -e 1.png ]
}
@test "the thread count does not change a byte" {
    ten-gen --fill=uniform image u8 20,16,16,3 >a.ten
    ten2png --threads=1 --pattern=one-%02d.png <a.ten
    ten2png --threads=2 --pattern=two-%02d.png <a.ten
    for i in one-*; do cmp "$i" "two-${i#one-}"; done
    [ -f one-19.png ]
}
@test "a sheet refuses a terminal, a pattern does not mind one" {
    command -v script >/dev/null || skip "script is not installed (Debian package bsdutils)"
    images 1 1 1 1 'a' >a.ten
    run bash -c "script -qec 'ten2png <a.ten' /dev/null </dev/null"
    [[ "$output" = *"refusing to write binary to a terminal"* ]]
    run -0 bash -c "script -qec 'ten2png --pattern=%d.png <a.ten' /dev/null </dev/null"
    [ -f 0.png ]
}
