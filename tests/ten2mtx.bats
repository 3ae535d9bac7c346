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
@test "the symmetry is kept, and the stored half" {
    printf '%%%%MatrixMarket matrix coordinate integer skew-symmetric\n3 3 2\n2 1 -5\n3 1 7\n' >k.mtx
    mtx2ten --keep-symmetric k.mtx | ten2mtx | cmp - k.mtx
    run -0 bash -c 'sed "s/2 1 -5/1 2 5/" k.mtx | mtx2ten --keep-symmetric | ten2mtx'
    [ "${lines[2]}" = "2 1 -5" ]
}
@test "digraphs and lists of entries are matrices too" {
    run -0 bash -c 'printf "0 1 2.5\n1 0 3\n" | edges2ten | ten2mtx'
    [ "${lines[2]} ${lines[3]}" = "1 2 2.5 2 1 3" ]
    run -0 bash -c 'mtx2ten m.mtx | ten2mtx --pattern | mtx2ten --coo | ten2mtx'
    [ "${lines[2]}" = "1 3 1" ]
}
@test "a stream without a matrix, with two, with a part missing: exit 1" {
    run -1 --separate-stderr bash -c 'ten-gen x f32 3 | ten2mtx >out'
    [ "$stderr" = "ten2mtx: group attributes: kind is missing: expected a sparse matrix, kind csr, csc or coo" ]
    run -1 --separate-stderr bash -c 'mtx2ten m.mtx m.mtx | ten2mtx >out'
    [ "$stderr" = "ten2mtx: standard input: indptr: a second group: expected one matrix" ]
    run -1 --separate-stderr bash -c 'ten-gen --fill=zeros --group-attrs="{\"kind\":\"csr\",\"shape\":[2,2]}" indptr i64 3 | ten2mtx >out'
    [ "$stderr" = "ten2mtx: indices: is missing: expected it in every group of a sparse matrix" ]
}
@test "a cut and a corrupted stream: exit 1, nothing written" {
    mtx2ten m.mtx >m.ten
    head -c -200 m.ten >cut
    run -1 --separate-stderr bash -c 'ten2mtx <cut >out'
    [[ "$stderr" = "ten2mtx: record "*"expected"* ]]
    [ ! -s out ]
    { head -c 330 m.ten; printf x; tail -c +332 m.ten; } >flipped
    run -1 --separate-stderr bash -c 'ten2mtx <flipped >out'
    [[ "$stderr" = "ten2mtx: record 1: byte "*"header checksum"* ]]
    [ ! -s out ]
}
