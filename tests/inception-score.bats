load common
setup() { cd "$BATS_TEST_TMPDIR" || return; }
rows() { csv2ten --no-header --matrix | ten-cut --rename=x=prob --cast=f32; }

@test "sure classes, all as often: their number; samples that look alike: 1" {
    for _ in 1 2 3 4 5; do printf '1,0,0\n0,1,0\n0,0,1\n'; done | rows | inception-score --splits=5 >table
    awk -F'\t' 'NR == 2 { exit !($1 == "IS[unknown]" && $2 == 3 && $3 < 1e-12 && $4 == 5 && $5 == 15) }' table
    for _ in 1 2 3 4 5; do printf '0.5,0.25,0.25\n'; done | rows | inception-score --splits=1 >table
    [ "$(tail -1 table | cut -f2)" = 1 ]
}
@test "parts follow each other" {
    printf '1,0\n0,1\n1,0\n1,0\n' | rows >p.ten
    [ "$(inception-score --splits=2 <p.ten | tail -1 | cut -f2,3)" = "$(printf '1.5\t0.5')" ]
}
@test "what classify writes is taken" {
    ten-gen image u8 64,8,8,1 label i32 64 --fill=uniform --hi=2 >train.ten
    train-classifier --quiet --epochs=1 --config='{"family":"mlp","in":[8,8,1],"out":2}' <train.ten >net.ten
    classify --quiet --model=net.ten <train.ten | ten-cut --rename=probability=prob | inception-score | awk 'NR == 2 { exit !($2 >= 1 && $2 <= 2) }'
}
@test "no probabilities, fewer samples than parts: exit 1, one line" {
    printf '1,0\n0.5,0.25\n' | rows >p.ten
    run -1 --separate-stderr inception-score --splits=1 <p.ten
    [ "$stderr" = "inception-score: prob: sample 1: numbers from 0 that add up to 0.75: expected probabilities" ]
    printf '2,-1\n0.5,0.5\n' | rows >p.ten
    run -1 --separate-stderr inception-score --splits=1 <p.ten
    [[ "$stderr" = *"sample 0: numbers from -1 that add up to 1: expected probabilities" ]]
    run -1 --separate-stderr inception-score <p.ten
    [ "$stderr" = "inception-score: prob: 2 samples for 10 parts: expected one for each at least (--splits=N)" ]
    run -1 --separate-stderr bash -c 'ten-gen feat f32 4,2 | inception-score'
    [ "$stderr" = "inception-score: prob: no samples: expected records prob f32 [N,d]" ]
}
