#!/usr/bin/env bash
# k-hop.sh [K [GRAPH.ten]] - how many nodes can be reached in at most, and in no less than, K steps?
set -euo pipefail

k=${1:-3}
if [ $# -lt 2 ]; then
    # Streets of a town: within k steps of a crossing inside are 2k(k+1) others, 4k of them at k.
    mtxgen st2d5 --grid=20,20 --values=none | spselect --offdiag >streets.ten
    set -- "$k" streets.ten
fi
nodes=$(spstat <"$2" | tail -1 | cut -f1)
# With each node its own neighbour, products of the structure reach farther step by step.
mtxgen diag --rows="$nodes" --values=none >here.ten
spewise max here.ten <"$2" >step.ten
cp here.ten within.ten
for ((i = 0; i < k; i++)); do
    mv within.ten nearer.ten
    spgemm --semiring=any_pair --symbolic step.ten <nearer.ten >within.ten
done
most() { spstat | tail -1 | cut -f7; }
echo "within $k steps: at most $(spewise first --places=difference here.ten <within.ten | most)"
echo "no nearer: at most $(spewise first --places=difference nearer.ten <within.ten | most)"
