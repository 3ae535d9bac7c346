# awk -f tsm-steps.awk TRACE...: of the traces of trainers (--timeline), medians over all steps but the first four of each
# rank, in seconds: step, compute (forward, backward), fixed (load, update), communication behind the backward pass, wait;
# and jitter, the deviation of compute as share of it (1.4826 times the median deviation, so that a disturbed step does
# not count).
function value(name,   at) {
    at = index($0, "\"" name "\": ")
    return at ? substr($0, at + length(name) + 4) + 0 : 0
}
function median(v, n,   i, j, t) {
    for (i = 2; i <= n; i++) for (j = i; j > 1 && v[j - 1] > v[j]; j--) { t = v[j]; v[j] = v[j - 1]; v[j - 1] = t }
    return (v[int((n + 1) / 2)] + v[int((n + 2) / 2)]) / 2
}
# The step of a rank that has ended; a phase may come more than once in it.
function close_step(rank) {
    if (!((rank, "load") in took)) return
    if (++steps[rank] > 4) {
        n++
        compute[n] = took[rank, "forward"] + took[rank, "backward"]
        fixed[n] = took[rank, "load"] + took[rank, "update"]
        communication[n] = took[rank, "communication"]
        wait[n] = took[rank, "wait"]
        step[n] = compute[n] + fixed[n] + communication[n] + wait[n]
    }
    for (k in took) if (index(k, rank SUBSEP) == 1) delete took[k]
}
FNR == 1 { split("", steps) }
/"ph": "X"/ && /"tid": 0,/ {
    rank = value("pid")
    name = substr($0, index($0, ": \"") + 3)
    name = substr(name, 1, index(name, "\"") - 1)
    if (name == "load" || name == "other") close_step(rank)
    if (name != "other") took[rank, name] += value("dur")
}
END {
    s = median(step, n); c = median(compute, n); f = median(fixed, n); m = median(communication, n); w = median(wait, n)
    for (i = 1; i <= n; i++) off[i] = compute[i] < c ? c - compute[i] : compute[i] - c
    OFS = "\t"
    print s * 1e-6, c * 1e-6, f * 1e-6, m * 1e-6, w * 1e-6, 1.4826 * median(off, n) / c
}
