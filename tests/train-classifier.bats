load common
setup_file() {
    cd "$BATS_FILE_TMPDIR" || return
    # Two classes that any network can tell: black and white, with a little noise.
    ten-gen image u8 64,8,8,1 --fill=uniform --lo=0 --hi=60 --seed=1 >dark.ten
    ten-gen image u8 64,8,8,1 --fill=uniform --lo=190 --hi=250 --seed=2 >light.ten
    ten-gen label i32 64 --fill=zeros >zero.ten
    ten-gen label i32 64 --fill=constant --value=1 >one.ten
    { ten-paste dark.ten zero.ten; ten-paste light.ten one.ten; } >two.ten
    export NET='{"family": "resnet", "width": 4, "blocks": [1], "in": [8,8,1], "classes": 2}'
}
setup() { cd "$BATS_TEST_TMPDIR" || return; ln -s "$BATS_FILE_TMPDIR/two.ten" two.ten; }
train() { train-classifier --quiet --config="$NET" --batch=32 --seed=3 "$@" <two.ten; }

@test "two classes that differ are told apart; the curve has a line an epoch" {
    train --epochs=4 --valid=two.ten --curve=curve.tsv >net.ten
    [ "$(wc -l <curve.tsv)" = 5 ]
    [ "$(head -1 curve.tsv | cut -f1,2,7)" = "epoch	step	valid_accuracy" ]
    [ "$(tail -1 curve.tsv | cut -f1,2,7)" = "4	16	1" ]
    run -0 bash -c 'classify --quiet --model=net.ten <two.ten | confusion'
    [ "${lines[1]}" = "0	64	0	1.0000" ]
    [ "${lines[2]}" = "1	0	64	1.0000" ]
}
@test "killed at any moment and gone on from its checkpoint, it ends with the same bytes" {
    train --epochs=30 --augment=crop=1,flip --ema=decay=0.9 >want.ten
    for delay in 0.03 0.06 0.09 0.13 0.2; do
        train-classifier --quiet --config="$NET" --batch=32 --seed=3 --epochs=30 --augment=crop=1,flip --ema=decay=0.9 \
            --resume=ck.ten --every=0 <two.ten >got.ten &
        sleep $delay
        kill -9 $! 2>/dev/null || true
        wait $! || true
    done
    train --epochs=30 --augment=crop=1,flip --ema=decay=0.9 --resume=ck.ten --every=0 >got.ten
    # Only the history tells them apart: of what was asked for.
    ten-cmp <(ten-cut --keep='*' <want.ten) <(ten-cut --keep='*' <got.ten)
}
@test "SIGTERM writes the checkpoint and leaves with status 0" {
    train-classifier --quiet --config="$NET" --epochs=1000000 --resume=ck.ten <two.ten >none.ten &
    sleep 0.5
    kill -TERM $!
    wait $!
    run -0 ten-verify ck.ten
}
@test "threads do not change a byte" {
    train --epochs=2 --threads=1 >a.ten
    train --epochs=2 --threads=2 >b.ten
    cmp a.ten b.ten
}
@test "two half batches make the step of a whole one, where no norm sees the batch" {
    NET='{"family": "mlp", "in": [8,8,1], "hidden": [16], "out": 2}'
    train --epochs=1 --batch=64 --schedule=constant:lr=0.1 >whole.ten
    train --epochs=1 --batch=32 --accumulate=2 --schedule=constant:lr=0.1 >halves.ten
    ten-cmp --rtol=1e-4 --atol=1e-5 whole.ten halves.ten
}
@test "--init starts from another model and says what did not match" {
    train --epochs=2 >net.ten
    run -0 --separate-stderr bash -c 'train-classifier --epochs=1 --init=net.ten --config='"'${NET/\"classes\": 2/\"classes\": 3}'"' <two.ten >more.ten'
    [[ "$stderr" = *"15 matched, 0 missing, 2 of another shape, 0 left"* ]]
    [[ "$stderr" = *"misfit fc.weight [2,4]: expected [3,4]"* ]]
}
@test "--keep=best is a model that scores what the best line of the curve says" {
    train --epochs=6 --valid=two.ten --keep=best --curve=curve.tsv >best.ten
    best=$(awk 'NR > 1 && $7 > m { m = $7 } END { print m }' curve.tsv)
    run -0 --separate-stderr bash -c 'classify --model=best.ten <two.ten >/dev/null'
    [[ "$stderr" = *"of 128 right: $(printf %.4f "$best")" ]]
}
@test "what makes no network is wrong usage: exit 2, one line" {
    for config in '{}' '{"family": "none"}' '{"family": "mlp", "depth": 3}' '{"family": "mlp", "out": "two"}' '{"family": "resnet", "in": [8,8]}' 'text'; do
        run -2 --separate-stderr train-classifier --config="$config" <two.ten
        [ "${#stderr_lines[@]}" = 1 ]
        [[ "$stderr" = "train-classifier: config: "*"expected"* ]]
    done
}
@test "samples that do not fit the network: exit 1, one line" {
    NET='{"family": "resnet", "width": 4, "blocks": [1], "in": [9,8,1], "classes": 2}'
    run -1 --separate-stderr train --epochs=1
    [ "$stderr" = "train-classifier: image: samples of shape [8,8,1]: expected [9,8,1], which the network reads" ]
    NET='{"family": "resnet", "width": 4, "blocks": [1], "in": [8,8,1], "classes": 1}'
    run -1 --separate-stderr train --epochs=1
    [ "${#stderr_lines[@]}" = 1 ]
    [[ "$stderr" = *"label: no class: expected 0 to 0" ]]
}
@test "images without labels: exit 1, one line that says what is missing" {
    run -1 --separate-stderr bash -c 'train-classifier --config="$NET" <"$BATS_FILE_TMPDIR/dark.ten"'
    [ "${#stderr_lines[@]}" = 1 ]
    [[ "$stderr" = *label* ]]
}
@test "a rate that diverges: exit 3, one line" {
    NET='{"family": "mlp", "in": [8,8,1], "hidden": [16], "out": 2}'
    run -3 --separate-stderr train --epochs=50 --schedule=constant:lr=1e6
    [[ "$stderr" = *"expected a finite one"* ]]
}
