#!/usr/bin/env bash
# contract.sh [N] - nodes of a graph that become one: S' A S, where S has a column for each group and
# a one for each of its nodes.  Weights of parallel edges add up; edges within a group go.  Blocks of
# two by two crossings of a town of 2N by 2N streets make one of N by N, with double streets.
set -euo pipefail

n=${1:-6}
mtxgen st2d5 --grid=$((2 * n)),$((2 * n)) >town.ten
awk -v n="$n" 'BEGIN { for (y = 0; y < 2 * n; y++) for (x = 0; x < 2 * n; x++)
        print x + 2 * n * y, int(x / 2) + n * int(y / 2), "1.0" }' |
    edges2ten --nodes=$((4 * n * n)) | spselect --cols=:$((n * n)) >groups.ten

sptrans <groups.ten | spgemm town.ten groups.ten | spselect --offdiag >blocks.ten

spstat <blocks.ten | tail -1 | awk '{ print $1 " groups, " $3 / 2 " edges" }'
mtxgen st2d5 --grid="$n,$n" | spselect --offdiag >small.ten
spewise plus small.ten <small.ten | spcmp blocks.ten - && echo "each of weight 2"
