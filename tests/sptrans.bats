load common
setup() { cd "$BATS_TEST_TMPDIR" || return; }

@test "rows become columns, values go along" {
    printf '%%%%MatrixMarket matrix coordinate real general\n2 3 3\n1 1 1\n1 3 2\n2 3 3\n' >m.mtx
    run -0 bash -c 'mtx2ten m.mtx | sptrans | ten2mtx | tail -4'
    [ "$output" = $'3 2 3\n1 1 1\n3 1 2\n3 2 3' ]
}
@test "twice is the matrix again, in every type and as a digraph" {
    for type in f32 f64 i64; do
        mtxgen kper --rows=300 --cols=200 --values=integer --type=$type >m.ten
        sptrans <m.ten | sptrans | ten-cmp m.ten -
    done
    mtxgen kper --rows=300 --values=none >m.ten
    sptrans <m.ten | sptrans | ten-cmp m.ten -
    run -0 bash -c 'printf "0 1 2.5\n" | edges2ten | sptrans | ten2edges --separator=space'
    [ "$output" = "1 0 2.5" ]
}
@test "matrices by columns and lists of entries come by rows" {
    run -0 bash -c 'mtxgen st2d5 --grid=3,2 | ten2mtx | mtx2ten --coo | sptrans | ten-info | head -1'
    [[ "$output" = *'"kind":"csr"'* ]]
}
@test "a stream without a matrix: exit 1; an argument: exit 2" {
    run -1 --separate-stderr bash -c 'ten-gen x f32 3 | sptrans >out'
    [ "$stderr" = "sptrans: standard input: group attributes: kind is missing: expected a sparse matrix, kind csr, csc or coo" ]
    run -2 sptrans m.ten
    [[ "$output" = *"m.ten: expected no argument: the matrix comes on standard input"* ]]
}
