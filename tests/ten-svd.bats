load common
setup() { cd "$BATS_TEST_TMPDIR" || return; }
# values FILE [OPTION...]: the last column, on one line.
values() { ten-svd "${@:2}" "$1" | tail -n +2 | cut -f6 | paste -sd' '; }

@test "of a diagonal: its absolute values, falling" {
    printf '3,0,0\n0,-5,0\n0,0,0.5\n' | csv2ten --matrix --no-header >d.ten
    [ "$(values d.ten --top=0)" = "5 3 0.5" ]
    [ "$(values d.ten)" = 5 ]
    [ "$(values d.ten --top=2)" = "5 3" ]
}
@test "of a column, and of a row: its length" {
    printf '3\n4\n' | csv2ten --matrix --no-header >c.ten
    printf '3,4\n' | csv2ten --matrix --no-header >r.ten
    [ "$(values c.ten --top=0) $(values r.ten --top=0)" = "5 5" ]
}
@test "squares of all add up to those of the elements" {
    ten-gen x f32 30,7 --fill=normal --seed=2 >x.ten
    want=$(ten-dump x.ten | tr ' ' '\n' | awk '{ s += $1 * $1 } END { print s }')
    ten-svd --top=0 x.ten | awk -v want="$want" 'NR > 1 { s += $6 * $6; n++ } END { d = s / want - 1; exit n != 7 || d > 1e-5 || d < -1e-5 }'
}
@test "more axes: the first one against the others; fewer, whole numbers and nothing are passed over" {
    ten-gen w f32 4,3,3,2 --fill=normal v f32 9 i i32 3,3 n f32 0,4 >x.ten
    run -0 ten-svd --top=9 x.ten
    [ "${#lines[@]}" = 5 ]
    [[ "${lines[1]}" = $'0\tw\t4\t18\t1\t'* ]]
    ten-cut --keep=w --reshape=4,18 <x.ten >flat.ten
    [ "$(values x.ten --top=4)" = "$(values flat.ten --top=4)" ]
}
@test "what is not finite has none" {
    printf 'nan,1\n2,3\n' | csv2ten --matrix --no-header >x.ten
    [ "$(values x.ten --top=2)" = "nan nan" ]
}
@test "every weight of a network has one" {
    make-model --seed=1 --config='{"family": "sngan_discriminator"}' | ten-svd >norms.tsv
    awk -F'\t' 'NR > 1 && !($6 > 0) { exit 1 } END { exit NR < 3 }' norms.tsv
}
@test "bad usage and bad data: one line" {
    run -2 --separate-stderr ten-svd --top=-1 </dev/null
    [[ "$stderr" = "ten-svd: -1: "* ]]
    run -1 --separate-stderr ten-svd </dev/null
    [[ "$stderr" = "ten-svd: "*"empty input"* ]]
}
