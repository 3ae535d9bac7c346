load common
setup_file() {
    cd "$BATS_FILE_TMPDIR" || return
    # Codes: 12 of architecture and 6 of bits, all 0 or 1.  Accuracy grows with both, and with one product.
    awk 'BEGIN { srand(2); for (k = 1; k <= 18; k++) printf "c%d,", k; print "acc"
        for (i = 0; i < 500; i++) { y = 50
            for (k = 1; k <= 18; k++) { c[k] = int(2 * rand()); printf "%d,", c[k]; y += c[k] * (k <= 12 ? k / 4 : (k - 11) / 8) }
            printf "%f\n", y + 12 * c[1] * c[12] } }' >codes.csv
    cut -d, -f1-12 codes.csv | csv2ten --matrix | ten-cut --cast=u8 >arch.ten
    cut -d, -f13-18 codes.csv | csv2ten --matrix | ten-cut --cast=f32 >bits.ten
    cut -d, -f19 codes.csv | csv2ten | ten-cut --cast=f32 >acc.ten
    rename() { ten2npy <"$1.ten" >"$1.npy"; npy2ten --name="$1" "$1.npy"; }
    ten-paste <(rename arch) <(rename bits) acc.ten | ten-batch --size=300 >all.ten
    ten-head <all.ten >train.ten
    ten-head --skip=1 <all.ten >valid.ten
    ten-batch --size=40 <train.ten | ten-head >few.ten
    export NET='{"hidden": [32,32,32], "standardize": true}'
}
setup() { cd "$BATS_TEST_TMPDIR" || return; ln -s "$BATS_FILE_TMPDIR"/*.ten .; }
train() { train-predictor --quiet --threads=1 --y=acc --config="$NET" --valid=valid.ten --stats=stats.tsv "$@"; }
# value MODEL COLUMN of stats.tsv
value() { awk -F'\t' -v row="$1" -v name="$2" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) c = i } $1 == row { print $c }' "${3:-stats.tsv}"; }
less() { awk -v a="$1" -v b="$2" 'BEGIN { exit !(a < b) }'; }

@test "accuracies are ordered as measured; least squares stands beside the network" {
    train --x=arch,bits --epochs=80 <train.ten >net.ten
    less 0.7 "$(value network kendall)"
    less "$(value network rmse)" "$(value linear rmse)"
}
@test "without --config: three layers of 400" {
    train-predictor --quiet --threads=1 --epochs=1 --x=arch --y=acc <few.ten >net.ten
    run -0 bash -c 'score <net.ten | cut -f1,3'
    [ "${lines[1]}" = "$((12 * 400 + 400 + 2 * (400 * 400 + 400) + 401))	$((12 * 400 + 2 * 400 * 400 + 400))" ]
}
@test "bits enter behind the first activation: all of the first predictor is taken over, and what is new is named" {
    train --x=arch --epochs=40 <train.ten >fp32.ten
    run -0 --separate-stderr bash -c 'train-predictor --threads=1 --epochs=1 --x=arch --side=bits --y=acc --config="$NET" --init=fp32.ten <few.ten >net.ten'
    [ "${stderr_lines[0]}" = "fp32.ten: 12 matched, 4 missing, 0 of another shape, 0 left" ]
    [[ "$stderr" = *"missing side.weight [32,6]"* ]]
    score <net.ten
}
@test "with side_zero a predictor starts from the answers of the first one" {
    train --x=arch --epochs=20 <train.ten >fp32.ten
    NET='{"hidden": [32,32,32], "side_zero": true}'
    train --x=arch --side=bits --init=fp32.ten --epochs=1 --schedule=constant:lr=0 <few.ten >net.ten
    predict-acc --quiet --x=arch --y=acc fp32.ten <valid.ten | ten-cut --keep=prediction >want.ten
    predict-acc --quiet --x=arch,bits --y=acc net.ten <valid.ten | ten-cut --keep=prediction >got.ten
    ten-cmp --rtol=1e-5 want.ten got.ten
}
@test "from few samples a predictor that starts from another one orders better than one from nothing" {
    train --x=arch --epochs=60 <train.ten >fp32.ten
    train --x=arch --side=bits --epochs=60 --stats=scratch.tsv <few.ten >a.ten
    train --x=arch --side=bits --epochs=60 --init=fp32.ten --stats=transfer.tsv <few.ten >b.ten
    less "$(value network kendall scratch.tsv)" "$(value network kendall transfer.tsv)"
}
@test "a few samples can be learned by heart" {
    NET='{"hidden": [64,64,64]}'
    train --x=arch,bits --epochs=1500 --valid=few.ten --schedule=cosine:lr=3e-3 <few.ten >net.ten
    less "$(value network rmse)" 0.001
}
@test "a linear law is found: tau above 0.98, errors below a hundredth; least squares, which it is the law of, is better still" {
    awk 'BEGIN { srand(4); print "a,b,c,d,y"; for (i = 0; i < 600; i++) {
        a = rand(); b = rand(); c = rand(); d = rand(); printf "%f,%f,%f,%f,%f\n", a, b, c, d, 50 + 20 * a + 10 * b - 5 * c + d } }' |
        csv2ten | ten-cut --cast=f32 | ten-batch --size=450 >law.ten
    ten-head <law.ten >law-train.ten
    ten-head --skip=1 <law.ten >law-valid.ten
    train --x=a,b,c,d --y=y --valid=law-valid.ten --epochs=200 --schedule=cosine:lr=5e-3 <law-train.ten >net.ten
    less 0.98 "$(value network kendall)"
    less "$(value network mapd)" 0.01
    less 0.9999 "$(value linear pearson)"
    less "$(value linear rmse)" "$(value network rmse)"
}
@test "records that are not there: exit 1, one line" {
    run -1 --separate-stderr bash -c 'train-predictor --quiet --x=arch --side=bytes --y=acc <few.ten'
    [ "$stderr" = "train-predictor: bytes: no such record: expected it beside arch, bits, acc" ]
    run -2 train-predictor --loss=none
}
