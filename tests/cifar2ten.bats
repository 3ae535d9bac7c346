load common
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    ten-gen image u8 3,32,32,3 --fill=uniform --seed=1 >i.ten
    ten-gen label i32 3 >l.ten
    ten-paste i.ten l.ten >data.ten
    ten2cifar <data.ten >batch.bin
}

@test "a batch goes there and back" {
    [ "$(stat -c %s batch.bin)" = $((3 * 3073)) ]
    cifar2ten --batch=3 batch.bin | ten-cmp data.ten -
    run -0 bash -c 'cat batch.bin batch.bin | cifar2ten --batch=4 - | ten-cut --keep=label | ten-dump'
    [ "${lines[0]}" = "0 1 2 0" ]
}
@test "planes become channels: red first" {
    { printf '\x07'; head -c 1024 /dev/zero | tr '\0' '\1'; head -c 1024 /dev/zero | tr '\0' '\2'; head -c 1024 /dev/zero | tr '\0' '\3'; } >one.bin
    run -0 bash -c 'cifar2ten one.bin | ten-cut --keep=image | ten-dump --limit=6'
    [[ "${lines[0]}" = "1 2 3"* ]]
    [[ "${lines[1]}" = "1 2 3"* ]]
}
@test "CIFAR-100 has two labels: --fine and --coarse" {
    { printf '\x05\x2a'; head -c 3072 /dev/zero; } >one.bin
    run -0 bash -c 'cifar2ten --fine one.bin | ten-cut --keep=label | ten-dump; cifar2ten --coarse one.bin | ten-cut --keep=label | ten-dump'
    [ "${lines[0]}" = 42 ]
    [ "${lines[1]}" = 5 ]
}
@test "a size that is no multiple: exit 1, naming the byte" {
    head -c 3000 batch.bin >cut.bin
    run -1 --separate-stderr bash -c 'cifar2ten cut.bin >out'
    [ "$stderr" = "cifar2ten: cut.bin: byte 0: 3000 bytes are left over: expected items of 3073 bytes" ]
}
