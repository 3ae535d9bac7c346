load common
setup() { cd "$BATS_TEST_TMPDIR" || return; }
# Fields of the last line, by number.
last() { tail -1 | cut -f "$1"; }

@test "a table with a header line, a line a record" {
    run -0 bash -c 'ten-gen --records=2 a u8 2,3 b f32 4 | ten-stat'
    [ "${#lines[@]}" = 5 ]
    [ "${lines[0]}" = $'group\tname\ttype\tshape\tcount\tmin\tmax\tmean\tstd\tzeros\tnan\tinf' ]
    [ "${lines[1]}" = $'0\ta\tu8\t[2,3]\t6\t0\t5\t2.5\t1.70782513\t1\t0\t0' ]
    [ "${lines[4]}" = $'1\tb\tf32\t[4]\t4\t4\t7\t5.5\t1.11803399\t0\t0\t0' ]
}
@test "NaN and infinities are counted and left out of the rest" {
    # nan inf -inf 2 -0
    printf '\000\000\300\177\000\000\200\177\000\000\200\377\000\000\000\100\000\000\000\200' |
        raw2ten --type=f32 --dims=5 --name=x >x.ten
    run -0 bash -c 'ten-stat x.ten | tail -1'
    [ "$output" = $'0\tx\tf32\t[5]\t5\t-0\t2\t1\t1\t1\t1\t2' ]
}
@test "nothing finite: nan" {
    run -0 bash -c 'ten-gen x f32 0,3 | ten-stat --quantiles=0.5 | tail -1'
    [ "$output" = $'0\tx\tf32\t[0,3]\t0\tnan\tnan\tnan\tnan\t0\t0\t0\tnan' ]
}
@test "extremes are printed as the tensor has them" {
    [ "$(ten-gen x f32 2 --lo=0.1 | ten-stat | last 6,7)" = $'0.1\t1.1' ]
    [ "$(ten-gen x bool 3 | ten-stat | last 6,7)" = $'0\t1' ]
}
@test "a million normal numbers: mean 0, deviation 1" {
    ten-gen x f32 1000000 --fill=normal | ten-stat --quantiles=0.158655,0.5,0.841345 | last 8,9,13-15 |
        awk '{ exit !($1 < 0.004 && $1 > -0.004 && $2 > 0.997 && $2 < 1.003 && $3 > -1.008 && $3 < -0.992 &&
                      $4 > -0.006 && $4 < 0.006 && $5 > 0.992 && $5 < 1.008) }'
}
@test "--quantiles: values of the tensor, at least so many of which are not above" {
    run -0 bash -c 'ten-gen x u8 100 | ten-stat --quantiles=0,0.07,.5,1 | cut -f 13-'
    [ "${lines[0]}" = $'q0\tq0.07\tq.5\tq1' ]
    [ "${lines[1]}" = $'0\t6\t49\t99' ]
}
@test "--quantiles agree with sort" {
    ten-gen x f32 9999 --fill=normal >x.ten
    want=$(ten-dump x.ten | tr ' ' '\n' | sort -g | awk 'NR == 100 || NR == 5000 || NR == 9900' | tr '\n' '\t')
    [ "$(ten-stat --quantiles=0.01,0.5,0.99 x.ten | last 13-)"$'\t' = "$want" ]
}
@test "--per-channel: a line for each index of the last axis" {
    run -0 bash -c 'ten-gen image u8 2,2,3 | ten-stat --per-channel --quantiles=0.5 | cut -f 5-9,14'
    [ "${lines[0]}" = $'channel\tcount\tmin\tmax\tmean\tq0.5' ]
    [ "${lines[1]}" = $'0\t4\t0\t9\t4.5\t3' ]
    [ "${lines[3]}" = $'2\t4\t2\t11\t6.5\t5' ]
}
@test "--per-channel: thousands of channels, packed types too" {
    ten-gen x u4 3,2501 | ten-stat --per-channel >got
    [ "$(wc -l <got)" = 2502 ]
    # Row r of channel 2500 holds (2501 r + 2500) % 16: 4, 9, 14.
    [ "$(last 5-9 <got)" = $'2500\t3\t4\t14\t9' ]
}
@test "--histogram: equal parts of the range, bars for the eye" {
    run -0 bash -c 'ten-gen x u8 9 | ten-stat --histogram=4'
    [ "${lines[0]}" = $'group\tname\ttype\tshape\tfrom\tto\tcount\tbar' ]
    [ "${lines[1]}" = $'0\tx\tu8\t[9]\t0\t2\t2\t###########################' ]
    [ "${lines[4]}" = $'0\tx\tu8\t[9]\t6\t8\t3\t########################################' ]
}
@test "--histogram counts every finite value once" {
    run -0 bash -c 'ten-gen x f32 100000 --fill=normal | ten-stat --histogram=33 | awk -F"\t" "NR > 1 { n += \$7 } END { print n, NR }"'
    [ "$output" = "100000 34" ]
}
@test "--histogram of equal values is one line, of none no line; per channel too" {
    run -0 bash -c 'ten-gen x f32 5 --fill=zeros e f32 0 | ten-stat --histogram=4'
    [ "${#lines[@]}" = 2 ]
    [ "$(cut -f 5-7 <<<"${lines[1]}")" = $'0\t0\t5' ]
    run -0 bash -c 'ten-gen x u8 3,2 | ten-stat --histogram=2 --per-channel | cut -f 5-8'
    [ "${lines[2]}" = $'0\t2\t4\t2' ]
    [ "${lines[3]}" = $'1\t1\t3\t1' ]
}
@test "the thread count does not change a byte" {
    ten-gen x f32 100003,7 --fill=normal >x.ten
    for o in --quantiles=0.1,0.9 --per-channel --histogram=10; do
        ten-stat --threads=1 $o x.ten >one
        ten-stat --threads=2 $o x.ten >two
        cmp one two
    done
}
@test "quantiles outside of 0 to 1, a histogram without bins: exit 2" {
    run -2 --separate-stderr ten-stat --quantiles=0.5,2
    [ "${stderr_lines[0]}" = "ten-stat: 2: not a possible value: expected a number from 0 to 1" ]
    run -2 ten-stat --quantiles=
    run -2 ten-stat --histogram=0
}
@test "cut in the second record: the first has its line, exit 1" {
    ten-gen a u8 2 b u8 2 | head -c -100 >cut
    run -1 --separate-stderr ten-stat cut
    [ "${#lines[@]}" = 2 ]
    [[ "$stderr" = "ten-stat: cut: record 1"*": the input ends here: expected the rest of the stream" ]]
}
@test "a changed value: exit 1, no line for it" {
    ten-gen y u8 100 >x.ten
    at=$(($(stat -c %s x.ten) - 64 - 50))
    { head -c $at x.ten; printf '\377'; tail -c +$((at + 2)) x.ten; } >bad
    run -1 --separate-stderr ten-stat bad
    [ "${#lines[@]}" = 1 ]
    [[ "$stderr" = "ten-stat: bad: record 0 y: byte "*": payload: checksum differs"* ]]
}
