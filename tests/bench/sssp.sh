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

# The trees of 67 sources, in seconds of the clock: one thread, two threads, by turns.
graph=$(mktemp)
trap 'rm -f "$graph"' EXIT
awk 'BEGIN { srand(1); n = 40000; print "p sp", n, 5 * n
    for (k = 0; k < 5 * n; k++) print "a", k % n + 1, (k < n ? (k + 1) % n : int(rand() * n)) + 1, 1 + int(rand() * 100) }' | gr2ten >"$graph"
seconds() {
    ten-paste "$graph" <(seq 0 600 39999 | csv2ten --matrix --no-header | ten-cut --cast=u32 --reshape=-1 --rename=x=sources) |
        spanner --quiet --algo=spt --no-verify --threads="$1" --report="$graph.json" >/dev/null
    awk -F'[:,]' '/"seconds"/ { print $2 }' "$graph.json"
    rm -f "$graph.json"
}
for ((i = 0; i < runs; i++)); do echo "$(seconds 1) $(seconds 2)"; done | awk '
    { r[NR] = $1 / $2; one = one < $1 && NR > 1 ? one : $1; two = two < $2 && NR > 1 ? two : $2 }
    END { for (i = 2; i <= NR; i++) for (j = i; j > 1 && r[j-1] > r[j]; j--) { t = r[j]; r[j] = r[j-1]; r[j-1] = t }
        printf "trees of 67 sources    one thread %.2f s  two %.2f s  ratio %.2f (%.2f..%.2f)\n", one, two, r[int((NR + 1) / 2)], r[1], r[NR] }'
