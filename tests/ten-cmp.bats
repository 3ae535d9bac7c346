load common
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    ten-gen --records=2 a u8 2,3 b f32 4 >a.ten
}

@test "equal streams: no output, exit 0; compression makes no difference" {
    run -0 bash -c 'ten-cat --zstd a.ten | ten-cmp --attrs a.ten -'
    [ -z "$output" ]
    run -0 bash -c 'ten-cmp - a.ten <a.ten'
    [ -z "$output" ]
}
@test "values: how many differ, where, and by how much the worst, exit 1" {
    printf '\001\002\003\004\005\006' | raw2ten --type=u8 --dims=2,3 --name=x >x.ten
    printf '\001\002\004\004\012\006' | raw2ten --type=u8 --dims=2,3 --name=x >y.ten
    run -1 ten-cmp x.ten y.ten
    [ "$output" = "record 0 x: 2 of 6 values differ, first at [0,2], worst at [1,1]: 5 against 10, absolute 5, relative 0.5" ]
}
@test "every record that differs has its line" {
    ten-gen --records=2 a u8 2,3 b f32 4 --lo=1 >b.ten
    run -1 ten-cmp a.ten b.ten
    [ "${#lines[@]}" = 4 ]
    [ "${lines[3]}" = "record 3 b: 4 of 4 values differ, first at [0], worst at [0]: 4 against 5, absolute 1, relative 0.2" ]
}
@test "--atol lets values differ by so much" {
    ten-gen x f32 4 >x.ten
    ten-gen x f32 4 --lo=0.25 >y.ten
    run -1 ten-cmp --atol=0.24 x.ten y.ten
    run -0 ten-cmp --atol=0.25 x.ten y.ten
}
@test "--rtol refers to the value of B" {
    ten-gen x f64 1 --lo=11 >x.ten
    ten-gen x f64 1 --lo=10 >y.ten
    run -1 ten-cmp --rtol=0.095 x.ten y.ten
    run -0 ten-cmp --rtol=0.095 y.ten x.ten
}
@test "a NaN differs from a NaN, unless --nan-equal" {
    printf '\000\000\300\177\000\000\200\077' | raw2ten --type=f32 --dims=2 --name=x >x.ten
    run -1 ten-cmp x.ten x.ten
    [ "$output" = "record 0 x: 1 of 2 values differ, first at [0], worst at [0]: nan against nan, absolute inf, relative inf" ]
    run -0 ten-cmp --nan-equal x.ten x.ten
    ten-gen x f32 2 --lo=0 >y.ten
    run -1 ten-cmp --nan-equal --atol=1e300 x.ten y.ten
}
@test "integers of 64 bits that no double tells apart differ" {
    ten-gen x i64 1 --lo=9007199254740992 >x.ten
    ten-gen x i64 1 --lo=9007199254740993 >y.ten
    run -1 ten-cmp x.ten y.ten
    [[ "$output" = *": 9007199254740992 against 9007199254740993, absolute 1, "* ]]
}
@test "names, types and shapes" {
    ten-gen x u8 2 >x.ten
    run -1 ten-cmp x.ten <(ten-gen y u8 2)
    [ "$output" = "record 0 x: name x against y" ]
    run -1 ten-cmp x.ten <(ten-gen x i8 2)
    [ "$output" = "record 0 x: type u8 against i8" ]
    run -1 ten-cmp x.ten <(ten-gen x u8 2,1)
    [ "$output" = "record 0 x: shape [2] against [2,1]" ]
}
@test "a scalar differs at []" {
    run -1 ten-cmp <(ten-gen x u8 '') <(ten-gen x u8 '' --lo=1)
    [ "$output" = "record 0 x: 1 of 1 values differ, first at [], worst at []: 0 against 1, absolute 1, relative 1" ]
}
@test "one stream is longer: both counts" {
    ten-head --records=1 <a.ten >short.ten
    run -1 ten-cmp a.ten short.ten
    [ "$output" = "short.ten ends after 1 records: a.ten has 4" ]
    run -1 ten-cmp short.ten a.ten
    [ "$output" = "short.ten ends after 1 records: a.ten has 4" ]
}
@test "attributes and groups count with --attrs only, whatever the order of their keys" {
    ten-gen --attrs='{"a":1,"b":2}' x u8 1 y u8 1 >x.ten
    run -0 ten-cmp --attrs x.ten <(ten-gen --attrs='{"b":2, "a":1}' x u8 1 y u8 1)
    ten-gen --attrs='{"a":1}' --group-attrs='{"g":1}' x u8 1 y u8 1 >y.ten
    run -0 ten-cmp x.ten y.ten
    run -1 ten-cmp --attrs x.ten y.ten
    [ "${#lines[@]}" = 3 ]
    [ "${lines[0]}" = 'record 0 x: attributes {"a":1,"b":2} against {"a":1}' ]
    [ "${lines[1]}" = 'record 0 x: group attributes {} against {"g":1}' ]
    [ "${lines[2]}" = 'record 1 y: attributes {"a":1,"b":2} against {"a":1}' ]
    { ten-gen --attrs='{"a":1,"b":2}' x u8 1; ten-gen --attrs='{"a":1,"b":2}' y u8 1; } >two.ten
    run -0 ten-cmp x.ten two.ten
    run -1 ten-cmp --attrs x.ten two.ten
    [ "$output" = "record 1 y: group 0 against 1" ]
}
@test "--quiet says nothing: the exit status tells" {
    ten-head --records=1 <a.ten >short.ten
    run -1 ten-cmp --quiet a.ten short.ten
    [ -z "$output" ]
    ten-gen --records=2 a u8 2,3 b f32 4 --lo=1 >b.ten
    run -1 ten-cmp --quiet a.ten b.ten
    [ -z "$output" ]
    run -0 ten-cmp --quiet a.ten a.ten
}
@test "the thread count does not change the output" {
    ten-gen x f32 1000003 --fill=normal >x.ten
    ten-gen x f32 1000003 --fill=normal --seed=1 >y.ten
    run -1 ten-cmp --threads=1 x.ten y.ten
    one=$output
    run -1 ten-cmp --threads=2 x.ten y.ten
    [ "$output" = "$one" ]
}
@test "wrong usage: exit 2" {
    run -2 --separate-stderr ten-cmp a.ten
    [ "${stderr_lines[0]}" = "ten-cmp: B is missing: expected two streams, A and B" ]
    run -2 --separate-stderr ten-cmp
    [ "${stderr_lines[0]}" = "ten-cmp: no stream: expected two streams, A and B" ]
    run -2 --separate-stderr ten-cmp a.ten a.ten b.ten
    [ "${stderr_lines[0]}" = "ten-cmp: b.ten: one stream too many: expected A and B" ]
    run -2 --separate-stderr ten-cmp - -
    [ "${stderr_lines[0]}" = "ten-cmp: A and B: both are standard input: expected a file for one of them" ]
    run -2 ten-cmp --atol=-1 a.ten a.ten
}
@test "a bad stream: exit 1, naming it" {
    head -c 350 a.ten >cut.ten
    run -1 --separate-stderr ten-cmp a.ten cut.ten
    [[ "$stderr" = "ten-cmp: cut.ten: record 1"*": the input ends here: expected the rest of the stream" ]]
    run -1 --separate-stderr ten-cmp gone.ten a.ten
    [ "$stderr" = "ten-cmp: gone.ten: No such file or directory: expected a tensor stream" ]
    { head -c 100 a.ten; printf '\377'; tail -c +102 a.ten; } >bad.ten
    run -1 --separate-stderr ten-cmp bad.ten a.ten
    [[ "$stderr" = "ten-cmp: bad.ten: record 0"*": header checksum: differs: "* ]]
}
