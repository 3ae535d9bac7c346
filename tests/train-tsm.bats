load common
setup_file() {
    cd "$BATS_FILE_TMPDIR" || return
    video-gen motion --n=64 --frames=4 --size=16,16 --seed=1 --batch=32 >few.ten
    video-gen motion --n=640 --frames=4 --size=16,16 --seed=2 >more.ten
}
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    ln -s "$BATS_FILE_TMPDIR"/{few,more}.ten .
    open_mpi
}
# Waiting for each other, threads of small networks take long on a busy machine.
train-tsm() { command train-tsm --threads=1 "$@"; }
export -f train-tsm
words=(command train-tsm --threads=1 --quiet --seed=3 --width=8)
train() { "${words[@]}" --epochs=1 "$@" <few.ten; }
config() { ten-cut --keep=config <"$1" | ten2raw; }

@test "directions of a few clips are learned; a clip and its reverse have one answer without the shift alone" {
    # Every clip and the same backwards: 1 and 0.
    video-gen arrow <few.ten >both.ten
    for shift in bi none; do
        train-tsm --quiet --seed=1 --epochs=25 --schedule=cosine:lr=0.05,warmup=2 --width=8 --shift=$shift <both.ten >net.ten
        run -0 --separate-stderr bash -c 'train-tsm --width=8 --shift='$shift' --eval-only --tune-from=net.ten <both.ten >none.ten'
        right[${#right[@]}]=$(sed -n 's/.*accuracy \([0-9.]*\) of 128 samples/\1/p' <<<"$stderr")
    done
    awk -v with="${right[0]}" 'BEGIN { exit !(with > 0.75) }'
    [ "${right[1]}" = 0.5000 ]
}
@test "short options write the configuration" {
    train --shift=uni --div=4 --place=block --stem-stride=1 --dropout=0.25 --zero-gamma=yes >net.ten
    run -0 config net.ten
    for part in '"shift_mode":"uni"' '"shift":4' '"shift_place":"block"' '"stem_stride":1' '"dropout":0.25' '"zero_gamma":true' \
        '"width":8' '"blocks":[1,1,1]' '"first_stride":2' '"in":[4,16,16,3]' '"frames":4' '"classes":8'; do
        [[ "$output" = *"$part"* ]] || { echo "no $part"; false; }
    done
    train --shift=none --temporal-pool --non-local --consensus=identity --i3d=3x1x1 --classes=9 >net.ten
    run -0 config net.ten
    for part in '"shift":0' '"temporal_pool":true' '"non_local":true' '"consensus":"none"' '"inflate":"3x1x1"' '"classes":9'; do
        [[ "$output" = *"$part"* ]] || { echo "no $part"; false; }
    done
    train --shift-impl=copy >copy.ten
    run -0 config copy.ten
    [[ "$output" = *'"shift_impl":"copy"'* ]]
    # The whole configuration gives the same network.
    train --shift=uni --div=4 >short.ten
    train-tsm --quiet --seed=3 --epochs=1 --config="$(config short.ten)" <few.ten >long.ten
    ten-cmp short.ten long.ten
}
@test "every architecture is built" {
    for arch in resnet18 mobilenetv2 tiny; do
        train-tsm --quiet --arch=$arch --width=$([ $arch = mobilenetv2 ] && echo 0.25 || echo 8) --epochs=1 <few.ten >net.ten
        run -0 ten-verify net.ten
    done
}
@test "a recipe is said in full, and what is given counts more" {
    run -0 --separate-stderr bash -c 'train-tsm --recipe=sth --width=8 --epochs=1 --lr-scale=none --batch=64 --dropout=0.1 <few.ten >net.ten'
    [ "${stderr_lines[0]}" = "train-tsm: recipe sth: --batch=64 --accumulate=1 --epochs=1 --schedule=multistep:lr=0.01,at=20/40 --lr-scale=none --optim=sgd:momentum=0.9,decay=5e-4 --clip=20 --augment='' --smoothing=0 --groups=tsm --partial-bn=no --dropout=0.1 --zero-gamma=no" ]
    run -0 ten-info net.ten
    [[ "$output" = *'fc.weight '*'"group":"fc_weight"'* ]]
    for recipe in kinetics kinetics-dense ucf; do
        train --recipe=$recipe --width=16 >net.ten
        run -0 ten-verify net.ten
    done
    # Partial batch norm: all norms but the first are as they began.
    run -0 bash -c 'ten-cut --keep=layer2.0.bn1.running_var <net.ten | ten-dump | tr " " "\n" | sort -u'
    [ "$output" = 1 ]
    run -0 bash -c 'ten-cut --keep=bn1.running_var <net.ten | ten-dump | tr " " "\n" | sort -u | wc -l'
    [ "$output" -gt 8 ]
    train --recipe=ucf --partial-bn=no >net.ten
    run -0 bash -c 'ten-cut --keep=layer2.0.bn1.running_var <net.ten | ten-dump | tr " " "\n" | sort -u | wc -l'
    [ "$output" -gt 8 ]
}
# rate OPTION...: the first line of the curve after one epoch of the steady schedule 0.01 for 32 clips.
rate() { train --schedule=constant:lr=0.01 --curve=curve.tsv "$@" >net.ten; awk 'NR == 2 { print $3 }' curve.tsv; }
@test "rates are scaled with the samples of a step, or not" {
    [ "$(rate)" = 0.01 ]
    [ "$(rate --batch=16)" = 0.005 ]
    [ "$(rate --batch=16 --accumulate=4)" = 0.02 ]
    [ "$(rate --batch=16 --lr-batch=8)" = 0.02 ]
    [ "$(rate --batch=16 --lr-scale=none)" = 0.01 ]
    # The rate of weights, whatever those of other groups.
    [ "$(rate --groups=tsm)" = 0.01 ]
}
@test "what is likely to disappoint is said" {
    said() { run -0 --separate-stderr bash -c 'train-tsm --width=8 --epochs=1 "$@" <few.ten >net.ten' _ "${@:2}"; [[ "$stderr" = *"train-tsm: warning: $1"* ]] || { echo "$stderr"; false; }; }
    said "rates are those of 32 clips a step, and there are 16: expected --lr-scale=linear, or rates of your own" --batch=16 --lr-scale=none
    said "batch norms see 2 clips: expected 4 or more" --batch=2
    said "no channel of the first block shifts: it has 8, and 1/16 of them is less than one: expected a smaller --div" --div=16
    said "a mirrored clip has another class where directions count: expected no flip" --augment=flip
    run -0 --separate-stderr bash -c 'train-tsm --width=8 --epochs=1 <few.ten >net.ten'
    [[ "$stderr" != *warning* ]]
}
@test "smoothing, groups, clipping and the kind of optimiser change the model" {
    train >plain.ten
    for option in --smoothing=0.1 --groups=tsm --clip=0.01 --optim=lars --seed=4 --shift=uni --augment=crop=1; do
        train $option >other.ten
        run -1 ten-cmp plain.ten other.ten
    done
}
@test "--tune-from: all that fits, another last layer, and it says so" {
    train --epochs=2 >net.ten
    ten-paste <(ten-batch --size=64 <few.ten | ten-cut --keep=clip) <(ten-gen label i32 64 --fill=uniform --hi=5) >others.ten
    run -0 --separate-stderr bash -c 'train-tsm --width=8 --epochs=1 --schedule=constant:lr=0 --classes=5 --tune-from=net.ten --recipe=ucf <others.ten >tuned.ten'
    [[ "$stderr" = *"net.ten: "*" matched, 0 missing, 2 of another shape, 0 left"* ]]
    [[ "$stderr" = *"misfit fc.weight [8,32]: expected [5,32]"* ]]
    cmp <(ten-cut --keep=layer3.0.conv2.weight <net.ten | ten-dump) <(ten-cut --keep=layer3.0.conv2.weight <tuned.ten | ten-dump)
    run -2 --separate-stderr train --tune-from=net.ten --init=net.ten
    [[ "${stderr_lines[0]}" = "train-tsm: --tune-from: "*"expected one of them" ]]
}
@test "--tune-from on the same classes: the last layer's rate is that of the others" {
    train --epochs=1 >net.ten
    moved() { train --groups=tsm --schedule=constant:lr=1e-4 --optim=sgd --batch=64 "$1"=net.ten >tuned.ten
        paste <(ten-cut --keep=fc.bias <net.ten | ten-dump | tr ' ' '\n') <(ten-cut --keep=fc.bias <tuned.ten | ten-dump | tr ' ' '\n') |
            awk '{ s += ($1 - $2) ^ 2 } END { print sqrt(s) }'; }
    awk -v slow="$(moved --tune-from)" -v fast="$(moved --init)" 'BEGIN { exit !(fast > 4.9 * slow && fast < 5.1 * slow) }'
}
@test "--eval-only: how well a model does, and no model" {
    train --epochs=2 --valid=more.ten --curve=curve.tsv >net.ten
    want=$(awk 'END { printf "loss %.4f, accuracy %.4f of 640 samples", $6, $7 }' curve.tsv)
    run -0 --separate-stderr bash -c 'train-tsm --width=8 --eval-only --tune-from=net.ten --valid=more.ten <few.ten >none.ten'
    [[ "$stderr" = *"train-tsm: $want" ]]
    [ -z "$(ten-info none.ten)" ]
    # Of standard input, without --valid; of a checkpoint.
    train --epochs=2 --resume=ck.ten >net.ten
    run -0 --separate-stderr bash -c 'train-tsm --seed=3 --width=8 --eval-only --resume=ck.ten <more.ten >none.ten'
    [[ "$stderr" = *"train-tsm: $want" ]]
    run -2 --separate-stderr train --eval-only
    [[ "${stderr_lines[0]}" = "train-tsm: --eval-only: no model: expected --tune-from, --init or --resume" ]]
}
@test "killed at any moment and gone on from its checkpoint, it ends with the same bytes" {
    options=(--epochs=12 --groups=tsm --dropout=0.2 --accumulate=2 --batch=8 --resume=ck.ten --every=0)
    train "${options[@]}" >want.ten
    rm ck.ten
    killed 3 ck.ten "${words[@]}" "${options[@]}" <few.ten >got.ten
    train "${options[@]}" >got.ten
    cmp want.ten got.ten
}
# In each process: samples, options.
two() { mpirun -np 2 train-tsm --threads=1 --seed=3 --width=8 --sync-bn --schedule=constant:lr=0.005 "$@" <more.ten; }
one() { train-tsm --seed=3 --width=8 --sync-bn --schedule=constant:lr=0.005 "$@" <more.ten; }
@test "20 steps of two processes are those of one, with statistics of both" {
    need mpirun openmpi-bin
    one --quiet --epochs=1 >one.ten
    two --quiet --epochs=1 >two.ten
    ten-cmp --rtol=1e-5 --atol=1e-5 one.ten two.ten
}
@test "without them, running statistics are the mean of both processes'" {
    need mpirun openmpi-bin
    # A rate of 0: statistics of what the first layer sees are all that is learned; their means do not depend on the parts.
    mpirun -np 2 train-tsm --quiet --threads=1 --seed=3 --width=8 --schedule=constant:lr=0 --epochs=1 <more.ten >two.ten
    train-tsm --quiet --seed=3 --width=8 --schedule=constant:lr=0 --epochs=1 <more.ten >one.ten
    ten-cmp --rtol=1e-4 --atol=1e-5 <(ten-cut --keep=bn1.running_mean <one.ten) <(ten-cut --keep=bn1.running_mean <two.ten)
}
@test "a loss that is not finite on one rank: both end, and one message names rank and step" {
    need mpirun openmpi-bin
    ten-paste <(ten-gen clip f32 32,4,16,16,3 --fill=uniform --lo=-1) <(ten-gen label i32 32 --fill=uniform --hi=8) >fine.ten
    ten-paste <(ten-gen clip f32 32,4,16,16,3 --fill=constant --value=nan) <(ten-gen label i32 32 --fill=uniform --hi=8) >nan.ten
    run -3 --separate-stderr mpirun -np 1 sh -c '"$@" <fine.ten' sh train-tsm --quiet --threads=1 --width=8 : -np 1 sh -c '"$@" <nan.ten' sh train-tsm --quiet --threads=1 --width=8
    [ -z "$output" ]
    [ "$(grep train-tsm: <<<"$stderr")" = "train-tsm: step 0: the loss is nan on rank 1: expected a finite one (a lower rate, or --resume=FILE to go back to)" ]
}
@test "two processes go on as one, from the same sample, and say what may be lost" {
    need mpirun openmpi-bin
    one --quiet --epochs=2 >want.ten
    two --quiet --epochs=1 --resume=ck.ten >half.ten
    one --epochs=2 --resume=ck.ten >got.ten 2>said
    grep -qx 'train-tsm: ck.ten: 1 process and 32 samples a step go on where 2 and 32 were, at step 20; at most 20 steps after the checkpoint are lost' said
    ten-cmp --rtol=1e-4 --atol=1e-4 want.ten got.ten
}
@test "steps of twice the samples: half of them are made, at the same rate or twice of it" {
    options=(--schedule=constant:lr=0.01 --resume=ck.ten)
    for scale in linear none; do
        rm -f ck.ten
        train --epochs=3 --batch=16 "${options[@]}" --lr-batch=16 >net.ten
        run -0 --separate-stderr bash -c 'train-tsm --seed=3 --width=8 --epochs=4 --batch=32 --curve=curve.tsv "$@" <few.ten >net.ten' _ "${options[@]}" \
            $([ $scale = linear ] && echo --lr-batch=16 || echo --lr-scale=none)
        [[ "$stderr" = *"ck.ten: 1 process and 32 samples a step go on where 1 and 16 were, at step 6;"* ]]
        [ "$(awk 'END { print $2, $3 }' curve.tsv)" = "8 $([ $scale = linear ] && echo 0.02 || echo 0.01)" ]
    done
}
# Twenty-four videos of 12 frames in 8 classes, 3 of each; a wider one among them.
packed() {
    video-gen motion --quiet --n=23 --frames=12 --size=24,24 --seed=5 >videos.ten
    video-gen motion --quiet --n=1 --frames=30 --size=24,40 --seed=6 >wide.ten
    cat videos.ten wide.ten | video-pack >store.ten
}
packing=(--epochs=2 --batch=8 --segments=4 --size=16 --classes=8 --pack=store.ten)
pack() { "${words[@]}" "${packing[@]}" "$@" </dev/null; }
@test "--pack: clips of stored videos, drawn anew every epoch; killed and gone on, the same bytes" {
    packed
    pack --epochs=12 --resume=ck.ten --every=0 >want.ten
    rm ck.ten
    run -0 config want.ten
    [[ "$output" = *'"in":[4,16,16,3]'* ]]
    killed 2 ck.ten "${words[@]}" "${packing[@]}" --epochs=12 --resume=ck.ten --every=0 </dev/null >got.ten
    pack --epochs=12 --resume=ck.ten --every=0 >got.ten
    cmp want.ten got.ten
    pack --mode=dense --epochs=12 >other.ten
    run -1 ten-cmp want.ten other.ten
    run -0 ten-info --history want.ten
    [[ "$output" = *"store.ten"* ]]
}
@test "--workers: more threads make batches, and the same ones" {
    packed
    pack >one.ten
    pack --workers=3 >three.ten
    ten-cmp one.ten three.ten
}
@test "--valid-pack measures on clips from the middle, nothing drawn" {
    packed
    pack --curve=curve.tsv --valid-pack=store.ten --keep=best >net.ten
    run -0 --separate-stderr bash -c 'train-tsm --width=8 --segments=4 --size=16 --classes=8 --eval-only --tune-from=net.ten --pack=store.ten </dev/null >none.ten'
    [[ "$stderr" = *"of 24 samples" ]]
    [ "$(sed 's/.*accuracy \([0-9.]*\) of.*/\1/' <<<"${stderr_lines[-1]}")" = "$(awk 'NR > 1 && $7 > m { m = $7 } END { printf "%.4f", m }' curve.tsv)" ]
}
@test "a store with a video of no class, or no store: exit 1, one line" {
    ten-cut --keep=clip <few.ten | ten-head | video-pack >store.ten
    run -1 --separate-stderr pack
    [ "$stderr" = "train-tsm: store.ten: video 0 has no label: expected one for each" ]
    ten-gen clip u8 2,5,20,20,1 label i32 2 | video-pack >store.ten
    run -1 --separate-stderr pack
    [ "$stderr" = "train-tsm: store.ten: video 0 has 1 channels: expected 3, colours" ]
    cp few.ten store.ten
    run -1 --separate-stderr pack
    [ "${#stderr_lines[@]}" = 1 ]
    packed
    run -1 --separate-stderr bash -c 'train-tsm --quiet --segments=4 --size=16 --pack=store.ten "$@" </dev/null' _ \
        --config='{"family": "resnet", "width": 8, "blocks": [1], "in": [8,16,16,3], "frames": 8, "classes": 8}'
    [[ "$stderr" = *"clip: samples of shape [4,16,16,3]: expected [8,16,16,3], which the network reads (--segments, --size)" ]]
}
# motion CLIPS LENGTH: u8 clips [N,2,8,8,2 LENGTH] whose class says whether what moves goes right; up or down is drawn.
motion() {
    python3 -c 'import random, sys
random.seed(1)
n, length = int(sys.argv[1]), int(sys.argv[2])
out = bytearray()
for i in range(n):
    x, y = (170, 85)[i % 2], random.choice((85, 170))
    for _ in range(2 * 64 * length):
        out += bytes((x + random.randint(-40, 40), y + random.randint(-40, 40)))
sys.stdout.buffer.write(out)' "$1" "$2" | raw2ten --name=clip --type=u8 --dims=2,8,8,$((2 * $2)) --batch="$1" |
        ten-paste - <(seq "$1" | awk 'BEGIN { print "label" } { print ($1 + 1) % 2 }' | csv2ten | ten-cut --cast=i32)
}
learned() { sed -n 's/.*accuracy \([0-9.]*\) of .*/\1/p' <<<"$stderr"; }
@test "--modality=flow: motion is learned, and a mirror turns it around" {
    motion 64 1 >flow.ten
    for augment in '' flip; do
        train-tsm --quiet --modality=flow --seed=1 --width=8 --epochs=6 --augment=$augment <flow.ten >net.ten
        run -0 --separate-stderr bash -c 'train-tsm --modality=flow --width=8 --eval-only --tune-from=net.ten <flow.ten >none.ten'
        right[${#right[@]}]=$(learned)
    done
    # Half of the mirrored clips go the way their class does not.
    awk -v as_is="${right[0]}" -v mirrored="${right[1]}" 'BEGIN { exit !(as_is == 1 && mirrored < 0.9) }'
}
@test "--modality: what is learned is what video-crop --float writes" {
    options=(--quiet --seed=3 --width=8 --epochs=1)
    motion 64 3 | video-crop --quiet --size=8 >flow.ten
    video-crop --quiet --size=8 --modality=flow --float <flow.ten >numbers.ten
    # The centre again, of frames scaled by 256/224.
    video-crop --quiet --size=8 <flow.ten | train-tsm "${options[@]}" --modality=flow >a.ten
    train-tsm "${options[@]}" <numbers.ten >b.ten
    ten-cmp --rtol=1e-3 --atol=1e-4 a.ten b.ten
    ten-gen clip u8 64,2,8,8,6 label i32 64 --fill=uniform --hi=4 | ten-cut --drop=label |
        ten-paste - <(ten-gen label i32 64 --fill=uniform --hi=4) >frames.ten
    video-crop --quiet --size=8 --modality=diff --float <frames.ten >numbers.ten
    video-crop --quiet --size=8 <frames.ten | train-tsm "${options[@]}" --modality=diff >a.ten
    train-tsm "${options[@]}" --mean=0.5,0.5,0.5 --std=0.5,0.5,0.5 <numbers.ten >b.ten
    run -0 config a.ten
    [[ "$output" = *'"in":[2,8,8,3]'* ]]
    ten-cmp --rtol=1e-3 --atol=1e-4 a.ten b.ten
}
@test "--modality --tune-from a network of colours: the first layer has the mean of its inputs, and a rate of its own" {
    train --epochs=1 >rgb.ten
    ten-gen clip u8 32,4,16,16,10 label i32 32 --fill=uniform --hi=8 >flow.ten
    run -0 --separate-stderr bash -c 'train-tsm --modality=flow --recipe=ucf --width=8 --classes=8 --epochs=1 --schedule=constant:lr=0 --tune-from=rgb.ten <flow.ten >net.ten'
    [[ "$stderr" = *"rgb.ten: "*" matched, 0 missing, 0 of another shape, 0 left"* ]]
    ten-cut --keep=conv1.weight --reshape=72,3 <rgb.ten | ten2csv | tail -n +2 |
        awk -F, '{ for (i = 0; i < 10; i++) print ($1 + $2 + $3) / 3 }' >want
    ten-cut --keep=conv1.weight --reshape=720,1 <net.ten | ten2csv | tail -n +2 |
        paste -d, - want | awk -F, '{ d = $1 - $2; if (d ^ 2 > 1e-12) bad = 1 } END { exit bad || NR != 720 }'
    run -0 ten-info net.ten
    [[ "$output" = *'conv1.weight '*'"group":"first"'* ]]
}
@test "--modality of a store: frames in a row stand side by side, and video-eval reads the network" {
    ten-gen clip u8 6,12,20,20,2 label i32 6 --fill=uniform --hi=3 | video-pack >flow-store.ten
    ten-gen clip u8 6,12,20,20,3 label i32 6 --fill=uniform --hi=3 | video-pack >diff-store.ten
    for kind in flow diff; do
        pack --classes=3 --modality=$kind --pack=$kind-store.ten --valid-pack=$kind-store.ten >$kind.ten
        run -0 config $kind.ten
        [[ "$output" = *'"in":[4,16,16,'$([ $kind = flow ] && echo 10 || echo 15)']'* ]]
        video-eval --quiet --model=$kind.ten --modality=$kind --length=$([ $kind = flow ] && echo 5 || echo 6) --pack=$kind-store.ten |
            ten-verify --quiet >/dev/null
    done
    pack --classes=3 --modality=flow --length=2 --pack=flow-store.ten >two.ten
    run -0 config two.ten
    [[ "$output" = *'"in":[4,16,16,4]'* ]]
    run -1 --separate-stderr pack --modality=flow --pack=diff-store.ten
    [ "$stderr" = "train-tsm: diff-store.ten: video 0 has 3 channels: expected 2, motion" ]
    run -1 --separate-stderr pack --modality=diff --length=1 --pack=diff-store.ten
    [ "$stderr" = "train-tsm: clip: 3 channels: expected 6 or more by threes for diff" ]
    run -1 --separate-stderr train --modality=flow
    [ "$stderr" = "train-tsm: clip: 3 channels: expected a multiple of 2 for flow" ]
}
@test "wrong usage: exit 2, saying what would be right" {
    wrong() { run -2 --separate-stderr train "${@:2}"; [[ "${stderr_lines[0]}" = "train-tsm: "*"$1"* ]] || { echo "$stderr"; false; }; }
    wrong "expected no --arch, --shift and so on beside it" --config='{"family": "resnet"}'
    wrong "expected a whole number of channels" --width=8.5
    wrong "expected a residual network for these" --arch=mobilenetv2 --non-local --width=0.25
    wrong "expected one of them" --lr-batch=8 --lr-scale=none
    wrong "--mean, --std: of colours: expected --modality=rgb" --modality=flow --mean=0.5,0.5 --std=0.5,0.5
    wrong "rgb, diff or flow" --modality=sound
    wrong "--arch=bninception: no --width, --stem-stride or --shift-impl: expected another network for these" --arch=bninception --width=8
    wrong "expected auto, copy, inplace or fused" --shift-impl=magic
    wrong "vgg: not a possible value: expected resnet18" --arch=vgg
    wrong "expected kinetics, kinetics-dense, sth, ucf or v1" --recipe=none
    wrong "expected a whole number from 2" --div=1
    run -2 --separate-stderr train-tsm --temporal-pool < <(ten-gen clip u8 4,3,16,16,3 label i32 4)
    [[ "$stderr" = *"config: \"temporal_pool\" of 3 frames: expected an even number, and two stages" ]]
    wrong "no lr: expected lr=NUMBER" --schedule=constant
}
@test "no clips, no labels, labels of another kind: exit 1, one line" {
    bad() { run -1 --separate-stderr bash -c 'train-tsm --quiet --epochs=1 <bad.ten >net.ten'; [ "$stderr" = "train-tsm: $1" ] || { echo "$stderr"; false; }; [ ! -s net.ten ]; }
    ten-cut --drop=label <few.ten >bad.ten
    bad "label: no such record: expected it beside clip"
    ten-gen image u8 4,16,16,3 label i32 4 >bad.ten
    bad "clip: no such record: expected it beside image, label"
    ten-gen clip u8 4,16,16,3 label i32 4 >bad.ten
    bad "clip: samples of shape [16,16,3]: expected [T,H,W,C]"
    ten-gen clip u8 4,2,16,16,3 label f32 4 >bad.ten
    bad "label: f32: expected i32 [N], or --classes=N"
    ten-paste <(ten-gen clip u8 4,2,16,16,3) <(ten-gen label i32 4 --fill=constant --value=-1) >bad.ten
    bad "label: no class: expected numbers from 0 on"
    head -c -300 few.ten >bad.ten
    run -1 --separate-stderr bash -c 'train-tsm --quiet <bad.ten >net.ten'
    [[ "$stderr" = "train-tsm: "*"the input ends here"* ]]
}
