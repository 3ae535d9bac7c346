#!/usr/bin/env bash
# matrix-to-stream.sh [FILE.mtx] - a sparse matrix as tensors: look at it, sum it, send it back.
set -euo pipefail

if [ $# -eq 0 ]; then
    cat >small.mtx <<'MTX'
%%MatrixMarket matrix coordinate real symmetric
3 3 4
1 1 2.0
2 1 -1.0
2 2 2.0
3 3 1.5
MTX
    set -- small.mtx
fi
mtx2ten "$1" >matrix.ten
ten-info matrix.ten
ten-cut --keep=values <matrix.ten | ten-stat | cut -f2,5-8
ten2mtx <matrix.ten
