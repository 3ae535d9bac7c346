# Ops of images and losses, forward and with the gradient by x, beside PyTorch in the better of its two layouts.  Two
# threads on both sides; the least time of a few tenths of a second, and its ratio over alternating runs.
set -euo pipefail
runs=${RUNS:-5} threads=2
python=/usr/bin/python3
torch=$("$python" -c 'import torch; print(torch.__version__)' 2>/dev/null) || torch=
[ -n "$torch" ] && echo "PyTorch: $torch" || echo "PyTorch: absent"
for ((i = 0; i < runs; i++)); do
    [ -z "$torch" ] || "$python" ops.py $threads | sed 's/^/peer /'
    "$B/bench/ops_bench" $threads | sed 's/^/ours /'
done | awk '
    function off(a, b) { return a - b > 1e-4 * b || b - a > 1e-4 * b }
    !($2 in seen) { seen[$2] = 1; name[++cases] = $2 }
    $1 == "peer" { size[$2] = $4; slope[$2] = $5 }
    # Draws are not the same; augment.sh compares images.
    $1 == "ours" && ($2 in size) && $2 !~ /^diffaugment/ && (off($4, size[$2]) || off($5, slope[$2])) {
        print $2 ": other numbers than the peer: " $4, size[$2], $5, slope[$2]
        exit bad = 1
    }
    { v[$1, $2, ++count[$1, $2]] = $3 }
    function sort(a, n,   i, j, t) {
        for (i = 2; i <= n; i++)
            for (j = i; j > 1 && a[j - 1] > a[j]; j--) { t = a[j]; a[j] = a[j - 1]; a[j - 1] = t }
    }
    function middle(a, n) { return (a[int((n + 1) / 2)] + a[int((n + 2) / 2)]) / 2 }
    END {
        if (bad)
            exit 1
        for (i = 1; i <= cases; i++) {
            n = count["ours", name[i]]
            for (k = 1; k <= n; k++) {
                o[k] = v["ours", name[i], k]
                p[k] = v["peer", name[i], k]
                r[k] = p[k] / (o[k] ? o[k] : 1)
            }
            sort(o, n); sort(p, n); sort(r, n)
            printf "%-18s ours %8.3f ms", name[i], 1e3 * middle(o, n)
            if (p[1])
                printf "  peer %8.3f ms  ratio %.1f (%.1f..%.1f)", 1e3 * middle(p, n), middle(r, n), r[1], r[n]
            print ""
        }
    }'
