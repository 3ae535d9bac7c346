load common
setup() { cd "$BATS_TEST_TMPDIR" || return; printf '0 1 2.5\n1 2 1\n' | edges2ten >g.ten; }

@test "a line per arc, with tabs between the fields" {
    run -0 ten2edges <g.ten
    [ "$output" = $'0\t1\t2.5\n1\t2\t1' ]
}
@test "--base, --separator and --no-weight shape the lines" {
    run -0 bash -c 'ten2edges --base=1 --separator=space <g.ten'
    [ "$output" = $'1 2 2.5\n2 3 1' ]
    run -0 bash -c 'ten2edges --separator=comma --no-weight <g.ten'
    [ "$output" = $'0,1\n1,2' ]
}
@test "nodes are called by their names, unless --ids=number" {
    printf 'ann bob\n' | edges2ten --ids=string >n.ten
    run -0 bash -c 'ten2edges <n.ten'
    [ "$output" = $'ann\tbob\t1' ]
    run -0 bash -c 'ten2edges --ids=number <n.ten'
    [ "$output" = $'0\t1\t1' ]
}
@test "a list goes there and back to the same text" {
    printf 'ann\tbob\t1\nann\tcarl\t7\nbob\tann\t0.1\n' >e.txt
    edges2ten --ids=string e.txt | ten2edges | cmp - e.txt
}
@test "names that do not fit the graph: exit 1" {
    attrs='{"kind":"coo","shape":[2,2]}'
    export attrs
    run -1 --separate-stderr bash -c 'ten-gen --fill=zeros --group-attrs="$attrs" row i64 1 col i64 1 names utf8 0 names_offsets i64 1 | ten2edges'
    [ "$stderr" = "ten2edges: names: 0 of them: expected 2 as in the graph" ]
    run -1 --separate-stderr bash -c 'ten-gen --fill=zeros --group-attrs="$attrs" row i64 1 col i64 1 names utf8 0 | ten2edges'
    [ "$stderr" = "ten2edges: names: offsets are missing: expected the text and its offsets in one group" ]
}
@test "a stream without a graph, and two of them: exit 1" {
    run -1 --separate-stderr bash -c 'ten-gen x f32 3 | ten2edges'
    [ "$stderr" = "ten2edges: group attributes: kind is missing: expected a sparse matrix, kind csr, csc or coo" ]
    run -1 --separate-stderr bash -c 'cat g.ten g.ten | ten2edges'
    [ "$stderr" = "ten2edges: standard input: indptr: a second group: expected one graph" ]
}
@test "a cut stream: exit 1, nothing written" {
    head -c -100 g.ten >cut
    run -1 --separate-stderr bash -c 'ten2edges <cut >out'
    [[ "$stderr" = "ten2edges: record "*"expected"* ]]
    [ ! -s out ]
}
@test "a full disk is reported: exit 1" {
    [ -w /dev/full ] || skip "no /dev/full"
    run -1 --separate-stderr bash -c 'ten2edges <g.ten >/dev/full'
    [ "$stderr" = "ten2edges: standard output: No space left on device: the output is incomplete" ]
}
