#include "metrics/timing.h"

#include <math.h>
#include <stdlib.h>

static int rising(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double quantile(const double *x, int64_t n, double q)
{
    const double at = q * (n - 1);
    const int64_t i = (int64_t)at;
    return i + 1 < n ? x[i] + (at - i) * (x[i + 1] - x[i]) : x[n - 1];
}

struct timing timing_of(double *x, int64_t n)
{
    const int64_t cut = n / 10, kept = n - 2 * cut;
    struct timing t = {0};
    qsort(x, n, sizeof *x, rising);
    for (int64_t i = cut; i < n - cut; i++)
        t.mean += x[i] / kept;
    for (int64_t i = cut; i < n - cut; i++)
        t.std += (x[i] - t.mean) * (x[i] - t.mean);
    t.std = kept > 1 ? sqrt(t.std / (kept - 1)) : 0;
    t.median = quantile(x, n, 0.5);
    t.p90 = quantile(x, n, 0.9);
    t.min = x[0];
    t.max = x[n - 1];
    return t;
}
