load common
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    printf '%%%%MatrixMarket matrix coordinate real general\n2 3 3\n1 1 5\n1 3 2\n2 2 4\n' | mtx2ten >a.ten
    printf '%%%%MatrixMarket matrix coordinate real general\n2 3 3\n1 1 3\n1 2 1\n2 2 6\n' | mtx2ten >b.ten
}
result() { spewise "$@" <a.ten | ten2mtx | tail -n +3 | tr '\n' ';'; }

@test "each operation at its places" {
    [ "$(result plus b.ten)" = "1 1 8;1 2 1;1 3 2;2 2 10;" ]
    [ "$(result minus b.ten)" = "1 1 2;1 2 -1;1 3 2;2 2 -2;" ]
    [ "$(result times b.ten)" = "1 1 15;2 2 24;" ]
    [ "$(result min b.ten)" = "1 1 3;1 2 1;1 3 2;2 2 4;" ]
    [ "$(result max b.ten)" = "1 1 5;1 2 1;1 3 2;2 2 6;" ]
    [ "$(result second b.ten)" = "1 1 3;1 2 1;1 3 2;2 2 6;" ]
    [ "$(result first --places=intersection b.ten)" = "1 1 5;2 2 4;" ]
    [ "$(result first --places=difference b.ten)" = "1 3 2;" ]
    [ "$(result times --places=union b.ten)" = "1 1 15;1 2 1;1 3 2;2 2 24;" ]
}
@test "a matrix minus itself is zeros, which stay" {
    run -0 bash -c 'spewise minus a.ten <a.ten | ten-dump | tail -1'
    [ "$output" = "0 0 0" ]
}
@test "shapes and types that do not fit: exit 1" {
    mtxgen diag --rows=2 >d.ten
    run -1 --separate-stderr bash -c 'spewise plus d.ten <a.ten >out'
    [ "$stderr" = "spewise: d.ten: shape [2,2]: expected [2,3] as of standard input" ]
    mtxgen kper --rows=2 --cols=3 --per-row=1 --type=f32 >f.ten
    run -1 --separate-stderr bash -c 'spewise plus f.ten <a.ten >out'
    [ "$stderr" = "spewise: f.ten: values of f32: expected f64 as of standard input" ]
    run -1 --separate-stderr bash -c 'spewise plus gone.ten <a.ten >out'
    [[ "$stderr" = "spewise: gone.ten: No such file or directory"* ]]
    ten-gen x f32 3 >x.ten
    run -1 --separate-stderr bash -c 'spewise plus x.ten <a.ten >out'
    [[ "$stderr" = "spewise: x.ten: group attributes: kind is missing"* ]]
}
@test "a structure counts as ones of the other's type" {
    mtxgen kper --rows=2 --cols=3 --per-row=3 --values=none >s.ten
    [ "$(result times s.ten)" = "1 1 5;1 3 2;2 2 4;" ]
}
@test "wrong usage: exit 2" {
    run -2 spewise
    [[ "$output" = *"no operation: expected OP and B"* ]]
    run -2 spewise plus
    [[ "$output" = *"B is missing: expected OP and B"* ]]
    run -2 spewise power b.ten
    run -2 spewise plus -
    [[ "$output" = *"B: -: A is standard input: expected a file"* ]]
    run -2 spewise plus b.ten c.ten
    run -2 spewise plus --places=all b.ten
}
