load common
# Cycles: 0 1 2 of length 18, 2 3 of 9; 4 lies on none.
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    printf '0 1 5\n1 2 6\n2 0 7\n2 3 8\n3 2 1\n3 4 2\n' | edges2ten >g.ten
}

@test "the shortest cycle through any vertex" {
    run -0 bash -c 'rt-girth <g.ten | tr "\t" ,'
    [ "${lines[0]}" = "source,length,arcs,cycle" ]
    [ "${lines[1]}" = "2,9,2,2 3" ]
    [ ${#lines[@]} = 2 ]
}
@test "--each: one line for every source, also where there is none" {
    printf '4\n0\n3\n' >list
    run -0 bash -c 'graph-sources --file=list <g.ten | rt-girth --each | tr "\t" ,'
    [ "${lines[1]}" = "4,inf,0,-" ]
    [ "${lines[2]}" = "0,18,3,0 1 2" ]
    [ "${lines[3]}" = "3,9,2,3 2" ]
}
@test "only cycles through sources count" {
    echo 1 >list
    run -0 bash -c 'graph-sources --file=list <g.ten | rt-girth | tr "\t" ,'
    [ "${lines[1]}" = "1,18,3,1 2 0" ]
}
@test "a loop is a cycle of one arc" {
    printf '0 1 5\n1 0 6\n0 0 3\n' | edges2ten >l.ten
    run -0 bash -c 'rt-girth <l.ten | tr "\t" ,'
    [ "${lines[1]}" = "0,3,1,0" ]
}
@test "with a spanner, the shortest cycle in it beside: never shorter" {
    printf '0 1 8\n1 0 1\n1 2 5\n2 3 6\n3 1 7\n' | edges2ten >h.ten
    ten-gen in_h u8 5 >in_h.ten         # all but the first arc: only the triangle is left
    run -0 bash -c 'ten-paste h.ten in_h.ten | rt-girth | tr "\t" ,'
    [ "${lines[0]}" = "source,length,arcs,in_h,cycle" ]
    [ "${lines[1]}" = "0,9,2,18,0 1" ]
}
@test "no cycle at all" {
    printf '0 1\n' | edges2ten >p.ten
    run -0 bash -c 'rt-girth <p.ten | tr "\t" ,'
    [ "${lines[1]}" = "0,inf,0,-" ]
}
@test "no source: a header and no line" {
    : >list
    run -0 bash -c 'graph-sources --file=list <g.ten | rt-girth'
    [ ${#lines[@]} = 1 ]
}
