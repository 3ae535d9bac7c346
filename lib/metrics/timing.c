#include "metrics/timing.h"

#include <inttypes.h>
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
    t.p99 = quantile(x, n, 0.99);
    t.min = x[0];
    t.max = x[n - 1];
    return t;
}

/* The i-th bin begins at 10^(i/BINS) ms. */
enum { BINS = 10 };

static int bin_of(double seconds) { return (int)floor(BINS * log10(1e3 * fmax(seconds, 1e-9))); }

void timing_histogram(FILE *to, const double *x, int64_t n, const char *what)
{
    int64_t done = 0;
    fprintf(to, "from_ms\tto_ms\t%s\tshare\n", what);
    for (int bin = n > 0 ? bin_of(x[0]) : 0; done < n; bin++) {
        const int64_t before = done;
        while (done < n && bin_of(x[done]) == bin)
            done++;
        fprintf(to, "%.4g\t%.4g\t%" PRId64 "\t%.6g\n", pow(10, (double)bin / BINS), pow(10, (bin + 1.0) / BINS), done - before,
                (double)done / (double)n);
    }
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
