load common
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    ten-gen x i32 2,2 y u8 3 >xy.ten
}

@test "all records, one after the other, little-endian" {
    [ "$(ten2raw <xy.ten | od -An -tx1 -v | xargs)" = "00 00 00 00 01 00 00 00 02 00 00 00 03 00 00 00 00 01 02" ]
}
@test "--record takes those of one name" {
    [ "$(ten2raw --record=y <xy.ten | od -An -tu1 | xargs)" = "0 1 2" ]
    [ "$(cat xy.ten xy.ten | ten2raw --record=y | od -An -tu1 | xargs)" = "0 1 2 0 1 2" ]
}
@test "no record of that name: exit 1" {
    run -1 bash -c 'ten2raw --record=z <xy.ten >out'
    [ "$output" = "ten2raw: standard input: no record z: expected at least one" ]
}
@test "packed types stay packed" {
    [ "$(ten-gen x u4 3 | ten2raw | od -An -tx1 | xargs)" = "10 02" ]
}
@test "compressed records are unpacked" {
    ten-gen --zstd x u8 100000 | ten2raw | cmp - <(ten-gen x u8 100000 | ten2raw)
}
@test "a cut stream: exit 1, the records before it arrive" {
    head -c -150 xy.ten >cut.ten
    run -1 bash -c 'ten2raw <cut.ten >out'
    [[ "$output" = "ten2raw: record 1"*"the input ends here: expected the rest of the stream" ]]
    [ "$(od -An -td4 out | xargs)" = "0 1 2 3" ]
}
@test "a flipped bit: exit 1, naming record and field" {
    size=$(stat -c %s xy.ten)
    { head -c $((size - 130)) xy.ten; printf '\377'; tail -c 129 xy.ten; } >bad.ten
    run -1 bash -c 'ten2raw <bad.ten >out'
    [[ "$output" = "ten2raw: record 1"* ]]
}
@test "refuses a terminal" {
    command -v script >/dev/null || skip "script is not installed (Debian package bsdutils)"
    run bash -c "script -qec 'ten2raw <xy.ten' /dev/null </dev/null"
    [[ "$output" = *"refusing to write binary to a terminal"* ]]
}
