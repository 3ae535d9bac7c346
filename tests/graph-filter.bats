load common
# Arcs as FROM TO WEIGHT with commas between.
arcs() { ten2edges | tr '\t\n' ' ,'; }
export -f arcs
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    printf '0 1 5\n1 2 6\n2 0 7\n2 3 8\n3 2 1\n' | edges2ten >edges.ten
    ten-gen in_h u8 5 >mask.ten
    ten-gen xy i32 4,2 >xy.ten
    ten-paste edges.ten mask.ten | ten-paste - xy.ten >g.ten
}

@test "--mask=in_h: the spanner as a graph of its own" {
    run -0 bash -c 'graph-filter --mask=in_h <g.ten | tee part.ten | arcs'
    [ "$output" = "1 2 6,2 0 7,2 3 8,3 2 1," ]
    run -0 bash -c 'ten-cut --keep=arc <part.ten | ten-dump'
    [ "$output" = "1 2 3 4" ]
    run -1 bash -c 'ten-cut --keep=in_h <part.ten >none'
}
@test "--invert: the other arcs" {
    run -0 bash -c 'graph-filter --mask=in_h --invert <g.ten | arcs'
    [ "$output" = "0 1 5," ]
}
@test "--mask of another name" {
    ten-gen toll bool 5 --fill=constant >toll.ten
    run -0 bash -c 'ten-paste g.ten toll.ten | graph-filter --mask=toll | ten2edges | wc -l'
    [ "$output" = 5 ]
}
@test "--vertices: a subgraph with its spanner, places and sources" {
    printf '3\n2\n1\n' >list
    run -0 bash -c 'graph-sources --all <g.ten | graph-filter --vertices=list | tee part.ten | arcs'
    [ "$output" = "0 1 6,1 2 8,2 1 1," ]
    run -0 bash -c 'ten-cut --keep=in_h,xy,vertex,arc,sources <part.ten | ten-dump'
    [ "${lines[*]}" = "0 1 2 1 1 1 2 3 4 5 6 7 1 2 3 1 3 4" ]
}
@test "--box: the vertices inside, its sides included" {
    run -0 bash -c 'graph-filter --box=2,3,6,7 <g.ten | ten-cut --keep=vertex | ten-dump'
    [ "$output" = "1 2 3" ]
    run -0 bash -c 'graph-filter --box=2,3,5.9,7 <g.ten | ten-cut --keep=vertex | ten-dump'
    [ "$output" = "1 2" ]
}
@test "options together keep what all of them keep" {
    printf '2\n3\n0\n' >list
    run -0 bash -c 'graph-filter --mask=in_h --vertices=list --box=2,2,9,9 <g.ten | arcs'
    [ "$output" = "0 1 8,1 0 1," ]
}
@test "a record that may be of vertices or of arcs: exit 1, saying what to do" {
    printf '0 1\n1 0\n' | edges2ten >two.ten
    ten-gen toll u8 2 x f32 2 >toll.ten
    run -1 --separate-stderr bash -c 'ten-paste two.ten toll.ten | graph-filter --mask=toll >out'
    [ "$stderr" = "graph-filter: x: 2 elements, as many as vertices and as arcs: expected to know of which; ten-cut --drop=x leaves it out" ]
}
@test "a mask that is not there, or of another length: exit 1" {
    run -1 --separate-stderr bash -c 'graph-filter --mask=gone <g.ten >out'
    [ "$stderr" = "graph-filter: gone: no such record: expected the one that --mask names" ]
    run -1 --separate-stderr bash -c 'graph-filter --mask=xy <g.ten >out'
    [ "$stderr" = "graph-filter: xy: i32[4,2]: expected u8[5], one for every arc" ]
    run -1 --separate-stderr bash -c 'graph-filter --box=0,0,1,1 <edges.ten >out'
    [ "$stderr" = "graph-filter: xy: no such record: expected coordinates for --box" ]
}
@test "places that are none: exit 1" {
    ten-gen xy f32 4,2 --fill=constant --value=nan >xy.ten
    run -1 --separate-stderr bash -c 'ten-paste edges.ten xy.ten | graph-filter --box=0,0,1,1 >out'
    [[ "$stderr" = "graph-filter: xy: vertex 0: "*"nan: expected a finite number" ]]
    ten-gen xy f32 3,2 >xy.ten
    run -1 --separate-stderr bash -c 'ten-paste edges.ten xy.ten | graph-filter --box=0,0,1,1 >out'
    [ "$stderr" = "graph-filter: xy: f32[3,2]: expected numbers [4,2], a place for every vertex" ]
}
@test "wrong usage: exit 2" {
    run -2 graph-filter
    [[ "$output" = *"expected some of --mask, --vertices and --box"* ]]
    run -2 graph-filter --invert --box=0,0,1,1
    for b in 1,2,3 1,2,3,4,5 5,0,1,1 a,b,c,d; do run -2 graph-filter --box=$b; done
}
