load common
setup() { cd "$BATS_TEST_TMPDIR" || return; }

@test "mean, covariance and number of three samples" {
    printf 'a,b\n1,2\n3,2\n5,8\n' | csv2ten --matrix | ten-cut --rename=x=feat --cast=f32 >x.ten
    fstat <x.ten >s.ten
    [ "$(ten-info s.ten | awk '{ print $2, $3, $4 }' | paste -sd' ')" = "mu f64 [2] sigma f64 [2,2] n i64 []" ]
    [ "$(ten-dump s.ten | xargs)" = "3 4 4 6 6 12 3" ]
}
@test "groups of any size, other types and attributes" {
    ten-gen feat f32 1500,5 --fill=normal --attrs='{"extractor": "rand"}' >x.ten
    fstat <x.ten | ten2raw >want
    ten-batch --size=33 <x.ten | fstat | ten2raw | cmp - want
    ten-cut --cast=f64 <x.ten | fstat | ten2raw | cmp - want
    fstat <x.ten | ten-info --json | grep -q '"extractor": *"rand"'
}
@test "statistics of NPZ files, as the usual programs write them, are taken" {
    ten-gen feat f32 100,4 --fill=normal >x.ten
    fstat <x.ten | ten-cut --keep=mu,sigma | ten2npz >stats.npz
    npz2ten stats.npz | ten-cut --set-attr='extractor="inception-v3-fid"' >s.ten
    ten-cut --set-attr='extractor="inception-v3-fid"' <x.ten | frechet --real=s.ten | awk -F'\t' 'NR == 2 { exit !($1 == "FID" && $2 * $2 < 1e-18 && $5 == "-") }'
}
@test "one sample, none, features that change: exit 1, one line" {
    run -1 --separate-stderr bash -c 'ten-gen feat f32 1,3 | fstat >out'
    [ "$stderr" = "fstat: features: 1 sample: expected at least 2, for a covariance" ]
    run -1 --separate-stderr bash -c 'ten-gen feat f32 0,3 | fstat >out'
    [ "$stderr" = "fstat: feat: no samples: expected records feat f32 [N,d]" ]
    ten-gen feat f32 2,3 >a.ten
    ten-gen feat f32 2,4 >b.ten
    run -1 --separate-stderr bash -c 'ten-cat a.ten b.ten | fstat >out'
    [[ "$stderr" = "fstat: byte "*": feat: f32[2,4]: expected as many features as the records before it" ]]
}
