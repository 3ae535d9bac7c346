load common
setup() { cd "$BATS_TEST_TMPDIR" || return; ten-gen clip u8 2,3,8,12,3 --fill=uniform --seed=1 >clip.ten; }
# byte OFFSET COUNT FILE: in hexadecimal.
bytes() { od -An -v -tx1 -j"$1" -N"$2" "$3" | tr -d ' \n'; }
# Frames of a GIF: their graphic control blocks.
frames() { od -An -v -tx1 "$1" | tr -d ' \n' | grep -o '21f904' | wc -l; }

@test "all frames of all clips, one after the other, shown for ever, 50 ms each" {
    ten2gif <clip.ten >a.gif
    [ "$(head -c 6 a.gif)" = GIF89a ]
    [ "$(bytes 6 4 a.gif)" = 0c000800 ]
    [ "$(frames a.gif)" = 6 ]
    [ "$(bytes 13 24 a.gif)" = 21ff0b4e45545343415045322e300301000021f904000500 ] || [ "$(bytes 32 6 a.gif)" = 21f904000500 ]
    [ "$(tail -c 1 a.gif | od -An -tx1 | tr -d ' ')" = 3b ]
}
@test "images are frames as well; other records are skipped unless named" {
    ten-gen image f32 4,5,6,1 x u8 2,5,6,1 --fill=uniform >i.ten
    ten2gif <i.ten >a.gif
    [ "$(frames a.gif)" = 4 ]
    ten2gif --record=x <i.ten >a.gif
    [ "$(frames a.gif)" = 2 ]
}
@test "delay, loops and scale stand in the file" {
    ten2gif --delay=1230 --loops=2 --scale=3 <clip.ten >a.gif
    [ "$(bytes 6 4 a.gif)" = 24001800 ]
    [ "$(bytes 29 3 a.gif)" = 010000 ] || [ "$(bytes 28 3 a.gif)" = 010100 ]
    [ "$(bytes 32 6 a.gif)" = 21f904007b00 ]
    ten2gif --loops=1 <clip.ten >a.gif
    [ "$(bytes 13 3 a.gif)" = 21f904 ]
}
@test "another reader finds the same pixels" {
    need ffmpeg ffmpeg
    ten-gen clip u8 1,2,8,12,3 --fill=uniform --seed=1 >few.ten
    ten2gif <few.ten | ffmpeg -v error -i - -fps_mode passthrough -f rawvideo -pix_fmt rgb24 - | raw2ten --name=clip --dims=2,8,12,3 --batch=1 >back.ten
    ten-cmp few.ten back.ten
}
@test "pictures of another size, none at all, a NaN: one line" {
    ten-gen image u8 1,4,4,3 image u8 1,4,5,3 >two.ten
    run -1 --separate-stderr bash -c 'ten2gif <two.ten >none'
    [[ "$stderr" = "ten2gif: byte "*": image: 5x4 pixels of 3 channels: expected the size of those before" ]]
    ten-gen x u8 4 >x.ten
    run -1 --separate-stderr bash -c 'ten2gif <x.ten >none'
    [ "$stderr" = "ten2gif: standard input: no picture in a record clip or image: expected at least one" ]
    ten-gen image f32 1,4,4,3 --fill=constant --value=nan >nan.ten
    run -3 --separate-stderr bash -c 'ten2gif <nan.ten >none'
    run -2 --separate-stderr bash -c 'ten2gif --delay=15 <clip.ten >none'
    [[ "${stderr_lines[0]}" = "ten2gif: --delay=15: expected a multiple of 10" ]]
}
