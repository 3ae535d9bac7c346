load common
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    ten-gen feat f32 300,8 --fill=normal --seed=1 >x.ten
    ten-gen feat f32 200,8 --fill=normal --seed=2 >y.ten
    ten-gen feat f32 200,8 --fill=normal --seed=2 --mean=1 >far.ten
}
value() { awk 'NR == 2 { print $2 }'; }

@test "nothing but noise for one distribution, far more for another" {
    kid --real=x.ten --size=100 <y.ten | awk 'NR == 2 { exit !($2 < 3 * $3 && $2 > -3 * $3) }'
    kid --real=x.ten --size=100 <far.ten | awk 'NR == 2 { exit !($2 > 1) }'
}
@test "all samples as one subset: no spread, and no seed counts" {
    a=$(kid --real=y.ten --subsets=1 <far.ten | cut -f2-)
    [ "$(kid --seed=5 --real=y.ten --subsets=1 <far.ten | cut -f2,3 | tail -1)" = "$(tail -1 <<<"$a" | cut -f1,2)" ]
    [ "$(tail -1 <<<"$a" | cut -f2-4)" = "$(printf '0\t200\t1')" ]
    run ! cmp <(kid --real=x.ten <far.ten) <(kid --seed=5 --real=x.ten <far.ten)
}
@test "either set may be the real one: the distance is the same" {
    a=$(kid --real=y.ten --subsets=1 <far.ten | value)
    b=$(kid --real=far.ten --subsets=1 <y.ten | value)
    awk "BEGIN { d = $a / $b - 1; exit !($a > 1 && d < 1e-8 && d > -1e-8) }"
}
@test "its name says whose features they are" {
    ten-cut --set-attr='extractor="inception-v3-fid"' <x.ten >fid.ten
    [ "$(kid --real=fid.ten --subsets=2 <fid.ten | tail -1 | cut -f1)" = KID ]
    [ "$(kid --real=x.ten --subsets=2 <y.ten | tail -1 | cut -f1)" = "KD[unknown]" ]
    run -1 kid --real=fid.ten <x.ten
    kid --force --real=fid.ten <x.ten
}
@test "larger subsets than sets, statistics instead of features: exit 1, one line" {
    run -1 --separate-stderr kid --real=x.ten --size=201 <y.ten
    [ "$stderr" = "kid: subsets of 201 of 200 samples: expected at least 2, and no more than either set has" ]
    run -1 --separate-stderr bash -c 'fstat <x.ten | kid --real=x.ten'
    [ "$stderr" = "kid: feat: no samples: expected records feat f32 [N,d]" ]
}
@test "no reals: exit 2" {
    run -2 --separate-stderr kid <x.ten
    [[ "$stderr" = *"no real samples: expected --real=FILE"* ]]
}
