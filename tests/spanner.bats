load common
# A one-way ring of 30, streets both ways across, and four sources.
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    awk 'BEGIN { for (i = 0; i < 30; i++) { print i, (i+1)%30, 1 + i%4; print i, (i*7+3)%30, 9; print (i*7+3)%30, i, 8 } }' >g.edges
    edges2ten --dup=min g.edges >plain.ten
    sources 0 7 11 29
    ten-paste plain.ten s.ten >g.ten
}
sources() { printf '%s\n' "$@" | csv2ten --matrix --no-header | ten-cut --cast=u32 --reshape=-1 --rename=x=sources >s.ten; }
at_most() { awk -v a="$1" -v b="$2" 'BEGIN { exit !(a <= b) }' || { echo "$1 is more than $2"; false; }; }

@test "the digraph comes out with in_h, as it was otherwise" {
    spanner --quiet <g.ten >out.ten
    ten-cut --drop=in_h <out.ten | ten-cmp g.ten -
    run -0 bash -c 'ten-cut --keep=in_h <out.ten | ten-info'
    [[ "$output" = *in_h*u8*"[$(ten-cut --keep=weight <g.ten | ten-dump | wc -w)]"* ]]
}
@test "every construction keeps its promise, and spt is exact" {
    for a in "rtz 5" "zl 5" "cdg 3" "clrs 36" "spt 1" "greedy 3" "fast 1e9"; do
        spanner --quiet --algo="${a% *}" --report="${a% *}.json" <g.ten >out.ten
        at_most "$(of "${a% *}.json" max)" "${a#* }"
        spanner-verify --quiet --fail-above="${a#* }" <out.ten >/dev/null
    done
    python3 -c 'import json, sys; [json.load(open(f)) for f in sys.argv[1:]]' ./*.json
}
@test "round trips of length 0 hold where nothing is promised" {
    printf 'p sp 4 8\na 1 2 0\na 1 3 0\na 2 1 0\na 2 3 0\na 3 1 0\na 3 4 0\na 4 1 16368\na 4 4 16388\n' | gr2ten |
        spanner --quiet --k=1 --report=r.json >/dev/null
    [ "$(of r.json above) $(of r.json holds)" = "0 True" ]
}
@test "--k and --eps make arcs fewer and the promise weaker" {
    for a in rtz zl; do
        spanner --quiet --algo=$a --k=3 --eps=0.5 --report=r.json <g.ten >/dev/null
        [ "$(of r.json bound)" = 6.5 ]
    done
    spanner --quiet --algo=cdg --k=3 --report=r.json <g.ten >/dev/null
    [ "$(of r.json bound)" = 5 ]
    # ln 4 falls to ln 4/3 by a half, 2/3, 3/4 a step: in 3, 4, 6 of them.
    for k in "1 28" "2 36" "3 52"; do
        spanner --quiet --algo=clrs --k="${k% *}" --report=r.json <g.ten >/dev/null
        [ "$(of r.json bound)" = "${k#* }" ]
    done
}
@test "--stretch is kept by every construction, --order of all kinds" {
    for a in fast rtz zl cdg clrs spt greedy; do
        for o in near far both; do
            spanner --quiet --algo=$a --stretch=1.5 --order=$o --report=r.json <g.ten >out.ten
            [ "$(of r.json bound)" = 1.5 ] || [ $a = spt ]
            spanner-verify --quiet --fail-above=1.5 <out.ten >/dev/null
        done
    done
}
@test "greedy gives no more arcs than the trees" {
    spanner --quiet --algo=spt --report=spt.json <g.ten >/dev/null
    spanner --quiet --algo=greedy --stretch=2 --report=greedy.json <g.ten >/dev/null
    at_most "$(of greedy.json arcs_in_h)" "$(of spt.json arcs_in_h)"
}
@test "--mode: theory, paper and coverage promise a stretch, practical that nothing is lost" {
    for m in theory paper coverage practical; do
        spanner --quiet --mode=$m --report=r.json <g.ten >/dev/null
        [ "$(of r.json holds)" = True ]
        [ "$(of r.json broken)" = 0 ]
        if [ $m = practical ]; then [ "$(of r.json bound)" = None ]; else [ "$(of r.json bound)" != None ]; fi
    done
    spanner --quiet --mode=coverage --rho=0.5 --reps=2 --report=r.json <g.ten >/dev/null
    [ "$(of r.json bound)" = 14 ]
}
@test "balls larger than the graph are told: no cover then" {
    run -0 --separate-stderr bash -c 'spanner --mode=paper <g.ten >/dev/null'
    [[ "$stderr" = *"spanner: from length "*" on, a ball is larger than a whole component: the result there is two trees, no cover"* ]]
}
@test "a note tells arcs and stretch; --quiet none" {
    run -0 --separate-stderr bash -c 'spanner --algo=spt <g.ten >/dev/null'
    [[ "$stderr" = "spanner: "*" arcs ("*" %); stretch of 4 sources' 116 round trips: at most 1, mean 1, 95 % within 1" ]]
    run -0 --separate-stderr bash -c 'spanner --quiet --algo=spt <g.ten >/dev/null'
    [ -z "$stderr" ]
}
@test "--verify-sample says how sure it is, --no-verify checks nothing" {
    run -0 --separate-stderr bash -c 'spanner --algo=spt --verify-sample=2 --report=r.json <g.ten >/dev/null'
    [[ "$stderr" = *"a sample of 2 of 4 sources: with 95 % confidence at most 77.6 % of the sources are above the bound"* ]]
    [ "$(of r.json checked)" = 2 ]
    spanner --no-verify --report=r.json <g.ten >/dev/null
    run -1 of r.json max
    [ "$(of r.json algo)" = fast ]
}
@test "--certificate: what spanner-verify finds as well; a sample is labelled" {
    for a in greedy fast; do
        spanner --quiet --algo=$a --certificate=c.json <g.ten >out.ten
        spanner-verify --quiet --report=r.json --certificate=c.json <out.ten | ten-cmp out.ten -
        for k in graph spanner worst checked; do [ "$(of c.json $k)" = "$(of r.json $k)" ]; done
        run -1 of c.json confidence
    done
    # Without a promise it is the stretch measured.
    python3 -c 'import json; c = json.load(open("c.json")); w = c["worst"]; assert c["stretch"] == max(1, w["in_h"] / w["in_g"])'
    spanner --quiet --algo=spt --verify-sample=2 --certificate=c.json <g.ten >out.ten
    [ "$(of c.json checked)" = 2 ]
    [ "$(of c.json confidence)" = 0.95 ]
    spanner-verify --quiet --certificate=c.json <out.ten >/dev/null
}
@test "no certificate of what does not hold, or without looking" {
    run -2 spanner --no-verify --certificate=c.json <g.ten
    [[ "$output" = *"--certificate: expected it without --no-verify"* ]]
    run -1 --separate-stderr bash -c 'spanner --quiet --certificate=/nowhere/c <g.ten >out'
    [[ "$stderr" = "spanner: /nowhere/c"* ]]
    [ ! -e c.json ]
}
@test "when the time is over, what lacks is repaired" {
    awk 'BEGIN { srand(1); for (i = 0; i < 3000; i++) print i % 600, int(rand()*600), 1+int(rand()*90) }' | edges2ten >big.ten
    run -0 --separate-stderr bash -c 'spanner --algo=zl --time-limit=0.001 --report=r.json <big.ten >out.ten'
    [[ "$stderr" = *"the time was over; repaired to stretch 5"* ]]
    [ "$(of r.json late)" = True ]
    spanner-verify --quiet --fail-above=5 <out.ten >/dev/null
}
@test "without sources every vertex is one" {
    spanner --quiet --report=r.json <plain.ten >out.ten
    [ "$(of r.json sources)" = 30 ]
    run -1 bash -c 'ten-cut --keep=sources <out.ten'
}
@test "an earlier spanner is forgotten" {
    spanner --quiet --algo=spt <g.ten >spt.ten
    spanner --quiet --algo=greedy --stretch=4 <g.ten | ten-cut --keep=in_h >want
    spanner --quiet --algo=greedy --stretch=4 <spt.ten | ten-cut --keep=in_h | ten-cmp want -
}
@test "the seed decides what is drawn" {
    spanner --quiet --seed=1 <g.ten | ten-cut --keep=in_h | ten2raw >a
    spanner --quiet --seed=1 <g.ten | ten-cut --keep=in_h | ten2raw | cmp a -
    for s in 2 3 4 5; do spanner --quiet --seed=$s <g.ten | ten-cut --keep=in_h | ten2raw | cmp -s a - || break; [ $s != 5 ]; done
}
@test "coo, symmetric and pattern matrices are digraphs too; real weights stay real" {
    printf '%%%%MatrixMarket matrix coordinate pattern symmetric\n4 4 4\n2 1\n3 2\n4 3\n4 1\n' | mtx2ten --coo >p.ten
    run -0 bash -c 'spanner --quiet --algo=greedy --stretch=3 <p.ten | ten-cut --keep=in_h,weight | ten-info'
    [[ "$output" = *weight*"[8]"*in_h*"[8]"* ]]
    printf '%%%%MatrixMarket matrix coordinate real general\n2 2 2\n2 1 0.5\n1 2 0.25\n' | mtx2ten >r.ten
    run -0 bash -c 'spanner --quiet <r.ten | ten-dump'
    [ "${lines[2]}" = "0.25 0.5" ]
}
@test "what is no digraph, negative weights, bad sources: exit 1 with the place" {
    fails() { run -1 --separate-stderr bash -c 'spanner --quiet >out'; [ "$stderr" = "spanner: standard input: $1" ] || { echo "$stderr"; false; }; }
    printf '%%%%MatrixMarket matrix coordinate real general\n2 3 1\n2 1 0.5\n' | mtx2ten >x.ten
    fails "shape [2,3]: expected a square matrix, a digraph" <x.ten
    printf '%%%%MatrixMarket matrix coordinate real general\n2 2 2\n2 1 0.5\n1 2 -0.25\n' | mtx2ten >x.ten
    fails "weight: arc 0, from 0 to 1: -0.25: expected a finite number, 0 or more" <x.ten
    ten-cut --cast=weight:f64 <plain.ten >f.ten
    printf '%%%%MatrixMarket matrix coordinate real general\n2 2 2\n2 1 nan\n1 2 1\n' | mtx2ten >x.ten || true
    [ ! -s x.ten ] || fails "weight: arc 1, from 1 to 0: nan: expected a finite number, 0 or more" <x.ten
    sources 0 30
    ten-paste plain.ten s.ten >x.ten
    fails "sources: element 1 is 30: expected a vertex, 0 to 29" <x.ten
    sources 4 4
    ten-paste plain.ten s.ten >x.ten
    fails "sources: element 1 is 4 again: expected every source once" <x.ten
    cat plain.ten plain.ten >x.ten
    fails "indptr: a second group: expected one matrix" <x.ten
    ten-gen image u8 2,2 >x.ten
    fails "group attributes: kind is missing: expected a sparse matrix, kind csr, csc or coo" <x.ten
}
@test "wrong usage: exit 2" {
    for o in --algo=prim --k=0 --eps=0 --stretch=0.5 --order=left --mode=lazy --rho=0 --reps=0 --time-limit=0 --verify-sample=0 extra; do
        run -2 spanner $o <g.ten
    done
}
@test "a report that cannot be written: exit 1, nothing passed on as whole" {
    run -1 --separate-stderr bash -c 'spanner --quiet --report=/nowhere/r <g.ten >out'
    [[ "$stderr" = "spanner: /nowhere/r"* ]]
}
@test "cut in the second record, or changed: exit 1" {
    head -c 900 g.ten >cut
    run -1 --separate-stderr bash -c 'spanner <cut >out'
    [[ "$stderr" = *"the input ends here"* ]]
}
@test "real graphs: promises hold, and greedy beats every other construction" {
    [ -d "${TENSTREAM_DATA:-/nonexistent}/graphs" ] || skip "TENSTREAM_DATA has no graphs"
    need zstd zstd
    for f in road-krems road-monaco email-eu-core; do
        zstd -dc "$TENSTREAM_DATA/graphs/$f.gr.zst" | gr2ten >real.ten
        sources 3 33 77 111 200 333 400 500
        ten-paste real.ten s.ten >g.ten
        for a in fast rtz zl cdg clrs spt; do
            spanner --quiet --algo=$a --report=$a.json <g.ten >/dev/null
            [ "$(of $a.json holds)" = True ]
        done
        spanner --quiet --algo=greedy --stretch=5 --report=greedy.json <g.ten | spanner-prune --quiet --stretch=5 |
            spanner-verify --quiet --fail-above=5 >/dev/null
        for a in fast rtz zl cdg clrs spt; do at_most "$(of greedy.json arcs_in_h)" "$(of $a.json arcs_in_h)"; done
    done
}
