#!/usr/bin/env bash
# to-numpy.sh - a model goes to NumPy, is changed there, and comes back.  PYTHON: one with NumPy.
set -euo pipefail

ten-gen --fill=normal --seed=7 fc.weight f32 3,4 fc.bias f32 3 >model.ten
ten2npz <model.ten >model.npz
"${PYTHON:-python3}" - <<'PYTHON'
import numpy as np
weights = dict(np.load("model.npz"))
weights["fc.bias"] += 1
np.savez("changed.npz", **weights)
PYTHON
npz2ten changed.npz >changed.ten
ten-info changed.ten
# The weights are the same; the biases differ, by one up to the rounding of an f32 around 1.
ten-cut --keep=fc.weight <changed.ten | ten-cmp <(ten-cut --keep=fc.weight <model.ten) -
ten-cmp --atol=1.000001 model.ten changed.ten
if ten-cmp --quiet --atol=0.999999 model.ten changed.ten; then exit 1; fi
echo "fc.bias is one higher"
