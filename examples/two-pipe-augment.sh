#!/usr/bin/env bash
# two-pipe-augment.sh - DiffAugment for a training program written in anything: images go out
# through one pipe, gradients come back through another.  The program here is awk-simple: its loss
# is half the sum of squares of what it sees, so the gradient it sends back is what it saw.
set -euo pipefail

ten-gen --fill=uniform --lo=-1 --seed=1 image f32 4,8,8,3 >images.ten

# Forward: the program sees T(x); the draws of T travel in the same group.
augment --policy=translation,cutout --seed=7 <images.ten >seen.ten
# Backward: dL/dT(x), beside the draws, becomes dL/dx.
augment --adjoint <seen.ten >gradient.ten

# T only moves and blanks, so L = |T(x)|^2 / 2 has the slope <dL/dx, x> = |T(x)|^2.
square=$(ten-dot --record=image seen.ten seen.ten | awk 'NR == 2 { printf "%.4f", $4 }')
slope=$(ten-dot --record=image gradient.ten images.ten | awk 'NR == 2 { printf "%.4f", $4 }')
echo "slope along x: $slope, twice the loss: $square"
