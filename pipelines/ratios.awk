# Of a table arm, n, seed, steps, extractor, fd: for pairs of arms the ratio of their fd, seed by seed, as its median and
# the largest one, a line each: id (EXTRACTOR.ARM.ARM), n, seeds, median, worst.  -v few=N: for pairs but all.none this N
# alone.  And for all.none with three or more n: Spearman's correlation of n and the median (EXTRACTOR.rank), and the
# median at the largest n (EXTRACTOR.last).
BEGIN {
    FS = OFS = "\t"
    pairs = split("all none;color none;d all;d none;reals all;reals none;snall snnone", pair, ";")
    print "id", "n", "seeds", "median", "worst"
}
NR == 1 { next }
{
    fd[$5, $1, $2, $3] = $6
    if (!($2 in seen_n)) { seen_n[$2] = 1; size[++sizes] = $2 }
    if (!($3 in seen_seed)) { seen_seed[$3] = 1; seed[++seeds] = $3 }
    if (!($5 in seen_e)) { seen_e[$5] = 1; extractor[++extractors] = $5 }
}
# v[1..n] in order, by insertion.
function order(v, n,    i, k, x) {
    for (i = 2; i <= n; i++) {
        x = v[i]
        for (k = i - 1; k >= 1 && v[k] > x; k--)
            v[k + 1] = v[k]
        v[k + 1] = x
    }
}
function ratio(e, a, b, n,    i, m, v) {
    m = 0
    for (i = 1; i <= seeds; i++)
        if ((e, a, n, seed[i]) in fd && (e, b, n, seed[i]) in fd)
            v[++m] = fd[e, a, n, seed[i]] / fd[e, b, n, seed[i]]
    if (m == 0)
        return 0
    order(v, m)
    median = m % 2 ? v[(m + 1) / 2] : (v[m / 2] + v[m / 2 + 1]) / 2
    worst = v[m]
    return m
}
# Of ranks 1..n of sizes and of m[1..n], without ties among sizes.
function spearman(m, n,    i, k, r, d) {
    d = 0
    for (i = 1; i <= n; i++) {
        r = 1
        for (k = 1; k <= n; k++)
            r += (m[k] < m[i]) + (k != i && m[k] == m[i]) / 2
        d += (r - i) * (r - i)
    }
    return 1 - 6 * d / (n * (n * n - 1))
}
END {
    order(size, sizes)
    for (e = 1; e <= extractors; e++) {
        curve = 0
        for (p = 1; p <= pairs; p++) {
            split(pair[p], arm, " ")
            for (i = 1; i <= sizes; i++) {
                if (size[i] != few && pair[p] != "all none")
                    continue
                if (m = ratio(extractor[e], arm[1], arm[2], size[i])) {
                    print extractor[e] "." arm[1] "." arm[2], size[i], m, median, worst
                    if (pair[p] == "all none") { curve++; medians[curve] = median; last = size[i] }
                }
            }
        }
        if (curve >= 3) {
            print extractor[e] ".rank", last, seeds, spearman(medians, curve), 0
            print extractor[e] ".last", last, seeds, medians[curve], 0
        }
    }
}
