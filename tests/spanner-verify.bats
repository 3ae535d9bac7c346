load common
# Two triangles, 0-1-2 and 3-4-5, one way round each with the opposite arcs at weight 3, and 2 -> 3.
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    printf '0 1 1\n1 2 1\n2 0 1\n1 0 3\n2 1 3\n0 2 3\n3 4 1\n4 5 1\n5 3 1\n2 3 1\n' | edges2ten >g.ten
}
# in_h by the letters of a string, in the order of the arcs: 01 02 10 12 20 21 23 34 45 53.
with() { grep -o . <<<"$1" | csv2ten --matrix --no-header | ten-cut --cast=u8 --reshape=-1 --rename=x=in_h | ten-paste "${2:-g.ten}" - >h.ten; }

@test "the stretch is measured, and the digraph passed on" {
    with 1001100111
    run -0 --separate-stderr bash -c 'spanner-verify --report=r.json <h.ten >out.ten'
    [ "$stderr" = "spanner-verify: 6 of 10 arcs (60.0 %); stretch of 6 sources' 12 round trips: at most 1, mean 1, 95 % within 1" ]
    ten-cmp h.ten out.ten
    [ "$(of r.json unreachable)" = 18 ]
    [ "$(of r.json arcs_in_h)" = 6 ]
    [ "$(of r.json weight_in_h)" = 6 ]
    [ "$(of r.json weight)" = 16 ]
}
@test "a detour is measured exactly" {
    # Without 2 -> 0 the round trips 0-1 (0 1 0: 4), 0-2 (0 1 2 1 0: 8), 1-2 (4) replace ones of 3.
    with 1011010111
    spanner-verify --quiet --report=r.json <h.ten >/dev/null
    python3 -c "import json; r = json.load(open('r.json')); assert abs(r['max'] - 8/3) < 1e-9 and abs(r['mean'] - (6 + 2*8/3 + 4*4/3)/12) < 1e-9, r"
    [ "$(of r.json worst)" = '{source: 0, vertex: 2, in_g: 3, in_h: 8}' ]
}
@test "--fail-above: exit 1 naming the worst pair; at the bound it holds" {
    with 1011010111
    run -1 --separate-stderr bash -c 'spanner-verify --quiet --fail-above=2.5 <h.ten | ten-cat >/dev/null; exit ${PIPESTATUS[0]}'
    [[ "$stderr" = *"spanner-verify: source 0, vertex 2: stretch 2.666666667 (8 for 3), above the bound in 2 of 12 pairs: expected at most 2.5"* ]]
    # A stream without its end mark tells the next tool.
    [[ "$stderr" = *"ten-cat: "* ]]
    spanner-verify --quiet --fail-above=2.66666666667 <h.ten >/dev/null
}
@test "a missing round trip is always an error" {
    with 1001100110
    run -1 --separate-stderr bash -c 'spanner-verify --quiet --report=r.json <h.ten >/dev/null'
    [ "$stderr" = "spanner-verify: source 3, vertex 4: 6 of 12 pairs have a round trip in the graph, this one of 3, and none in the spanner: expected 0" ]
    [ "$(of r.json holds)" = False ]
    [ "$(of r.json max)" = None ]
    # Not when no source asks for it.
    printf '0\n1\n' | csv2ten --matrix --no-header | ten-cut --cast=u32 --reshape=-1 --rename=x=sources | ten-paste h.ten - >s.ten
    spanner-verify --quiet <s.ten >/dev/null
}
@test "--sources-sample checks some and says how sure that is" {
    with 1001100111
    run -0 --separate-stderr bash -c 'spanner-verify --sources-sample=3 --seed=2 <h.ten >/dev/null'
    [[ "$stderr" = *"a sample of 3 of 6 sources: with 95 % confidence at most 63.2 % of the sources are above the bound"* ]]
    run -0 --separate-stderr bash -c 'spanner-verify --sources-sample=9 <h.ten >/dev/null'
    [[ "$stderr" != *sample* ]]
}
@test "--explain shows both round trips" {
    with 1011010111
    run -0 --separate-stderr bash -c 'spanner-verify --quiet --explain=0,2 <h.ten >/dev/null'
    [ "${stderr_lines[0]}" = "in the graph: 3 = 2 + 1: 0 1 2 | 0" ]
    [ "${stderr_lines[1]}" = "in the spanner: 8 = 2 + 6: 0 1 2 | 1 0" ]
    run -0 --separate-stderr bash -c 'spanner-verify --quiet --explain=0,5 <h.ten >/dev/null'
    [ "${stderr_lines[0]}" = "in the graph: no round trip of 0 and 5" ]
    run -1 --separate-stderr bash -c 'spanner-verify --quiet --explain=0,6 <h.ten >/dev/null'
    [ "$stderr" = "spanner-verify: --explain: 6: expected a vertex, 0 to 5" ]
}
@test "cycles of weight 0 have stretch 1 or none" {
    printf '0 1 0\n1 0 0\n0 1 2\n' | edges2ten >zero.ten
    with 101 zero.ten
    run -0 spanner-verify --quiet --fail-above=1 <h.ten
    with 011 zero.ten
    run -1 --separate-stderr bash -c 'spanner-verify --quiet --report=r.json <h.ten >/dev/null'
    [ "$(of r.json above) $(of r.json broken)" = "2 0" ]
}
@test "no in_h, or one of another length: exit 1" {
    run -1 --separate-stderr bash -c 'spanner-verify <g.ten >/dev/null'
    [ "$stderr" = "spanner-verify: standard input: in_h: is missing: expected a record u8 of an element for every arc" ]
    with 101
    run -1 --separate-stderr bash -c 'spanner-verify <h.ten >/dev/null'
    [ "$stderr" = "spanner-verify: standard input: in_h: 3 elements: expected 10, one for every arc" ]
}
@test "--certificate: refused for another graph, other sources, another spanner, another worst pair" {
    fails() { run -1 --separate-stderr bash -c 'spanner-verify --quiet --certificate=c.json >/dev/null'; [[ "$stderr" = "spanner-verify: c.json: "$1 ]] || { echo "$stderr"; false; }; }
    printf '0\n1\n2\n' | csv2ten --matrix --no-header | ten-cut --cast=u32 --reshape=-1 --rename=x=sources >three
    printf '0\n1\n3\n' | csv2ten --matrix --no-header | ten-cut --cast=u32 --reshape=-1 --rename=x=sources >other
    ten-paste g.ten three | spanner --quiet --algo=greedy --stretch=2 --certificate=c.json >h.ten
    spanner-verify --quiet --certificate=c.json <h.ten >/dev/null
    sed 's/"spanner": "./&x/' c.json >bad && mv c.json good && mv bad c.json
    fails "a number is out of range: expected a certificate as spanner writes it" <h.ten
    cp good c.json
    ten-cut --drop=sources <h.ten | ten-paste - other >s.ten
    fails "sources *: expected that of standard input, *" <s.ten
    mv h.ten mine.ten
    with 1111111111
    ten-paste h.ten three >all.ten
    fails "spanner *: expected that of standard input, *" <all.ten
    printf '0 1 1\n1 2 1\n2 0 2\n' | edges2ten | ten-paste - three | spanner --quiet >g2.ten
    fails "graph *: expected that of standard input, *" <g2.ten
    sed 's/"vertex": ./"vertex": 7/' good >c.json
    fails "worst pair: source *, vertex 7*" <mine.ten
}
@test "--certificate: a stretch that does not hold is refused, whatever else is right" {
    with 1011010111
    spanner-repair --quiet --stretch=3 --certificate=c.json <h.ten | ten-cmp h.ten -
    spanner-verify --quiet --certificate=c.json <h.ten >/dev/null
    sed -i 's/"stretch": 3/"stretch": 2.5/' c.json
    run -1 --separate-stderr bash -c 'spanner-verify --quiet --certificate=c.json <h.ten >/dev/null'
    [[ "$stderr" = "spanner-verify: source 0, vertex 2: stretch 2.666666667 (8 for 3), above the bound"* ]]
}
@test "--certificate: no such file, no JSON, no certificate: exit 1" {
    with 1001100111
    for t in '' '{' '[]' '{"kind": "x"}' '{"kind": "x", "kind": "y"}'; do
        echo "$t" >c.json
        run -1 --separate-stderr bash -c 'spanner-verify --quiet --certificate=c.json <h.ten >/dev/null'
        [[ "$stderr" = "spanner-verify: c.json: "*": expected a certificate as spanner writes it" ]]
    done
    run -1 --separate-stderr bash -c 'spanner-verify --quiet --certificate=gone <h.ten >/dev/null'
    [[ "$stderr" = "spanner-verify: "*gone*"expected a certificate as spanner writes it" ]]
}
@test "wrong usage: exit 2" {
    for o in --fail-above=0.5 --fail-above=x --sources-sample=0 --explain=3 --explain=1,2,3; do
        run -2 spanner-verify $o <g.ten
    done
}
@test "cut short: exit 1" {
    with 1001100111
    head -c -300 h.ten >cut
    run -1 --separate-stderr bash -c 'spanner-verify <cut >/dev/null'
    [[ "$stderr" = *"the input ends here"* ]]
}
