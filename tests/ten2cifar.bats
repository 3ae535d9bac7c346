load common
setup() { cd "$BATS_TEST_TMPDIR" || return; }

@test "an item is its label and three planes" {
    ten-gen image u8 2,32,32,3 label i32 2 | ten2cifar >batch.bin
    [ "$(stat -c %s batch.bin)" = 6146 ]
    [ "$(od -An -tu1 -N4 batch.bin | tr -s ' ')" = " 0 0 3 6" ]
}
@test "--fine writes the superclass before the class" {
    ten-gen image u8 2,32,32,3 label i32 2 | ten2cifar --fine >batch.bin
    [ "$(stat -c %s batch.bin)" = 6148 ]
    cifar2ten --fine batch.bin | ten-cut --keep=label | ten-cmp <(ten-gen label i32 2) -
}
@test "pictures of another size: exit 1" {
    run -1 --separate-stderr bash -c 'ten-gen image u8 2,28,28,3 label i32 2 | ten2cifar >out'
    [[ "$stderr" = "ten2cifar: "*"expected"* ]]
}
