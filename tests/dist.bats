# Training in several processes (lib/dist), which Open MPI's launcher starts.
load common
setup_file() {
    cd "$BATS_FILE_TMPDIR" || return
    # Noise in four classes: 20 batches of 32.  Nothing to learn, so that no step is like another.
    ten-gen image u8 640,8,8,1 --fill=uniform --lo=0 --hi=255 --seed=1 >image.ten
    ten-gen label i32 640 --fill=uniform --lo=0 --hi=4 --seed=2 >label.ten
    ten-paste image.ten label.ten >noise.ten
}
setup() {
    need mpirun openmpi-bin
    cd "$BATS_TEST_TMPDIR" || return
    ln -s "$BATS_FILE_TMPDIR/noise.ten" noise.ten
    open_mpi
    # A relu near 0 makes of a last bit another gradient: where results are compared, no relus, or small steps.
    MLP='{"family": "mlp", "in": [8,8,1], "hidden": [100,100], "out": 4, "act": "tanh"}'
    RESNET='{"family": "resnet", "width": 8, "blocks": [1,1], "in": [8,8,1], "classes": 4}'
    MOBILE='{"family": "mobilenet", "in": [8,8,1], "classes": 4, "stem_stride": 1, "stages": [[1,8,1,1],[2,8,2,2]], "dropout": 0.3}'
}
# options NET [OPTION...]: what train runs, in one process or several.
options() { o=(train-classifier --threads=1 --batch=32 --seed=3 --epochs=1 --schedule=constant:lr=0.05 --config="$1" "${@:2}"); }
# train RANKS NET [OPTION...]: 0 ranks: without a launcher.
train() {
    local o
    options "${@:2}" --quiet
    if [ "$1" = 0 ]; then "${o[@]}" <noise.ten; else mpirun -np "$1" "${o[@]}" <noise.ten; fi
}
# same NET [OPTION...]: two and three processes, and one, come to the same model and the same curve.
same() {
    local n
    train 0 "$@" --curve=one.tsv >one.ten
    for n in 2 3; do
        train $n "$@" --curve=$n.tsv >$n.ten
        ten-cmp --rtol=1e-5 --atol=1e-6 one.ten $n.ten
        paste one.tsv $n.tsv | awk 'NR > 1 { for (i = 1; i <= 7; i++) if ($i != $(i + 8) && !(($i - $(i + 8)) ^ 2 < ($i * 1e-4) ^ 2)) exit 1 }'
    done
}
# ranks PID: the processes that mpirun started, once they train (a checkpoint is there).
ranks() {
    for ((i = 0; i < 500; i++)); do
        [ ! -e ck.ten ] || [ "$(ps --ppid "$1" -o pid= | wc -l)" != 2 ] || break
        sleep 0.02
    done
    ps --ppid "$1" -o pid= | tr -d ' '
}
# gone PIDS: waits until all of them are, for 10 seconds at most.
gone() {
    for ((i = 0; i < 200; i++)); do
        ps -p "${*//[$'\n ']/,}" -o stat= | grep -q '^[^Z]' || return 0
        sleep 0.05
    done
    return 1
}
# ended PID: its exit status, in status.  Open MPI's launcher may lock itself out when a rank was killed (a mutex in
# PMIx_server_finalize); what it started is gone by then.
ended() {
    local left
    status=0
    for ((i = 0; i < 200; i++)); do
        left=$(ps -p "$1" -o stat=) || break
        [[ "$left" != Z* ]] || break
        sleep 0.05
    done
    kill -9 "$1" 2>/dev/null || true
    wait "$1" || status=$?
}

@test "sums, broadcasts, files and gradients come out alike on 1 to 5 ranks, by every algorithm" {
    for n in 1 2 3 4 5; do
        run -0 mpirun -np $n env OMP_NUM_THREADS=1 "$B/unit/dist"
        [ "${lines[-1]}" = "10 passed, 0 failed" ]
    done
}
@test "20 steps of a perceptron: several processes train what one trains" {
    same "$MLP"
}
@test "--clip is of the gradients of all processes together" {
    same "$MLP" --clip=0.3
    # It counts.
    train 0 "$MLP" >free.ten
    run -1 ten-cmp --rtol=1e-3 --atol=1e-3 one.ten free.ten
}
@test "20 steps of a small resnet: with --sync-bn, several processes train what one trains" {
    same "$RESNET" --sync-bn --schedule=constant:lr=0.005
    train 2 "$RESNET" --schedule=constant:lr=0.005 >own.ten
    run -1 ten-cmp --rtol=1e-3 --atol=1e-3 one.ten own.ten
}
@test "with dropout, augmentation, mixed samples and an average, too" {
    same "$MOBILE" --sync-bn --schedule=constant:lr=0.0001 --augment=crop=1,flip,mixup=0.4 --ema=decay=0.9 --valid=noise.ten
}
@test "batches that cannot be divided, several to a step, and a last one of fewer samples than processes" {
    same "$RESNET" --sync-bn --batch=71 --accumulate=2 --schedule=constant:lr=0.005 --valid=noise.ten
    ten-paste <(ten-gen image u8 65,8,8,1 --fill=uniform --hi=255) <(ten-gen label i32 65 --fill=uniform --hi=4) >few.ten
    ln -sf few.ten noise.ten
    same "$RESNET" --sync-bn --schedule=constant:lr=0.005
    same "$MLP"
}
@test "overlapped with the backward pass or not, the same bytes; again, the same bytes" {
    train 2 "$RESNET" >a.ten
    train 2 "$RESNET" --no-overlap --bucket=1K >b.ten
    train 2 "$RESNET" >c.ten
    cmp <(ten-dump a.ten) <(ten-dump b.ten)
    cmp a.ten c.ten
}
@test "every all-reduce trains the same network up to rounding, with the same weights on all ranks" {
    train 2 "$MLP" >native.ten
    for a in ring rdouble rabenseifner hier; do
        train 2 "$MLP" --allreduce=$a --bucket=16K --check-weights=1 >$a.ten
        ten-cmp --rtol=1e-5 --atol=1e-6 native.ten $a.ten
    done
    train 3 "$MLP" --allreduce=ring --check-weights=1 >three.ten
    ten-cmp --rtol=1e-5 --atol=1e-6 native.ten three.ten
    # Rounded to 8 bits on the way: near, and not the same.
    train 2 "$MLP" --allreduce=ring --wire=bf16 --check-weights=1 >bf16.ten
    ten-cmp --rtol=1e-2 --atol=1e-2 native.ten bf16.ten
    run -1 ten-cmp --rtol=1e-5 --atol=1e-6 native.ten bf16.ten
    run -2 train 0 "$MLP" --wire=bf16
    [[ "$output" = *"--wire=bf16: MPI adds no bf16: expected --allreduce=ring, rdouble, rabenseifner or hier"* ]]
    run -2 train 0 "$MLP" --bucket=100
    run -2 train 0 "$MLP" --allreduce=magic
}
@test "ranks whose weights differ end, with the step and a rank that differs; unchecked, nobody notices" {
    options "$MLP" --quiet
    fast=("${o[@]}" --schedule=constant:lr=0.1)
    mpirun -np 1 "${o[@]}" : -np 1 "${fast[@]}" <noise.ten >net.ten
    run -3 --separate-stderr mpirun -np 1 "${o[@]}" --check-weights=4 : -np 1 "${fast[@]}" --check-weights=4 <noise.ten
    [[ "$stderr" = *"train-classifier: step 4: weights of rank 1 differ from those of rank 0: expected the same bits on all ranks"* ]]
    [ -z "$output" ]
}
@test "--timeline: a trace of phases and buckets of every rank, and shares of an epoch that make a whole" {
    for n in 0 2; do
        options "$MLP" --epochs=2 --valid=noise.ten --timeline=$n.json
        if [ $n = 0 ]; then "${o[@]}" <noise.ten >net.ten 2>said; else mpirun -np $n "${o[@]}" <noise.ten >net.ten 2>said; fi
        [ "$(grep -c 'train-classifier: epoch [12]: data .* %, computation .* %, communication after it .* %, waiting .* %$' said)" = 2 ]
        awk '/: epoch /{ gsub(/[^0-9. ]/, ""); s = $2 + $3 + $4 + $5; if (s < 99.7 || s > 100.3) exit 1 }' said
        python3 - $n.json $n <<'END'
import collections, json, sys
events, ranks = json.load(open(sys.argv[1])), max(int(sys.argv[2]), 1)
names = collections.Counter((e["pid"], e["name"]) for e in events if e["ph"] == "X")
assert [e["args"]["name"] for e in events if e["ph"] == "M"] == ["rank %d" % r for r in range(ranks)]
for r in range(ranks):
    for name in "load forward backward communication wait update".split():
        assert names[r, name] == 40, (r, name, names[r, name])          # 2 epochs of 20 steps
    assert (names[r, "bucket 0"] == 40) == (ranks > 1)
    # One phase after the other.
    phases = sorted((e["ts"], e["dur"]) for e in events if e["ph"] == "X" and e["pid"] == r and e["tid"] == 0)
    assert all(a[0] + a[1] <= b[0] + 1 for a, b in zip(phases, phases[1:]))
END
    done
    run -1 --separate-stderr train 0 "$MLP" --timeline=nowhere/x.json
    [[ "$stderr" = "train-classifier: nowhere/x.json: "* ]]
}
@test "the first process alone logs, and says what the sums of gradients took" {
    options "$MLP"
    run -0 --separate-stderr bash -c 'mpirun -np 2 "$@" <noise.ten >net.ten' bash "${o[@]}"
    [[ "$stderr" =~ ^"train-classifier: gradients of 2 processes: 20 steps, 0.07 MB each: "[0-9.]+" s, "[0-9.]+" s of it after the backward pass"$ ]]
}
@test "every process may have an input of its own" {
    train 2 "$MLP" >want.ten
    options "$MLP" --quiet
    mpirun -np 2 sh -c '"$@" <noise.ten' sh "${o[@]}" >file.ten
    mpirun -np 2 sh -c 'cat noise.ten | "$@"' sh "${o[@]}" >pipe.ten
    ten-cmp want.ten file.ten
    ten-cmp want.ten pipe.ten
}
@test "killed at any moment and gone on from the checkpoint, they end with the same bytes" {
    options=(--epochs=6 --ema=decay=0.9 --valid=noise.ten --keep=best --resume=ck.ten --every=0)
    train 2 "$RESNET" "${options[@]}" >want.ten
    rm ck.ten ck.ten.best
    options "$RESNET" "${options[@]}" --quiet
    for k in 1 2; do
        command mpirun -np 2 "${o[@]}" <noise.ten >got.ten 2>/dev/null 3>&- &
        launcher=$!
        pids=$(ranks $launcher)
        sleep 0.1
        kill -9 $pids 2>/dev/null || true
        ended $launcher
    done
    train 2 "$RESNET" "${options[@]}" >got.ten
    cmp want.ten got.ten
}
@test "one of two ranks is killed; one goes on from the checkpoint, says how many steps are lost, and ends with the same network" {
    options=("$MLP" --epochs=40 --resume=ck.ten --every=0)
    train 0 "$MLP" --epochs=40 >want.ten
    options "${options[@]}" --quiet
    command mpirun -np 2 "${o[@]}" <noise.ten >got.ten 2>/dev/null 3>&- &
    launcher=$!
    pids=$(ranks $launcher)
    kill -9 "$(tail -1 <<<"$pids")"
    ended $launcher
    [ ! -s got.ten ]
    options "${options[@]}"
    "${o[@]}" <noise.ten >got.ten 2>said
    grep -q '^train-classifier: ck.ten: 1 process and 32 samples a step go on where 2 and 32 were, at step [1-9][0-9]*; at most 1 steps after the checkpoint are lost$' said
    ten-cmp --rtol=1e-4 --atol=1e-5 want.ten got.ten
}
@test "a rank that is killed ends all within 5 seconds, and is named; nothing is put out" {
    options "$MLP" --epochs=1000000 --resume=ck.ten --every=0
    for k in 1 2; do
        rm -f ck.ten
        command mpirun -np 2 "${o[@]}" <noise.ten >net.ten 2>said 3>&- &
        launcher=$!
        pids=$(ranks $launcher)
        since=$SECONDS
        kill -9 "$(sed -n ${k}p <<<"$pids")"
        gone "$pids"
        ((SECONDS - since <= 5))
        ended $launcher
        [ $status != 0 ]
        grep -q "rank $((k - 1)) .*signal 9 (Killed)" said
        [ ! -s net.ten ]
    done
}
@test "a rank that fails ends all within 5 seconds, with its status, and is named" {
    { ten-paste "$BATS_FILE_TMPDIR/image.ten" "$BATS_FILE_TMPDIR/label.ten"
      ten-paste <(ten-gen image u8 1,8,8,1 --fill=zeros) <(ten-gen label i32 1 --fill=constant --value=7); } >bad.ten
    ln -sf bad.ten noise.ten
    options "$MLP" --epochs=1000 --quiet
    command mpirun -np 2 "${o[@]}" <noise.ten >net.ten 2>said 3>&- &
    launcher=$!
    # From its message on: starting takes as long as it takes.
    for ((i = 0; i < 1000; i++)); do
        ! grep -q label said || break
        sleep 0.02
    done
    since=$SECONDS
    ended $launcher
    [ $status = 1 ]
    ((SECONDS - since <= 5))
    grep -q "^train-classifier: sample 640: label: no class: expected 0 to 3" said
    grep -q "^train-classifier: rank [01] of 2: exit status 1: expected 0: all ranks end" said
    [ ! -s net.ten ]
}
@test "SIGTERM, to the launcher or to a rank: the checkpoint is written, nothing is put out, and it goes on" {
    options "$MLP" --epochs=1000000 --resume=ck.ten --every=0
    # Where others keep the processors busy: the launcher's own patience is a second.
    export OMPI_MCA_odls_base_sigkill_timeout=3
    for whom in launcher rank; do
        command mpirun -np 2 "${o[@]}" <noise.ten >net.ten 2>said 3>&- &
        launcher=$!
        pids=$(ranks $launcher)
        sleep 1
        if [ $whom = rank ]; then kill -TERM "$(tail -1 <<<"$pids")"; else kill -TERM $launcher; fi
        ended $launcher
        [ $status != 0 ]
        grep -q 'train-classifier: SIGTERM after step [0-9]*: not finished: expected the same command again, to go on from ck.ten' said
        [ ! -s net.ten ]
        run -0 ten-verify ck.ten
    done
}
@test "a rate that diverges: back to the checkpoint three times on all ranks, then exit 3" {
    options "$MLP" --epochs=50 --schedule=constant:lr=1e6 --resume=ck.ten --every=0
    run -3 --separate-stderr mpirun -np 2 "${o[@]}" <noise.ten
    [ "$(grep -c ": the loss is .* on rank [01]: back to step [0-9]* of ck.ten, at half the rate$" <<<"$stderr")" = 3 ]
    [[ "$stderr" = *"after 3 times back at half the rate: expected a finite one; the last good model is in ck.ten"* ]]
}
@test "a loss that is not finite on one rank: all end, and one message names rank and step" {
    options "$MLP" --quiet
    ten-gen image f32 640,8,8,1 --fill=uniform --lo=-1 | ten-paste - "$BATS_FILE_TMPDIR/label.ten" >fine.ten
    ten-gen image f32 640,8,8,1 --fill=constant --value=nan | ten-paste - "$BATS_FILE_TMPDIR/label.ten" >nan.ten
    for n in 1 2; do
        run -3 --separate-stderr mpirun -np $n sh -c '"$@" <fine.ten' sh "${o[@]}" : -np 1 sh -c '"$@" <nan.ten' sh "${o[@]}"
        [ -z "$output" ]
        [ "$(grep train-classifier <<<"$stderr")" = "train-classifier: step 0: the loss is nan on rank $n: expected a finite one (a lower rate, or --resume=FILE to go back to)" ]
    done
    # Of one sample, in the ninth batch or so, whichever rank's it is: back to the checkpoint, and there again.
    { ten-cut --slice=0:0:300 <fine.ten; ten-cut --slice=0:0:1 <nan.ten; } >bad.ten
    ln -sf bad.ten noise.ten
    run -3 --separate-stderr train 2 "$MLP" --resume=ck.ten --every=0
    [[ "$(grep train-classifier <<<"$stderr")" =~ ^"train-classifier: step "[0-9]+": the loss is nan on rank "[01]" after 3 times back at half the rate: "[^:]*"the last good model is in ck.ten"$ ]]
    run -0 ten-verify ck.ten
}
@test "gradients that are not finite, of finite losses: all end, and one message names the step" {
    ten-paste <(ten-gen image f32 64,8,8,1 --fill=constant --value=100) <(ten-gen label i32 64 --fill=uniform --hi=4) >far.ten
    ln -sf far.ten noise.ten
    # tanh(0): the largest gradient, which the next weights make larger.
    { ten-gen fc0.weight f32 1,64 fc0.bias f32 1 fc1.bias f32 4 --fill=zeros; ten-gen fc1.weight f32 4,1 --fill=uniform --lo=-1e38 --hi=1e38; } >large.ten
    run -3 --separate-stderr train 2 '{"family": "mlp", "in": [8,8,1], "hidden": [1], "out": 4, "act": "tanh"}' --init=large.ten
    [[ "$(grep train-classifier <<<"$stderr")" =~ ^"train-classifier: step 0: the norm of the gradients is "-?(inf|nan)": expected a finite one (a lower rate, or --resume=FILE to go back to)"$ ]]
}
# gan OPTION...: one, two and four processes come to the same networks and the same table.  (With parts of unlike size
# running means weigh samples of the smaller ones more.)
gan() {
    local n o=(train-gan --quiet --threads=1 --batch=8 --seed=3 --curve-every=2 --policy=color,translation,cutout "$@")
    ten-cut --keep=image,label <noise.ten | ten-head >few.ten
    "${o[@]}" --curve=one.tsv <few.ten >one.ten
    for n in 2 4; do
        mpirun -np $n "${o[@]}" --curve=$n.tsv <few.ten >$n.ten
        ten-cmp --rtol=1e-4 --atol=1e-5 one.ten $n.ten
        paste one.tsv $n.tsv | awk 'NR > 1 { for (i = 1; i <= 12; i++) if ($i != $(i + 13) && !(($i - $(i + 13)) ^ 2 < ($i * 1e-4) ^ 2)) exit 1 }'
    done
}
@test "a generator and its discriminator in several processes are those of one" {
    gan --arch=dcgan --generator='{"in": [8], "width": 8}' --discriminator='{"width": 4}' --classes=0 --iters=6 --sync-bn \
        --r1=1 --r1-every=2 --cr=1 --ada=0.3 --ada-kimg=0.2 --wgan-gp=1 --d-steps=2 --accumulate-d=2 --optim=sgd --lr=0.01
}
@test "with styles: path lengths, classes, orthogonality" {
    gan --arch=stylegan2 --generator='{"in": [8], "width": 8, "fmap_max": 8, "mapping": 2}' --classes=4 \
        --discriminator='{"fmap_max": 8, "group": 0}' --iters=4 --r1=1 --r1-every=2 --path=2 --path-every=2 --ortho-d=1e-3
}
@test "losses of a generator and its discriminator that are not finite: all end, and one message names the step" {
    ten-cut --keep=image,label <noise.ten | ten-head >few.ten
    run -3 --separate-stderr mpirun -np 2 train-gan --quiet --threads=1 --arch=dcgan --generator='{"in": [8], "width": 8}' \
        --discriminator='{"width": 4}' --batch=8 --iters=20 --optim=sgd --loss=lsgan --lr=1e6 <few.ten
    [[ "$(grep train-gan: <<<"$stderr")" =~ ^"train-gan: step "[0-9]+": a loss or gradient is "-?(inf|nan)": expected a finite one"[^:]*$ ]]
}
@test "a batch of fewer samples than processes: exit 2, saying so" {
    ten-cut --keep=image <noise.ten | ten-head >few.ten
    run mpirun -np 2 train-gan --quiet --threads=1 --arch=dcgan --batch=1 --iters=1 <few.ten
    [ "$status" -ne 0 ]
    [[ "$output" = *"--batch=1: fewer than the 2 processes: expected one sample each"* ]]
}
@test "a launcher without Open MPI, or of another kind: exit 1, saying what is expected" {
    : >libmpi.so.40
    LD_LIBRARY_PATH=$PWD PMI_SIZE=2 run -1 --separate-stderr train 0 "$MLP"
    [ "${#stderr_lines[@]}" = 1 ]
    [[ "$stderr" = "train-classifier: MPI: "*"libmpi.so.40"*"expected Open MPI, whose launcher started this (Debian package openmpi-bin)" ]]
    PMI_SIZE=2 run -1 --separate-stderr train 0 "$MLP"
    [ "${stderr_lines[0]}" = "train-classifier: MPI: 1 of 2 processes know each other: expected the mpirun of Open MPI" ]
}
@test "without a launcher Open MPI is not opened" {
    : >libmpi.so.40
    LD_LIBRARY_PATH=$PWD train 0 "$MLP" --sync-bn >with.ten
    train 0 "$MLP" >without.ten
    cmp <(ten-dump with.ten) <(ten-dump without.ten)
}
@test "a regressor in two processes is that of one; one of them says what it is worth" {
    ten-gen x f32 300,5 y f32 300 --fill=normal --seed=4 >numbers.ten
    regress=(train-regressor --threads=1 --seed=3 --batch=32 --epochs=3 --valid=numbers.ten)
    "${regress[@]}" --quiet <numbers.ten >one.ten
    mpirun -np 2 "${regress[@]}" --stats=stats.tsv <numbers.ten >two.ten 2>said
    ten-cmp --rtol=1e-4 --atol=1e-5 one.ten two.ten
    [ "$(grep -c '^train-regressor: network: 300 samples: ' said)" = 1 ]
    [ "$(wc -l <stats.tsv)" = 2 ]
}
