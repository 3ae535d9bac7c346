load common
# Groups 0 to 3 of x and y; x counts 0 1, 2 3 ..., y 0, 1 ...
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    ten-gen --records=4 x i32 2 y i32 1 >four.ten
}
values() { ten-dump | grep . | tr '\n' ' '; }

@test "the first group by default" {
    [ "$(ten-head <four.ten | values)" = "0 1 0 " ]
}
@test "--groups and --skip count groups" {
    [ "$(ten-head --groups=2 --skip=1 <four.ten | values)" = "2 3 1 4 5 2 " ]
}
@test "--records and --skip count records" {
    [ "$(ten-head --records=2 --skip=1 <four.ten | values)" = "0 2 3 " ]
}
@test "what is cut out keeps its groups" {
    run -0 bash -c 'ten-head --records=3 --skip=1 <four.ten | ten-info | cut -c 1-8'
    [ "$(awk '{ print $1, $2 }' <<<"$output" | tr '\n' ' ')" = "0 y 1 x 1 y " ]
}
@test "a stream shorter than asked for goes through whole" {
    ten-head --groups=99 <four.ten >all
    ten-cmp four.ten all
    ten-head --skip=4 <four.ten | ten-verify
    [ -z "$(ten-head --skip=9 --groups=9 <four.ten | values)" ]
}
@test "0 groups are a stream without records" {
    [ -z "$(ten-head --groups=0 <four.ten | values)" ]
    ten-head --records=0 <four.ten | ten-verify
}
@test "stops reading: damage behind the part asked for does not matter" {
    { cat four.ten; echo damage; } >bad
    ten-head --groups=2 <bad >two
    ten-cmp two <(ten-head --groups=2 <four.ten)
}
@test "the stream's writer is ended by a closed pipe" {
    run bash -c 'ten-gen --records=100000 x f32 10000 | ten-head --records=1 | ten-verify; echo "${PIPESTATUS[0]}"'
    [ "${lines[-1]}" = 141 ]
}
@test "cut inside the part asked for: what came before is written, exit 1" {
    head -c 700 four.ten >cut
    run -1 --separate-stderr bash -c 'ten-head --groups=3 <cut >got'
    [ "$stderr" = "ten-head: record 3: byte 640: header: the input ends here: expected the rest of the stream" ]
    run -1 ten-verify got
    [ "$(ten2raw <got 2>/dev/null | od -An -v -w4 -td4 | tr -d '\n ')" = "01023" ]
}
@test "a flipped bit is noticed: exit 1" {
    { head -c 300 four.ten; printf '\001'; tail -c +302 four.ten; } >bad
    run -1 --separate-stderr bash -c 'ten-head --groups=4 <bad >/dev/null'
    [[ "$stderr" = "ten-head: record "* ]]
}
@test "a negative count: exit 2" {
    run -2 --separate-stderr ten-head --groups=-1
    [ "${stderr_lines[0]}" = "ten-head: -1: not a possible value: expected a whole number from 0 to 9223372036854775807" ]
}
