#!/usr/bin/python3
"""Print what tests/unit/prd.c expects: two sets of tests/unit/metric_data.h below one another, parted
into clusters by Lloyd's algorithm, and the curve of precision and recall of the shares, in NumPy and
double precision (centres in f32).  Written from the papers' formulas, apart from the C sources.

    /usr/bin/python3 tests/data/make_prd_reference.py
"""
import numpy as np

N, D, K, ANGLES = 200, 6, 7, 1001


def data(n, d, a, scale, shift):
    i, c = np.arange(n)[:, None], np.arange(d)[None, :]
    v = (i * i * a + c * c * 104729 + i * c * 7919 + i * 31 + c * 17) % 10007
    return (v / 10007 * scale + shift * (c % 7) / 7).astype(np.float32)


def settle(x, centre):
    """Lloyd's algorithm from these centres: the cluster of each sample, how many rounds, the centres."""
    old = None
    for step in range(101):
        at = ((x[:, None, :].astype(float) - centre[None, :, :]) ** 2).sum(axis=2).argmin(axis=1)
        if old is not None and (at == old).all():
            break
        old = at
        for j in range(len(centre)):
            if (at == j).any():
                centre[j] = x[at == j].astype(float).mean(axis=0)
    return at, step, centre


def score(precision, recall, beta):
    return np.max((1 + beta ** 2) * precision * recall / (beta ** 2 * precision + recall))


both = np.concatenate([data(N, D, 3, 1, 0), data(N, D, 5, 1.2, 0.3)])
first = both[np.arange(K) * (2 * N // K)].copy()
at, steps, centre = settle(both, first)
p = np.bincount(at[:N], minlength=K) / N
q = np.bincount(at[N:], minlength=K) / N
slope = np.tan(np.pi / 2 * np.arange(1, ANGLES + 1) / (ANGLES + 1))
precision = np.minimum(slope[:, None] * p, q).sum(axis=1)
recall = np.minimum(p, q / slope[:, None]).sum(axis=1)
print("rounds", steps)
print("samples of real", np.bincount(at[:N], minlength=K).tolist())
print("samples of fake", np.bincount(at[N:], minlength=K).tolist())
print("sum of squares of centres %.17g" % (centre.astype(float) ** 2).sum())
for a in (100, 400, 500, 700):
    print("angle %d: slope %.17g precision %.17g recall %.17g" % (a, slope[a], precision[a], recall[a]))
for beta in (8, 1 / 8, 1):
    print("F_%g %.17g" % (beta, score(precision, recall, beta)))
