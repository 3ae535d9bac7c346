#!/usr/bin/python3
"""Metrics of generative models by NumPy and SciPy, the usual way: lines "CASE VALUE MILLISECONDS", from x.npy and y.npy to
the number, without the interpreter's start.

    metrics.py THREADS
"""
import os
import sys
import time

os.environ["OMP_NUM_THREADS"] = sys.argv[1]
import numpy as np  # noqa: E402
import scipy.linalg  # noqa: E402
from scipy.spatial.distance import cdist  # noqa: E402


def load():
    return np.load("x.npy").astype(np.float64), np.load("y.npy").astype(np.float64)


def frechet():
    x, y = load()
    s, t = np.cov(x, rowvar=False), np.cov(y, rowvar=False)
    root = scipy.linalg.sqrtm(s @ t).real
    return ((x.mean(0) - y.mean(0)) ** 2).sum() + np.trace(s) + np.trace(t) - 2 * np.trace(root)


def kernel(a, b):
    return (a @ b.T / a.shape[1] + 1) ** 3


def kid():
    x, y = load()
    m = len(x)
    a, b = kernel(x, x), kernel(y, y)
    return (a.sum() - np.trace(a) + b.sum() - np.trace(b)) / (m * (m - 1)) - 2 * kernel(x, y).sum() / m ** 2


def prdc():
    x, y = load()
    radius = np.partition(cdist(x, x), 3, axis=1)[:, 3]
    np.partition(cdist(y, y), 3, axis=1)
    return (cdist(x, y) <= radius[:, None]).any(0).mean()


for case in frechet, kid, prdc:
    start = time.perf_counter()
    value = case()
    print(case.__name__, "%.8g" % value, "%.3f" % (1e3 * (time.perf_counter() - start)), flush=True)
