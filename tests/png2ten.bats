load common
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    # Two 2x2 RGB pictures, made without the tool under test.
    printf 'abcdefghijklABCDEFGHIJKL' | raw2ten --name=image --dims=2,2,3 | ten2png --pattern=%d.png
}
# grey NAME.png BYTES H W: a grey picture of these bytes.
grey() { printf "$2" | raw2ten --name=image --dims="$3,$4,1" | ten2png --strip >"$1"; }
pixels() { ten2raw --record=image | od -An -tu1 -v | xargs; }
header() { ten2npy --record="$1" | head -c 128 | grep -ao "'descr': '[^']*'\|(.*)" | xargs; }

@test "pictures become one batch, in the order of the arguments" {
    run -0 bash -c 'png2ten 1.png 0.png | ten2raw'
    [ "$output" = "ABCDEFGHIJKLabcdefghijkl" ]
    run -0 header image < <(png2ten 0.png 1.png)
    [ "$output" = "descr: |u1 (2, 2, 2, 3)" ]
}
@test "one picture from standard input" {
    run -0 bash -c 'png2ten <0.png | ten2raw; png2ten - <1.png | ten2raw'
    [ "$output" = "abcdefghijklABCDEFGHIJKL" ]
}
@test "--glob sorts by bytes and follows the arguments" {
    cp 1.png B.png; cp 0.png a.png
    run -0 bash -c 'png2ten --glob="[aB].png" 1.png | ten2raw | fold -w 12'
    [ "${lines[*]}" = "ABCDEFGHIJKL ABCDEFGHIJKL abcdefghijkl" ]
}
@test "--glob without a match: exit 1" {
    run -1 bash -c 'png2ten --glob="no*.png" >out'
    [ "$output" = "png2ten: no*.png: no such file: expected a pattern that matches files" ]
}
@test "--batch=N starts a group every N images" {
    run -0 bash -c 'png2ten --batch=2 0.png 1.png 0.png | ten-head --groups=1 | ten2raw'
    [ "$output" = "abcdefghijklABCDEFGHIJKL" ]
    run -0 bash -c 'png2ten --batch=2 0.png 1.png 0.png | ten-head --groups=2 | ten2raw'
    [ "$output" = "abcdefghijklABCDEFGHIJKLabcdefghijkl" ]
}
@test "--strip cuts a picture into squares, --height into others" {
    grey s.png '\1\2\3\4\5\6\7\10' 4 2
    [ "$(png2ten --strip s.png | header image)" = "descr: |u1 (2, 2, 2, 1)" ]
    [ "$(png2ten --strip --height=1 s.png | header image)" = "descr: |u1 (4, 1, 2, 1)" ]
    [ "$(png2ten --strip --height=1 s.png | pixels)" = "1 2 3 4 5 6 7 8" ]
}
@test "a strip that does not divide: exit 1, naming rows and height" {
    grey s.png '\1\2\3\4\5\6' 3 2
    run -1 bash -c 'png2ten --strip s.png >out'
    [ "$output" = "png2ten: s.png: 3 rows: expected a multiple of 2, the height of one image" ]
}
@test "--height without --strip: wrong usage" {
    run -2 bash -c 'png2ten --height=2 0.png >out'
    [[ "${lines[0]}" = "png2ten: --height: not without --strip: expected both" ]]
}
@test "a strip of 46000 images comes back whole" {
    ten-gen --fill=uniform image u8 46000,1,2,3 | ten2png --strip >long.png
    [ "$(png2ten --strip --height=1 long.png | ten2raw | cksum)" = \
      "$(ten-gen --fill=uniform image u8 46000,1,2,3 | ten2raw | cksum)" ]
}
@test "a strip of 100 MB of pixels takes the memory of one batch" {
    [[ $B != *-san ]] || skip "the sanitizers need more address space"
    ten-gen --fill=zeros image u8 500,128,512,3 | ten2png --strip >long.png
    run -0 bash -c 'ulimit -v 100000; png2ten --threads=1 --strip --height=128 --batch=16 long.png | tail -c 1000 | wc -c'
    [ "$output" = 1000 ]
}
@test "--size averages areas and interpolates between centres" {
    grey s.png '\0\144' 1 2
    [ "$(png2ten --size=1x1 s.png | pixels)" = "50" ]
    [ "$(png2ten --size=4x1 s.png | pixels)" = "0 25 75 100" ]
    [ "$(png2ten --size=2 s.png | pixels)" = "0 100 0 100" ]
}
@test "--crop cuts the centre square before --size" {
    grey s.png '\1\2\3\4\5' 1 5
    [ "$(png2ten --crop s.png | pixels)" = "3" ]
    [ "$(png2ten --crop --size=2 s.png | pixels)" = "3 3 3 3" ]
}
@test "--channels=1 is luma, 3 copies grey, 4 adds opaque alpha" {
    grey s.png '\144' 1 1
    printf '\377\0\0' | raw2ten --name=image --dims=1,1,3 | ten2png --strip >red.png
    [ "$(png2ten --channels=1 red.png | pixels)" = "76" ]
    [ "$(png2ten --channels=3 s.png | pixels)" = "100 100 100" ]
    [ "$(png2ten --channels=4 s.png | pixels)" = "100 100 100 255" ]
}
@test "transparent pixels lie on --background, white by default" {
    printf '\12\24\36\0' | raw2ten --name=image --dims=1,1,4 | ten2png --strip >t.png
    [ "$(png2ten --channels=3 t.png | pixels)" = "255 255 255" ]
    [ "$(png2ten --channels=3 --background=7 t.png | pixels)" = "7 7 7" ]
    [ "$(png2ten --channels=3 --background=1,2,3 t.png | pixels)" = "1 2 3" ]
    [ "$(png2ten t.png | pixels)" = "10 20 30 0" ]
}
@test "--float gives -1 to 1, and ten2png takes it back exactly" {
    ten-gen --fill=arange image u8 1,16,16,1 | ten2png --strip >all.png
    run -0 bash -c "png2ten --float all.png | ten2raw | od -An -tf4 -w4 | sed -n '1p;256p' | xargs"
    [ "$output" = "-1 1" ]
    png2ten --float all.png | ten2png --strip | cmp - all.png
}
@test "--label-from=dir numbers the sorted folders and names them in the group" {
    mkdir dog cat; cp 0.png dog/x.png; cp 1.png cat/y.png
    png2ten --label-from=dir dog/x.png cat/y.png dog/x.png >l.ten
    [ "$(ten2raw --record=label <l.ten | od -An -td4 | xargs)" = "1 0 1" ]
    grep -aqF '{"classes":["cat","dog"]}' l.ten
}
@test "--label-from=file takes the names of strips" {
    cp 0.png tulips.png; cp 1.png roses.png
    png2ten --strip --height=1 --label-from=file tulips.png roses.png >l.ten
    [ "$(ten2raw --record=label <l.ten | od -An -td4 | xargs)" = "1 1 0 0" ]
    grep -aqF '{"classes":["roses","tulips"]}' l.ten
}
@test "--label-from=dir without a folder: exit 1" {
    run -1 bash -c 'png2ten --label-from=dir 0.png >out'
    [ "$output" = "png2ten: 0.png: no folder in this path: expected CLASS/0.png" ]
}
@test "--names adds the paths, in strips with a number" {
    run -0 bash -c 'png2ten --names 1.png 0.png | ten2raw --record=name'
    [ "${lines[*]}" = "1.png 0.png" ]
    run -0 bash -c 'png2ten --names --strip --height=1 1.png | ten2raw --record=name'
    [ "${lines[*]}" = "1.png:0 1.png:1" ]
}
@test "another size: exit 1 naming both files, the images before it arrive" {
    grey s.png '\1\2' 1 2
    run -1 --separate-stderr bash -c 'png2ten 0.png 1.png s.png >out'
    [ "$stderr" = "png2ten: s.png: 2x1 pixels of 1 channels: expected 2x2 of 3, as in 0.png (--size, --crop and --channels make images alike)" ]
    run bash -c 'ten2raw <out 2>/dev/null'
    [ "$output" = "abcdefghijklABCDEFGHIJKL" ]
    png2ten --size=2 --channels=3 0.png s.png >out
}
@test "a missing file, a folder, and what is no PNG: exit 1, one line" {
    run -1 bash -c 'png2ten gone.png >out'
    [ "$output" = "png2ten: gone.png: No such file or directory: expected a file to read" ]
    run -1 bash -c 'png2ten . >out'
    [ "$output" = "png2ten: .: Is a directory: expected a file to read" ]
    echo hello >h.png
    run -1 bash -c 'png2ten h.png >out'
    [ "$output" = "png2ten: h.png: byte 0: no PNG signature: expected a PNG picture" ]
    run -1 bash -c 'png2ten </dev/null >out'
    [ "$output" = "png2ten: standard input: byte 0: no PNG signature: expected a PNG picture" ]
}
@test "a cut and a damaged picture: exit 1, naming the byte" {
    size=$(stat -c %s 0.png)
    head -c -4 0.png >cut.png
    run -1 bash -c 'png2ten cut.png >out'
    [ "$output" = "png2ten: cut.png: byte $((size - 4)): the file ends too early: expected a whole PNG picture" ]
    { head -c 45 0.png; printf '\377'; tail -c +47 0.png; } >bad.png
    run -1 bash -c 'png2ten bad.png >out'
    [[ "$output" = "png2ten: bad.png: byte "*": IDAT: "*": expected a whole PNG picture" ]]
}
@test "--max-record limits the pixels of a file" {
    run -1 bash -c 'png2ten --max-record=11 0.png >out'
    [ "$output" = "png2ten: 0.png: 2x2 pixels of 3 channels: expected at most 11 bytes (--max-record)" ]
    png2ten --max-record=12 0.png >out
}
@test "impossible values: wrong usage" {
    for o in --size=0 --size=3x --size=x3 --size=axb --channels=5 --channels=0 --batch=0 \
             --background=256 --background=1,2 --label-from=x --height=0; do
        run -2 png2ten --strip "$o" 0.png
    done
}
@test "the thread count does not change a byte" {
    ten-gen --fill=uniform image u8 40,24,24,4 | ten2png --pattern=u%02d.png
    png2ten --threads=1 --size=17x9 --channels=3 --glob='u*.png' >one
    png2ten --threads=2 --size=17x9 --channels=3 --glob='u*.png' >two
    cmp one two
}
@test "the history tells files, bytes and a digest" {
    bytes=$(cat 0.png 1.png | wc -c)
    png2ten 0.png 1.png >h.ten
    grep -aq '"args":\["0.png","1.png"\],"in":\[{"name":"0.png and 1 more","bytes":'"$bytes"',"digest":"[0-9a-f]*"}\]' h.ten
}
@test "real photographs in strips: as many as their rows say" {
    [ -d "${TENSTREAM_DATA:-}/flowers64/val" ] || skip "TENSTREAM_DATA names no folder with flowers64"
    png2ten --strip --label-from=file --glob="$TENSTREAM_DATA/flowers64/val/*.png" >f.ten
    [ "$(ten2raw --record=image <f.ten | wc -c)" = $((736 * 64 * 64 * 3)) ]
    [ "$(ten2raw --record=label <f.ten | od -An -td4 -w4 -v | sort | uniq -c | awk '{print $2 ":" $1}' | xargs)" = \
      "0:127 1:180 2:129 3:140 4:160" ]
    ten2png --strip <f.ten | png2ten --strip | ten2raw | cmp - <(ten2raw --record=image <f.ten)
}
