#!/usr/bin/env bash
# triangles.sh [FILE.mtx] - how many triangles an undirected graph has: ways of two arcs from a node to one
# below it that an arc closes.  Without a file, of the complete graph of 30 nodes: 4060.
set -euo pipefail

if [ $# -eq 0 ]; then
    mtxgen banded --rows=30 --bandwidth=29 --values=none >graph.ten
else
    mtx2ten "$1" >graph.ten
fi
spselect --tril=-1 <graph.ten >lower.ten
spgemm --semiring=plus_pair --type=i64 --mask=lower.ten <lower.ten |
    ten-cut --keep=values | ten-stat | awk -F '\t' 'NR == 2 { printf "%.0f\n", $5 * $8 }'
