load common
# Arcs as FROM TO WEIGHT with commas between.
arcs() { ten2edges | tr '\t\n' ' ,'; }
export -f arcs
# Components {0,1,2} and {3,4}, one arc between them, and vertex 5 alone.
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    printf '0 1 5\n1 2 6\n2 0 7\n2 3 8\n3 4 9\n4 3 1\n4 5 2\n' | edges2ten >g.ten
}

@test "the largest component, with components and where everything comes from" {
    run -0 bash -c 'graph-scc <g.ten | tee part.ten | arcs'
    [ "$output" = "0 1 5,1 2 6,2 0 7," ]
    run -0 bash -c 'ten-cut --keep=component,vertex,arc <part.ten | ten-dump'
    [ "${lines[*]}" = "0 0 0 0 1 2 0 1 2" ]
}
@test "--all drops the arcs between components and nothing else" {
    run -0 bash -c 'graph-scc --all <g.ten | tee part.ten | arcs'
    [ "$output" = "0 1 5,1 2 6,2 0 7,3 4 9,4 3 1," ]
    run -0 bash -c 'ten-cut --keep=component <part.ten | ten-dump'
    [ "$output" = "0 0 0 1 1 2" ]
}
@test "--keep-sources keeps the components that hold one, and renames them" {
    echo 4 >list
    run -0 bash -c 'graph-sources --file=list <g.ten | graph-scc --keep-sources | tee part.ten | arcs'
    [ "$output" = "0 1 9,1 0 1," ]
    run -0 bash -c 'ten-cut --keep=sources,vertex,arc <part.ten | ten-dump'
    [ "${lines[*]}" = "1 3 4 4 5" ]
}
@test "--keep-sources without sources: exit 1" {
    run -1 --separate-stderr bash -c 'graph-scc --keep-sources <g.ten >out'
    [ "$stderr" = "graph-scc: sources: no such record: expected the output of graph-sources" ]
    [ ! -s out ]
}
@test "--all and --keep-sources together are wrong usage: exit 2" {
    run -2 graph-scc --all --keep-sources
    [[ "$output" = *"expected one of them"* ]]
}
@test "history and attributes stay" {
    run -0 bash -c 'graph-scc <g.ten | ten-info --history | grep -c "^# edges2ten\|^# graph-scc"'
    [ "$output" = 2 ]
}
@test "a graph without vertices stays one" {
    : >none
    run -0 bash -c 'edges2ten none | graph-scc | arcs'
    [ -z "$output" ]
}
@test "weights that are negative, NaN or infinite: exit 1, naming the arc" {
    for w in -1 nan inf; do
        printf '%%%%MatrixMarket matrix coordinate real general\n2 2 2\n1 2 3\n2 1 %s\n' $w | mtx2ten | ten-cut --rename=values=weight >bad.ten
        run -1 --separate-stderr bash -c 'graph-scc <bad.ten >out'
        [[ "$stderr" = "graph-scc: standard input: weight: arc 1, from 1 to 0: "*": expected a finite number, 0 or more" ]]
    done
}
@test "real graphs are one component already" {
    [ -n "${TENSTREAM_DATA:-}" ] || skip "TENSTREAM_DATA is not set"
    for f in road-monaco email-eu-core foldoc; do
        zstd -dc "$TENSTREAM_DATA/graphs/$f.gr.zst" | gr2ten >g.ten
        graph-scc <g.ten | ten2gr | cmp - <(ten2gr <g.ten)
    done
}
