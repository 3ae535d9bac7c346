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
