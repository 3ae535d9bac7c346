# Ops of small networks, forward and back, beside PyTorch: fake quantisation, light and dynamic convolution, gates,
# adaptive softmax.  Both sides make the same inputs and have to agree on a digest of results and gradients before
# times are compared.  Two threads on both sides.
set -euo pipefail
runs=${RUNS:-9} threads=2
export OMP_NUM_THREADS=$threads
python=/usr/bin/python3
torch=$("$python" -c 'import torch; print(torch.__version__)' 2>/dev/null) || torch=
[ -n "$torch" ] && echo "PyTorch: $torch" || echo "PyTorch: absent"

for ((i = 0; i < runs; i++)); do
    [ -z "$torch" ] || "$python" compress.py $threads | sed 's/^/peer /'
    "$B/bench/compress_bench" $threads | sed 's/^/ours /'
done | awk '
    function sort(a, n,   i, j, t) {
        for (i = 2; i <= n; i++)
            for (j = i; j > 1 && a[j - 1] > a[j]; j--) { t = a[j]; a[j] = a[j - 1]; a[j - 1] = t }
    }
    function median(a, n) { sort(a, n); return (a[int((n + 1) / 2)] + a[int((n + 2) / 2)]) / 2 }
    # Peers may have several ways of one case, named CASE-WAY: the case they are compared with.
    { v[$1, $2, ++count[$1, $2]] = $4; digest[$1, $2] = $3 }
    $1 == "ours" && !($2 in seen) { order[++cases] = $2; seen[$2] }
    $1 == "peer" && !(($2) in way) { ways[++nways] = $2; way[$2] }
    function report(ours, peer,   n, k, o, p, r) {
        n = count["ours", ours]
        for (k = 1; k <= n; k++) {
            o[k] = v["ours", ours, k]
            p[k] = v["peer", peer, k]
            r[k] = p[k] / o[k]
        }
        printf "%-20s ours %9.3f ms", peer, median(o, n)
        if (!p[1]) { print ""; return }
        if (digest["peer", peer] / digest["ours", ours] - 1 > 1e-4 || digest["peer", peer] / digest["ours", ours] - 1 < -1e-4) {
            print "  does not agree with the peer"
            return
        }
        printf "  peer %9.3f ms  ratio %.1f", median(p, n), median(r, n)
        printf " (%.1f..%.1f)\n", r[1], r[n]
    }
    END {
        for (c = 1; c <= cases; c++) {
            report(order[c], order[c])
            for (w = 1; w <= nways; w++)
                if (index(ways[w], order[c] "-") == 1 && !(ways[w] in seen)) report(order[c], ways[w])
        }
    }'
