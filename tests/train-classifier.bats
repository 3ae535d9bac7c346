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
    options=(--epochs=12 --augment=crop=1,flip --ema=decay=0.9 --resume=ck.ten --every=0)
    train "${options[@]}" >want.ten
    rm ck.ten
    killed 5 ck.ten train-classifier --quiet --config="$NET" --batch=32 --seed=3 "${options[@]}" <two.ten >got.ten
    train "${options[@]}" >got.ten
    cmp want.ten got.ten
}
@test "killed with --keep=best and mixed samples, too" {
    options=(--epochs=10 --augment=mixup=0.4 --accumulate=2 --valid=two.ten --keep=best --resume=ck.ten --every=0)
    train "${options[@]}" >want.ten
    rm ck.ten ck.ten.best
    killed 3 ck.ten train-classifier --quiet --config="$NET" --batch=32 --seed=3 "${options[@]}" <two.ten >got.ten
    train "${options[@]}" >got.ten
    cmp want.ten got.ten
}
@test "SIGTERM and SIGINT write the checkpoint and leave with status 128 and their number, nothing put out" {
    for signal in TERM INT; do
        rm -f ck.ten curve.tsv
        # A shell's children ignore SIGINT when they run in the background.
        env --default-signal=INT train-classifier --quiet --config="$NET" --epochs=1000000 --resume=ck.ten --curve=curve.tsv \
            <two.ten >none.ten 2>said &
        training curve.tsv $!
        kill -$signal $!
        status=0
        wait $! || status=$?
        [ $status = $((128 + $(kill -l $signal))) ]
        grep -qx "train-classifier: SIG$signal after step [0-9]*: not finished: expected the same command again, to go on from ck.ten" said
        [ ! -s none.ten ]
        run -0 ten-verify ck.ten
    done
}
@test "make takes a product whose training was stopped as unfinished, and goes on with it" {
    printf '%s\n' 'net.ten: two.ten' \
        "	exec train-classifier --quiet --config='\$(NET)' --epochs=\$(EPOCHS) --schedule=constant:lr=0.01 --resume=ck.ten --curve=curve.tsv <two.ten >\$@.part" '	mv $@.part $@' >makefile
    make -s EPOCHS=1000000 2>said &
    training curve.tsv $!
    kill -TERM $(ps --ppid $! -o pid=)
    status=0
    wait $! || status=$?
    [ $status = 2 ]
    grep -q "Error 143" said
    [ ! -e net.ten ]
    make -s EPOCHS=1
    run -0 ten-verify net.ten
}
@test "a finished run goes on with more epochs as if they had been asked for at once" {
    options=(--schedule=constant:lr=0.01 --curve=curve.tsv --resume=ck.ten)
    train --epochs=5 "${options[@]}" >want.ten
    rm ck.ten
    train --epochs=2 "${options[@]}" >two-epochs.ten
    train --epochs=5 "${options[@]}" >got.ten
    cmp want.ten got.ten
    [ "$(cut -f1 curve.tsv | paste -sd' ')" = "epoch 1 2 3 4 5" ]
    # Nothing is left to do: the same model again.
    train --epochs=5 "${options[@]}" >again.ten
    cmp want.ten again.ten
}
@test "a checkpoint of another network, or one that is cut: exit 1, one line, and it stays as it was" {
    train --epochs=1 --resume=ck.ten >net.ten
    cp ck.ten old.ten
    NET=${NET/\"width\": 4/\"width\": 8}
    run -1 --separate-stderr train --epochs=2 --resume=ck.ten
    [ "${#stderr_lines[@]}" = 1 ]
    cmp old.ten ck.ten
    NET=${NET/\"width\": 8/\"width\": 4}
    head -c -500 old.ten >ck.ten
    run -1 --separate-stderr train --epochs=2 --resume=ck.ten
    [ "${#stderr_lines[@]}" = 1 ]
    [[ "$stderr" = "train-classifier: ck.ten: "* ]]
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
@test "an average that forgets everything is the model itself; a slow one is another" {
    train --epochs=2 >plain.ten
    train --epochs=2 --ema=decay=0 >copy.ten
    ten-cmp plain.ten copy.ten
    train --epochs=2 --ema=decay=0.9 --resume=ck.ten >average.ten
    run -1 ten-cmp plain.ten average.ten
    # The checkpoint holds both: what is trained, and its average.
    diff <(ten-cut --keep=fc.weight <ck.ten | ten-dump) <(ten-cut --keep=fc.weight <plain.ten | ten-dump)
    diff <(ten-cut --keep=ema.fc.weight <ck.ten | ten-dump) <(ten-cut --keep=fc.weight <average.ten | ten-dump)
}
@test "augmentation, seed, optimiser, clipping and smoothing change the model" {
    train --epochs=1 >plain.ten
    for option in --augment=flip --augment=cutmix=1 --augment=resized=8 --seed=4 --optim=adam --clip=0.01 --smoothing=0.1; do
        train --epochs=1 $option >other.ten
        run -1 ten-cmp plain.ten other.ten
    done
}
@test "mean and deviation of a half are what is done without" {
    train --epochs=1 >plain.ten
    train --epochs=1 --mean=0.5 --std=0.5 >half.ten
    ten-cmp plain.ten half.ten
}
@test "a network from a file is that of the command line" {
    train --epochs=1 >line.ten
    echo "$NET" >net.json
    train-classifier --quiet --config-file=net.json --batch=32 --seed=3 --epochs=1 <two.ten >file.ten
    ten-cmp line.ten file.ten
}
@test "a mobile network learns them as well" {
    NET='{"family": "mobilenet", "in": [8,8,1], "classes": 2, "stem_stride": 1, "stages": [[1,8,1,1],[2,8,2,2]], "dropout": 0.1}'
    train --epochs=20 >net.ten
    run -0 bash -c 'classify --quiet --model=net.ten <two.ten | confusion'
    [ "${lines[1]}" = "0	64	0	1.0000" ]
    [ "${lines[2]}" = "1	0	64	1.0000" ]
}
# A square that goes round four places, one way (0) or the other (1), seen from any of them: the frames of both are the same.
moving() {
    awk 'BEGIN { for (n = 0; n < 112; n++) for (t = 0; t < 4; t++) { at = int(n / 2) + (n % 2 ? 4 - t : t); row = int(n / 8) % 7
        for (y = 0; y < 8; y++) for (x = 0; x < 8; x++) printf "%s", (y - row < 2 && y >= row && int(x / 2) == at % 4 ? "z" : "0") } }' |
        raw2ten --name=clip --dims=4,8,8,1 --batch=112 >clip.ten
    awk 'BEGIN { print "label"; for (n = 0; n < 112; n++) print n % 2 }' | csv2ten >label.ten
    ten-paste clip.ten label.ten
}
@test "clips: which way a square moves is learned with the temporal shift, and never without" {
    moving >moving.ten
    for shift in 4 0; do
        train-classifier --quiet --seed=3 --batch=28 --epochs=25 --augment=crop=1 <moving.ten >net.ten \
            --config='{"family": "resnet", "width": 8, "blocks": [1,1], "frames": 4, "in": [4,8,8,1], "shift": '$shift', "classes": 2}'
        run -0 --separate-stderr bash -c 'classify --model=net.ten <moving.ten >/dev/null'
        right[shift]=${stderr#classify: }
    done
    [ "${right[4]%% *}" -ge 108 ]
    # Two clips that differ in the order alone have the same answer: one of them is right.
    [ "${right[0]%% *}" = 56 ]
}
@test "clips of other lengths than the network's: exit 1, one line; images count before clips" {
    moving >moving.ten
    run -1 --separate-stderr bash -c 'train-classifier --config="{\"family\": \"resnet\", \"width\": 4, \"blocks\": [1], \"frames\": 3, \"in\": [3,8,8,1]}" <moving.ten'
    [ "$stderr" = "train-classifier: clip: samples of shape [4,8,8,1]: expected [3,8,8,1], which the network reads" ]
    ten-gen image u8 112,8,8,1 | ten-paste moving.ten - >both.ten
    run -0 bash -c 'train-classifier --quiet --epochs=1 --config="$NET" <both.ten | ten-info'
}
@test "--init starts from another model and says what did not match" {
    train --epochs=2 >net.ten
    run -0 --separate-stderr bash -c 'train-classifier --epochs=1 --init=net.ten --config='"'${NET/\"classes\": 2/\"classes\": 3}'"' <two.ten >more.ten'
    [[ "$stderr" = *"15 matched, 0 missing, 2 of another shape, 0 left"* ]]
    [[ "$stderr" = *"misfit fc.weight [2,4]: expected [3,4]"* ]]
}
@test "--init-map brings names and layouts of another framework along" {
    ten-gen features.weight f32 4,1,3,3 >theirs.ten
    printf '%s\n' '# theirs ours' 'features.* conv1.* oihw' >names.map
    run -0 --separate-stderr bash -c 'train-classifier --epochs=1 --schedule=constant:lr=0 --init=theirs.ten --init-map=names.map --config="$NET" <two.ten >net.ten'
    [[ "${stderr_lines[0]}" = "theirs.ten: 1 matched, "*" missing, 0 of another shape, 0 left" ]]
    # One channel: the order of numbers is that of the axes [out,rows,columns].
    diff <(ten2raw --record=features.weight <theirs.ten | od -v) <(ten2raw --record=conv1.weight <net.ten | od -v)
}
@test "--keep=best is a model that scores what the best line of the curve says" {
    train --epochs=6 --valid=two.ten --keep=best --curve=curve.tsv >best.ten
    best=$(awk 'NR > 1 && $7 > m { m = $7 } END { print m }' curve.tsv)
    run -0 --separate-stderr bash -c 'classify --model=best.ten <two.ten >/dev/null'
    [[ "$stderr" = *"of 128 right: $(printf %.4f "$best")" ]]
}
@test "--find-lr: a table of losses at rising rates, a rate that is neither tiny nor too large, and no model" {
    run -0 --separate-stderr bash -c 'train-classifier --threads=1 --config="$NET" --batch=32 --optim=sgd --find-lr=rates.tsv <two.ten >none.ten'
    [[ "$stderr" = "train-classifier: rates.tsv: "*" rates; the loss falls most steeply at "* ]]
    awk -v rate="${stderr##* }" 'BEGIN { exit !(rate > 1e-4 && rate < 10) }'
    [ -z "$(ten-info none.ten)" ]
    [ "$(head -1 rates.tsv)" = "rate	loss	smoothed" ]
    run -2 --separate-stderr train --find-lr=rates.tsv --resume=ck.ten
    [[ "${stderr_lines[0]}" = "train-classifier: --find-lr: "*"expected no --resume" ]]
}
@test "what makes no network is wrong usage: exit 2, one line" {
    for config in '{}' '{"family": "none"}' '{"family": "mlp", "depth": 3}' '{"family": "mlp", "out": "two"}' '{"family": "resnet", "in": [8,8]}' 'text' \
        '{"family": "mlp", "in": [16777216, 2]}' '{"family": "mlp", "hidden": [99999999999]}' '{"family": "mlp", "out": 4611686018427387904}' \
        '{"family": "resnet", "frames": 2, "in": [2,8,8,1], "shift": 1}' '{"family": "resnet", "shift": -1}' \
        '{"family": "mobilenet", "stem_stride": 0}' '{"family": "mobilenet", "dropout": 1}' '{"family": "mobilenet", "stages": [[1,16]]}'; do
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
@test "wrong usage: exit 2, saying what would be right" {
    wrong() { run -2 --separate-stderr train "${@:2}"; [[ "${stderr_lines[0]}" = "train-classifier: "*"$1"* ]] || { echo "$stderr"; false; }; }
    wrong "expected samples to choose by" --keep=best
    wrong "expected a model that it is about" --init-map=names.map
    wrong "expected as many numbers as --mean" --std=0.5
    wrong "no standard deviation of channel 0" --mean=0.5
    wrong "adam: " --optim=adam:momentum=0.9
    wrong "no lr: expected lr=NUMBER" --schedule=cosine
    wrong "expected either decay=NUMBER or half=IMAGES" --ema=warm=1
    wrong "augment" --augment=rotate
    run -2 --separate-stderr train-classifier <two.ten
    [ "${stderr_lines[0]}" = "train-classifier: config: none: expected --config='{\"family\": ...}' or --config-file=FILE" ]
}
@test "samples that are cut, a curve that cannot be written, a full disk: exit 1, one line, no model" {
    head -c -300 two.ten >cut.ten
    run -1 --separate-stderr bash -c 'train-classifier --quiet --config="$NET" <cut.ten >net.ten'
    [[ "$stderr" = "train-classifier: "*"the input ends here"* ]]
    [ ! -s net.ten ]
    run -1 --separate-stderr bash -c 'train-classifier --quiet --config="$NET" --curve=gone/curve.tsv <two.ten >net.ten'
    [[ "$stderr" = "train-classifier: gone/curve.tsv: "* ]]
    [ ! -s net.ten ]
    run -1 --separate-stderr bash -c 'train-classifier --quiet --epochs=1 --config="$NET" <two.ten >/dev/full'
    [[ "$stderr" = "train-classifier: "*"No space left on device"* ]]
}
@test "a folder that does not take checkpoints: exit 1, one line" {
    run -1 --separate-stderr train --epochs=1 --resume=gone/ck.ten
    [ "${#stderr_lines[@]}" = 1 ]
    [[ "$stderr" = "train-classifier: gone/ck.ten"* ]]
}
