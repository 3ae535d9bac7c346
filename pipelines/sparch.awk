# traffic.tsv chain.tsv cycle.tsv: ratios of each step of the ladder to the one before, by matrix, and their geometric
# means as matrix `mean'.  bytes_factor: how much less traffic; speed_factor: how much faster, cycle by cycle, where
# OuterSPACE is its closed form; energy_factor: how much less energy.
BEGIN { FS = OFS = "\t"; steps = split("outerspace pipelined condensed huffman prefetch", step, " ") }
FNR == 1 { table++; for (i = 1; i <= NF; i++) at[$i] = i; next }
{
    m = $at["matrix"]; s = $at["step"]
    if (!(m in seen)) { seen[m] = ++n; name[n] = m }
    bytes[table, m, s] = $at["bytes"]
    seconds[table, m, s] = $at["seconds"]
    if (table != 2) nj[table, m, s] = $at["nj"]
    if (s == "prefetch" && table != 2) { hits[m] = $at["hit_rate"]; leaves[m] = $at["leaves"]; least[m] = $at["compulsory"] }
    if (s == "prefetch" && table == 3) { rate[m] = $at["gflops"]; use[m] = $at["bandwidth_use"] }
}
function mean(what, s, b, v, e, w) { sum[s, 1] += log(b); sum[s, 2] += log(v); sum[s, 3] += log(e); sum[s, 4] += w; count[s]++ }
function row(m, s, b, v, e, w) {
    print m, s, b, v, e, w, m in leaves ? (leaves[m] <= 64 ? "yes" : "no") : "-", s == "total" && m in hits ? hits[m] : "-", \
        s == "total" && m in rate ? rate[m] : "-", s == "total" && m in use ? use[m] : "-", \
        s == "total" && m in least ? bytes[1, m, "prefetch"] / least[m] : "-", \
        s == "total" && m in least ? (bytes[1, m, "prefetch"] == bytes[3, m, "prefetch"]) : "-", "model"
}
function add(m, s, from, to) {
    b = bytes[1, m, from] / bytes[1, m, to]; v = seconds[3, m, from] / seconds[3, m, to]; e = nj[3, m, from] / nj[3, m, to]
    w = b < 1
    row(m, s, b, v, e, w)
    mean("", s, b, v, e, w)
}
END {
    print "matrix", "idea", "bytes_factor", "speed_factor", "energy_factor", "worse", "fits", "hit_rate", "gflops", \
        "bandwidth_use", "over_compulsory", "same_bytes", "simulated"
    for (k = 1; k <= n; k++) {
        m = name[k]
        for (i = 2; i <= steps; i++) add(m, step[i], step[i - 1], step[i])
        add(m, "total", "outerspace", "prefetch")
        b = bytes[2, m, "pipelined"] / bytes[2, m, "condensed"]
        row(m, "condensed-chain", b, "-", "-", b < 1)
        mean("", "condensed-chain", b, 1, 1, b < 1)
    }
    for (i = 2; i <= steps + 2; i++) {
        s = i <= steps ? step[i] : i == steps + 1 ? "total" : "condensed-chain"
        c = count[s]
        row("mean", s, exp(sum[s, 1] / c), i == steps + 2 ? "-" : exp(sum[s, 2] / c), i == steps + 2 ? "-" : exp(sum[s, 3] / c), \
            sum[s, 4] / c)
    }
}
