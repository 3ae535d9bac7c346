# How a network answers clips and the same clips backwards, which have the opposite label.
#   awk -v columns="task=direction arm=bi seed=1" -f tsm-pairs.awk TRACKS LOGODDS
# TRACKS: a line for each clip, its track (0: in the training part too, no evidence of its own) and
# its label forwards, 0 or 1.  LOGODDS: a line for each clip, of label 1 against 0, forwards and
# backwards.  Where the two differ by no more than `tie`, they are the same but for rounding: one half.
function ln_choose(n, k,    i, s) {
    for (i = 1; i <= k; i++)
        s += log(n - k + i) - log(i)
    return s
}
# P(X >= k) of X ~ Binomial(n, p)
function above(k, n, p,    i, s) {
    if (p <= 0 || p >= 1)
        return k <= 0 || p >= 1
    for (i = k; i <= n; i++)
        s += exp(ln_choose(n, i) + i * log(p) + (n - i) * log(1 - p))
    return s
}
# Where P(X >= k) is q: an end of the exact 95 % interval (Clopper and Pearson, 1934).
function at(k, n, q,    lo, hi, i) {
    hi = 1
    for (i = 0; i < 60; i++)
        if (above(k, n, (lo + hi) / 2) < q) lo = (lo + hi) / 2
        else hi = (lo + hi) / 2
    return (lo + hi) / 2
}
BEGIN { if (tie == "") tie = 1e-5 }
FNR == NR { track[FNR] = $1; label[FNR] = $2; next }
{
    d = label[FNR] ? $1 - $2 : $2 - $1
    right = d > tie ? 1 : d < -tie ? 0 : 0.5
    pairs += right
    if (d < 0) d = -d
    if (d > furthest) furthest = d
    copies += ($1 > 0) == label[FNR]
    copies += ($2 > 0) != label[FNR]
    if (track[FNR]) {
        of[track[FNR]]++
        won[track[FNR]] += right
    }
    n = FNR
}
END {
    for (t in of) {
        tracks++
        if (won[t] > of[t] / 2) good++
        if (won[t] == of[t] / 2) halves++
    }
    m = split(columns, c, " ")
    for (i = 1; i <= m; i++) {
        split(c[i], kv, "=")
        head = head kv[1] "\t"
        row = row kv[2] "\t"
    }
    k = int(good + halves / 2)
    printf "%sclips\tpairs\ttracks\ttracks_right\ttracks_half\ttracks_low\ttracks_high\tfurthest\n", head
    printf "%s%.4f\t%.4f\t%d\t%d\t%d\t%.4f\t%.4f\t%.3g\n", row, copies / (2 * n), pairs / n, tracks, good, halves,
        k ? at(k, tracks, 0.025) : 0, k < tracks ? at(k + 1, tracks, 0.975) : 1, furthest
}
