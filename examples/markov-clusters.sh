#!/usr/bin/env bash
# markov-clusters.sh [GRAPH.ten] - which nodes belong together?  Markov clustering (van Dongen 2000):
# the chances of a random walk are squared as a matrix, which spreads them, and one by one, which
# favours the likely; in the end each row says which node its cluster gathers around.
set -euo pipefail

if [ $# -eq 0 ]; then
    # Three circles of friends, 0-7, 8-12 and 13-18, who all know each other, and three links between.
    awk 'function circle(a, b,   i, j) {
             for (i = a; i <= b; i++) for (j = a; j < i; j++) print i, j, "1.0" }
         BEGIN { circle(0, 7); circle(8, 12); circle(13, 18)
                 print 7, 8, "1.0"; print 12, 13, "1.0"; print 18, 0, "1.0" }' |
        edges2ten --undirected >friends.ten
    set -- friends.ten
fi
nodes=$(spstat <"$1" | tail -1 | cut -f1)
mtxgen diag --rows="$nodes" >here.ten
spewise plus here.ten <"$1" | spscale --normalize=rows >walk.ten
for _ in {1..100}; do
    spgemm <walk.ten | spscale --power=2 --normalize=rows | spselect --at-least=1e-6 |
        spscale --normalize=rows >next.ten
    spcmp --quiet --atol=1e-9 walk.ten next.ten && break
    mv next.ten walk.ten
done
spselect --topk=1 <walk.ten | ten2edges --separator=space |
    awk '{ members[$2] = members[$2] " " $1 } END { for (c in members) print "cluster:" members[c] }' |
    sort
