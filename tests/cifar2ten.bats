load common
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    plane() { head -c 1024 /dev/zero | tr '\0' "$1"; }
    # A ship whose pixels are 1, 2, 3 and a dog of 4, 5, 6.
    { printf '\10'; plane '\1'; plane '\2'; plane '\3'; } >ship
    { printf '\5'; plane '\4'; plane '\5'; plane '\6'; } >dog
}

@test "planes become pixels, the first byte the label" {
    cat ship dog | cifar2ten >x.ten
    run -0 bash -c 'ten-info <x.ten'
    [[ "${lines[0]}" = "  0 image "*"u8 "*"[2,32,32,3]"* ]]
    [[ "${lines[1]}" = "  0 label "*"i32 "*"[2]"* ]]
    [ "$(ten2raw --record=label <x.ten | od -An -td4 | xargs)" = "8 5" ]
    [ "$(ten2raw --record=image <x.ten | od -An -tu1 -v -w3 | sort | uniq -c | xargs)" = "1024 1 2 3 1024 4 5 6" ]
}
@test "the names of the classes go with the group" {
    run -0 bash -c 'cifar2ten ship | ten-info --json'
    [[ "${lines[0]}" = *'"group_attrs":{"classes":["airplane","automobile","bird","cat","deer","dog","frog","horse","ship","truck"]}'* ]]
}
@test "--batch cuts batches, which go on in the next file" {
    run -0 bash -c 'cifar2ten --batch=2 ship dog ship | ten-info'
    [[ "${lines[0]}" = "  0 image "*"[2,32,32,3]"* ]]
    [[ "${lines[2]}" = "  1 image "*"[1,32,32,3]"* ]]
    [ "$(cifar2ten --batch=2 ship dog ship | ten2raw --record=label | od -An -td4 | xargs)" = "8 5 8" ]
}
@test "--fine and --coarse read CIFAR-100" {
    { printf '\10\130'; tail -c +2 ship; } >tiger
    [ "$(cifar2ten --fine tiger | ten2raw --record=label | od -An -td4 | xargs)" = 88 ]
    [ "$(cifar2ten --coarse tiger | ten2raw --record=label | od -An -td4 | xargs)" = 8 ]
    run -0 bash -c 'cifar2ten --coarse tiger | ten-info --json'
    [[ "${lines[0]}" = *'"classes":["aquatic_mammals","fish",'* ]]
    cifar2ten --fine tiger | ten2raw --record=image | cmp - <(cifar2ten ship | ten2raw --record=image)
}
@test "bytes left over: exit 1 with their place, nothing of the batch written" {
    cat ship dog | head -c -1 >cut
    run -1 --separate-stderr bash -c 'cifar2ten cut >got'
    [ "$stderr" = "cifar2ten: cut: byte 3073: 3072 bytes are left over: expected items of 3073 bytes" ]
    run -1 --separate-stderr bash -c 'cifar2ten --fine ship dog >got'
    [ "$stderr" = "cifar2ten: ship: byte 0: 3073 bytes are left over: expected items of 3074 bytes" ]
    # Full batches of before arrive.
    run -1 bash -c 'cifar2ten --batch=1 cut >got'
    [ "$(ten2raw --record=label <got 2>/dev/null | od -An -td4 | xargs)" = 8 ]
}
@test "a label that is no class: exit 1 with its place" {
    { cat ship; printf '\12'; tail -c +2 dog; } >bad
    run -1 --separate-stderr cifar2ten bad
    [ "$stderr" = "cifar2ten: bad: byte 3073: label: 10: expected 0 to 9" ]
}
@test "an empty file is no CIFAR file" {
    run -1 --separate-stderr cifar2ten /dev/null
    [ "$stderr" = "cifar2ten: /dev/null: empty input: expected items of 3073 bytes" ]
}
