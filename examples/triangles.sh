#!/usr/bin/env bash
# triangles.sh [GRAPH.ten] - how many triangles does an undirected graph have?  Of each edge's two
# ends, the common neighbours before both: L o (L L), where L is the lower triangle, adding ones.
set -euo pipefail

if [ $# -eq 0 ]; then
    # A king's moves on a board of 10 by 10: four in each of its 81 squares of four.
    mtxgen st2d9 --grid=10,10 --values=none >graph.ten
    set -- graph.ten
fi
spselect --tril=-1 <"$1" >lower.ten
spgemm --semiring=plus_pair --mask=lower.ten <lower.ten | ten-cut --keep=values |
    ten-stat | awk -F '\t' 'END { printf "%d triangles\n", $5 * $8 + 0.5 }'
