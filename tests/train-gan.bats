load common
setup_file() {
    cd "$BATS_FILE_TMPDIR" || return
    noise 40 1 >few.ten
    noise 30 2 >other.ten
}
# noise N SEED: images and labels.
noise() { ten-gen label i32 "$1" --fill=uniform --hi=2 | ten-paste <(ten-gen image u8 "$1",8,8,3 --fill=uniform --seed="$2") -; }
setup() { cd "$BATS_TEST_TMPDIR" || return; ln -s "$BATS_FILE_TMPDIR"/{few,other}.ten .; }
# Networks small enough for a step of a few milliseconds.
words=(train-gan --quiet --arch=dcgan --generator='{"in":[8],"width":8}' --discriminator='{"width":4}' --batch=8 --seed=3)
train() { "${words[@]}" "$@" <few.ten; }
# group N FILE: one of the networks in it.
group() { ten-head --skip="$1" <"$2"; }

@test "generator, moving average and discriminator come as groups that say which they are" {
    train --iters=3 >gan.ten
    run -0 bash -c 'ten-info --json gan.ten | grep "\"config\"" | grep -o "\"role\": *\"[a-z]*\"" | tr -d " "'
    [ "${lines[*]}" = '"role":"generator" "role":"ema" "role":"discriminator"' ]
    train --iters=3 --ema= >two.ten
    run -0 bash -c 'ten-info --json two.ten | grep "\"config\"" | grep -o "\"role\": *\"[a-z]*\"" | tr -d " "'
    [ "${lines[*]}" = '"role":"generator" "role":"discriminator"' ]
}
@test "the table has a line when asked, and one at the end" {
    train --iters=10 --curve=curve.tsv --curve-every=4 --valid=other.ten >gan.ten
    [ "$(cut -f1 curve.tsv | paste -sd' ')" = "step 4 8 10" ]
    [ "$(head -1 curve.tsv | cut -f8-11 | tr '\t' ' ')" = "real valid fake gap" ]
    # 40 samples in steps of 8.
    [ "$(tail -1 curve.tsv | cut -f2)" = 0.08 ]
    awk 'NR > 1 { d = $8 - $9 - $11; if (d > 2e-4 || d < -2e-4 || $8 < 0 || $8 > 1 || $9 < 0 || $9 > 1) exit 1 }' curve.tsv
}
@test "killed at any moment and gone on from its checkpoint, it ends with the same bytes" {
    options=(--iters=120 --policy=color,translation,cutout --ada=0.3 --ada-kimg=0.2 --r1=1 --r1-every=3 --flip=yes
        --d-steps=2 --valid=other.ten --resume=ck.ten --every=0 --curve=curve.tsv --curve-every=7 --classes=2)
    train "${options[@]}" >want.ten
    mv curve.tsv want.tsv
    rm ck.ten
    killed 12 ck.ten "${words[@]}" "${options[@]}" <few.ten >got.ten
    train "${options[@]}" >got.ten
    cmp want.ten got.ten
    diff <(cut -f1-12 want.tsv) <(cut -f1-12 curve.tsv)
}
@test "SIGTERM writes the checkpoint and leaves with status 143, nothing put out" {
    train-gan --quiet --arch=dcgan --generator='{"in":[8],"width":8}' --discriminator='{"width":4}' --iters=1000000 --resume=ck.ten \
        --curve=curve.tsv --curve-every=1 <few.ten >none.ten 2>said &
    training curve.tsv $!
    kill -TERM $!
    status=0
    wait $! || status=$?
    [ $status = 143 ]
    grep -qx "train-gan: SIGTERM after step [0-9]*: not finished: expected the same command again, to go on from ck.ten" said
    [ ! -s none.ten ]
    run -0 ten-verify ck.ten
}
@test "more steps than the checkpoint has: as if they had been asked for at once" {
    train --iters=12 --resume=ck.ten >want.ten
    rm ck.ten
    train --iters=5 --resume=ck.ten >five.ten
    train --iters=12 --resume=ck.ten >got.ten
    ten-cmp want.ten got.ten
}
@test "a checkpoint of a longer epoch: exit 1, saying what is expected" {
    train --iters=4 --resume=ck.ten >/dev/null
    noise 9 1 >fewer.ten
    run -1 --separate-stderr "${words[@]}" --iters=9 --resume=ck.ten <fewer.ten
    [[ "$stderr" = *"ck.ten: is after batch 4 of an epoch, which has 1 here: expected the samples and the size of batches"* ]]
}
@test "how probable transforms are is what the command line says, not what the checkpoint remembers" {
    train --iters=2 --policy=cutout --resume=ck.ten >two.ten
    train --iters=4 --policy=cutout --p=0.25 --resume=ck.ten --curve=curve.tsv >four.ten
    [ "$(tail -1 curve.tsv | cut -f12)" = 0.2500 ]
}
@test "threads do not change a byte" {
    train --iters=6 --policy=color,cutout --r1=1 --wgan-gp=1 --dragan=1 --cr=1 --ortho-g=1e-4 --threads=1 >a.ten
    train --iters=6 --policy=color,cutout --r1=1 --wgan-gp=1 --dragan=1 --cr=1 --ortho-g=1e-4 --threads=2 >b.ten
    cmp a.ten b.ten
}
# Losses and accuracies of this program when it was written, the same on AVX-512, AVX2 and plain x86-64; the first ones
# are near those of a discriminator that answers 0 (2 and 0).
@test "a golden run: twenty steps of the tiny preset lose what they always have" {
    ten-gen image u8 64,16,16,3 --fill=uniform --seed=1 |
        train-gan --quiet --preset=tiny --seed=5 --iters=20 --policy=color,translation,cutout --curve=curve.tsv --curve-every=5 >gan.ten
    printf '%s\n' '1.9917 0.0467846 0.0250 1.0000' '1.98625 0.0219662 0.2875 0.8625' '1.97783 -0.0220771 0.9125 0.4250' \
        '1.93831 0.0376882 0.6625 0.7625' | paste -d' ' - <(tail -n +2 curve.tsv | cut -f4,5,8,10 | tr '\t' ' ') |
        awk '{ for (i = 1; i <= 4; i++) { d = $i - $(i + 4); if (d > 1e-2 * (i > 2 ? 5 : 1) || d < -1e-2 * (i > 2 ? 5 : 1)) exit 1 } n++ }
            END { exit n != 4 }'
}
@test "an average that forgets everything is the generator itself; a slow one stays near its start" {
    train --iters=6 --ema=decay=0,state=1 >gan.ten
    group 0 gan.ten >g.ten
    group 1 gan.ten >ema.ten
    run -0 bash -c 'diff <(ten-cut --drop=config <g.ten | ten-dump) <(ten-cut --drop=config <ema.ten | ten-dump)'
    train --iters=6 --ema=decay=0.999,state=1 >gan.ten
    group 1 gan.ten >ema.ten
    run -1 bash -c 'diff <(ten-cut --drop=config <g.ten | ten-dump) <(ten-cut --drop=config <ema.ten | ten-dump)'
    # A copy up to step 100.
    train --iters=6 --ema=decay=0.999,start=100,state=1 >gan.ten
    run -0 bash -c 'diff <(ten-head <gan.ten | ten-dump) <(ten-head --skip=1 <gan.ten | ten-dump)'
}
@test "every choice makes another generator" {
    train --iters=3 >plain.ten
    for option in --policy=color --loss=hinge --loss=wgan --loss=lsgan --r1=10 --wgan-gp=10 --dragan=10 --cr=10 --ortho-g=0.1 --ortho-d=0.1 \
        --d-steps=2 --accumulate-d=2 --accumulate-g=2 --d-batch=apart --first=g --flip=yes --lr=1e-3 --lr-g=linear:lr=1e-3 --lr-d=1e-3 \
        --optim=sgd --optim-g=sgd --optim-d=sgd --batch=4 --classes=2 --seed=4; do
        train --iters=3 "$option" >other-gan.ten
        run -1 ten-cmp plain.ten other-gan.ten
    done
    train --iters=3 --policy=cutout >all.ten
    for where in none reals d; do
        train --iters=3 --policy=cutout --augment-where=$where >$where.ten
        run -1 ten-cmp all.ten $where.ten
    done
    # Nowhere is without.
    ten-cmp plain.ten none.ten
    train --iters=3 --policy=cutout --p=0 >never.ten
    run -0 bash -c 'diff <(ten-head --skip=2 <plain.ten | ten-cut --keep=conv* | ten-dump | wc -l) <(ten-head --skip=2 <never.ten | ten-cut --keep=conv* | ten-dump | wc -l)'
}
@test "thousands of images are steps of batch, steps of the discriminator and accumulation" {
    train --kimg=0.1 --d-steps=2 --accumulate-d=2 --curve=curve.tsv >gan.ten    # 100 images, 32 a step
    [ "$(tail -1 curve.tsv | cut -f1,2 | tr '\t' ' ')" = "4 0.128" ]
}
@test "presets make their networks and steps; single options change them" {
    for preset in dcgan tiny tiny-sn; do
        train-gan --quiet --preset=$preset --iters=1 --batch=4 <few.ten >gan.ten
    done
    small='{"widths":[8,8,8,8]}'
    ten-gen image u8 8,32,32,3 label i32 8 --fill=uniform --hi=10 >labelled.ten
    for preset in biggan biggan-cifar cr-biggan-cifar cr-diffaugment-cifar; do
        train-gan --quiet --preset=$preset --iters=1 --batch=2 --generator="$small" --discriminator="$small" <labelled.ten >gan.ten
    done
    train-gan --quiet --arch=sngan --iters=1 --batch=2 --generator="$small" --discriminator="$small" <labelled.ten >gan.ten
}
@test "networks may be given whole" {
    train-gan --quiet --iters=2 --batch=4 --generator='{"family":"generator","in":[8],"size":8,"width":8}' \
        --discriminator='{"family":"discriminator","in":[8,8,3],"width":4}' <few.ten >gan.ten
    run -0 bash -c 'gan-sample --n=3 <gan.ten | ten-info'
}
@test "--init goes on with the networks of another run, in part where shapes differ; --freeze-d keeps the first layers" {
    train --iters=4 >gan.ten
    train --iters=2 --lr=0 --init=gan.ten --ema= >same.ten
    diff <(group 0 gan.ten | ten-cut --keep='*weight' | ten-dump) <(group 0 same.ten | ten-cut --keep='*weight' | ten-dump)
    train --iters=3 --init=gan.ten --freeze-d=1 --ema= >frozen.ten
    diff <(group 2 gan.ten | ten-cut --keep=conv0.weight_orig | ten-dump) <(group 1 frozen.ten | ten-cut --keep=conv0.weight_orig | ten-dump)
    run -1 diff -q <(group 2 gan.ten | ten-cut --keep=linear.weight_orig | ten-dump) <(group 1 frozen.ten | ten-cut --keep=linear.weight_orig | ten-dump)
    run -0 --separate-stderr bash -c 'train-gan --arch=dcgan --generator="{\"in\":[8],\"width\":8}" --discriminator="{\"width\":8}" --batch=8 \
        --iters=1 --init=gan.ten <few.ten >wider.ten'
    [[ "${stderr_lines[0]}" = "gan.ten: generator: "*" matched, 0 missing, 0 of another shape, 0 left" ]]
    [[ "${stderr_lines[1]}" = "gan.ten: discriminator: "*" of another shape, 0 left" ]]
}
@test "snapshots are sheets of the same samples as the generator learns" {
    train --iters=6 --snapshot='sheet-%03d.png' --snapshot-every=4 >gan.ten
    [ "$(echo sheet-*)" = "sheet-004.png sheet-006.png" ]
    run -0 bash -c 'png2ten sheet-004.png | ten-info'
    [[ "$output" = *"u8   [1,82,82,3]"* ]]
    run -1 cmp -s sheet-004.png sheet-006.png
    # Copies are what gan-sample would take of the networks.
    train --iters=6 --copy='copy-%d.ten' --snapshot-every=4 >/dev/null
    [ "$(echo copy-*)" = "copy-4.ten copy-6.ten" ]
    ten-cmp <(gan-sample --quiet --n=3 <copy-6.ten) <(gan-sample --quiet --n=3 <gan.ten)
    # Looking does not change what is learned.
    train --iters=6 >blind.ten
    ten-cmp gan.ten blind.ten
}
@test "the last word is whether the discriminator overfits" {
    run -0 --separate-stderr bash -c '"$@" --iters=20 --valid=few.ten <few.ten >gan.ten' _ "${words[@]/--quiet/--threads=1}"
    [[ "$stderr" = *"no overfitting seen: DiffAugment is not needed" ]]
    ten-head --records=2 <few.ten | ten-cut --slice=0:0:8 >eight.ten
    run -0 --separate-stderr bash -c '"$@" --iters=200 --lr=5e-3 --lr-g=1e-4 --discriminator="{\"spectral\":false,\"width\":16}" \
        --valid=other.ten --curve-every=20 <eight.ten >gan.ten' _ "${words[@]/--quiet/--threads=1}"
    [[ "$stderr" = *"overfitting: the discriminator takes "*" % more of the training samples for real than of others: --policy=color,translation,cutout is against that" ]]
    # With transforms that are not enough, of a discriminator with width 16.
    run -0 --separate-stderr bash -c '"$@" --iters=200 --lr=5e-3 --lr-g=1e-4 --discriminator="{\"spectral\":false,\"width\":16}" \
        --policy=flip --valid=other.ten --curve-every=20 <eight.ten >gan.ten' _ "${words[@]/--quiet/--threads=1}"
    [[ "$stderr" = *" for real than of others, transforms or not: a narrower one is against that: --discriminator='{\"width\":8}'" ]]
}
@test "losses that are not finite: exit 3; with a checkpoint after three tries from it, which stays good" {
    # One of the pictures has a pixel that is no number.
    { ten-cut --cast=image:f32 <few.ten; ten-gen image f32 1,8,8,3 --fill=constant --value=nan | ten-paste - <(ten-gen label i32 1 --fill=zeros); } >nan.ten
    ln -sf nan.ten few.ten
    run -3 --separate-stderr train --iters=50
    [[ "$stderr" = "train-gan: step "*": a loss or gradient is "*": expected a finite one (a lower rate, or --resume=FILE to go back to)" ]]
    run -3 --separate-stderr train --iters=50 --resume=ck.ten --every=0
    [[ "$stderr" = *" after 3 times back at half the rates: expected a finite one; the last good networks are in ck.ten" ]]
    gan-sample --raw <ck.ten | ten2png --grid >sheet.png              # refuses what is no number
}
@test "what makes no run: exit 2 or 1, one line that says what is wrong and what would be right" {
    wrong() {
        local status_wanted=$1 text=$2
        shift 2
        run -"$status_wanted" --separate-stderr train --iters=2 "$@"
        [[ "${stderr_lines[0]}" = "train-gan: "*"$text"* ]] || { echo "$stderr"; false; }
    }
    wrong 2 "foo: not a preset: expected one of dcgan, " --preset=foo
    wrong 2 "--preset=tiny: is of dcgan: expected one of biggan" --arch=biggan --preset=tiny
    wrong 2 "foo: not a possible value: expected hinge, ns, wgan or lsgan" --loss=foo
    wrong 2 "--iters and --kimg: expected one of them" --kimg=1
    wrong 2 "--ada: nothing to adapt" --ada=0.6
    wrong 2 "--cr: nothing to compare" --cr=10 --cr-policy=
    wrong 2 "policy: foo: no such op" --policy=foo
    wrong 2 "--path: family dcgan_generator has no latents w" --path=2
    wrong 2 "--freeze-d=99: all of 2 layers: expected fewer" --freeze-d=99
    wrong 2 "expected an optimiser without decay" --freeze-d=1 --optim=adamw
    wrong 2 "not a pattern" --snapshot=sheet.png
    wrong 2 '--generator: not an object' --generator='[]'
    wrong 2 'is no key of family dcgan_generator' --generator='{"depth": 3}'
    wrong 2 "gives images of another shape: expected [8,8,3]" --generator='{"image": [16,16,3]}'
    wrong 2 'config: "width" is 30: expected one that can be halved 2 times, such as 32' --generator='{"width": 30, "steps": 3, "image": [32,32,3]}'
    wrong 2 'expected' --ema=decay=2
    wrong 1 "few.ten" --init=few.ten
    wrong 1 "label" --classes=1
    wrong 1 "gone/ck.ten" --resume=gone/ck.ten
    wrong 1 "gone/curve.tsv" --curve=gone/curve.tsv
    run -2 --separate-stderr bash -c 'train-gan --generator={} --discriminator={} <few.ten'
    run -2 --separate-stderr bash -c 'train-gan --arch=dcgan <few.ten'
    [[ "${stderr_lines[0]}" = "train-gan: no length: expected --iters=N, --kimg=K, or a preset that has one" ]]
    ten-gen image u8 4,8,8 >flat.ten
    run -1 --separate-stderr bash -c 'train-gan --preset=tiny <flat.ten'
    [ "$stderr" = "train-gan: image: samples of shape [8,8]: expected [H,W,C]" ]
    ten-gen image u8 4,16,16,3 >large.ten
    wrong 1 "large.ten: image: samples of another shape" --valid=large.ten
    ten-gen x f32 4,8 >numbers.ten
    run -1 --separate-stderr bash -c 'train-gan --preset=tiny <numbers.ten'
    [[ "$stderr" = "train-gan: image: no such record"* ]]
}
@test "grey, wide and tall images are as good" {
    ten-gen image f32 8,8,16,1 --fill=uniform --lo=-1 | train-gan --quiet --preset=tiny --iters=1 --batch=4 --policy=color,translation,cutout >gan.ten
    run -0 bash -c 'gan-sample --n=2 <gan.ten | ten-info'
    [[ "$output" = *"[2,8,16,1]"* ]]
}
