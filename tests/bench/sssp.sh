# Shortest paths beside the Boost Graph Library and NetworkX, in processor time an arc, by turns; all have to agree on the
# sum of distances.  Then what a second thread gives over sources.
set -euo pipefail
runs=${RUNS:-5} limit=${LIMIT:-1000000}
boost=$B/bench/sssp_boost
python=/usr/bin/python3
if ! c++ -O3 -DNDEBUG -std=c++17 -o "$boost" sssp.cpp 2>/dev/null; then
    boost=
    echo "Boost Graph Library: absent"
fi
"$python" -c 'import networkx' 2>/dev/null || { python=; echo "NetworkX: absent"; }

{
    for ((i = 0; i < runs; i++)); do
        [ -z "$boost" ] || "$boost" "$limit" | sed 's/^/Boost /'
        "$B/bench/sssp_bench" "$limit" | sed 's/^/ours /'
    done
    [ -z "$python" ] || "$python" sssp.py | sed 's/^/NetworkX /'
} | awk '
    function sort(a, n,   i, j, t) {
        for (i = 2; i <= n; i++)
            for (j = i; j > 1 && a[j - 1] > a[j]; j--) { t = a[j]; a[j] = a[j - 1]; a[j - 1] = t }
    }
    function median(a, n) { sort(a, n); return (a[int((n + 1) / 2)] + a[int((n + 2) / 2)]) / 2 }
    { v[$1, $2, ++count[$1, $2]] = $4; digest[$1, $2] = $3 }
    $1 == "ours" && !($2 in seen) { order[++cases] = $2; seen[$2] }
    function compare(peer, name,   n, k, o, p, r) {
        if (!count[peer, name]) return
        if (digest[peer, name] / digest["ours", name] - 1 > 1e-9 || digest[peer, name] / digest["ours", name] - 1 < -1e-9) {
            print name ": " peer " does not agree"
            return
        }
        n = count["ours", name]
        for (k = 1; k <= n; k++) {
            o[k] = v["ours", name, k]
            p[k] = v[peer, name, count[peer, name] < n ? 1 : k]
            r[k] = p[k] / o[k]
        }
        printf "%-22s ours %7.1f ns an arc  %-8s %8.1f  ratio %.2f", name, median(o, n), peer, median(p, n), median(r, n)
        printf " (%.2f..%.2f)\n", r[1], r[n]
    }
    END { for (c = 1; c <= cases; c++) { compare("Boost", order[c]); compare("NetworkX", order[c]) } }'

# The trees of 67 sources and their certificate: one thread, two threads, and two processes of one thread side by side, which
# tells what the machine gives; in seconds of the clock, by turns.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
awk 'BEGIN { srand(1); n = 40000; print "p sp", n, 5 * n
    for (k = 0; k < 5 * n; k++) print "a", k % n + 1, (k < n ? (k + 1) % n : int(rand() * n)) + 1, 1 + int(rand() * 100) }' | gr2ten |
    ten-paste - <(seq 0 600 39999 | csv2ten --matrix --no-header | ten-cut --cast=u32 --reshape=-1 --rename=x=sources) >"$work/graph"
spanner --quiet --algo=spt --no-verify <"$work/graph" >"$work/trees"
trees() {
    spanner --quiet --algo=spt --no-verify --threads="$1" --report="$work/$2.json" <"$work/graph" >/dev/null
    awk -F'[:,]' '/"seconds"/ { print $2 }' "$work/$2.json"
}
certificate() {
    local TIMEFORMAT=%R
    { time spanner-verify --quiet --threads="$1" <"$work/trees" >/dev/null; } 2>&1
}
# The slower of two at once.
side_by_side() { { "$1" 1 a & "$1" 1 b; wait; } | sort -n | tail -1; }
for what in trees certificate; do
    for ((i = 0; i < runs; i++)); do echo "$($what 1 a) $($what 2 a) $(side_by_side $what)"; done | awk -v what=$what '
        function sorted(a, n,   i, j, t) {
            for (i = 2; i <= n; i++) for (j = i; j > 1 && a[j-1] > a[j]; j--) { t = a[j]; a[j] = a[j-1]; a[j-1] = t }
            return a[int((n + 1) / 2)]
        }
        { one[NR] = $1; two[NR] = $2; r[NR] = $1 / $2; most[NR] = 2 * $1 / $3 }
        END { m = sorted(r, NR)
            printf "%-11s of 67 sources  one thread %.2f s  two %.2f s  ratio %.2f (%.2f..%.2f)  two processes %.2f\n", what,
                sorted(one, NR), sorted(two, NR), m, r[1], r[NR], sorted(most, NR) }'
done
