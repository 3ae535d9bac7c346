load common
setup_file() {
    cd "$BATS_FILE_TMPDIR" || return
    ten-gen label i32 20 --fill=uniform --hi=3 | ten-paste <(ten-gen image u8 20,16,16,3 --fill=uniform --seed=1) - >few.ten
    small=(--quiet --arch=dcgan --generator='{"in":[8],"width":8}' --discriminator='{"width":4}' --batch=10 --iters=6 --lr=1e-2)
    train-gan "${small[@]}" <few.ten >gan.ten
    train-gan "${small[@]}" --classes=3 <few.ten >classes.ten
    train-classifier --quiet --epochs=1 --batch=10 --config='{"family":"resnet","width":8,"blocks":[1],"in":[16,16,3],"classes":3}' <few.ten >net.ten
    make-model --config='{"family":"stylegan2_generator","in":[16],"image":[16,16,3],"width":16,"mapping":2,"fmap_base":128,"fmap_max":16}' >style.ten
}
setup() { cd "$BATS_FILE_TMPDIR" || return; }
value() { awk -F'\t' 'NR == 2 { print $2 }'; }

@test "a length that does not hang on the size of the step; at the ends, too" {
    a=$(ppl --n=100 --extractor=pixel <gan.ten | value)
    b=$(ppl --n=100 --extractor=pixel --epsilon=0.02 <gan.ten | value)
    awk "BEGIN { exit !($a > 0 && $a / $b > 0.9 && $a / $b < 1.1) }"
    ppl --n=20 --ends --extractor=pixel <gan.ten | awk -F'\t' 'NR == 2 { exit !($2 > 0 && $3 == "z" && $4 == "ends" && $6 == 20) }'
}
@test "the same for any batch and number of threads, another with another seed" {
    ppl --n=30 --extractor=pixel --threads=1 <gan.ten >a
    ppl --n=30 --extractor=pixel --threads=3 <gan.ten | cmp a -
    run ! cmp a <(ppl --n=30 --extractor=pixel --seed=1 <gan.ten)
}
@test "its name tells the features; the protocol stands beside it" {
    ppl --n=10 --extractor=dom --model=net.ten <gan.ten >table
    [[ "$(tail -1 table | cut -f1)" = "PPL[dom:"* ]]
    [ "$(tail -1 table | cut -f10-)" = "$(printf 'ema\tstanding\t1\t0\t-')" ]
    ppl --n=10 --dims=4 --reference=few.ten <gan.ten | tail -1 | grep -q '^PPL\[rand4:'
}
@test "labels stay along a path; a class of one's own" {
    ppl --n=10 --extractor=pixel <classes.ten
    ppl --n=10 --extractor=pixel --class=2 <classes.ten
    run -2 ppl --n=10 --extractor=pixel --class=3 <classes.ten
}
@test "latents w: straight paths by default, z when asked for" {
    [ "$(ppl --n=5 --extractor=pixel <style.ten | tail -1 | cut -f3)" = w ]
    [ "$(ppl --n=5 --space=z --extractor=pixel <style.ten | tail -1 | cut -f3)" = z ]
}
@test "no latents w, no generator, images of another size: exit 1, one line" {
    run -1 --separate-stderr ppl --space=w --extractor=pixel <gan.ten
    [ "$stderr" = "ppl: --space=w: family dcgan_generator has no latents w: expected z" ]
    run -1 --separate-stderr ppl --extractor=pixel <net.ten
    [[ "$stderr" = "ppl: "*"expected"* ]]
    ten-gen image u8 9,8,8,3 >small.ten
    run -1 --separate-stderr ppl --reference=small.ten <gan.ten
    [[ "$stderr" = "ppl: small.ten: images of another size"* ]]
}
@test "what an extractor lacks: exit 2" {
    run -2 --separate-stderr ppl <gan.ten
    [[ "$stderr" = *"no real images: expected --reference=FILE, for rand"* ]]
}
@test "the number is what awk makes of images along the sphere" {
    ten-head --skip=1 <gan.ten >ema.ten
    gan-sample --bn=running --n=20 --batch=10 <gan.ten | ten-cut --keep=z | ten-dump | grep . | awk '
        { for (k = 1; k <= 8; k++) z[NR, k] = $k }
        END {
            e = 0.01
            for (i = 1; i <= 10; i++) {
                aa = bb = ab = 0
                for (k = 1; k <= 8; k++) { a = z[i, k]; b = z[i + 10, k]; aa += a * a; bb += b * b; ab += a * b }
                c = ab / sqrt(aa * bb); o = atan2(sqrt(1 - c * c), c); l = (1 - e) * sqrt(aa) + e * sqrt(bb)
                for (k = 1; k <= 8; k++)
                    printf "%.9g%s", l / sin(o) * (sin((1 - e) * o) * z[i, k] / sqrt(aa) + sin(e * o) * z[i + 10, k] / sqrt(bb)), k < 8 ? "," : "\n"
            }
        }' | csv2ten --no-header --matrix | ten-cut --rename=x=z --cast=f32 >z.ten
    image() { ten-cut --keep="$1" | ten-cut --reshape=10,768 | ten-dump | grep .; }
    want=$(paste <(gan-sample --bn=running --n=10 --batch=10 <gan.ten | image image) <(forward --model=ema.ten --record=z=z <z.ten | image y) | awk '
        { s = 0; for (k = 1; k <= 768; k++) s += ($k - $(k + 768)) ^ 2; print s / 0.0001 }' | sort -g | sed '1d;$d' | awk '{ s += $1 / 8 } END { print s }')
    got=$(ppl --bn=running --n=10 --batch=10 --ends --extractor=pixel <gan.ten | value)
    awk "BEGIN { r = $got / $want; exit !(r > 0.99 && r < 1.01) }" || { echo "got $got, want $want"; false; }
}
