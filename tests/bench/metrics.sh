# Metrics of generative models beside NumPy and SciPy, from two files of 4000 x 512 features to the number: whole
# processes of ours against their part of a running interpreter.  Values have to agree to 1e-6.  Two threads.
set -euo pipefail
runs=${RUNS:-5} threads=2
python=/usr/bin/python3
here=$PWD
peer=$("$python" -c 'import scipy; print(scipy.__version__)' 2>/dev/null) || peer=
[ -n "$peer" ] && echo "SciPy: $peer" || echo "SciPy: absent"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
ten-gen feat f32 4000,512 --fill=normal --seed=1 >x.ten
ten-gen feat f32 4000,512 --fill=normal --seed=2 --mean=0.1 --std=1.1 >y.ten
for f in x y; do ten2npy <$f.ten >$f.npy; done

# ours CASE COLUMN TOOL...
ours() {
    local start=$EPOCHREALTIME value
    value=$("${@:3}" --threads=$threads --real=x.ten <y.ten | awk -F'\t' -v c="$2" 'NR == 2 { print $c }')
    awk -v n="$1" -v v="$value" -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { printf "ours %s %s %.3f\n", n, v, 1e3 * (b - a) }'
}
for ((i = 0; i < runs; i++)); do
    [ -z "$peer" ] || "$python" "$here/metrics.py" $threads | sed 's/^/peer /'
    ours frechet 2 frechet
    ours kid 2 kid --subsets=1 --size=4000
    ours prdc 1 prdc
done | awk '
    function sort(a, n,   i, j, t) {
        for (i = 2; i <= n; i++)
            for (j = i; j > 1 && a[j - 1] > a[j]; j--) { t = a[j]; a[j] = a[j - 1]; a[j - 1] = t }
    }
    function median(a, n) { sort(a, n); return (a[int((n + 1) / 2)] + a[int((n + 2) / 2)]) / 2 }
    { ms[$1, $2, ++count[$1, $2]] = $4; value[$1, $2] = $3; cases[$2] }
    END {
        for (c in cases) {
            n = count["ours", c]
            for (k = 1; k <= n; k++) { o[k] = ms["ours", c, k]; p[k] = ms["peer", c, k]; r[k] = p[k] / o[k] }
            printf "%-10s ours %9.1f ms", c, median(o, n)
            if (!count["peer", c]) { print ""; continue }
            d = value["peer", c] / value["ours", c] - 1
            if (d > 1e-6 || d < -1e-6) { print "  does not agree with the peer"; continue }
            printf "  peer %9.1f ms  ratio %.1f", median(p, n), median(r, n)
            printf " (%.1f..%.1f)\n", r[1], r[n]
        }
    }'
