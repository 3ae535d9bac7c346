#!/usr/bin/env bash
# few-shot.sh [PNG...] - a generator from your own photographs, a sheet of what it makes, and a film of what lies between.
# Without arguments some pictures are made up, and training is short: for real ones take --iters=20000 and a night.
set -euo pipefail

steps=20000
if [ $# -eq 0 ]; then
    ten-gen --fill=uniform --seed=1 image u8 12,4,6,3 | ten2png --pattern=picture-%02d.png --scale=16
    set -- picture-*.png
    steps=4
fi
png2ten --crop --size=32x32 --channels=3 "$@" >photos.ten
train-gan --quiet --arch=dcgan --policy=color,translation,cutout --batch=16 --iters=$steps --resume=run.ten <photos.ten >gan.ten
gan-sample --n=16 <gan.ten | ten2png --grid >sheet.png
gan-interp --rows=2 --columns=3 --phases=3 --frames=5 <gan.ten | ten2gif --scale=2 >film.gif
png2ten sheet.png | ten-info
