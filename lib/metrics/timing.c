#include "metrics/timing.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

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
    const int64_t fast = n / 10, slow = n / 10 > 0 || n < 2 ? n / 10 : 1, kept = n - fast - slow;
    struct timing t = {0};
    qsort(x, n, sizeof *x, rising);
    for (int64_t i = fast; i < n - slow; i++)
        t.mean += x[i] / kept;
    for (int64_t i = fast; i < n - slow; i++)
        t.std += (x[i] - t.mean) * (x[i] - t.mean);
    t.std = kept > 1 ? sqrt(t.std / (kept - 1)) : 0;
    t.median = quantile(x, n, 0.5);
    t.p90 = quantile(x, n, 0.9);
    t.min = x[0];
    t.max = x[n - 1];
    return t;
}

double raw_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC_RAW, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

double cpu_mhz(void)
{
    FILE *f = fopen("/proc/cpuinfo", "r");
    char line[256];
    double mhz = NAN;
    while (f && isnan(mhz) && fgets(line, sizeof line, f))
        if (sscanf(line, "cpu MHz : %lf", &mhz) != 1)
            mhz = NAN;
    if (f)
        fclose(f);
    return mhz;
}
