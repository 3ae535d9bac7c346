load common
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    printf '%%%%MatrixMarket matrix coordinate real general\n2 3 3\n1 1 5\n1 3 2\n2 2 4\n' | mtx2ten >a.ten
    printf '%%%%MatrixMarket matrix coordinate real general\n2 3 3\n1 1 5\n1 2 1\n2 2 6\n' | mtx2ten >b.ten
}

@test "equal matrices: exit 0, silence, in whatever form they come" {
    run -0 spcmp a.ten a.ten
    [ -z "$output" ]
    ten2mtx <a.ten | mtx2ten --coo >coo.ten
    run -0 spcmp a.ten coo.ten
    mtxgen st2d5 --grid=9,8 --values=normal >s.ten
    run -0 bash -c 'sptrans <s.ten | spcmp s.ten -'
}
@test "what differs, the first and the worst: exit 1" {
    run -1 spcmp a.ten b.ten
    [ "${lines[0]}" = "entries only in A: 1, only in B: 1, values that differ: 1" ]
    [ "${lines[1]}" = "first at [0,1]: none against 1" ]
    [ "${lines[2]}" = "worst value at [1,1]: 4 against 6, absolute 2, relative 0.333333" ]
    run -1 spcmp --quiet a.ten b.ten
    [ -z "$output" ]
}
@test "--atol, --rtol, --nan-equal, --structure" {
    mtxgen st2d5 --grid=9,8 --values=normal >f64.ten
    mtxgen st2d5 --grid=9,8 --values=normal --type=f32 >f32.ten
    run -1 spcmp f64.ten f32.ten
    run -0 spcmp --rtol=1e-7 f64.ten f32.ten
    run -0 spcmp --atol=1e-6 f64.ten f32.ten
    mtxgen st2d5 --grid=9,8 --values=none >s.ten
    run -1 spcmp s.ten f64.ten
    run -0 spcmp --structure s.ten f64.ten
    printf '%%%%MatrixMarket matrix coordinate real general\n1 1 1\n1 1 nan\n' | mtx2ten >n.ten
    run -1 spcmp n.ten n.ten
    [ "${lines[1]}" = "first at [0,0]: nan against nan" ]
    run -0 spcmp --nan-equal n.ten n.ten
}
@test "another shape: exit 1" {
    sptrans <a.ten >t.ten
    run -1 spcmp a.ten t.ten
    [ "$output" = "shape [2,3] against [3,2]" ]
}
@test "wrong usage: exit 2; a file that is none: exit 1" {
    run -2 spcmp
    [[ "$output" = *"no matrix: expected two matrices, A and B"* ]]
    run -2 spcmp a.ten
    run -2 spcmp - -
    [[ "$output" = *"both are standard input"* ]]
    run -2 spcmp a.ten b.ten a.ten
    run -1 --separate-stderr spcmp a.ten gone.ten
    [[ "$stderr" = "spcmp: gone.ten: No such file or directory"* ]]
}
