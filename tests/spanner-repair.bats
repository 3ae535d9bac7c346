load common
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    awk 'BEGIN { srand(3); for (i = 0; i < 400; i++) { print i % 100, (i+1) % 100, 5; print int(rand()*100), int(rand()*100), 1+int(rand()*30) } }' |
        edges2ten --dup=min >g.ten
    printf '%s\n' 1 2 3 50 | csv2ten --matrix --no-header | ten-cut --cast=u32 --reshape=-1 --rename=x=sources | ten-paste g.ten - >s.ten
}

@test "what is no spanner becomes one of the stretch asked for, by adding only" {
    spanner --quiet --rho=0.1 <s.ten >fast.ten
    for t in 1 1.5 3; do
        spanner-repair --quiet --stretch=$t <fast.ten >out.ten
        spanner-verify --quiet --fail-above=$t <out.ten >/dev/null
        python3 - <(ten-cut --keep=in_h <fast.ten | ten-dump) <(ten-cut --keep=in_h <out.ten | ten-dump) <<'E2'
import sys
before, after = (open(f).read().split() for f in sys.argv[1:])
assert len(before) == len(after) and all(b <= a for b, a in zip(before, after))
E2
    done
}
@test "without in_h it starts from nothing, as greedy does" {
    spanner --quiet --algo=greedy --stretch=3 <s.ten | ten-cut --keep=in_h >want
    spanner-repair --quiet <s.ten | ten-cut --keep=in_h | ten-cmp want -
}
@test "a spanner that is good stays as it is" {
    spanner-repair --quiet --stretch=2 <s.ten >once.ten
    spanner-repair --quiet --stretch=2 --report=r.json <once.ten | ten-cmp once.ten -
    [ "$(of r.json arcs_before)" = "$(of r.json arcs_in_h)" ]
}
@test "--order: both is as good as the better of near and far" {
    for o in near far both; do
        spanner-repair --quiet --stretch=2 --order=$o --report=$o.json <s.ten >/dev/null
    done
    python3 -c "import json; n, f, b = (json.load(open(x + '.json'))['arcs_in_h'] for x in ('near', 'far', 'both')); assert b == min(n, f)"
}
@test "the certificate can be a sample, or left out" {
    run -0 --separate-stderr bash -c 'spanner-repair --verify-sample=2 <s.ten >/dev/null'
    [[ "$stderr" = *"a sample of 2 of 4 sources"* ]]
    run -0 --separate-stderr bash -c 'spanner-repair --no-verify <s.ten >/dev/null'
    [ -z "$stderr" ]
}
@test "--certificate: one that spanner-verify accepts" {
    spanner-repair --quiet --stretch=2 --certificate=c.json <s.ten >out.ten
    [ "$(of c.json stretch)" = 2 ]
    spanner-verify --quiet --certificate=c.json <out.ten >/dev/null
}
@test "wrong usage: exit 2; a cut stream: exit 1" {
    for o in --stretch=0 --order=up --verify-sample=x; do run -2 spanner-repair $o <s.ten; done
    head -c -200 s.ten >cut
    run -1 --separate-stderr bash -c 'spanner-repair <cut >/dev/null'
    [[ "$stderr" = *"the input ends here"* ]]
}
