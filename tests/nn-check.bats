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
@test "--pairs: the training sample that is nearest to each, and how near it and any other are" {
    # Samples 4 and 2 of the training set, the second one moved by 3/100 and 4/100.
    ten-gen feat f32 50,2 --fill=normal --seed=1 --std=100 >far.ten
    ten-gen feat f32 60,2 --fill=normal --seed=2 --std=100 >other.ten
    { ten-cut --slice=0:4:5 <far.ten | ten-dump; ten-cut --slice=0:2:3 <far.ten | ten-dump | awk 'NF { print $1 + 0.03, $2 + 0.04 }'; } |
        awk 'NF { print $1 "," $2 }' | csv2ten --no-header --matrix | ten-cut --rename=x=feat --cast=f32 >two.ten
    nn-check --train=far.ten --held-out=other.ten --pairs=pairs.tsv <two.ten >table
    [ "$(cut -f1,2 pairs.tsv | paste -sd' ')" = "$(printf 'sample\ttrain 0\t4 1\t2')" ]
    awk -F'\t' 'NR == 2 && $3 > 1e-3 || NR == 3 && ($3 < 0.045 || $3 > 0.055) || NR > 1 && $4 < 1 { exit 1 }' pairs.tsv
    cmp table <(nn-check --train=far.ten --held-out=other.ten <two.ten)
    run -1 --separate-stderr nn-check --train=far.ten --held-out=other.ten --pairs=gone/pairs.tsv <two.ten
    [[ "$stderr" = "nn-check: gone/pairs.tsv"* ]]
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
