load common
setup_file() {
    cd "$BATS_FILE_TMPDIR" || return
    ten-gen label i32 20 --fill=uniform --hi=3 | ten-paste <(ten-gen image u8 20,16,16,3 --fill=uniform --seed=1) - >few.ten
    small=(--quiet --arch=dcgan --generator='{"in":[8],"width":8}' --discriminator='{"width":4}' --batch=10 --iters=6 --lr=1e-2)
    train-gan "${small[@]}" --resume=ck.ten <few.ten >gan.ten
    train-gan "${small[@]}" --classes=3 <few.ten >classes.ten
}
setup() { cd "$BATS_TEST_TMPDIR" || return; ln -s "$BATS_FILE_TMPDIR"/*.ten .; }

@test "groups of image and z, all alike but the last, which say how they were made" {
    run -0 bash -c 'gan-sample --n=25 --batch=10 --seed=4 <gan.ten | ten-info'
    [ "$(grep -c image <<<"$output")" = 3 ]
    [[ "${lines[0]}" = *"f32  [10,16,16,3]"*'{"network":"ema","bn":"standing","truncation":1.0,"batch":10,"seed":4}' ]]
    [[ "${lines[5]}" = *"z "*"[5,8]"* ]]
}
@test "a sample is the same whatever number and batch, and another with another seed" {
    gan-sample --n=30 --batch=7 <gan.ten | ten-batch --size=10 | ten-head | ten-cut --keep=image >a.ten
    gan-sample --n=10 --batch=10 <gan.ten | ten-cut --keep=image >b.ten
    ten-cmp --rtol=1e-5 --atol=1e-6 a.ten b.ten
    gan-sample --n=10 --seed=1 <gan.ten | ten-cut --keep=image >c.ten
    run -1 ten-cmp b.ten c.ten
}
@test "images are what forward gives for the same z" {
    ten-head --skip=1 <gan.ten >ema.ten
    gan-sample --n=10 --bn=running <gan.ten >s.ten
    ten-cut --keep=z <s.ten | forward --model=ema.ten --record=z=z --output=image | ten-cut >f.ten ||
        ten-cut --keep=z <s.ten | forward --model=ema.ten --record=x=z --output=image | ten-cut >f.ten
    ten-cmp --rtol=1e-5 --atol=1e-6 <(ten-cut --keep=image <s.ten) <(ten-cut --keep=image <f.ten)
}
@test "the average is the default, --raw the generator; a checkpoint has both; a single model is as good" {
    gan-sample --n=5 <gan.ten >ema.ten
    gan-sample --n=5 --ema <gan.ten >same.ten
    ten-cmp ema.ten same.ten
    gan-sample --n=5 --raw <gan.ten >raw.ten
    run -1 ten-cmp ema.ten raw.ten
    gan-sample --n=5 <ck.ten >from-checkpoint.ten
    ten-cmp ema.ten from-checkpoint.ten
    gan-sample --n=5 --raw <ck.ten >from-checkpoint.ten
    ten-cmp raw.ten from-checkpoint.ten
    ten-head <gan.ten | ten-cut --drop-group-attr=role | gan-sample --n=5 --raw >single.ten
    ten-cmp raw.ten single.ten
}
@test "batch statistics make the samples of a batch lean on each other, standing ones do not" {
    for bn in batch standing running; do
        gan-sample --n=20 --batch=20 --bn=$bn --raw <gan.ten | ten-cut --keep=image >$bn.ten
    done
    run -1 ten-cmp batch.ten running.ten
    run -1 ten-cmp standing.ten running.ten
    gan-sample --n=20 --batch=10 --bn=batch --raw <gan.ten | ten-batch --size=20 | ten-cut --keep=image >other.ten
    run -1 ten-cmp --rtol=1e-3 --atol=1e-4 batch.ten other.ten
    # The mean over 16 batches of 20 is near the statistics of one.
    gan-sample --n=200 --batch=200 --bn=batch --raw <gan.ten | ten-cut --keep=image | ten-stat | awk 'NR == 2 { print $9 }' >one
    gan-sample --n=200 --batch=200 --bn=standing --raw <gan.ten | ten-cut --keep=image | ten-stat | awk 'NR == 2 { print $9 }' >many
    paste one many | awk '{ exit !($1 / $2 > 0.9 && $1 / $2 < 1.1) }'
}
@test "truncation keeps z within bounds" {
    run -0 bash -c 'gan-sample --n=500 --truncation=0.5 <gan.ten | ten-cut --keep=z | ten-batch --size=0 | ten-stat'
    awk -F'\t' 'NR == 2 { exit !($6 >= -0.5 && $6 < -0.45 && $7 <= 0.5 && $7 > 0.45 && $9 < 0.3) }' <<<"$output"
}
@test "labels: any class, or one" {
    run -0 bash -c 'gan-sample --n=60 <classes.ten | ten-cut --keep=label | ten-batch --size=0 | ten-dump | tr " " "\n" | sort | uniq -c'
    [ "${#lines[@]}" = 3 ]
    run -0 bash -c 'gan-sample --n=9 --class=2 <classes.ten | ten-cut --keep=label | ten-dump'
    [ "$output" = "2 2 2 2 2 2 2 2 2" ]
    run -2 --separate-stderr bash -c 'gan-sample --class=3 <classes.ten >none'
    [ "$stderr" = "gan-sample: --class=3: the generator has 3 classes: expected a number below that" ]
}
style() { make-model --seed=2 --config='{"family":"stylegan2_generator","in":[8],"image":[16,16,3],"width":8,"mapping":2,"fmap_max":8}'; }
@test "latents w come along; truncation draws them to their mean, where all samples are one" {
    style >s.ten
    run -0 bash -c 'gan-sample --n=3 <s.ten | ten-info'
    [[ "${lines[2]}" = *"w "*"[3,6,8]"* ]]
    gan-sample --n=6 --truncation=0.01 <s.ten | ten-cut --keep=w | ten-stat | awk -F'\t' 'NR == 2 { exit !($9 < 0.02) }'
    gan-sample --n=6 <s.ten | ten-cut --keep=w | ten-stat | awk -F'\t' 'NR == 2 { exit !($9 > 0.02) }'
}
@test "--mix: a table of samples and of what they make with layers of each other" {
    style >s.ten
    gan-sample --mix=2-5 --rows=2 --columns=3 <s.ten >table.ten
    run -0 bash -c 'ten-info table.ten | wc -l'
    [ "$output" = 12 ]
    ten2png --grid=4 <table.ten >table.png
    # All layers of the column are the column; rows and columns are samples 0, 1 and 2, 3, 4.
    gan-sample --mix=0-5 --rows=2 --columns=3 <s.ten >all.ten
    image() { ten-head --skip="$1" <"$2" | ten-cut --keep=image | ten-dump; }
    diff <(image 1 all.ten) <(image 5 all.ten)
    diff <(image 1 table.ten) <(image 1 all.ten)
    run -1 diff -q <(image 5 table.ten) <(image 1 table.ten)
    run -1 diff -q <(image 5 table.ten) <(image 4 table.ten)
    gan-sample --n=5 --batch=1 <s.ten >plain.ten
    ten-cmp --rtol=1e-4 --atol=1e-5 <(ten-head <plain.ten | ten-cut --keep=image) <(ten-head --skip=4 <table.ten)
    ten-cmp --rtol=1e-4 --atol=1e-5 <(ten-head --skip=2 <plain.ten | ten-cut --keep=image) <(ten-head --skip=1 <table.ten)
    run -2 --separate-stderr bash -c 'gan-sample --mix=2-6 <s.ten >none'
    [ "$stderr" = "gan-sample: --mix: layer 6: the generator has 6: expected a number below that" ]
}
@test "--latents: images of given w, or of given z, are those they came from" {
    style >s.ten
    gan-sample --n=5 --batch=5 <s.ten >plain.ten
    ten-cut --keep=w <plain.ten >w.ten
    gan-sample --latents=w.ten --batch=2 <s.ten >of-w.ten
    [ "$(ten-info of-w.ten | grep -c image)" = 3 ]
    for record in image w; do
        ten-cmp --rtol=1e-4 --atol=1e-5 <(ten-cut --keep=$record <plain.ten) <(ten-cut --keep=$record <of-w.ten | ten-batch --size=5)
    done
    ten-cut --keep=z <plain.ten >z.ten
    gan-sample --latents=z.ten <s.ten >of-z.ten
    ten-cmp --rtol=1e-4 --atol=1e-5 <(ten-cut --keep=image <plain.ten) <(ten-cut --keep=image <of-z.ten)
    # Generators without w, and labels.
    gan-sample --n=6 --class=2 <classes.ten >plain.ten
    gan-sample --class=2 --latents=<(ten-cut --keep=z <plain.ten) <classes.ten | ten-cut --keep=image >of-z.ten
    ten-cmp --rtol=1e-4 --atol=1e-5 <(ten-cut --keep=image <plain.ten) of-z.ten
}
@test "--latents of another shape, none there, with --mix: one line" {
    style >s.ten
    ten-gen w f32 2,5,8 >w.ten
    run -1 --separate-stderr bash -c 'gan-sample --latents=w.ten <s.ten >none'
    [ "$stderr" = "gan-sample: w.ten: byte 0: w: f32[2,5,8]: expected f32[2,6,8], as the generator reads" ]
    run -1 --separate-stderr bash -c 'gan-sample --latents=w.ten <gan.ten >none'
    [ "$stderr" = "gan-sample: w.ten: no latents: expected records z f32 [N,latent]" ]
    run -1 --separate-stderr bash -c 'gan-sample --latents=gone.ten <gan.ten >none'
    [[ "$stderr" = "gan-sample: gone.ten: "* ]]
    run -2 --separate-stderr bash -c 'gan-sample --latents=w.ten --mix=0-1 <s.ten >none'
    [[ "$stderr" = *"--latents and --mix: expected one of them"* ]]
}
@test "--noise: fixed by default, drawn anew for every sample and seed, or none" {
    # Strengths of noise are 0 at first, and learned.
    train-gan --quiet --arch=stylegan2 --generator='{"in":[8],"width":8,"mapping":2,"fmap_max":8}' --discriminator='{"fmap_max":8}' \
        --batch=4 --iters=3 --lr=0.05 <few.ten >loud.ten
    gan-sample --n=4 <loud.ten | ten-cut --keep=image >fixed.ten
    ten-cmp fixed.ten <(gan-sample --n=4 --noise=fixed <loud.ten | ten-cut --keep=image)
    gan-sample --n=4 --noise=random <loud.ten | ten-cut --keep=image >random.ten
    gan-sample --n=4 --noise=none <loud.ten | ten-cut --keep=image >none.ten
    for other in random none; do run -1 ten-cmp fixed.ten $other.ten; done
    run -1 ten-cmp random.ten none.ten
    ten-cmp random.ten <(gan-sample --n=4 --noise=random <loud.ten | ten-cut --keep=image)
    run -1 ten-cmp random.ten <(gan-sample --n=4 --seed=1 --noise=random <loud.ten | ten-cut --keep=image)
    gan-sample --n=1 --noise=random <loud.ten | ten-info | grep -q '"noise":"always"'
    run -2 --separate-stderr bash -c 'gan-sample --noise=none <gan.ten >none'
    [ "$stderr" = "gan-sample: --noise: family dcgan_generator has none: expected a style-based generator" ]
    run -2 gan-sample --noise=loud <loud.ten
}
@test "what is no generator: exit 1, one line" {
    run -1 --separate-stderr bash -c 'gan-sample <few.ten >none'
    [[ "$stderr" = "gan-sample: byte 0: image: no model: expected one, which starts with config" ]]
    ten-head --skip=2 <gan.ten >d.ten
    run -1 --separate-stderr bash -c 'gan-sample <d.ten >none'
    [ "$stderr" = "gan-sample: no generator in the stream: expected what train-gan writes" ]
    make-model --config='{"family":"mlp"}' >mlp.ten
    run -1 --separate-stderr bash -c 'gan-sample <mlp.ten >none'
    [ "$stderr" = "gan-sample: config: family mlp: expected a generator of images" ]
    ten-head <gan.ten | ten-cut --drop=linear.weight >part.ten
    run -1 --separate-stderr bash -c 'gan-sample <part.ten >none'
    [ "$stderr" = "gan-sample: linear.weight: not there: expected every tensor of the generator" ]
    ten-head <gan.ten | ten-cut --cast=linear.weight:f16 >half.ten
    run -1 --separate-stderr bash -c 'gan-sample <half.ten >none'
    [[ "$stderr" = *"linear.weight: f16"*": expected f32"* ]]
}
@test "--mix needs latents: exit 2, one line" {
    run -2 --separate-stderr bash -c 'gan-sample --mix=0-1 <gan.ten >none'
    [ "$stderr" = "gan-sample: --mix: family dcgan_generator has no latents w to mix: expected a style-based generator" ]
    for mix in x 2-1 -1 1- 1-2-3; do
        run -2 --separate-stderr bash -c "gan-sample --mix=$mix <gan.ten >none"
    done
}
