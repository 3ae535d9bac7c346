load common
setup() { cd "$BATS_TEST_TMPDIR" || return; }

@test "the file starts with the length of its JSON header, and the data end it" {
    ten-gen x u8 3 | ten2safetensors >x.st
    n=$(od -An -tu8 -N8 x.st | tr -d ' ')
    [ "$(stat -c %s x.st)" = $((8 + n + 3)) ]
    [[ "$(tail -c +9 x.st | head -c "$n")" = *'"x"'*'"U8"'* ]]
}
@test "every shared type goes there and back" {
    for t in f16 bf16 f32 f64 i8 u8 i16 u16 i32 u32 i64 u64 bool; do
        ten-gen x $t 4,3 >there.ten
        ten2safetensors <there.ten | safetensors2ten | ten-cmp there.ten -
    done
}
