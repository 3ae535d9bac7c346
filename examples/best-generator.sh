#!/usr/bin/env bash
# best-generator.sh [TRAIN.ten HELD-OUT.ten] - training a generator from few images gets better, then worse: of its copies
# the one whose samples are nearest to images that it has not seen, by the Frechet distance of features of random weights.
# (The FID takes --extractor=inception-v3-fid --model=INCEPTION.ten.)
set -euo pipefail

steps=20000 every=1000 n=5000
if [ $# -eq 0 ]; then
    ten-gen --fill=uniform --seed=1 image u8 50,16,16,3 >train.ten
    ten-gen --fill=uniform --seed=2 image u8 100,16,16,3 >held-out.ten
    set -- train.ten held-out.ten
    steps=4 every=2 n=64
fi
train-gan --quiet --preset=tiny --policy=color,translation,cutout --iters=$steps --resume=run.ten \
    --copy=copy-%06d.ten --snapshot-every=$every <"$1" >gan.ten
extract=(features --quiet --extractor=rand --reference="$2")
"${extract[@]}" <"$2" >real.ten
for copy in copy-*.ten; do
    printf '%s\t' "$copy"
    gan-sample --quiet --n=$n <"$copy" | ten-cut --keep=image | "${extract[@]}" | frechet --real=real.ten | awk 'NR == 2 { print $2 }'
done | sort -t "$(printf '\t')" -k2,2g | tee copies.tsv
cp "$(head -1 copies.tsv | cut -f1)" best.ten
