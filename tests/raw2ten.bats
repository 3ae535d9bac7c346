load common
setup() { cd "$BATS_TEST_TMPDIR" || return; }
header() { ten2npy "$@" | head -c 128 | grep -ao "'descr': '[^']*'\|(.*)" | xargs; }

@test "every sample is a record of its own" {
    printf 'abcdefghijkl' | raw2ten --dims=2,3 >r.ten
    [ "$(ten-head --groups=1 <r.ten | header)" = "descr: |u1 (2, 3)" ]
    [ "$(ten-head --groups=1 <r.ten | ten2raw)" = "abcdef" ]
    [ "$(ten2raw <r.ten)" = "abcdefghijkl" ]
}
@test "--batch puts samples along a new first axis, the last record may hold fewer" {
    printf 'abcdefghijkl' | raw2ten --dims=2 --batch=4 >r.ten
    [ "$(ten-head --groups=1 <r.ten | header)" = "descr: |u1 (4, 2)" ]
    [ "$(ten-head --skip=1 <r.ten | header)" = "descr: |u1 (2, 2)" ]
}
@test "--batch without --dims cuts into vectors" {
    [ "$(printf abcde | raw2ten --batch=9 | header)" = "descr: |u1 (5,)" ]
}
@test "--name and --type" {
    printf '\0\0\200\77\0\0\0\100' | raw2ten --name=w.0 --type=f32 --dims=2 >r.ten
    [ "$(header --record=w.0 <r.ten)" = "descr: <f4 (2,)" ]
    [ "$(ten2raw --record=w.0 <r.ten | od -An -tf4 | xargs)" = "1 2" ]
}
@test "files one after the other; - is standard input" {
    printf ab >a; printf cd >b
    [ "$(printf xy | raw2ten --dims=2 a - b | ten2raw)" = "abxycd" ]
}
@test "no bytes, no records" {
    raw2ten --dims=4 </dev/null >r.ten
    [ "$(ten2raw <r.ten | wc -c)" = 0 ]
}
@test "a part of a sample at the end: exit 1, the whole ones arrive" {
    run -1 bash -c 'printf abcdefg | raw2ten --dims=2,2 >out'
    [ "$output" = "raw2ten: standard input: byte 7: 3 bytes are left over: expected samples of 4 bytes" ]
    run bash -c 'ten2raw <out 2>/dev/null'
    [ "$output" = abcd ]
    run -1 bash -c 'printf abcdefg | raw2ten --dims=2 --batch=9 >out'
    [ "$output" = "raw2ten: standard input: byte 7: 1 bytes are left over: expected samples of 2 bytes" ]
    run bash -c 'ten2raw <out 2>/dev/null'
    [ "$output" = abcdef ]
}
@test "a missing file: exit 1" {
    run -1 bash -c 'raw2ten --dims=1 gone >out'
    [ "$output" = "raw2ten: gone: No such file or directory: expected a file to read" ]
}
@test "packed types need samples that fill bytes" {
    [ "$(printf ab | raw2ten --type=u4 --dims=4 | ten2raw)" = ab ]
    run -2 bash -c 'raw2ten --type=u4 --dims=3 </dev/null'
    [ "${lines[0]}" = "raw2ten: u4: samples end inside a byte: expected --dims that fill bytes" ]
}
@test "no size, no such type, impossible dims: wrong usage" {
    run -2 bash -c 'raw2ten </dev/null'
    [ "${lines[0]}" = "raw2ten: no size: expected --dims, --batch or both" ]
    run -2 bash -c 'raw2ten --type=f99 --dims=1 </dev/null'
    [ "${lines[0]}" = "raw2ten: f99: no such type: expected one such as u8, i32 or f32" ]
    for d in 0 -1 1,,2 x 1,2,3,4,5,6,7,8 9223372036854775807,2; do
        run -2 raw2ten --dims="$d" </dev/null
    done
    run -2 raw2ten --dims=9223372036854775807 --batch=2 </dev/null
}
@test "a sample larger than what arrives takes no memory" {
    run -1 bash -c 'printf abc | raw2ten --dims=9000000000000 >out'
    [ "$output" = "raw2ten: standard input: byte 3: 3 bytes are left over: expected samples of 9000000000000 bytes" ]
}
@test "through ten2raw, bytes come back as they were, also in large records" {
    ten-gen --fill=uniform x u8 30000000 | ten2raw >bytes
    raw2ten --dims=10000000 bytes | ten2raw | cmp - bytes
    raw2ten --dims=1000 --batch=7000 <bytes | ten2raw | cmp - bytes
}
