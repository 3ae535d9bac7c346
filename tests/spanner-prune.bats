load common
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    awk 'BEGIN { srand(3); for (i = 0; i < 400; i++) { print i % 100, (i+1) % 100, 5; print int(rand()*100), int(rand()*100), 1+int(rand()*30) } }' |
        edges2ten --dup=min >g.ten
    printf '%s\n' 1 2 3 50 | csv2ten --matrix --no-header | ten-cut --cast=u32 --reshape=-1 --rename=x=sources | ten-paste g.ten - >s.ten
}

@test "fewer arcs, the stretch kept, and a second run finds nothing" {
    spanner --quiet --algo=spt <s.ten >spt.ten
    for t in 1 2 4; do
        spanner-prune --quiet --stretch=$t --report=r.json <spt.ten >out.ten
        spanner-verify --quiet --fail-above=$t <out.ten >/dev/null
        [ "$(of r.json arcs_in_h)" -le "$(of r.json arcs_before)" ]
        spanner-prune --quiet --stretch=$t <out.ten | ten-cmp out.ten -
    done
    [ "$(of r.json arcs_in_h)" -lt "$(of r.json arcs_before)" ]
}
@test "what lacks for the stretch is added first" {
    spanner --quiet --algo=greedy --stretch=5 <s.ten >loose.ten
    spanner-prune --quiet --stretch=1.2 <loose.ten | spanner-verify --quiet --fail-above=1.2 >/dev/null
    spanner-prune --quiet --stretch=2 <s.ten | spanner-verify --quiet --fail-above=2 >/dev/null
}
@test "when the budget is spent, what is left is a spanner" {
    awk 'BEGIN { srand(1); for (i = 0; i < 9000; i++) print i % 900, int(rand()*900), 1+int(rand()*90) }' | edges2ten --dup=min >big.ten
    spanner --quiet --no-verify --algo=zl <big.ten >zl.ten
    spanner-prune --quiet --stretch=5 --prune-budget=0.001 --report=r.json <zl.ten >out.ten
    [ "$(of r.json late)" = True ]
    [ "$(of r.json holds)" = True ]
    python3 -c 'import json; json.load(open("r.json"))'
}
@test "the certificate can be a sample, or left out" {
    run -0 --separate-stderr bash -c 'spanner-prune --verify-sample=2 <s.ten >/dev/null'
    [[ "$stderr" = *"a sample of 2 of 4 sources"* ]]
    run -0 --separate-stderr bash -c 'spanner-prune --no-verify <s.ten >/dev/null'
    [ -z "$stderr" ]
}
@test "--certificate: one that spanner-verify accepts" {
    spanner-prune --quiet --stretch=2 --certificate=c.json <s.ten >out.ten
    [ "$(of c.json stretch)" = 2 ]
    spanner-verify --quiet --certificate=c.json <out.ten >/dev/null
}
@test "wrong usage: exit 2; a cut stream: exit 1" {
    for o in --stretch=0 --prune-budget=0 --verify-sample=x; do run -2 spanner-prune $o <s.ten; done
    head -c -200 s.ten >cut
    run -1 --separate-stderr bash -c 'spanner-prune <cut >/dev/null'
    [[ "$stderr" = *"the input ends here"* ]]
}
