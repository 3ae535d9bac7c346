#!/usr/bin/env bash
# shuffle-split.sh - from one stream of samples to training batches and a test set: classes keep
# their shares in both parts, the order of training is drawn by a seed, and batches have one size.
set -euo pipefail

# 100 samples in 10 groups: four features each, and one of three classes.
ten-gen --records=10 --fill=uniform --hi=3 --seed=4 feat f32 10,4 label i32 10 >all.ten

ten-split --quiet --parts=train=0.8,test=0.2 --stratify=label --seed=1 <all.ten
ten-shuf --seed=2 <train.ten | ten-batch --size=32 >batches.ten

ten-info batches.ten
for part in all train test; do
    ten-cut --keep=label <$part.ten | ten-dump | tr -s ' ' '\n' | grep . | sort | uniq -c |
        awk -v part=$part '{ printf "%s%d of class %d", (NR > 1 ? ", " : part ": "), $1, $2 } END { print "" }'
done
