load common
setup() { cd "$BATS_TEST_TMPDIR" || return; }

@test "images of one channel make a file of rank 3, labels one of bytes" {
    ten-gen --records=2 image u8 1,2,2,1 label i32 1 | ten2idx images labels
    [ "$(od -An -tu1 -v images | xargs)" = "0 0 8 3 0 0 0 2 0 0 0 2 0 0 0 2 0 1 2 3 4 5 6 7" ]
    [ "$(od -An -tu1 -v labels | xargs)" = "0 0 8 1 0 0 0 2 0 1" ]
}
@test "idx2ten gives the batches back" {
    ten-gen --records=3 image u8 5,4,6,1 label i32 5 >x.ten
    ten2idx images labels <x.ten
    idx2ten --batch=5 images labels | ten-cmp x.ten -
}
@test "colour images and other types have their own shape, big-endian" {
    ten-gen image u8 2,1,1,3 | ten2idx images
    [ "$(od -An -tu1 -v images | xargs)" = "0 0 8 4 0 0 0 2 0 0 0 1 0 0 0 1 0 0 0 3 0 1 2 3 4 5" ]
    for t in i8 i16 i32 f32 f64; do
        ten-gen x $t 2,3 >x.ten
        ten2idx --name=x x <x.ten
        idx2ten x | ten-cmp x.ten -
    done
}
@test "a label that is no byte: exit 1, and the files of before stay" {
    echo before >labels
    run -1 --separate-stderr bash -c 'ten-gen image u8 2,1,1,1 label i32 --lo=255 2 | ten2idx images labels'
    [[ "$stderr" =~ ^"ten2idx: byte "[0-9]+": label: element 1: 256: expected 0 to 255"$ ]]
    [ "$(cat labels)" = before ]
    [ -z "$(compgen -G 'images*')" ]
}
@test "types without counterpart, changing shapes and missing records: exit 1" {
    run -1 --separate-stderr bash -c 'ten-gen image u16 2,1 | ten2idx images'
    [ "$stderr" = "ten2idx: byte 0: image: u16[2,1]: expected u8, i8, i16, i32, f32 or f64 of rank 1 to 8" ]
    run -1 --separate-stderr bash -c '(ten-gen image u8 2,3; ten-gen image u8 2,4) | ten2idx images'
    [[ "$stderr" =~ ^"ten2idx: byte "[0-9]+": image: u8[2,4]: expected batches of one type and shape, after u8[2,3]"$ ]]
    run -1 --separate-stderr bash -c 'ten-gen image u8 2,3 | ten2idx images labels'
    [ "$stderr" = "ten2idx: standard input: no record label: expected at least one" ]
}
@test "no file, or three, is wrong usage" {
    run -2 ten2idx </dev/null
    run -2 ten2idx a b c </dev/null
}
@test "a cut stream: exit 1, no file" {
    ten-gen image u8 2,3 | head -c -64 >cut
    run -1 --separate-stderr bash -c 'ten2idx images <cut'
    [[ "$stderr" = "ten2idx: "*"the input ends here"* ]]
    [ -z "$(compgen -G 'images*')" ]
}
@test "a folder that is not there: exit 1" {
    run -1 --separate-stderr bash -c 'ten-gen image u8 2,3 | ten2idx gone/images'
    [ "$stderr" = "ten2idx: gone/images: No such file or directory: expected a writable folder" ]
}
