load common
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    printf 'p sp 3 4\na 1 2 5\na 1 3 4\na 1 3 2\na 3 1 9\n' >g.gr
    printf 'p aux sp co 3\nv 1 1 2\nv 2 -7 8\nv 3 0 5\n' >g.co
}

@test "a graph goes there and back to the same text" {
    gr2ten g.gr | ten2gr | cmp - g.gr
}
@test "--coordinates writes record xy to a file of its own" {
    gr2ten --coordinates=g.co g.gr | ten2gr --coordinates=back.co | cmp - g.gr
    cmp g.co back.co
}
@test "--coordinates without record xy: exit 1, and no file" {
    run -1 --separate-stderr bash -c 'gr2ten g.gr | ten2gr --coordinates=back.co >out'
    [ "$stderr" = "ten2gr: standard input: xy: 0 nodes: expected 3 as in the graph" ]
    [ ! -e back.co ]
}
@test "whole float weights are written, others refused: exit 1 with the place" {
    run -0 bash -c 'printf "0 1 2.5\n1 0 3.5\n0 1 1.5\n" | edges2ten --dup=sum | ten2gr 2>&1 || true'
    [[ "$output" = *"ten2gr: weight: element 1 is 3.5: expected a whole number from 0 to 2^63-1" ]]
    run -0 bash -c 'printf "0 1 2.5\n1 0 3\n0 1 1.5\n" | edges2ten --dup=sum | ten2gr'
    [ "${lines[1]}" = "a 1 2 4" ]
    [ "${lines[2]}" = "a 2 1 3" ]
}
@test "a matrix that is not square, or none: exit 1" {
    run -1 --separate-stderr bash -c 'printf "%%%%MatrixMarket matrix coordinate pattern general\n2 3 1\n1 3\n" | mtx2ten | ten2gr'
    [ "$stderr" = "ten2gr: group attributes: shape [2,3]: expected a square matrix for a graph" ]
    run -1 --separate-stderr bash -c 'ten-gen x f32 3 | ten2gr'
    [ "$stderr" = "ten2gr: group attributes: kind is missing: expected a sparse matrix, kind csr, csc or coo" ]
}
@test "indices outside the shape: exit 1 with the place" {
    run -1 --separate-stderr bash -c 'ten-gen --group-attrs="{\"kind\":\"csr\",\"shape\":[2,2]}" --lo=1 indptr i64 3 | ten2gr'
    [[ "$stderr" = "ten2gr: "*"expected"* ]]
    run -1 --separate-stderr bash -c 'ten-gen --group-attrs="{\"kind\":\"coo\",\"shape\":[2,2]}" row i64 2 col i64 2 --lo=1 | ten2gr'
    [ "$stderr" = "ten2gr: row: element 1 is 2: expected 0 to 1" ]
}
@test "a second graph: exit 1" {
    run -1 --separate-stderr bash -c 'cat <(gr2ten g.gr) <(gr2ten g.gr) | ten2gr'
    [ "$stderr" = "ten2gr: standard input: indptr: a second group: expected one graph" ]
}
@test "a cut and a corrupted stream: exit 1, nothing written" {
    gr2ten g.gr >g.ten
    head -c 500 g.ten >cut
    run -1 --separate-stderr bash -c 'ten2gr <cut >out'
    [[ "$stderr" = "ten2gr: record "*"expected"* ]]
    [ ! -s out ]
    { head -c 330 g.ten; printf x; tail -c +332 g.ten; } >flipped
    run -1 --separate-stderr bash -c 'ten2gr <flipped >out'
    [[ "$stderr" = "ten2gr: record 1: byte "*"header checksum"* ]]
    [ ! -s out ]
}
