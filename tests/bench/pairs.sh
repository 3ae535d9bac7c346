# pairs RUNS WHAT BYTES PEER-COMMAND OUR-COMMAND: run the two in turn, A B A B, after one warm-up each, and
# print the median times, our rate, and peer time / our time (above 1: ours is faster) with min..max.
pairs() {
    local runs=$1 what=$2 bytes=$3 peer=$4 ours=$5 i a b c
    bash -c "$peer" >/dev/null
    bash -c "$ours" >/dev/null
    for ((i = 0; i < runs; i++)); do
        a=$(date +%s%N)
        bash -c "$peer" >/dev/null
        b=$(date +%s%N)
        bash -c "$ours" >/dev/null
        c=$(date +%s%N)
        echo "$((b - a)) $((c - b))"
    done | awk -v what="$what" -v bytes="$bytes" '
        { p[NR] = $1 / 1e9; o[NR] = $2 / 1e9; r[NR] = $1 / $2 }
        function median(v, n,   i, j, t) {
            for (i = 2; i <= n; i++) for (j = i; j > 1 && v[j - 1] > v[j]; j--) { t = v[j]; v[j] = v[j - 1]; v[j - 1] = t }
            return (v[int((n + 1) / 2)] + v[int((n + 2) / 2)]) / 2
        }
        END {
            mp = median(p, NR); mo = median(o, NR); mr = median(r, NR)
            printf "%-44s peer %8.4f s  ours %8.4f s  %7.0f MB/s  ratio %.2f (%.2f..%.2f)\n", what, mp, mo, bytes / mo / 1e6, mr, r[1], r[NR]
        }'
}
