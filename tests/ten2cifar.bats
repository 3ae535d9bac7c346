load common
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    ten-gen --records=2 image u8 3,32,32,3 label i32 3 >x.ten
}

@test "cifar2ten gives the batches back" {
    ten2cifar <x.ten >x.bin
    [ "$(stat -c %s x.bin)" = $((6 * 3073)) ]
    cifar2ten --batch=3 x.bin | ten-cmp x.ten -
}
@test "pixels become planes behind the label" {
    # Pixels are 0 1 2, 3 4 5 ..., the labels 0 1 2.
    ten2cifar <x.ten | head -c 3073 >item
    [ "$(od -An -tu1 -N4 item | xargs)" = "0 0 3 6" ]
    [ "$(tail -c +1026 item | od -An -tu1 -N3 | xargs)" = "1 4 7" ]
    [ "$(tail -c +2050 item | od -An -tu1 -N3 | xargs)" = "2 5 8" ]
}
@test "--fine writes CIFAR-100 with the superclass that follows" {
    ten-gen image u8 2,32,32,3 label i32 --lo=87 2 | ten2cifar --fine >x.bin
    # television is household electrical devices, tiger large carnivores
    [ "$(od -An -tu1 -N2 x.bin | xargs)" = "5 87" ]
    [ "$(tail -c +3075 x.bin | od -An -tu1 -N2 | xargs)" = "8 88" ]
}
@test "label may come before image, and other records are skipped" {
    ten-gen label i32 3 image u8 3,32,32,3 name utf8 0 | ten2cifar | cmp - <(ten2cifar <x.ten | head -c $((3 * 3073)))
}
@test "what CIFAR cannot hold: exit 1" {
    refused() {
        run -1 --separate-stderr bash -c "ten-gen $1 | ten2cifar"
        [[ "$stderr" =~ ^"ten2cifar: byte "[0-9]+": $2"$ ]]
    }
    refused 'image u8 1,28,28,1 label i32 1' 'image: u8[1,28,28,1]: expected u8[N,32,32,3]'
    refused 'image f32 1,32,32,3 label i32 1' 'image: f32[1,32,32,3]: expected u8[N,32,32,3]'
    refused 'image u8 1,32,32,3 label u8 1' 'label: u8[1]: expected i32[N]'
    refused 'image u8 1,32,32,3 label i32 2' 'label: 2 for 1 images: expected as many'
    refused 'image u8 11,32,32,3 label i32 11' 'label: element 10: 10: expected 0 to 9'
    refused 'image u8 1,32,32,3 image u8 1,32,32,3' 'image: a second one: expected one a group'
}
@test "a group without labels: exit 1" {
    run -1 --separate-stderr bash -c 'ten-gen image u8 1,32,32,3 | ten2cifar'
    [ "$stderr" = "ten2cifar: group 0: no record label: expected image and label" ]
}
@test "a cut stream: the batches before arrive, exit 1" {
    head -c -9000 x.ten >cut
    run -1 --separate-stderr bash -c 'ten2cifar <cut >got'
    [[ "$stderr" = "ten2cifar: record 2"*"the input ends here"* ]]
    cmp got <(ten2cifar <x.ten | head -c $((3 * 3073)))
}
@test "a full disk is reported" {
    run -1 --separate-stderr bash -c 'ten2cifar <x.ten >/dev/full'
    [ "$stderr" = "ten2cifar: standard output: No space left on device: the output is incomplete" ]
}
