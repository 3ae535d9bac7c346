#include "tensor/calibrate.h"
#include "base/mem.h"
#include "tensor/reduce.h"
#include "tensor/stats.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- Extremes ------------------------------------------------------------------------------------ */

/* y [chans] = extremes of x [outer,chans,inner]; 0 without any. */
static void extremes(float *y, enum reduce op, const float *x, int64_t outer, int64_t chans, int64_t inner)
{
    if (outer * inner == 0) {
        memset(y, 0, chans * sizeof *y);
        return;
    }
    float *row = xmalloc(sizeof *row * (outer * chans + 1));
    reduce(row, op, x, outer * chans, inner, 1);
    reduce(y, op, row, 1, outer, chans);
    free(row);
}

void calibrate_extremes(float *lo, float *hi, const float *x, int64_t outer, int64_t chans, int64_t inner)
{
    extremes(lo, REDUCE_MIN, x, outer, chans, inner);
    extremes(hi, REDUCE_MAX, x, outer, chans, inner);
}

void calibrate_largest(float *range, const float *x, int64_t outer, int64_t chans, int64_t inner)
{
    float *lo = xmalloc(sizeof *lo * (chans + 1));
    calibrate_extremes(lo, range, x, outer, chans, inner);
    for (int64_t c = 0; c < chans; c++)
        range[c] = fmaxf(-lo[c], range[c]);
    free(lo);
}

/* ---- By share and by moments --------------------------------------------------------------------- */

static struct stats_view view_of(const float *x, int64_t n) { return (struct stats_view){x, TEN_F32, n, 1}; }

static float *magnitudes(const float *x, int64_t n)
{
    float *y = xmalloc(sizeof *y * (n + 1));
    for (int64_t i = 0; i < n; i++)
        y[i] = fabsf(x[i]);
    return y;
}

float calibrate_percentile(const float *x, int64_t n, double p)
{
    float *size = magnitudes(x, n);
    const struct stats_view v = view_of(size, n);
    double q = 0;
    if (n > 0)
        stats_quantiles(&q, &p, 1, &v, 0);
    free(size);
    return (float)q;
}

float calibrate_deviations(const float *x, int64_t n, double k)
{
    const struct stats_view v = view_of(x, n);
    struct stats s;
    if (n == 0)
        return 0;
    stats_chans(&s, &v, 0, 1);
    return (float)(fabs(stats_mean(&s)) + k * stats_std(&s));
}

/* ---- By divergence ------------------------------------------------------------------------------- */

static const double least_share = 1e-12;

static double at_least_share(double p) { return p > least_share ? p : least_share; }

/* y [n] at t in [0, n-1], linearly in between. */
static double read_at(const double *y, int n, double t)
{
    const int i = t < n - 1 ? (int)t : n - 2;
    return y[i] + (y[i + 1] - y[i]) * (t - i);
}

/* The sum over bins below i; P is cumulative, coarse [levels] its own work space. */
static double divergence_below(const double *P, int i, int levels, double *coarse)
{
    double sum = 0;
    for (int l = 0; l < levels; l++) {
        const double t = (double)l * (i - 1) / (levels - 1);
        const int at = t < i - 1 ? (int)t : i - 2;
        const double right = at + 1 >= i - 1 ? 1 : P[at + 1];
        coarse[l] = P[at] + (right - P[at]) * (t - at);
    }
    for (int j = 0; j < i; j++) {
        const double q = at_least_share(read_at(coarse, levels, (double)j * (levels - 1) / (i - 1))),
                     p = at_least_share(P[j]);
        sum += (p - q) * log2(p / q);
    }
    return sum;
}

/* divergence[i] for i in (levels, bins]; beyond bin i, q is 1. */
static void divergences(double *divergence, const double *P, int bins, int levels)
{
    double *beyond = xcalloc(bins + 1, sizeof *beyond);
    for (int j = bins - 1; j >= 0; j--)
        beyond[j] = beyond[j + 1] + (at_least_share(P[j]) - 1) * log2(at_least_share(P[j]));

    #pragma omp parallel
    {
        double *coarse = xmalloc(sizeof *coarse * levels);
        #pragma omp for schedule(static, 1)
        for (int i = levels + 1; i <= bins; i++)
            divergence[i] = divergence_below(P, i, levels, coarse) + beyond[i];
        free(coarse);
    }
    free(beyond);
}

static double *cumulative(const float *size, int64_t n, int bins, double most)
{
    const struct stats_view v = view_of(size, n);
    int64_t *count = xcalloc(bins + 1, sizeof *count), below = 0;
    double *P = xmalloc(sizeof *P * (bins + 1));
    stats_histogram(count, bins, 0, most, &v, 0);
    for (int i = 0; i < bins; i++) {
        below += count[i];
        P[i] = (double)below / (double)n;
    }
    free(count);
    return P;
}

float calibrate_divergence(const float *x, int64_t n, int levels)
{
    float most;
    assert(levels >= 2);
    calibrate_largest(&most, x, 1, 1, n);
    const int bins = (int)ceil(sqrt((double)n));
    if (levels + 1 > bins || most == 0)
        return most;
    float *size = magnitudes(x, n);
    double *P = cumulative(size, n, bins, most), *divergence = xmalloc(sizeof *divergence * (bins + 1));
    int best = levels + 1;
    divergences(divergence, P, bins, levels);
    for (int i = levels + 2; i <= bins; i++)
        if (divergence[i] < divergence[best])
            best = i;
    free(size);
    free(P);
    free(divergence);
    return fminf((float)((best + 0.5) * most / bins), most);
}

/* ---- By a distribution's shape ------------------------------------------------------------------- */

/* Root of a falling function in [lo,hi]. */
static double falling_root(double (*f)(double u, double share), double share, double lo, double hi)
{
    for (int i = 0; i < 60; i++) {
        const double mid = (lo + hi) / 2;
        if (f(mid, share) > 0)
            lo = mid;
        else
            hi = mid;
    }
    return (lo + hi) / 2;
}

/* Error lost to clipping less error won by rounding, for a range one wider: half the derivatives. */
static double laplace_slope(double u, double share) { return exp(-u) - u * share; }
static double normal_slope(double u, double share)
{
    const double density = exp(-u * u / 2) / sqrt(2 * M_PI), tail = erfc(u / M_SQRT2) / 2;
    return 2 * (density - u * tail) - u * share;
}

static double share_of(int bits) { return 1 / (3 * exp2(2 * bits)); }
double calibrate_laplace(double scale, int bits)
{
    return scale * falling_root(laplace_slope, share_of(bits), 0, 100);
}
double calibrate_normal(double deviation, int bits)
{
    return deviation * falling_root(normal_slope, share_of(bits), 0, 100);
}

float calibrate_least_error(const float *x, int64_t n, enum calibrate_shape shape, int bits)
{
    const struct stats_view v = view_of(x, n);
    struct stats s;
    if (n == 0)
        return 0;
    stats_chans(&s, &v, 0, 1);
    const double mean = stats_mean(&s);
    if (shape == CALIBRATE_NORMAL)
        return (float)(fabs(mean) + calibrate_normal(stats_std(&s), bits));
    double scale = 0;
    for (int64_t i = 0; i < n; i++)
        scale += fabs(x[i] - mean);
    return (float)(fabs(mean) + calibrate_laplace(scale / (double)n, bits));
}
