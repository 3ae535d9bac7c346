load common
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    printf '0 1 5\n1 0 6\n1 2 7\n2 2 8\n3 4 1\n3 4 2\n' | edges2ten >g.ten
}
# value NAME: of the table on standard input.
value() { awk -F '\t' -v name="$1" '$1 == name { print $2 }'; }

@test "counts of a small graph" {
    graph-stat <g.ten >got
    printf '%s\n' $'statistic\tvalue' $'vertices\t5' $'arcs\t6' $'loops\t1' $'parallel\t1' $'reciprocity\t0.4' $'degree_mean\t1.2' \
        $'out_degree_max\t2' $'in_degree_max\t2' $'isolated\t0' $'weight_min\t1' $'weight_mean\t4.83333333333333' $'weight_max\t8' \
        $'weak_components\t2' $'components\t4' $'largest_component\t2' $'diameter_min\t6' $'diameter_max\t11' $'rt_diameter_min\t11' \
        $'rt_diameter_max\t11' $'rt_radius_min\t11' $'rt_radius_max\t11' $'sweeps\t2' >want
    diff <(sed 's/4.8333333333333[0-9]*/4.83333333333333/' got) want
}
@test "a cycle of n: diameter n - 1, every round trip n" {
    graphgen cycle --n=50 | graph-stat --sweeps=50 >got
    [ "$(value diameter_min <got)" = 49 ]
    [ "$(value rt_diameter_max <got)" = 50 ]
    [ "$(value rt_radius_min <got)" = 50 ]
}
@test "--sweeps bounds the work; 0 leaves diameters out" {
    graphgen rand >r.ten
    graph-stat --sweeps=1 <r.ten >one
    [ "$(value sweeps <one)" = 1 ]
    graph-stat --sweeps=1000 <r.ten >all
    [ "$(value rt_diameter_min <all)" = "$(value rt_diameter_max <all)" ]
    awk -v a="$(value rt_diameter_min <one)" -v b="$(value rt_diameter_min <all)" -v c="$(value rt_diameter_max <one)" 'BEGIN { exit !(a <= b && b <= c) }'
    graph-stat --sweeps=0 <r.ten >none
    [ -z "$(value rt_diameter_min <none)" ]
    run -2 graph-stat --sweeps=-1
}
@test "sources and a spanner are counted" {
    ten-gen in_h u8 6 >in_h.ten         # all but the first arc
    graph-sources --all <g.ten | ten-paste - in_h.ten | graph-stat >got
    [ "$(value sources <got)" = 5 ]
    [ "$(value spanner_arcs <got)" = 5 ]
    [ "$(value spanner_weight_share <got | cut -c 1-6)" = 0.8275 ]
}
@test "fragility: an arc of a cycle is the only way; a second way that is twice as long gives 2" {
    graphgen cycle --n=50 | graph-stat --fragility=1000 >got
    [ "$(value fragility_arcs <got)" = 50 ]
    [ "$(value only_ways <got)" = 50 ]
    [ -z "$(value fragility_mean <got)" ]
    printf '0 1 1\n0 2 1\n2 1 1\n1 0 1\n' >square
    edges2ten square | graph-stat --fragility=4 >got
    [ "$(value only_ways <got)" = 3 ]
    [ "$(value fragility_max <got)" = 2 ]
    edges2ten square | graph-stat --fragility=1 >got
    [ "$(value fragility_arcs <got)" = 1 ]
    [ "$(value fragility_mean <got)" = 2 ]
}
@test "fragility of a spanner is that of its own ways" {
    ten-gen in_h u8 6 >in_h.ten
    ten-paste g.ten in_h.ten | graph-stat --fragility=100 >got
    [ "$(value fragility_arcs <got)" = 5 ]
    [ "$(value only_ways <got)" = 2 ]       # 1 to 0 and 1 to 2; the loop and the pair of parallel arcs are not
}
@test "a graph without vertices has counts of 0" {
    : >none
    run -0 bash -c 'edges2ten none | graph-stat | tr "\t\n" " ,"'
    [ "$output" = "statistic value,vertices 0,arcs 0,loops 0,parallel 0,out_degree_max 0,in_degree_max 0,isolated 0,weak_components 0,components 0,largest_component 0," ]
}
@test "real graphs are strongly connected; arcs without an opposite are as documented" {
    [ -n "${TENSTREAM_DATA:-}" ] || skip "TENSTREAM_DATA is not set"
    stat_of() { zstd -dc "$TENSTREAM_DATA/graphs/$1.gr.zst" | gr2ten | graph-stat --sweeps=0; }
    for f in road-monaco:0.663 email-eu-core:0.735 p2p-gnutella08:0 foldoc:0.22; do
        stat_of "${f%:*}" >got
        [ "$(value components <got)" = 1 ]
        awk -v a="$(value reciprocity <got)" -v b="${f#*:}" 'BEGIN { exit !(a - b < 0.001 && b - a < 0.001) }'
    done
}
@test "a second group, and a matrix that is not square: exit 1" {
    run -1 --separate-stderr bash -c 'cat g.ten g.ten | graph-stat'
    [[ "$stderr" = "graph-stat: standard input: "*"a second group"* ]]
    printf '%%%%MatrixMarket matrix coordinate real general\n2 3 1\n1 2 3\n' | mtx2ten >m.ten
    run -1 --separate-stderr bash -c 'graph-stat <m.ten'
    [ "$stderr" = "graph-stat: standard input: shape [2,3]: expected a square matrix, a digraph" ]
}
