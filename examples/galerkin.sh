#!/usr/bin/env bash
# galerkin.sh [N] - the coarse matrix of a multigrid method, R A P: Poisson's equation on 2N+1 points
# of a line, linear interpolation P from every second one, R its transpose.  The result is the
# equation on N points, by one half.
set -euo pipefail

n=${1:-7}
fine=$((2 * n + 1))
mtxgen st2d5 --grid="$fine,1" --values=laplace >a.ten
# Columns 1, 3, 5 ... of the matrix with rows (1/2, 1, 1/2).
ten-gen --fill=constant --value=0.5 half f64 "$fine" >half.ten
mtxgen diag --rows="$fine" >one.ten
mtxgen banded --rows="$fine" --bandwidth=1 | spewise plus one.ten | spscale --rows=half.ten |
    spselect --cols=1::2 >p.ten

sptrans <p.ten | spgemm a.ten p.ten >coarse.ten

spstat <coarse.ten | tail -1 | awk '{ print $1 " rows, " $3 " entries" }'
ten-gen --fill=constant --value=0.5 half f64 "$n" >half.ten
mtxgen st2d5 --grid="$n,1" --values=laplace | spscale --rows=half.ten | spcmp coarse.ten - &&
    echo "half of the matrix on $n points"
