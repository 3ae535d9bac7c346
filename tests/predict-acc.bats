load common
setup_file() {
    cd "$BATS_FILE_TMPDIR" || return
    ten-gen x f32 6,2 y f32 6 --fill=normal --seed=1 --records=2 >data.ten
    train-regressor --quiet --threads=1 --epochs=2 <data.ten >net.ten
}
setup() { cd "$BATS_TEST_TMPDIR" || return; ln -s "$BATS_FILE_TMPDIR"/*.ten .; }

@test "every group has its predictions, and all else passes through as it was" {
    run -0 --separate-stderr bash -c 'predict-acc net.ten <data.ten >out.ten; ten-info out.ten'
    [ "$(awk '{ print $2, $3, $4 }' <<<"$output" | paste -sd' ')" = "x f32 [6,2] y f32 [6] prediction f32 [6] x f32 [6,2] y f32 [6] prediction f32 [6]" ]
    ten-cut --drop=prediction <out.ten | ten-cmp data.ten -
    [[ "$stderr" = "predict-acc: network: 12 samples: rmse "*", mae "*", spearman "*", kendall "* ]]
}
@test "groups of any size give the same predictions" {
    predict-acc --quiet net.ten <data.ten | ten-batch --size=5 | ten-cut --keep=prediction >want.ten
    ten-batch --size=5 <data.ten | predict-acc --quiet net.ten | ten-cut --keep=prediction >got.ten
    ten-cmp --rtol=1e-6 want.ten got.ten
}
@test "the table agrees with what awk makes of the numbers" {
    predict-acc --quiet --stats=stats.tsv net.ten <data.ten | ten-cut --drop=x | ten2csv >out.csv
    awk -F, 'NR > 1 { d = $2 - $1; n++; s += d * d; m += d < 0 ? -d : d } END { printf "%.4f %.4f\n", sqrt(s / n), m / n }' out.csv >want
    awk -F'\t' 'NR == 2 { printf "%.4f %.4f\n", $3, $4 }' stats.tsv >got
    diff want got
}
@test "without targets there is nothing to say; other names; numbers of other types" {
    ten-cut --keep=x <data.ten >x.ten
    run -0 --separate-stderr bash -c 'predict-acc net.ten <x.ten >out.ten'
    [ -z "$stderr" ]
    predict-acc --as=guess net.ten <x.ten | ten-cut --keep=guess | ten2raw >guess
    ten-cut --keep=prediction <out.ten | ten2raw | cmp - guess
    ten-cut --cast=f64 <x.ten | predict-acc net.ten | ten-cut --keep=prediction | ten2raw | cmp - guess
    run -1 --separate-stderr bash -c 'predict-acc --stats=stats.tsv net.ten <x.ten >out.ten'
    [ "$stderr" = "predict-acc: y: no such record: expected targets for --stats" ]
}
@test "features that are not the network's, a record that is there already: exit 1, one line" {
    run -1 --separate-stderr bash -c 'predict-acc --x=x,y net.ten <data.ten >out.ten'
    [ "$stderr" = "predict-acc: 3 features a sample: expected 2, which the network reads" ]
    run -1 --separate-stderr bash -c 'predict-acc --x=z net.ten <data.ten >out.ten'
    [ "$stderr" = "predict-acc: z: no such record: expected it in every group" ]
    run -1 --separate-stderr bash -c 'predict-acc --as=y net.ten <data.ten >out.ten'
    [ "$stderr" = "predict-acc: y: the stream has it already: expected another name (--as=NAME)" ]
    run -1 --separate-stderr bash -c 'predict-acc gone.ten <data.ten'
    [[ "$stderr" = "predict-acc: gone.ten: "* ]]
}
@test "no model, or two: exit 2" {
    run -2 --separate-stderr predict-acc
    [[ "$stderr" = *"no model: expected MODEL"* ]]
    run -2 predict-acc net.ten net.ten
}
