load common
# A triangle with a detour, and vertex 4 that nothing leaves.
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    printf '0 1 5\n1 2 6\n2 0 7\n0 2 20\n2 3 8\n3 2 1\n3 4 0.5\n' | edges2ten >g.ten
}

@test "distances and parents from a source; inf and -1 where no path leads" {
    run -0 bash -c 'sssp --source=2 <g.ten | ten-dump | grep .'
    [ "${lines[*]}" = "7 12 0 8 8.5 2 0 -1 2 3" ]
    run -0 bash -c 'sssp --source=4 <g.ten | ten-dump | grep .'
    [ "${lines[*]}" = "inf inf inf inf 0 -1 -1 -1 -1 -1" ]
}
@test "--reverse: distances to the source" {
    run -0 bash -c 'sssp --source=0 --reverse <g.ten | ten-dump | grep .'
    [ "${lines[*]}" = "0 13 7 8 inf -1 2 0 2 -1" ]
}
@test "several sources: the nearest counts; the record sources is the default" {
    run -0 bash -c 'sssp --source=1,3 <g.ten | ten-dump | grep .'
    [ "${lines[0]}" = "8 0 1 0 0.5" ]
    printf '1\n3\n' >list
    run -0 bash -c 'graph-sources --file=list <g.ten | sssp | ten-dump | grep .'
    [ "${lines[0]}" = "8 0 1 0 0.5" ]
}
@test "--bound: no farther, the bound itself included" {
    run -0 bash -c 'sssp --source=2 --bound=8 <g.ten | ten-dump | grep .'
    [ "${lines[0]}" = "7 inf 0 8 inf" ]
}
@test "--to: length, vertices and arcs of one path, either way" {
    run -0 bash -c 'sssp --source=0 --to=3 <g.ten | ten-dump | grep .'
    [ "${lines[*]}" = "19 0 1 2 3 0 2 4" ]
    run -0 bash -c 'sssp --source=0 --to=3 --reverse <g.ten | ten-dump | grep .'
    [ "${lines[*]}" = "8 3 2 0 5 3" ]
}
@test "--to a vertex that no path reaches: inf and an empty path" {
    run -0 bash -c 'sssp --source=4 --to=0 <g.ten | ten-info | cut -c 1-28'
    [[ "${lines[1]}" = *path*u32*"[0]"* ]]
    [[ "${lines[2]}" = *path_arc*i64*"[0]"* ]]
}
@test "--spanner: along its arcs only" {
    ten-gen in_h u8 7 >in_h.ten         # 0 1 2 ...: all but the first arc
    run -0 bash -c 'ten-paste g.ten in_h.ten | sssp --source=0 --spanner | ten-dump | grep .'
    [ "${lines[0]}" = "0 inf 20 28 28.5" ]
    run -1 --separate-stderr bash -c 'sssp --source=0 --spanner <g.ten >out'
    [ "$stderr" = "sssp: in_h: no such record: expected the output of spanner" ]
}
@test "vertices out of range, and no source at all: exit 1" {
    run -1 --separate-stderr bash -c 'sssp --source=5 <g.ten >out'
    [ "$stderr" = "sssp: --source: 5: expected a vertex, 0 to 4" ]
    run -1 --separate-stderr bash -c 'sssp --source=0 --to=5 <g.ten >out'
    [ "$stderr" = "sssp: --to: 5: expected a vertex, 0 to 4" ]
    run -1 --separate-stderr bash -c 'sssp <g.ten >out'
    [ "$stderr" = "sssp: sources: no such record: expected the output of graph-sources, or --source" ]
    run -2 sssp --source=-1
    run -2 sssp --bound=-1
}
@test "the way to a depot of a town is the same by another program" {
    command -v python3 >/dev/null || skip "python3 is not installed"
    graphgen road --n=400 >town.ten
    ten2edges <town.ten >town.edges
    sssp --source=7 <town.ten | ten-cut --keep=dist | ten-dump | tr ' ' '\n' >got
    python3 - <<'END' >want
import heapq
arcs = {}
for line in open("town.edges"):
    u, v, w = map(int, line.split())
    arcs.setdefault(u, []).append((v, w))
d, heap = {}, [(0, 7)]
while heap:
    x, u = heapq.heappop(heap)
    if u in d:
        continue
    d[u] = x
    for v, w in arcs.get(u, []):
        heapq.heappush(heap, (x + w, v))
for v in sorted(d):
    print(d[v])
END
    cmp got want
}
