load common
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    graphgen road --n=900 >town.ten
    graph-sources --random=10 <town.ten >g.ten
    rt-oracle build <g.ten >oracle.ten
}
# Pairs of each source with vertices 0, 50, 100 ...
make_pairs() {
    ten-cut --keep=sources <g.ten | ten-dump | tr ' ' '\n' | grep . | while read -r s; do
        seq 0 50 800 | sed "s/^/$s,/"
    done >pairs.csv
    sed -i '1i u,v' pairs.csv
    csv2ten --matrix pairs.csv | ten-cut --rename=x=pairs --cast=u32 >pairs.ten
}

@test "estimates of round trips of sources are at least those, and at most 5 times as much" {
    make_pairs
    rt-oracle query --oracle=oracle.ten --exact <pairs.ten >answers.ten
    ten-cut --keep=est <answers.ten | ten-dump | tr ' ' '\n' >est
    ten-cut --keep=exact <answers.ten | ten-dump | tr ' ' '\n' >exact
    paste est exact | awk 'NF == 2 { n++; if ($1 < $2 || $1 > 5 * $2) bad++ } END { exit bad > 0 || n != 170 }'
}
@test "--k and --eps bound the estimates, and more of them make the oracle smaller" {
    make_pairs
    size() { ten-cut --keep=oracle_ball | ten-info | grep -oE '\[[0-9]+\]' | head -1 | tr -d '[]'; }
    rt-oracle build --k=1 --eps=0.2 <g.ten >near.ten
    rt-oracle build --k=3 --eps=2 <g.ten >far.ten
    [ "$(size <near.ten)" -gt "$(size <oracle.ten)" ]
    [ "$(size <oracle.ten)" -gt "$(size <far.ten)" ]
    rt-oracle query --oracle=near.ten --exact <pairs.ten >answers.ten
    paste <(ten-cut --keep=est <answers.ten | ten-dump | tr ' ' '\n') <(ten-cut --keep=exact <answers.ten | ten-dump | tr ' ' '\n') |
        awk 'NF == 2 && ($1 < $2 || $1 > 2.2 * $2 + 1e-9) { bad++ } END { exit bad > 0 }'
}
@test "the graph stays in the stream, so that an oracle can be built from it again" {
    ten-cut --drop='oracle_*' <oracle.ten | ten-cmp - g.ten
    rt-oracle build <oracle.ten | ten-cmp - oracle.ten
}
@test "with a spanner, round trips are those in the spanner" {
    printf '0 1 1\n1 0 1\n1 2 1\n2 0 1\n' | edges2ten >small.ten
    ten-gen in_h u8 4 --lo=1 >in_h.ten
    ten-paste small.ten in_h.ten | rt-oracle build >all.ten
    ten-gen pairs u32 1,2 >pairs.ten            # 0 and 1
    run -0 bash -c 'rt-oracle query --oracle=all.ten --exact <pairs.ten | ten-cut --keep=exact | ten-dump'
    [ "$output" = 2 ]
    ten-gen in_h bool 4 --lo=0 >in_h.ten        # 0 1 0 1: arcs 1 -> 0 and 2 -> 0 only
    ten-paste small.ten in_h.ten | rt-oracle build >some.ten
    run -0 bash -c 'rt-oracle query --oracle=some.ten --exact <pairs.ten | ten-cut --keep=est,exact | ten-dump | grep .'
    [ "${lines[*]}" = "inf inf" ]
}
@test "several batches of pairs, and other records, pass through" {
    ten-gen pairs u32 3,2 note u8 2 --records=2 >batches.ten
    run -0 bash -c 'rt-oracle query --oracle=oracle.ten <batches.ten | ten-info | awk "{ print \$1, \$2 }" | tr "\n" ,'
    [ "$output" = "0 pairs,0 est,0 note,1 pairs,1 est,1 note," ]
}
@test "a pair out of range, or pairs that are none: exit 1" {
    ten-gen pairs u32 2,2 --lo=100000 >bad.ten
    run -1 --separate-stderr bash -c 'rt-oracle query --oracle=oracle.ten <bad.ten >out'
    [[ "$stderr" = "rt-oracle: byte 0: pairs: pair 0 has vertex 100000: expected 0 to "* ]]
    ten-gen pairs f32 2,2 >bad.ten
    run -1 --separate-stderr bash -c 'rt-oracle query --oracle=oracle.ten <bad.ten >out'
    [ "$stderr" = "rt-oracle: byte 0: pairs: f32[2,2]: expected u32[q,2]" ]
}
@test "a graph without oracle, one that is damaged, or no file: exit 1" {
    ten-gen pairs u32 1,2 >pairs.ten
    run -1 --separate-stderr bash -c 'rt-oracle query --oracle=g.ten <pairs.ten >out'
    [ "$stderr" = "rt-oracle: oracle_offset: no such record: expected the output of rt-oracle build" ]
    ten-cut --slice=oracle_trip:0:1: <oracle.ten >short.ten
    run -1 --separate-stderr bash -c 'rt-oracle query --oracle=short.ten <pairs.ten >out'
    [[ "$stderr" = "rt-oracle: oracle_offset, oracle_trip: expected ["* ]]
    run -1 --separate-stderr bash -c 'rt-oracle query --oracle=gone <pairs.ten >out'
    [[ "$stderr" = "rt-oracle: gone: No such file or directory"* ]]
}
@test "wrong usage: exit 2" {
    run -2 rt-oracle
    [[ "$output" = *"expected build or query"* ]]
    run -2 rt-oracle ask
    run -2 rt-oracle build query
    run -2 rt-oracle query
    [[ "$output" = *"no --oracle"* ]]
    run -2 rt-oracle query --oracle=x --k=3
    run -2 rt-oracle build --exact
    run -2 rt-oracle build --k=0
}
