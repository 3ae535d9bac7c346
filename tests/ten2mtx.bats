load common
setup() { cd "$BATS_TEST_TMPDIR" || return; printf '%%%%MatrixMarket matrix coordinate real general\n3 3 3\n1 3 0.1\n2 2 -1\n3 1 1000\n' >m.mtx; }

@test "a matrix goes there and back to the same text" {
    mtx2ten m.mtx | ten2mtx | grep -v '^%[^%]' | cmp m.mtx -
}
@test "--pattern leaves the values out" {
    run -0 bash -c 'mtx2ten m.mtx | ten2mtx --pattern'
    [ "${lines[0]}" = "%%MatrixMarket matrix coordinate pattern general" ]
    [ "${lines[2]}" = "1 3" ]
}
@test "a stream without a matrix: exit 1" {
    run -1 --separate-stderr bash -c 'ten-gen x f32 3 | ten2mtx >out'
    [[ "$stderr" = "ten2mtx: "*"expected"* ]]
}
