load common
setup() { cd "$BATS_TEST_TMPDIR" || return; }

# st HEADER: a safetensors file with this header (under 256 bytes) whose data are standard input.
st() {
    printf '%b\0\0\0\0\0\0\0%s' "\\x$(printf %02x ${#1})" "$1"
    cat
}
two='{"__metadata__":{"format":"pt"},"b":{"dtype":"BF16","shape":[2],"data_offsets":[6,10]},"a":{"dtype":"U8","shape":[2,3],"data_offsets":[0,6]}}'

@test "tensors become the records of one group, in the order of their data" {
    printf '\1\2\3\4\5\6\200\77\0\100' | st "$two" >x.safetensors
    [ "$(safetensors2ten x.safetensors | ten-dump --header | xargs)" = "# a u8 [2,3] 1 2 3 4 5 6 # b bf16 [2] 1 2" ]
    cat x.safetensors | safetensors2ten | ten-cmp <(safetensors2ten x.safetensors) -
}
@test "metadata become attributes of the group, and config the first record" {
    printf '\1' | st '{"__metadata__":{"config":"{\"n\":1}","by":"me"},"a":{"dtype":"BOOL","shape":[],"data_offsets":[0,1]}}' >x
    safetensors2ten x >x.ten
    run -0 ten-info --json x.ten
    [[ "${lines[0]}" = '{"group":0,"name":"config","type":"utf8","shape":[7],'*'"group_attrs":{"by":"me"}'* ]]
    [[ "${lines[1]}" = '{"group":0,"name":"a","type":"bool","shape":[],'* ]]
    [ "$(ten2raw --record=config <x.ten)" = '{"n":1}' ]
}
@test "--map renames, --prefix goes before all" {
    printf 1234567890 | st "$two" >x
    echo 'a first' >map
    run -0 bash -c 'safetensors2ten --map=map --prefix=g. x | ten-info'
    [[ "${lines[0]}" = "  0 g.first "* ]]
    [[ "${lines[1]}" = "  0 g.b "* ]]
    echo 'c d' >map
    run -1 --separate-stderr safetensors2ten --map=map x
    [ "$stderr" = "safetensors2ten: x: no tensor c: expected all names of the map" ]
    [ -z "$output" ]
}
@test "two files are wrong usage" {
    run -2 safetensors2ten a b
}
@test "holes, overlaps and sizes that do not fit are refused before anything is written" {
    refused() {
        st "$1" </dev/null >x
        run -1 --separate-stderr safetensors2ten x
        [ "$stderr" = "safetensors2ten: x: $2" ] && [ -z "$output" ]
    }
    refused '{"a":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}' \
        'tensor a: data_offsets: starts at 1: expected 0, where the one before ends'
    refused '{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}' \
        'tensor b: data_offsets: starts at 1: expected 2, where the one before ends'
    refused '{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,2]}}' \
        'tensor a: data_offsets: 0 to 2: expected 8 bytes for f32[2]'
    refused '{"a":{"dtype":"F8_E5M2","shape":[2],"data_offsets":[0,2]}}' \
        'tensor a: dtype: F8_E5M2: expected F64, F32, F16, BF16, I64 to I8, U64 to U8 or BOOL'
}
@test "data that is cut, or goes on: exit 1" {
    printf 123456789 | st "$two" >x
    run -1 --separate-stderr bash -c 'safetensors2ten x >got'
    [[ "$stderr" =~ ^"safetensors2ten: x: byte "[0-9]+": tensor b: ends after 3 of 4 bytes: expected the whole of it"$ ]]
    [ "$(ten2raw <got 2>/dev/null)" = 123456 ]
    printf 12345678901 | st "$two" >x
    run -1 --separate-stderr bash -c 'safetensors2ten x >got'
    [[ "$stderr" =~ ^"safetensors2ten: x: byte "[0-9]+": more data: expected the end after the last tensor"$ ]]
}
@test "something else, and a header cut short: exit 1" {
    run -1 --separate-stderr bash -c 'echo "not a file of tensors" | safetensors2ten'
    [ "$stderr" = "safetensors2ten: standard input: byte 0: header bytes: expected 2 to 100000000, as in a safetensors file" ]
    run -1 --separate-stderr safetensors2ten /dev/null
    [ "$stderr" = "safetensors2ten: /dev/null: byte 0: ends after 0 of 8 bytes of a safetensors file: expected the whole of it" ]
    st "$two" </dev/null | head -c 50 >x
    run -1 --separate-stderr safetensors2ten x
    [ "$stderr" = "safetensors2ten: x: byte 8: header: the input ends in it: expected ${#two} bytes of JSON" ]
}
@test "a bool that is 2 is refused" {
    printf '\1\2' | st '{"a":{"dtype":"BOOL","shape":[2],"data_offsets":[0,2]}}' >x
    run -1 --separate-stderr safetensors2ten x
    [ "$stderr" = "safetensors2ten: x: byte 64: tensor a: 2: expected 0 or 1 as BOOL" ]
}
@test "--max-record refuses larger tensors" {
    printf 1234567890 | st "$two" >x
    run -1 --separate-stderr safetensors2ten --max-record=5 x
    [ "$stderr" = "safetensors2ten: x: tensor a: 6 bytes: expected at most 5 (--max-record)" ]
}
