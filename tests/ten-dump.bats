load common
setup() { cd "$BATS_TEST_TMPDIR" || return; }

@test "the last axis is a line" {
    run -0 bash -c 'ten-gen clip u8 1,3,1,1,8 | ten-dump'
    [ "${#lines[@]}" = 3 ]
    [ "${lines[0]}" = "0 1 2 3 4 5 6 7" ]
    [ "${lines[2]}" = "16 17 18 19 20 21 22 23" ]
}
@test "an empty line between records" {
    ten-gen --records=2 a u8 2 b i8 1 | ten-dump >got
    printf '0 1\n\n0\n\n2 3\n\n1\n' | cmp - got
}
@test "a scalar is a line; a tensor without values is none" {
    ten-gen s i32 "" e f32 0,3 f f32 3,0 t u8 1 | ten-dump >got
    printf '0\n\n\n\n0\n' | cmp - got
}
@test "--header: name, type and shape above each record" {
    ten-gen 'a b' u8 2 s f64 "" | ten-dump --header >got
    printf '# a b u8 [2]\n0 1\n\n# s f64 []\n0\n' | cmp - got
}
@test "floats have the digits that tell them apart, and no more" {
    run -0 bash -c 'printf "\315\314\314\075\000\000\200\077\001\000\000\000\000\000\200\377" | raw2ten --type=f32 --dims=4 | ten-dump'
    [ "$output" = "0.1 1 1e-45 -inf" ]
}
@test "--precision: significant digits of floats; a NaN has no sign; integers stay" {
    run -0 bash -c 'printf "\315\314\314\075\000\000\300\377" | raw2ten --type=f32 --dims=2 | ten-dump --precision=12'
    [ "$output" = "0.10000000149 nan" ]
    run -0 bash -c 'ten-gen x i32 1 --lo=123456 | ten-dump --precision=2'
    [ "$output" = 123456 ]
}
@test "integers of 64 bits are exact" {
    run -0 bash -c 'ten-gen --fill=constant --value=18446744073709551615 x u64 1 | ten-dump'
    [ "$output" = 18446744073709551615 ]
    run -0 bash -c 'ten-gen --lo=-9223372036854775808 x i64 2 | ten-dump'
    [ "$output" = "-9223372036854775808 -9223372036854775807" ]
}
@test "packed values are unpacked" {
    run -0 bash -c 'ten-gen x u2 2,3 | ten-dump'
    [ "$output" = "0 1 2"$'\n'"3 0 1" ]
    run -0 bash -c 'ten-gen x i4 3 --lo=-2 | ten-dump'
    [ "$output" = "-2 -1 0" ]
}
@test "utf8 is text, its last line ended" {
    printf 'two\nlines é' | raw2ten --type=utf8 --dims=12 | ten-dump >got
    printf 'two\nlines é\n' | cmp - got
    printf 'ended\n' | raw2ten --type=utf8 --dims=6 | ten-dump >got
    printf 'ended\n' | cmp - got
}
@test "--limit: so many values of each record, and ... where there are more" {
    ten-gen a u8 2,3 b u8 2 | ten-dump --limit=4 >got
    printf '0 1 2\n3 ...\n\n0 1\n' | cmp - got
    ten-gen a u8 2,3 | ten-dump --limit=3 >got
    printf '0 1 2\n...\n' | cmp - got
    ten-gen a u8 2,3 | ten-dump --limit=6 >got
    printf '0 1 2\n3 4 5\n' | cmp - got
    ten-gen a u8 2,3 | ten-dump --limit=0 >got
    printf '...\n' | cmp - got
    printf 'hello' | raw2ten --type=utf8 --dims=5 | ten-dump --limit=2 >got
    printf 'he...\n' | cmp - got
}
@test "a text is not cut inside of a character" {
    printf 'aéb' | raw2ten --type=utf8 --dims=4 | ten-dump --limit=2 >got
    printf 'a...\n' | cmp - got
}
@test "several files follow each other" {
    ten-gen a u8 1 >a.ten
    ten-dump a.ten - a.ten < <(ten-gen b u8 2) >got
    printf '0\n\n0 1\n\n0\n' | cmp - got
}
@test "compressed or plain makes no difference" {
    ten-gen x f32 1000 --fill=normal >x.ten
    ten-cat --zstd x.ten | ten-dump | cmp - <(ten-dump x.ten)
}
@test "a limit that is none: exit 2" {
    run -2 --separate-stderr bash -c 'ten-gen a u8 1 | ten-dump --limit=-1'
    [ "${stderr_lines[0]}" = "ten-dump: -1: not a possible value: expected a whole number from 0 to 9223372036854775807" ]
    run -2 ten-dump --precision=18
}
@test "cut in the second record: the first is printed, exit 1" {
    ten-gen a u8 2 b u8 2 | head -c -100 >cut
    run -1 --separate-stderr ten-dump cut
    [ "${lines[0]}" = "0 1" ]
    [[ "$stderr" = "ten-dump: cut: record 1"*": the input ends here: expected the rest of the stream" ]]
}
@test "a changed value is not printed: exit 1" {
    ten-gen y u8 100 >x.ten
    at=$(($(stat -c %s x.ten) - 64 - 50))
    { head -c $at x.ten; printf '\377'; tail -c +$((at + 2)) x.ten; } >bad
    run -1 --separate-stderr ten-dump bad
    [ -z "$output" ]
    [[ "$stderr" = "ten-dump: bad: record 0 y: byte "*": payload: checksum differs"* ]]
}
