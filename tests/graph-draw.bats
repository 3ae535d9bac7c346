load common
# A square whose sides are kept both ways, kept one way, kept and one-way, left out.
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    printf 'p sp 4 6\na 1 2 1\na 2 1 1\na 2 3 2\na 3 2 1\na 3 4 1\na 4 1 1\n' >g.gr
    printf 'p aux sp co 4\nv 1 2000000 60000000\nv 2 4000000 60000000\nv 3 4000000 62000000\nv 4 2000000 62000000\n' >g.co
    gr2ten --coordinates=g.co g.gr >plain.ten
    echo 2 >list
    graph-sources --file=list <plain.ten >g.ten
}

@test "a PNG of the width asked for" {
    graph-draw --width=200 <g.ten >g.png
    run -0 bash -c 'png2ten g.png | ten-info'
    [[ "$output" = *image*u8*"[1,200,200,3]"* ]]
    graph-draw <g.ten | png2ten - | ten-info | grep -q '\[1,1200,1200,3\]'
}
@test "--degrees: a degree to the east is shorter away from the equator" {
    # Between 60 and 62 degrees north by cos 61: 0.485 as wide as high.
    graph-draw --degrees --width=200 <g.ten | png2ten - | ten-info | grep -q '\[1,388,200,3\]'
}
@test "colours tell what is kept, and sources are red" {
    ten-gen in_h u8 6 --fill=constant >in_h.ten
    colours() { graph-draw --format=svg | grep -oE '(stroke|fill)="#[0-9a-f]*"' | sort | uniq -c | tr -s ' \n' ' '; }
    run -0 colours < <(ten-paste g.ten in_h.ten)
    [ "$output" = ' 1 fill="#d62728" 1 fill="#ffffff" 1 stroke="#1f54a0" ' ]
    ten-gen in_h u8 6 >in_h.ten         # all but 0 -> 1
    run -0 colours < <(ten-paste g.ten in_h.ten)
    [ "$output" = ' 1 fill="#d62728" 1 fill="#ffffff" 1 stroke="#1f54a0" 1 stroke="#f09628" ' ]
    ten-gen in_h u8 6 --fill=zeros >in_h.ten
    run -0 colours < <(ten-paste g.ten in_h.ten)
    [ "$output" = ' 1 fill="#d62728" 1 fill="#ffffff" 1 stroke="#cdcdcd" ' ]
}
@test "--format=geojson: arcs with weights and spanner, then sources" {
    ten-gen in_h u8 6 >in_h.ten
    ten-paste g.ten in_h.ten | graph-draw --format=geojson --degrees >g.json
    grep -qF '"coordinates":[[2.000000,60.000000],[4.000000,60.000000]]},"properties":{"from":0,"to":1,"weight":1,"in_h":0}}' g.json
    grep -qF '"coordinates":[4.000000,62.000000]},"properties":{"source":2}}' g.json
    command -v python3 >/dev/null || skip "python3 is not installed"
    python3 -c 'import json; f = json.load(open("g.json"))["features"]; assert len(f) == 7, len(f)'
}
@test "without places, or with --layout, round trips tell where vertices are" {
    graphgen grid --n=100 --weights=1:1 >grid.ten
    ten-cut --drop=xy <grid.ten | graph-draw --width=100 >a.png
    graph-draw --layout --width=100 <grid.ten >b.png
    cmp a.png b.png
    run -1 bash -c 'cmp <(graph-draw --width=100 <grid.ten) a.png'
}
@test "a graph without vertices is an empty picture" {
    : >none
    edges2ten none | graph-draw --width=64 | png2ten - | ten-stat | grep -q 255
}
@test "places that are none: exit 1; --degrees without places: exit 1" {
    ten-gen xy f32 3,2 >xy.ten
    run -1 --separate-stderr bash -c 'ten-cut --drop=xy <g.ten | ten-paste - xy.ten | graph-draw >out'
    [ "$stderr" = "graph-draw: xy: f32[3,2]: expected numbers [4,2], a place for every vertex" ]
    run -1 --separate-stderr bash -c 'ten-cut --drop=xy <g.ten | graph-draw --degrees >out'
    [ "$stderr" = "graph-draw: xy: no such record: expected longitudes and latitudes for --degrees" ]
}
@test "wrong usage: exit 2" {
    run -2 graph-draw --format=gif
    run -2 graph-draw --width=10
    run -2 graph-draw --degrees --layout
}
