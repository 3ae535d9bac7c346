load common
setup() { cd "$BATS_TEST_TMPDIR" || return; }

@test "the file: length, header padded to 8 bytes, data with the largest elements first" {
    ten-gen a u8 3 b i16 2 c f64 '' | ten2safetensors >x
    [ "$(od -An -N8 -tu8 x | xargs)" = 168 ]
    [ "$(tail -c +9 x | head -c 168)" = '{"c":{"dtype":"F64","shape":[],"data_offsets":[0,8]},"b":{"dtype":"I16","shape":[2],"data_offsets":[8,12]},"a":{"dtype":"U8","shape":[3],"data_offsets":[12,15]}}       ' ]
    [ "$(tail -c +177 x | od -An -tx1 | xargs)" = "00 00 00 00 00 00 00 00 00 00 01 00 00 01 02" ]
}
@test "safetensors2ten gives every type back" {
    for t in f64 i64 u64 f32 i32 u32 f16 bf16 i16 u16 i8 u8 bool; do
        ten-gen x $t 3,2 e $t 0 >x.ten
        ten2safetensors <x.ten | safetensors2ten | ten-cut --keep=x | ten-cmp <(ten-cut --keep=x <x.ten) -
    done
}
@test "packed types become bytes" {
    [ "$(ten-gen a u4 3 b i2 2 | ten2safetensors | safetensors2ten | ten-dump --header | xargs)" = "# a u8 [3] 0 1 2 # b i8 [2] 0 1" ]
}
@test "config and attributes of the group come back" {
    printf '{"layers":2}' | raw2ten --name=config --type=utf8 --dims=12 >config.ten
    ten-gen w f32 2 | ten-paste config.ten - | ten-cut --set-group-attr='by="me"' >model.ten
    ten2safetensors <model.ten | safetensors2ten | ten-cmp --attrs model.ten -
}
@test "attributes that are no strings are written as JSON" {
    ten-gen --group-attrs='{"k":[1,2],"s":"t"}' w f32 2 | ten2safetensors >x
    [[ "$(head -c 200 x | tr -d '\0')" = *'{"__metadata__":{"k":"[1,2]","s":"t"},"w"'* ]]
}
@test "a second group, a second record of a name, and text that is none: exit 1, nothing written" {
    ten-gen w f32 2 >w.ten
    run -1 --separate-stderr bash -c 'cat w.ten w.ten | ten2safetensors'
    [[ "$stderr" =~ ^"ten2safetensors: byte "[0-9]+": w: a second group: expected one; a file has one tensor of a name"$ ]]
    [ -z "$output" ]
    run -1 --separate-stderr bash -c 'ten-gen w f32 2 w f32 2 | ten2safetensors'
    [ "$stderr" = "ten2safetensors: standard input: name w: given twice: expected different names" ]
    run -1 --separate-stderr bash -c 'printf "\377" | raw2ten --name=t --type=utf8 --dims=1 | ten2safetensors'
    [[ "$stderr" = "ten2safetensors: byte 0: t: not UTF-8: expected text for the metadata" ]]
    [ -z "$output" ]
}
@test "a cut stream: exit 1, nothing written" {
    ten-gen w f32 2 | head -c -64 >cut
    run -1 --separate-stderr bash -c 'ten2safetensors <cut'
    [[ "$stderr" = "ten2safetensors: "*"the input ends here"* ]]
    [ -z "$output" ]
}
@test "a folder for temporary files that is not there: exit 1" {
    run -1 --separate-stderr bash -c 'ten-gen w f32 2 | TMPDIR=/nowhere ten2safetensors'
    [[ "$stderr" = "ten2safetensors: /nowhere: No such file or directory"* ]]
}
@test "nothing is left of the temporary file" {
    mkdir tmp
    ten-gen w f32 2 | TMPDIR=tmp ten2safetensors >x
    [ -z "$(ls tmp)" ]
}
@test "a full disk is reported" {
    run -1 --separate-stderr bash -c 'ten-gen a u8 100000 | ten2safetensors >/dev/full'
    [ "$stderr" = "ten2safetensors: standard output: No space left on device: the output is incomplete" ]
}
