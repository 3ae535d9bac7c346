load common
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    ten-gen feat f32 400,4 --fill=normal --seed=1 >x.ten
    ten-gen feat f32 300,4 --fill=normal --seed=2 >y.ten
}
figures() { tail -1 | cut -f1-4; }

@test "a set among itself has precision, recall and coverage 1" {
    [ "$(prdc --real=x.ten <x.ten | figures)" = "$(printf '1\t1\t1.333333333\t1')" ]
}
@test "one distribution, a narrower one, one far away" {
    prdc --real=x.ten <y.ten | figures | awk '{ exit !($1 > 0.8 && $2 > 0.8 && $3 > 0.8 && $3 < 1.2 && $4 > 0.8) }'
    ten-gen feat f32 300,4 --fill=normal --seed=2 --std=0.3 | prdc --real=x.ten >narrow
    figures <narrow | awk '{ exit !($1 > 0.95 && $2 < 0.2 && $4 < 0.3) }'
    ten-gen feat f32 300,4 --fill=normal --seed=2 --mean=50 | prdc --real=x.ten >far
    [ "$(figures <far)" = "$(printf '0\t0\t0\t0')" ]
}
@test "neighbourhoods grow with their number of neighbours" {
    a=$(prdc --real=x.ten --neighbours=1 <y.ten | tail -1 | cut -f2)
    b=$(prdc --real=x.ten --neighbours=9 <y.ten | tail -1 | cut -f2)
    awk "BEGIN { exit !($a < $b) }"
}
@test "--prd: scores that tell lost variety from samples that are wrong, and the curve they are of" {
    for k in 0 1 2 3; do ten-gen feat f32 100,2 --fill=normal --std=0.1 --mean=$k --seed=$k; done | ten-batch --size=400 >four.ten
    ten-cut --slice=0:0:200 <four.ten >two.ten
    prdc --real=four.ten --clusters=4 --curve=curve.tsv <two.ten >table
    [ "$(head -1 table | cut -f4-7)" = "$(printf 'coverage\tf_8\tf_1/8\tneighbours')" ]
    # Half of the clusters, each twice as often: precision 1 and recall 1/2 at slope 2, between two angles.
    tail -1 table | awk -F'\t' '{ exit !($5 > 0.49 && $5 < 0.51 && $6 > 0.97 && $6 < 0.99) }'
    [ "$(wc -l <curve.tsv)" = 1002 ]
    [ "$(head -1 curve.tsv)" = "$(printf 'slope\tprecision\trecall')" ]
    awk 'NR > 1 { p = $1 / 2; if (p > 1) p = 1; d = $2 - p; e = $3 - $2 / $1; if (d * d + e * e > 0.005) exit 1 }' curve.tsv
    # The other way round: all is found, half of it is wrong.
    prdc --prd --real=two.ten --clusters=4 <four.ten | tail -1 | awk -F'\t' '{ exit !($6 > 0.49 && $6 < 0.51 && $5 > 0.97 && $5 < 0.99) }'
    [ "$(prdc --prd --beta=2 --real=four.ten <two.ten | head -1 | cut -f5,6)" = "$(printf 'f_2\tf_1/2')" ]
    [ "$(prdc --real=four.ten <two.ten | head -1 | cut -f5)" = neighbours ]
}
@test "--prd: other seeds and runs part otherwise, threads do not" {
    prdc --prd --real=x.ten --runs=1 --threads=1 <y.ten >a
    prdc --prd --real=x.ten --runs=1 --threads=2 <y.ten | cmp a -
    run ! cmp -s a <(prdc --prd --real=x.ten --runs=1 --seed=1 <y.ten)
    run ! cmp -s a <(prdc --prd --real=x.ten --runs=2 <y.ten)
    tail -1 a | awk -F'\t' '{ exit !($5 > 0.8 && $6 > 0.8) }'
}
@test "--prd: more clusters than samples, a curve that cannot be written: exit 1, one line" {
    ten-gen feat f32 19,4 >few.ten
    run -1 --separate-stderr prdc --prd --real=x.ten <few.ten
    [ "$stderr" = "prdc: 400 real and 19 generated samples: expected at least 20 of each, for as many clusters" ]
    run -1 --separate-stderr prdc --curve=gone/curve.tsv --real=x.ten <y.ten
    [[ "$stderr" = "prdc: gone/curve.tsv"* ]]
    [ -z "$output" ]
}
@test "too few samples, another extractor: exit 1, one line" {
    ten-gen feat f32 3,4 >few.ten
    run -1 --separate-stderr prdc --real=x.ten <few.ten
    [ "$stderr" = "prdc: 400 real and 3 generated samples: expected more than 3 of each, for as many neighbours" ]
    run -1 --separate-stderr bash -c 'ten-cut --set-attr=extractor=\"rand\" <x.ten | prdc --real=x.ten'
    [ "$stderr" = "prdc: features: of unknown and rand: expected one extractor (--force compares them all the same)" ]
}
@test "no reals: exit 2" {
    run -2 prdc <x.ten
}
