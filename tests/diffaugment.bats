# The pipeline of DiffAugment: what it would run at the paper's scale, and how it judges.
load common
setup() { cd "$ROOT" || return; }
# dry TARGET WORD...: what make would run for it.
dry() { make -n -f pipelines/diffaugment.mk SCALE=paper SEEDS=1 CIFAR10=/ten CIFAR100=/hundred FFHQ=/faces LOWSHOT=/few IMAGENET=/net INCEPTION=/fid.ten "$@"; }
# run_of TARGET: the options of train-gan there, without files.
run_of() { dry "fid-$1-1" | grep -oE 'train-gan .*--seed=1' | tr -s ' '; }

@test "CIFAR: the published iterations, classes and policies" {
    [ "$(run_of c10-100-biggan-base)" = "train-gan --preset=biggan-cifar --augment-where=none --classes=10 --iters=250000 --seed=1" ]
    [ "$(run_of c10-10-biggan-diffaugment)" = "train-gan --preset=biggan-cifar --classes=10 --iters=125000 --seed=1" ]
    [ "$(run_of c100-100-crbiggan-diffaugment)" = "train-gan --preset=cr-biggan-cifar --policy=cutout --classes=100 --iters=500000 --seed=1" ]
    [ "$(run_of c100-20-crbiggan-diffaugment)" = "train-gan --preset=cr-diffaugment-cifar --classes=100 --iters=250000 --seed=1" ]
    [ "$(run_of c100-20-crbiggan-base)" = "train-gan --preset=cr-biggan-cifar --classes=100 --iters=250000 --seed=1" ]
    [ "$(run_of c10-100-stylegan2-diffaugment)" = "train-gan --preset=stylegan2-cifar --policy=color,cutout --seed=1" ]
    [ "$(run_of c10-20-stylegan2-diffaugment)" = "train-gan --preset=stylegan2-cifar --seed=1" ]
    run -0 dry fid-c100-10-biggan-base-1
    [[ "$output" = *"cifar2ten --fine /hundred/train.bin | ten-split --quiet --seed=0 --stratify=label --parts=take=0.10,leave=0.9"* ]]
    [[ "$output" = *"cifar2ten --fine /hundred/test.bin"* ]]
    [[ "$output" = *"gan-sample --quiet --n=10000"*"features --quiet --extractor=inception-v3-fid --model=/fid.ten"* ]]
}
@test "photographs and ImageNet: presets, lengths, rates, and as many samples as published" {
    [ "$(run_of ffhq-1000-photo-diffaugment)" = "train-gan --preset=stylegan2-ffhq --seed=1" ]
    [ "$(run_of low-panda-lowshot-diffaugment)" = "train-gan --preset=stylegan2-low-shot --seed=1" ]
    [ "$(run_of low-AnimalFace_dog-lowshot-base)" = "train-gan --preset=stylegan2-low-shot --augment-where=none --kimg=500 --seed=1" ]
    [ "$(run_of imagenet-100-imagenet-base)" = "train-gan --preset=biggan-imagenet --augment-where=none --lr-d=5e-4 --iters=250000 --seed=1" ]
    [ "$(run_of imagenet-25-imagenet-diffaugment)" = "train-gan --preset=biggan-imagenet --lr-d=2e-4 --iters=60000 --seed=1" ]
    dry fid-ffhq-1000-photo-base-1 | grep -q 'gan-sample --quiet --n=50000'
    dry fid-low-obama-lowshot-base-1 | grep -q 'gan-sample --quiet --n=5000'
    dry fid-low-AnimalFace_cat-lowshot-base-1 | grep -q "/few/AnimalFace-cat/"
}
@test "whole tables are targets: twelve runs of a network on CIFAR-10, and all that is given" {
    run -0 bash -c "$(declare -f dry); dry paper-cifar10 | grep -c '^train-gan'"
    [ "$output" = 18 ]
    run -0 bash -c "$(declare -f dry); dry | grep -c '^train-gan'"
    [ "$output" = $((18 + 18 + 10 + 10 + 6)) ]
}
@test "laptop: every arm with every seed, the curve over numbers of images, neighbours of each arm, a run in colour" {
    make -n -f pipelines/diffaugment.mk SCALE=laptop SEEDS="1 2" O="$BATS_TEST_TMPDIR/none" >"$BATS_TEST_TMPDIR/plan"
    cd "$BATS_TEST_TMPDIR"
    # Seven arms from 100 images; none and all from 50, 300, 1000 and 5000; by two seeds.
    [ "$(grep -oE '^rm -f .*/gan-.*\.ckpt' plan | sort -u | wc -l)" = $((2 * (7 + 4 * 2))) ]
    [ "$(grep -oE -- '--pairs=.*/pairs-[a-z]+-100-[12].tsv' plan | sort -u | wc -l)" = 14 ]
    grep -q -- '--preset=tiny --policy=color,translation,cutout --seed=1 --iters=20000' plan
    grep -qE '"mlp", "hidden": \[\]' plan
}
@test "no data for the paper's scale: make fails and says what there could be" {
    run -2 make -s -f pipelines/diffaugment.mk SCALE=paper O="$BATS_TEST_TMPDIR/none"
    [[ "$output" = *"diffaugment: no data: expected some of CIFAR10=, CIFAR100=, FFHQ=, LOWSHOT=, IMAGENET="* ]]
}
@test "ratios: medians and largest ones over seeds, correlation over the number of images" {
    {
        printf 'arm\tn\tseed\tsteps\textractor\tfd\n'
        for seed in 1 2 3; do
            for n in 50 100 1000; do
                printf 'none\t%s\t%s\t9\tdom\t%s\nall\t%s\t%s\t9\tdom\t%s\n' $n $seed 10 $n $seed $((n / 50 + seed))
            done
        done
        printf 'd\t100\t1\t9\tdom\t12\n'
    } >"$BATS_TEST_TMPDIR/fd.tsv"
    run -0 awk -v few=100 -f pipelines/ratios.awk "$BATS_TEST_TMPDIR/fd.tsv"
    [ "$output" = "$(printf '%s\n' 'id	n	seeds	median	worst' 'dom.all.none	50	3	0.3	0.4' 'dom.all.none	100	3	0.4	0.5' \
        'dom.all.none	1000	3	2.2	2.3' 'dom.d.all	100	1	4	4' 'dom.d.none	100	1	1.2	1.2' 'dom.rank	1000	3	1	0' 'dom.last	1000	3	2.2	0')" ]
}
@test "every claim can be worked out" {
    cd "$BATS_TEST_TMPDIR"
    printf 'x\n1\n' >x.tsv
    for rules in diffaugment diffaugment-paper; do
        run -0 claims --rules="$ROOT/pipelines/$rules.claims" --scale=laptop x.tsv
        [ "$(grep -c 'not tested' <<<"$output")" = "$(grep -vc '^#' "$ROOT/pipelines/$rules.claims")" ]
    done
}
