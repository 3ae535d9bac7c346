load common
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    printf '0 1 5\n1 2 6\n2 0 7\n2 3 8\n3 2 1\n' | edges2ten >g.ten
}
sources() { graph-sources "$@" <g.ten | ten-cut --keep=sources | ten-dump; }

@test "--random: different vertices in order, by the seed" {
    graphgen cycle --n=1000 >g.ten
    sources --random=100 --seed=1 | tr ' ' '\n' >a
    [ "$(sort -nu a | wc -l)" = 100 ]
    sort -n a | cmp - a
    sources --random=100 --seed=1 | tr ' ' '\n' | cmp - a
    run -1 bash -c 'cmp <(graph-sources --random=100 --seed=2 <g.ten | ten-cut --keep=sources | ten-dump | tr " " "\n") a'
}
@test "--degree: most arcs, in and out" {
    run -0 sources --degree=1
    [ "$output" = 2 ]
    run -0 sources --degree=3
    [ "$output" = "0 1 2" ]
}
@test "--all: every vertex" {
    run -0 sources --all
    [ "$output" = "0 1 2 3" ]
}
@test "--file: numbers from 0, or the .ss format, in their order" {
    printf '# depots\n3\n1\n' >list
    run -0 sources --file=list
    [ "$output" = "3 1" ]
    printf 'c depots\np aux sp ss 2\ns 4\ns 2\n' >list.ss
    run -0 sources --file=list.ss
    [ "$output" = "3 1" ]
}
@test "sources that are there are replaced" {
    graph-sources --all <g.ten >all.ten
    run -0 bash -c 'graph-sources --degree=1 <all.ten | ten-cut --keep=sources | ten-dump'
    [ "$output" = 2 ]
}
@test "the graph is passed on as it is" {
    graph-sources --all <g.ten | ten-cut --drop=sources | ten-cmp - g.ten
}
@test "more sources than vertices: exit 1" {
    run -1 --separate-stderr bash -c 'graph-sources --random=5 <g.ten >out'
    [ "$stderr" = "graph-sources: 5 sources of 4 vertices: expected at most all" ]
}
@test "mistakes in a list: exit 1 with the line" {
    printf '1\n4\n' >list
    run -1 --separate-stderr bash -c 'graph-sources --file=list <g.ten >out'
    [ "$stderr" = "graph-sources: list: line 2: expected a vertex, 0 to 3" ]
    printf '1\n1\n' >list
    run -1 --separate-stderr bash -c 'graph-sources --file=list <g.ten >out'
    [ "$stderr" = "graph-sources: list: line 2: vertex 1 again: expected each once" ]
    run -1 --separate-stderr bash -c 'graph-sources --file=gone <g.ten >out'
    [ "$stderr" = "graph-sources: gone: No such file or directory: expected a file to read" ]
}
@test "no way to choose, or two: exit 2" {
    run -2 graph-sources
    [[ "$output" = *"expected one of --random, --degree, --file and --all"* ]]
    run -2 graph-sources --all --random=3
    [[ "$output" = *"expected one of --random, --degree, --file and --all"* ]]
}
