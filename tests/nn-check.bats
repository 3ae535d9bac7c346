load common
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    ten-gen feat f32 50,4 --fill=normal --seed=1 >train.ten
    ten-gen feat f32 600,4 --fill=normal --seed=2 >test.ten
    ten-gen feat f32 400,4 --fill=normal --seed=3 >new.ten
}

@test "samples drawn anew are as near to both; copies are nearer to what they are of" {
    nn-check --train=train.ten --held-out=test.ten <new.ten | awk 'NR == 2 { exit !($1 > 0.9 && $1 < 1.1 && $4 > 0.4 && $4 < 0.6 && $5 == 50 && $6 == 600 && $7 == 400) }'
    [ "$(nn-check --train=train.ten --held-out=test.ten <train.ten | tail -1 | cut -f1,2)" = "$(printf '0\t0')" ]
}
@test "sets of one size are compared as they are, whatever the seed" {
    ten-cut --slice=0:0:50 <test.ten >half.ten
    cmp <(nn-check --train=train.ten --held-out=half.ten <new.ten) <(nn-check --seed=4 --draws=3 --train=train.ten --held-out=half.ten <new.ten)
    run ! cmp <(nn-check --train=train.ten --held-out=test.ten <new.ten) <(nn-check --seed=4 --train=train.ten --held-out=test.ten <new.ten)
}
@test "features of another extractor: exit 1, one line, but for --force" {
    ten-cut --set-attr='extractor="rand"' <new.ten >rand.ten
    run -1 --separate-stderr nn-check --train=train.ten --held-out=test.ten <rand.ten
    [[ "$stderr" = "nn-check: features: of unknown and rand: expected one extractor"* ]]
    nn-check --force --train=train.ten --held-out=test.ten <rand.ten
    run -1 --separate-stderr nn-check --train=train.ten --held-out=gone.ten <new.ten
    [[ "$stderr" = "nn-check: gone.ten: "* ]]
}
@test "one of the two missing: exit 2, saying which" {
    run -2 --separate-stderr nn-check --train=train.ten <new.ten
    [[ "$stderr" = *"no held-out samples: expected --held-out=FILE"* ]]
    run -2 --separate-stderr nn-check --held-out=test.ten <new.ten
    [[ "$stderr" = *"no training samples: expected --train=FILE"* ]]
}
