#include "metrics/clusters.h"
#include "base/mem.h"
#include "base/random.h"
#include "metrics/neighbours.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- First centres ----------------------------------------------------------------------------- */

/* r2 [n]: squared distances from the nearest centre so far, of which x [d] is the newest. */
static void come_nearer(double *r2, const struct features *f, const float *x)
{
    #pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < f->n; i++) {
        double sum = 0;
        for (int64_t c = 0; c < f->d; c++) {
            const double by = (double)f->x[i * f->d + c] - x[c];
            sum += by * by;
        }
        if (sum < r2[i])
            r2[i] = sum;
    }
}

/* The sample on which u, in [0,1), of the sum of all r2 falls. */
static int64_t drawn(const double *r2, int64_t n, double u)
{
    double sum = 0, before = 0;
    int64_t i = 0;
    for (int64_t k = 0; k < n; k++)
        sum += r2[k];
    if (sum == 0)
        return (int64_t)(u * (double)n);
    for (; i < n - 1; i++)
        if ((before += r2[i]) > u * sum)
            break;
    return i;
}

void clusters_start(float *centre, const struct features *f, int64_t k, uint64_t seed, uint64_t draw)
{
    const struct rng r = {seed, rng_stream("clusters")};
    double *r2 = xmalloc((size_t)f->n * sizeof *r2);
    for (int64_t i = 0; i < f->n; i++)
        r2[i] = HUGE_VAL;
    for (int64_t j = 0; j < k; j++) {
        const double u = rng_uniform(&r, draw * (uint64_t)k + (uint64_t)j);
        const int64_t i = j == 0 ? (int64_t)(u * (double)f->n) : drawn(r2, f->n, u);
        memcpy(centre + j * f->d, f->x + i * f->d, (size_t)f->d * sizeof *centre);
        come_nearer(r2, f, centre + j * f->d);
    }
    free(r2);
}

/* ---- Settling ---------------------------------------------------------------------------------- */

/* One thread a band of features, each in the order of samples.  sum [k,d], count [k] are scratch. */
enum { BAND = 64 };
static void to_means(float *centre, double *sum, int64_t *count, const int64_t *at, const struct features *f, int64_t k)
{
    const int64_t d = f->d;
    memset(sum, 0, (size_t)(k * d) * sizeof *sum);
    memset(count, 0, (size_t)k * sizeof *count);
    for (int64_t i = 0; i < f->n; i++)
        count[at[i]]++;
    #pragma omp parallel for schedule(static)
    for (int64_t band = 0; band < d; band += BAND) {
        const int64_t end = band + BAND < d ? band + BAND : d;
        for (int64_t i = 0; i < f->n; i++)
            for (int64_t c = band; c < end; c++)
                sum[at[i] * d + c] += f->x[i * d + c];
        for (int64_t j = 0; j < k; j++)
            for (int64_t c = band; count[j] && c < end; c++)
                centre[j * d + c] = (float)(sum[j * d + c] / (double)count[j]);
    }
}

void clusters_settle(int64_t *at, float *centre, const struct features *f, int64_t k)
{
    const struct features centres = {.n = k, .d = f->d, .x = centre};
    double *sum = xmalloc((size_t)(k * f->d) * sizeof *sum), *r2 = xmalloc((size_t)f->n * sizeof *r2);
    int64_t *count = xmalloc((size_t)k * sizeof *count), *was = xmalloc((size_t)f->n * sizeof *was);
    nearest_samples(at, r2, f, &centres);
    for (int step = 0; step < CLUSTER_STEPS; step++) {
        to_means(centre, sum, count, at, f, k);
        memcpy(was, at, (size_t)f->n * sizeof *at);
        nearest_samples(at, r2, f, &centres);
        if (memcmp(was, at, (size_t)f->n * sizeof *at) == 0)
            break;
    }
    free(sum);
    free(r2);
    free(count);
    free(was);
}
