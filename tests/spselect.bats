load common
setup() { cd "$BATS_TEST_TMPDIR" || return; printf '%%%%MatrixMarket matrix coordinate real general\n3 4 7\n1 1 5\n1 2 -7\n1 4 5\n2 2 0\n2 3 2\n3 1 -1\n3 4 4\n' >m.mtx; mtx2ten m.mtx >m.ten; }
# selected OPTIONS...: entries as "row col value", from 1.
selected() { spselect "$@" <m.ten | ten2mtx | tail -n +3; }

@test "without options it is the matrix" {
    spselect <m.ten | ten-cmp m.ten -
}
@test "triangles and diagonals" {
    [ "$(selected --tril)" = $'1 1 5\n2 2 0\n3 1 -1' ]
    [ "$(selected --tril=-1)" = "3 1 -1" ]
    [ "$(selected --triu=2)" = "1 4 5" ]
    [ "$(selected --triu=0 --tril=0)" = $'1 1 5\n2 2 0' ]
    [ "$(selected --diag=1)" = $'1 2 -7\n2 3 2\n3 4 4' ]
    [ "$(selected --offdiag --tril)" = "3 1 -1" ]
}
@test "rows and columns, numbered anew" {
    [ "$(selected --rows=0:3:2 --cols=1:)" = $'1 1 -7\n1 3 5\n2 3 4' ]
    [ "$(selected --cols=-1:)" = $'1 1 5\n3 1 4' ]
    run -0 bash -c 'spselect --rows=2:2 <m.ten | ten-info | head -1'
    [[ "$output" = *'"shape":[0,4]'* ]]
    # Diagonals are those of the whole matrix.
    [ "$(selected --rows=1: --diag=1)" = $'1 3 2\n2 4 4' ]
}
@test "values and magnitudes" {
    [ "$(selected --at-least=4)" = $'1 1 5\n1 4 5\n3 4 4' ]
    [ "$(selected --at-most=-1)" = $'1 2 -7\n3 1 -1' ]
    [ "$(selected --at-least=0 --at-most=2)" = $'2 2 0\n2 3 2' ]
    [ "$(selected --abs --at-least=5)" = $'1 1 5\n1 2 -7\n1 4 5' ]
    [ "$(selected --nonzero --rows=1:2)" = "1 3 2" ]
}
@test "the largest of each row, the left one of equal ones" {
    [ "$(selected --topk=1)" = $'1 1 5\n2 3 2\n3 4 4' ]
    [ "$(selected --topk=2 --abs)" = $'1 1 5\n1 2 -7\n2 2 0\n2 3 2\n3 1 -1\n3 4 4' ]
    [ -z "$(selected --topk=0)" ]
}
@test "wrong usage: exit 2" {
    run -2 spselect --rows=3
    [[ "$output" = *"--rows: 3: expected START:STOP or START:STOP:STEP, with a step above 0"* ]]
    run -2 spselect --cols=::-1
    run -2 spselect --topk=-1
    run -2 spselect --abs
    [[ "$output" = *"--abs: nothing is compared: expected --at-least, --at-most or --topk"* ]]
    run -2 spselect m.ten
}
@test "a cut matrix: exit 1, nothing written" {
    run -1 --separate-stderr bash -c 'head -c -200 m.ten | spselect --tril >out'
    [[ "$stderr" = "spselect: record "*"expected"* ]]
    [ ! -s out ]
}
