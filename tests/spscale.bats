load common
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    printf '%%%%MatrixMarket matrix coordinate real general\n2 3 4\n1 1 1\n1 3 3\n2 1 4\n2 2 0\n' | mtx2ten >a.ten
}
result() { spscale "$@" <a.ten | ten2mtx | tail -n +3 | tr '\n' ';'; }

@test "rows or columns that sum to 1" {
    [ "$(result --normalize=rows)" = "1 1 0.25;1 3 0.75;2 1 1;2 2 0;" ]
    [ "$(result --normalize=cols)" = "1 1 0.2;1 3 1;2 1 0.8;2 2 0;" ]
}
@test "powers come first, then factors, sums last" {
    [ "$(result --power=2)" = "1 1 1;1 3 9;2 1 16;2 2 0;" ]
    ten-gen r f32 2 >r.ten
    ten-gen --lo=1 c i32 3 >c.ten
    [ "$(result --rows=r.ten)" = "1 1 0;1 3 0;2 1 4;2 2 0;" ]
    [ "$(result --cols=c.ten)" = "1 1 1;1 3 9;2 1 4;2 2 0;" ]
    printf '%s\n' c 7 1 1 | csv2ten >c.ten
    [ "$(result --power=2 --cols=c.ten --normalize=rows)" = "1 1 0.4375;1 3 0.5625;2 1 1;2 2 0;" ]
}
@test "f32 stays f32" {
    run -0 bash -c 'mtxgen diag --rows=3 --type=f32 | spscale --power=0.5 | ten-info | tail -1'
    [[ "$output" = *" f32 "* ]]
}
@test "whole numbers, structures, factors that do not fit: exit 1" {
    run -1 --separate-stderr bash -c 'mtxgen diag --rows=3 --type=i64 | spscale >out'
    [ "$stderr" = "spscale: standard input: values of i64: expected values of f32 or f64" ]
    run -1 --separate-stderr bash -c 'mtxgen diag --rows=3 --values=none | spscale >out'
    [ "$stderr" = "spscale: standard input: no values: expected values of f32 or f64" ]
    ten-gen r f32 3 >r.ten
    run -1 --separate-stderr bash -c 'spscale --rows=r.ten <a.ten >out'
    [ "$stderr" = "spscale: r.ten: r: shape [3]: expected [2]" ]
    ten-gen --records=0 r f32 3 >none.ten
    run -1 --separate-stderr bash -c 'spscale --cols=none.ten <a.ten >out'
    [ "$stderr" = "spscale: none.ten: no record: expected a vector" ]
}
@test "wrong usage: exit 2" {
    run -2 spscale --normalize=all
    run -2 spscale --power=x
    run -2 spscale a.ten
}
