load common
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    printf 'c three roads\np sp 3 4\na 3 1 9\na 1 3 4\na 1 2 5\na 1 3 2\n' >g.gr
    printf 'p aux sp co 3\nv 2 -7 8\nv 1 1 2\nv 3 0 5\n' >g.co
}

@test "arcs become sorted rows of weights; parallel arcs are kept" {
    run -0 bash -c 'gr2ten g.gr | ten-dump'
    [ "${lines[0]}" = "0 3 3 4" ]
    [ "${lines[1]}" = "1 2 2 0" ]
    [ "${lines[2]}" = "5 4 2 9" ]
    run -0 bash -c 'gr2ten <g.gr | ten-info'
    [[ "${lines[0]}" = *indptr*i64*'{"kind":"csr","shape":[3,3],"symmetry":"general"}'* ]]
    [[ "${lines[1]}" = *indices*i32* ]]
    [[ "${lines[2]}" = *weight*i64* ]]
}
@test "--dup makes one of parallel arcs: the lightest, or their sum" {
    run -0 bash -c 'gr2ten --dup=min g.gr | ten-dump'
    [ "${lines[2]}" = "5 2 9" ]
    run -0 bash -c 'gr2ten --dup=sum g.gr | ten-dump'
    [ "${lines[2]}" = "5 6 9" ]
}
@test "--coordinates adds the places of all nodes" {
    run -0 bash -c 'gr2ten --coordinates=g.co g.gr | ten-dump'
    [ "${lines[3]}" = "1 2" ]
    [ "${lines[4]}" = "-7 8" ]
    [ "${lines[5]}" = "0 5" ]
}
@test "bad coordinates: exit 1, and no graph without them" {
    sed -i 3d g.co
    run -1 --separate-stderr bash -c 'gr2ten --coordinates=g.co g.gr | tee >(wc -c >size) | ten-dump'
    [[ "$stderr" = *"gr2ten: g.co: line 3: the file ends without node 1: expected every node"* ]]
    run -1 --separate-stderr bash -c 'gr2ten --coordinates=gone g.gr >out'
    [ "$stderr" = "gr2ten: gone: No such file or directory: expected a file to read" ]
    [ ! -s out ]
}
@test "weights below 0, of 2^63, NaN and fractions: exit 1 with the line" {
    for w in -1 9223372036854775808 nan 0.5; do
        printf 'p sp 2 1\n\na 1 2 %s\n' $w >bad.gr
        run -1 --separate-stderr bash -c 'gr2ten bad.gr >out'
        [ "$stderr" = "gr2ten: bad.gr: line 3: weight $w: expected a whole number from 0 to 9223372036854775807" ]
        [ ! -s out ]
    done
}
@test "more or fewer arcs than the problem line says: exit 1 with the line" {
    sed 's/p sp 3 4/p sp 3 3/' g.gr >more.gr
    run -1 --separate-stderr bash -c 'gr2ten more.gr >out'
    [ "$stderr" = "gr2ten: more.gr: line 6: arc number 4: expected 3 as the problem line says" ]
    head -4 g.gr >fewer.gr
    run -1 --separate-stderr bash -c 'gr2ten <fewer.gr >out'
    [ "$stderr" = "gr2ten: standard input: line 4: the file ends after 2 arcs: expected 4 as the problem line says" ]
}
@test "a problem line that claims 10^18 arcs or nodes costs no memory: exit 1" {
    printf 'p sp 2 1000000000000000000\na 1 2 3\n' >arcs.gr
    run -1 --separate-stderr bash -c 'limit 500000; gr2ten --threads=1 arcs.gr >out'
    [[ "$stderr" = *"the file ends after 1 arcs"* ]]
    printf 'p sp 1000000000000000000 1\na 1 2 3\n' >nodes.gr
    run -1 --separate-stderr bash -c 'limit 500000; gr2ten --threads=1 nodes.gr >out'
    [ "$stderr" = "gr2ten: nodes.gr: line 1: 1000000000000000000 nodes: expected at most 2147483648 (--max-nodes)" ]
    run -1 --separate-stderr bash -c 'gr2ten --max-nodes=2 g.gr >out'
    [ "$stderr" = "gr2ten: g.gr: line 2: 3 nodes: expected at most 2 (--max-nodes)" ]
}
@test "two files are wrong usage: exit 2" {
    run -2 gr2ten g.gr g.gr
    [[ "$output" = *"a second file: expected one graph"* ]]
}
@test "CR LF, and no newline at the end, change nothing" {
    gr2ten --quiet <g.gr | ten-dump >want
    sed 's/$/\r/' g.gr | head -c -2 | gr2ten | ten-dump | cmp - want
}
@test "the thread count does not change a byte" {
    awk 'BEGIN { srand(2); print "p sp 500 100000"
         for (i = 0; i < 100000; i++) print "a", 1 + int(rand() * 500), 1 + int(rand() * 500), int(rand() * 1e9) }' >big.gr
    gr2ten --threads=1 big.gr >one
    gr2ten --threads=2 big.gr | cmp one -
}
@test "real graphs have the arcs that a naive count finds, in rows" {
    [ -n "${TENSTREAM_DATA:-}" ] || skip "TENSTREAM_DATA is not set"
    for f in road-monaco email-eu-core debian-packages; do
        zstd -dc "$TENSTREAM_DATA/graphs/$f.gr.zst" >real.gr
        awk '$1 == "a" { print $2 - 1, $3 - 1, $4 }' real.gr | sort -n -k1,1 -k2,2 >want
        gr2ten real.gr | ten2edges --separator=space | cmp - want
    done
}
