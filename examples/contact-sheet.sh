#!/usr/bin/env bash
# contact-sheet.sh [PNG...] - all pictures on one sheet, cut square and made small.
# Without arguments some pictures are made up.
set -euo pipefail

if [ $# -eq 0 ]; then
    ten-gen --fill=uniform --seed=1 image u8 12,4,6,3 | ten2png --pattern=picture-%02d.png --scale=16
    set -- picture-*.png
fi
png2ten --crop --size=48x48 "$@" | ten2png --grid=4 >sheet.png
png2ten sheet.png | ten-info
