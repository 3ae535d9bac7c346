load common
setup_file() {
    cd "$BATS_FILE_TMPDIR" || return
    # y = 100 + 20 a - 7 b + 30 c d, and a record that is not of use.
    awk 'BEGIN { srand(1); print "a,b,c,d,y,id"; for (i = 0; i < 500; i++) {
        a = rand(); b = rand(); c = rand(); d = rand(); printf "%f,%f,%f,%f,%f,%d\n", a, b, c, d, 100 + 20 * a - 7 * b + 30 * c * d, i } }' |
        csv2ten | ten-cut --cast=f32 >law.ten
    ten-batch --size=400 <law.ten | ten-head >train.ten
    ten-batch --size=400 <law.ten | ten-head --skip=1 >valid.ten
}
setup() { cd "$BATS_TEST_TMPDIR" || return; ln -s "$BATS_FILE_TMPDIR"/*.ten .; }
train() { train-regressor --quiet --threads=1 --seed=3 --x=a,b,c,d "$@" <train.ten; }
# column NAME: of the only line of stats.tsv
column() { awk -F'\t' -v name="$1" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) c = i } NR == 2 { print $c }' "${2:-stats.tsv}"; }
less() { awk -v a="$1" -v b="$2" 'BEGIN { exit !(a < b) }'; }

@test "a law with a product is learned; the table says how well, and so does the last line of the curve" {
    train --epochs=60 --valid=valid.ten --stats=stats.tsv --curve=curve.tsv >net.ten
    [ "$(head -1 curve.tsv)" = "epoch	step	rate	loss	rmse	valid_loss	valid_rmse	seconds" ]
    [ "$(column n)" = 100 ]
    less "$(column rmse)" 1
    less 0.95 "$(column kendall)"
    awk -F'\t' -v want="$(column rmse)" 'END { exit !($7 > want * 0.999 && $7 < want * 1.001) }' curve.tsv
}
@test "means and deviations of features and targets are in the model" {
    train --epochs=3 >net.ten
    run -0 bash -c 'ten-cut --keep=out.mean <net.ten | ten-dump'
    mean=$(ten2csv <train.ten | awk -F, 'NR > 1 { s += $5 } END { print s / 400 }')
    awk -v got="${output##* }" -v want="$mean" 'BEGIN { exit !(got - want < 0.01 && want - got < 0.01) }'
}
@test "smooth-l1 and rank are minimised as well; rank finds the order, whatever the numbers" {
    train --epochs=60 --loss=smooth-l1 --beta=0.5 --valid=valid.ten --stats=stats.tsv >net.ten
    less "$(column rmse)" 1
    train --epochs=60 --loss=rank --valid=valid.ten --stats=stats.tsv --curve=curve.tsv >net.ten
    less 0.9 "$(column kendall)"
    [ "$(head -1 curve.tsv | cut -f5,7)" = "pairwise	valid_pairwise" ]
    less 0.97 "$(tail -1 curve.tsv | cut -f7)"
}
@test "features of one record or of several, in any numbers and shapes, are the same" {
    ten2csv <train.ten | tail -n +2 | cut -d, -f1-4 | csv2ten --matrix --no-header | ten-cut --cast=f32 >x.ten
    ten-cut --keep=y <train.ten | ten-paste x.ten - >one.ten
    train --epochs=2 >several.ten
    train-regressor --quiet --threads=1 --seed=3 --epochs=2 <one.ten >one-net.ten
    ten-cmp several.ten one-net.ten
}
@test "killed and gone on from its checkpoint, it ends with the same bytes" {
    options=(--epochs=20 --valid=valid.ten --keep=best --resume=ck.ten --every=0)
    train "${options[@]}" >want.ten
    rm ck.ten ck.ten.best
    killed 3 ck.ten train-regressor --quiet --threads=1 --seed=3 --x=a,b,c,d "${options[@]}" <train.ten >got.ten
    train "${options[@]}" >got.ten
    cmp want.ten got.ten
}
@test "--find-lr: a table of rising rates and a suggestion, and no model" {
    run -0 --separate-stderr bash -c 'train-regressor --threads=1 --x=a,b,c,d --find-lr=rates.tsv <train.ten >none.ten'
    [[ "$stderr" = "train-regressor: rates.tsv: "*" rates; the loss falls most steeply at "* ]]
    [ -z "$(ten-info none.ten)" ]
    awk -F'\t' 'NR == 1 && $0 != "rate\tloss\tsmoothed" { bad = 1 } NR > 1 { if ($1 <= before || $3 + 0 != $3) bad = 1; before = $1 } END { exit bad || NR < 40 }' rates.tsv
    # A run at the suggested rate is better off than one at a hundredth or at a thousand times that.
    rate=${stderr##* }
    for times in 1 0.01 1000; do
        train --epochs=8 --schedule=constant:lr="$(awk -v r="$rate" -v t=$times 'BEGIN { print r * t }')" --valid=valid.ten --stats=$times.tsv >net.ten
    done
    less "$(column rmse 1.tsv)" "$(column rmse 0.01.tsv)"
    less "$(column rmse 1.tsv)" "$(column rmse 1000.tsv)"
    run -2 train --find-lr=rates.tsv --resume=ck.ten
    run -1 --separate-stderr train --find-lr=gone/rates.tsv
    [[ "$stderr" = "train-regressor: gone/rates.tsv: "* ]]
}
@test "targets or features that are not there, not one, not finite or text: exit 1, one line" {
    wrong() { run -1 --separate-stderr bash -c 'train-regressor --quiet --threads=1 '"$2"; [ "${#stderr_lines[@]}" = 1 ]; [ "$stderr" = "train-regressor: $1" ] || { echo "$stderr"; false; }; }
    wrong "x: no such record: expected it beside a, b, c, d, y, id" "<train.ten"
    wrong "z: no such record: expected it beside a, b, c, d, y, id" "--x=a --y=z <train.ten"
    ten-gen x f32 3,4 y f32 3,2 t f32 3 >two.ten
    wrong "y: 2 numbers a sample: expected one target" "<two.ten"
    wrong "4 features a sample: expected 5, which the network reads" "--y=t --config='{\"in\": [5]}' <two.ten"
    printf '1,2\n3,nan\n' | csv2ten --no-header | ten-cut --cast=f32 >nan.ten
    wrong "sample 1: column2: nan: expected a finite target" "--x=column1 --y=column2 <nan.ten"
}
@test "wrong usage: exit 2, saying what would be right" {
    run -2 --separate-stderr train --loss=hinge
    [[ "$stderr" = *"mse"*"smooth-l1"*"rank"* ]]
    run -2 --separate-stderr train --config='{"depth": 3}'
    [[ "$stderr" = "train-regressor: config: \"depth\" is no key of family mlp"* ]]
    run -2 --separate-stderr train --config='{"side": 4}'
    [[ "$stderr" = "train-regressor: config: \"side\" is 4: expected 0, or fewer than the 4 numbers of a sample" ]]
    run -1 --separate-stderr train --epochs=1 --valid=valid.ten --stats=gone/stats.tsv
    [[ "$stderr" = "train-regressor: gone/stats.tsv: No such file or directory: expected a file for the table" ]]
}
