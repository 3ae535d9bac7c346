load common
setup_file() {
    cd "$BATS_FILE_TMPDIR" || return
    ten-gen image u8 120,16,16,3 label i32 120 --fill=uniform --hi=3 --seed=1 --records=2 | ten-cut --set-attr='image:split="train"' >real.ten
    ten-gen image u8 90,16,16,3 --fill=uniform --hi=256 --seed=2 --attrs='{"network": "ema", "truncation": 0.5, "other": 1}' >fake.ten
    train-classifier --quiet --epochs=1 --batch=40 --config='{"family":"resnet","width":8,"blocks":[1,1],"in":[16,16,3],"classes":3}' <real.ten >net.ten
}
setup() { cd "$BATS_FILE_TMPDIR" || return; }
shapes() { ten-info "$1" | awk '{ print $2, $3 $4 }' | sort -u | paste -sd' '; }

@test "the random network: components of variance 1 on its reference, the same in any batches" {
    features --reference=real.ten <real.ten >x.ten
    [ "$(shapes x.ten)" = "feat f32[240,64] label i32[240]" ]
    fstat <x.ten | ten-cut --keep=sigma >sigma.ten
    ten-gen sigma f64 64,64 --fill=zeros >zero.ten
    # Unit variances: the trace is the number of components.
    ten-dump sigma.ten | awk 'NR <= 64 { t += $NR } END { exit !(t > 63.9 && t < 64.1) }'
    features --batch=7 --reference=real.ten <real.ten | ten-batch --size=240 | ten-cut --keep=feat >y.ten
    ten-cut --keep=feat <x.ten | ten-cmp --atol=5e-3 - y.ten
    features --dims=8 --reference=real.ten <fake.ten >z.ten
    [ "$(shapes z.ten)" = "feat f32[90,8]" ]
}
@test "another seed, reference or number of components is another extractor" {
    features --reference=real.ten <fake.ten >a.ten
    features --seed=1 --reference=real.ten <fake.ten >b.ten
    features --reference=fake.ten <fake.ten >c.ten
    for other in b c; do
        run -1 --separate-stderr frechet --real=a.ten <$other.ten
        [[ "$stderr" = *"expected one extractor"* ]]
    done
    ten-cat --zstd=3 real.ten >packed.ten
    features --reference=packed.ten <fake.ten | frechet --real=a.ten
}
@test "a classifier: what its last layer reads, and its probabilities" {
    features --extractor=dom --model=net.ten <real.ten >x.ten
    [ "$(shapes x.ten)" = "feat f32[240,16] label i32[240] prob f32[240,3]" ]
    classify --quiet --model=net.ten <real.ten | ten-cut --keep=probability --rename=probability=prob >want.ten
    ten-cut --keep=prob <x.ten | ten-cmp --rtol=1e-5 - want.ten
    inception-score <x.ten
    # The features times the last layer's weights are the logits.
    features --extractor=dom --model=net.ten <real.ten | frechet --real=x.ten | awk -F'\t' 'NR == 2 { exit !($1 ~ /^FD\[dom:[0-9a-f]+\]$/ && $2 < 1e-6) }'
}
@test "pixels are the numbers of the image from -1 to 1" {
    printf '0\n51\n255\n' | csv2ten --no-header --matrix | ten-cut --rename=x=image --cast=u8 --reshape=1,3,1,1 >x.ten
    features --extractor=pixel <x.ten | ten-cut --rename=feat=x --cast=f64 >got.ten
    printf '%s\n' -1 -0.6 1 | csv2ten --no-header --matrix | ten-cut --cast=f64 --reshape=1,3 | ten-cmp --atol=1e-6 got.ten -
}
@test "attributes: extractor, weights, resizing, and the protocol of the images" {
    features --extractor=dom --model=net.ten <fake.ten | ten-info --json | head -1 >info
    grep -q '"attrs":{"extractor":"dom","weights":"[0-9a-f]\{16\}","network":"ema","truncation":0.5}' info
    features --extractor=pixel <real.ten | ten-info --json | head -1 >info
    grep -q '"attrs":{"extractor":"pixel","split":"train"}' info
    ten-gen image u8 2,20,24,3 >big.ten
    features --extractor=dom --resize=tf1 --model=net.ten <big.ten | ten-info --json | head -1 >info
    grep -q '"resize":"tf1-16x16"' info
}
@test "the network of the FID: 2048 features of resized images, and the name" {
    make-model --config='{"family":"inception_v3","variant":"fid","classes":1008}' >inception.ten
    ten-gen image u8 3,32,32,3 --fill=uniform --hi=256 >x.ten
    features --extractor=inception-v3-fid --model=inception.ten <x.ten >f.ten
    [ "$(shapes f.ten)" = "feat f32[3,2048] prob f32[3,1008]" ]
    ten-info --json f.ten | grep -q '"resize":"tf1-299x299"'
    [ "$(frechet --real=f.ten <f.ten | tail -1 | cut -f1)" = FID ]
    [ "$(inception-score --splits=1 <f.ten | tail -1 | cut -f1)" = IS ]
}
# labelled N SEED: pictures of three greys, with some noise; the label says which.
labelled() {
    for k in 0 1 2; do
        ten-paste <(ten-gen image f32 "$1",16,16,3 --fill=normal --std=0.2 --mean="$(awk "BEGIN { print ($k - 1) / 2 }")" --seed="$2$k") \
            <(ten-gen label i32 "$1" --fill=constant --value="$k")
    done | ten-batch --size=$((3 * $1))
}
@test "--held-out: the share of images that the classifier tells, in an attribute" {
    labelled 30 1 >train.ten
    labelled 20 2 >test.ten
    train-classifier --quiet --epochs=8 --batch=30 --config='{"family":"resnet","width":8,"blocks":[1],"in":[16,16,3],"classes":3}' <train.ten >grey.ten
    classify --model=grey.ten <test.ten 2>said >/dev/null
    features --extractor=dom --model=grey.ten --held-out=test.ten <fake.ten | ten-info --json | head -1 >info
    share=$(grep -oE '"accuracy":[0-9.e-]+' info | cut -d: -f2)
    awk -v share="$share" -v said="$(sed 's/.*: //' said)" 'BEGIN { d = share - said; exit !(share > 0.9 && d * d < 1e-8) }'
    run -1 grep -q baseline info
    # It is no other extractor for that.
    features --extractor=dom --model=grey.ten <fake.ten | frechet --real=<(features --extractor=dom --model=grey.ten --held-out=test.ten <real.ten)
    # A batch of any size measures the same.
    features --extractor=dom --batch=7 --model=grey.ten --held-out=test.ten <fake.ten | ten-info --json | head -1 | grep -qF "\"accuracy\":$share"
}
@test "--baseline: a judge has to be far better than that; else exit 1, saying by how much" {
    labelled 30 1 >train.ten
    labelled 20 2 >test.ten
    train-classifier --quiet --epochs=8 --batch=30 --config='{"family":"resnet","width":8,"blocks":[1],"in":[16,16,3],"classes":3}' <train.ten >grey.ten
    make-model --config='{"family":"mlp","hidden":[],"in":[16,16,3],"out":3}' >line.ten
    features --extractor=dom --model=grey.ten --held-out=test.ten --baseline=line.ten <fake.ten | ten-info --json | head -1 >info
    grep -qE '"accuracy":(1\.0|0\.9[0-9]*),"baseline":0\.[0-9]+' info
    run -1 --separate-stderr bash -c 'features --extractor=dom --model=line.ten --held-out=test.ten --baseline=grey.ten <fake.ten >out'
    [[ "$stderr" = "features: line.ten: 0."*" of the held-out images right, by grey.ten "*": expected at most 0.7 of its errors, of a judge" ]]
    run -1 ten-verify --quiet out
}
@test "held-out images without labels, of another size, not there: exit 1, one line" {
    run -1 --separate-stderr bash -c 'features --extractor=dom --model=net.ten --held-out=fake.ten <fake.ten >out'
    [[ "$stderr" = "features: label: no such record: "* ]]
    ten-paste <(ten-gen image u8 9,8,8,3) <(ten-gen label i32 9) >small.ten
    run -1 --separate-stderr bash -c 'features --extractor=dom --model=net.ten --held-out=small.ten <fake.ten >out'
    [ "$stderr" = "features: small.ten: images of another size than those on standard input: expected the same" ]
    run -1 --separate-stderr bash -c 'features --extractor=dom --model=net.ten --held-out=gone.ten <fake.ten >out'
    [[ "$stderr" = "features: gone.ten: "* ]]
}
@test "images that do not fit, networks that do not: exit 1, one line" {
    ten-gen image u8 2,20,16,3 >big.ten
    run -1 --separate-stderr bash -c 'features --extractor=dom --model=net.ten <big.ten >out'
    [ "$stderr" = "features: image: samples of shape [20,16,3]: expected [16,16,3], which the network reads (--resize=RULE)" ]
    ten-gen image u8 2,16,16,1 >grey.ten
    run -1 --separate-stderr bash -c 'features --extractor=dom --resize=bilinear --model=net.ten <grey.ten >out'
    [ "$stderr" = "features: image: samples of shape [16,16,1]: expected [16,16,3], which the network reads" ]
    run -1 --separate-stderr bash -c 'features --extractor=inception-v3-fid --model=net.ten <fake.ten >out'
    [[ "$stderr" = "features: model: family resnet: expected inception_v3 of variant fid"* ]]
    run -1 --separate-stderr bash -c 'features --reference=big.ten <fake.ten >out'
    [ "$stderr" = "features: big.ten: images of another size than those on standard input: expected the same" ]
    ten-gen image u8 10,16,16,3 >few.ten
    run -1 --separate-stderr bash -c 'features --reference=few.ten <fake.ten >out'
    [ "$stderr" = "features: reference: 10 images: expected more than the 64 components (--dims=N)" ]
    ten-gen image u8 100,16,16,3 --fill=zeros >same.ten
    run -1 --separate-stderr bash -c 'features --reference=same.ten <fake.ten >out'
    [ "$stderr" = "features: reference: fewer than 64 principal components: expected more images than that, which differ" ]
    ten-gen image u8 10,7,16,3 >small.ten
    run -1 --separate-stderr bash -c 'features --reference=small.ten <small.ten >out'
    [ "$stderr" = "features: image: 7 by 16: expected 8 by 8 at least" ]
    ten-gen clip u8 2,4,16,16,3 >clip.ten
    run -1 --separate-stderr bash -c 'features --extractor=pixel <clip.ten >out'
    [ "$stderr" = "features: clip: samples of shape [4,16,16,3]: expected images [H,W,C]" ]
}
@test "what an extractor lacks is wrong usage: exit 2" {
    run -2 --separate-stderr features
    [[ "$stderr" = *"no real images: expected --reference=FILE, for rand"* ]]
    run -2 --separate-stderr features --extractor=dom
    [[ "$stderr" = *"no network: expected --model=FILE, for dom"* ]]
    run -2 --separate-stderr features --extractor=pixel --resize=tf1
    [[ "$stderr" = *"--resize: expected an extractor that is a network"* ]]
    run -2 --separate-stderr features --reference=real.ten --held-out=real.ten
    [[ "$stderr" = *"--held-out: expected --extractor=dom"* ]]
    run -2 --separate-stderr features --extractor=dom --model=net.ten --baseline=net.ten
    [[ "$stderr" = *"--baseline: no images to compare it on: expected --held-out=FILE"* ]]
    run -2 features --extractor=vgg
}
