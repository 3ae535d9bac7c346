#include "nn/init.h"

#include "base/mem.h"
#include "base/random.h"
#include "tensor/product.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Draws for a parameter; try tells attempts at the same number apart. */
static struct rng draws(const struct param *p, uint64_t seed, int try)
{
    char *purpose = xasprintf("init/%d/%s", try, p->name);
    const struct rng r = {seed, rng_stream(purpose)};

    free(purpose);
    return r;
}

double init_fan(const struct param *p, enum init_fan fan)
{
    double product = 1;

    assert(p->rank >= 2);
    for (int i = 0; i < p->rank; i++)
        if (i != (fan == INIT_FAN_IN ? 0 : p->rank - 1))
            product *= (double)p->dim[i];
    return product;
}

void init_constant(struct param *p, float value)
{
    for (int64_t i = 0; i < p->count; i++)
        p->value[i] = value;
    p->version++;
}

void init_uniform(struct param *p, uint64_t seed, double lo, double hi)
{
    const struct rng r = draws(p, seed, 0);

    rng_fill_uniform(&r, 0, p->value, p->count, (float)lo, (float)hi);
    p->version++;
}

void init_normal(struct param *p, uint64_t seed, double mean, double std)
{
    const struct rng r = draws(p, seed, 0);

    rng_fill_normal(&r, 0, p->value, p->count, (float)mean, (float)std);
    p->version++;
}

/* Element i of attempt number 0, 1, ...: the first that is in [lo,hi]. */
void init_truncated(struct param *p, uint64_t seed, double mean, double std, double lo, double hi)
{
    assert(fmin(hi, mean + std) - fmax(lo, mean - std) >= std / 4);
    init_normal(p, seed, mean, std);
    for (int try = 1, again = 1; again; try++) {
        const struct rng r = draws(p, seed, try);

        again = 0;
        #pragma omp parallel for schedule(static) reduction(|:again) if (p->count > 1 << 16)
        for (int64_t i = 0; i < p->count; i++)
            if (p->value[i] < lo || p->value[i] > hi) {
                p->value[i] = (float)(mean + std * rng_normal(&r, (uint64_t)i));
                again |= p->value[i] < lo || p->value[i] > hi;
            }
    }
}

static double xavier_std(const struct param *p, double gain)
{
    return gain * sqrt(2 / (init_fan(p, INIT_FAN_IN) + init_fan(p, INIT_FAN_OUT)));
}

static void within(struct param *p, uint64_t seed, double bound)
{
    init_uniform(p, seed, -bound, bound);
}

void init_xavier_normal(struct param *p, uint64_t seed, double gain)
{
    init_normal(p, seed, 0, xavier_std(p, gain));
}

void init_xavier_uniform(struct param *p, uint64_t seed, double gain)
{
    within(p, seed, sqrt(3) * xavier_std(p, gain));
}

void init_he_normal(struct param *p, uint64_t seed, enum init_fan fan, double gain)
{
    init_normal(p, seed, 0, gain / sqrt(init_fan(p, fan)));
}

void init_he_uniform(struct param *p, uint64_t seed, enum init_fan fan, double gain)
{
    within(p, seed, sqrt(3) * gain / sqrt(init_fan(p, fan)));
}

double init_gain_leaky(double slope)
{
    return sqrt(2 / (1 + slope * slope));
}

void init_torch(struct param *weight, struct param *bias, uint64_t seed)
{
    const double bound = 1 / sqrt(init_fan(weight, INIT_FAN_IN));

    within(weight, seed, bound);
    if (bias)
        within(bias, seed, bound);
}

/* ---- Orthogonal ---------------------------------------------------------------------------- */

enum { PANEL = 32 };                    /* rows made orthogonal among themselves, in f64 */

/* Rows 0..n-1 of q [n,width] become orthonormal one after the other. */
static void gram_schmidt(float *q, int64_t n, int64_t width)
{
    for (int64_t i = 0; i < n; i++) {
        float *row = q + i * width;
        double square = 0;

        for (int64_t j = 0; j < i; j++) {
            const float *other = q + j * width;
            double dot = 0;

            for (int64_t k = 0; k < width; k++)
                dot += (double)row[k] * other[k];
            for (int64_t k = 0; k < width; k++)
                row[k] = (float)(row[k] - dot * other[k]);
        }
        for (int64_t k = 0; k < width; k++)
            square += (double)row[k] * row[k];
        for (int64_t k = 0; k < width; k++)
            row[k] = (float)(row[k] / sqrt(square));
    }
}

/*
 * q [n,width], n <= width, becomes orthonormal rows with the span of what it held, panel by panel:
 * what lies along finished rows is taken off by two matrix products, then the panel is made
 * orthogonal in itself.  Both twice, as rounding of the first time leaves a trace (Giraud, Langou,
 * Rozloznik, "The loss of orthogonality in the Gram-Schmidt process", 2005).
 */
static void orthonormal_rows(float *q, int64_t n, int64_t width)
{
    float *along = xmalloc((size_t)(PANEL * n) * sizeof *along);

    for (int64_t at = 0; at < n; at += PANEL) {
        const int64_t rows = n - at < PANEL ? n - at : PANEL;
        float *panel = q + at * width;

        for (int twice = 0; twice < 2; twice++) {
            product(&(struct product){.tb = true, .m = rows, .n = at, .k = width, .lda = width,
                                      .ldb = width, .ldc = n, .alpha = 1}, along, panel, q);
            product(&(struct product){.m = rows, .n = width, .k = at, .lda = n, .ldb = width,
                                      .ldc = width, .alpha = -1, .beta = 1}, panel, along, q);
            gram_schmidt(panel, rows, width);
        }
    }
    free(along);
}

void init_orthogonal(struct param *p, uint64_t seed, double gain)
{
    assert(p->rank >= 2);
    if (p->count == 0)
        return;
    const int64_t rows = p->dim[0], cols = p->count / rows;
    const bool tall = rows > cols;
    const int64_t n = tall ? cols : rows, width = tall ? rows : cols;
    float *q = xmalloc((size_t)p->count * sizeof *q);

    init_normal(p, seed, 0, 1);
    for (int64_t i = 0; i < n; i++)
        for (int64_t k = 0; k < width; k++)
            q[i * width + k] = p->value[tall ? k * cols + i : i * cols + k];
    orthonormal_rows(q, n, width);
    for (int64_t i = 0; i < n; i++)
        for (int64_t k = 0; k < width; k++)
            p->value[tall ? k * cols + i : i * cols + k] = (float)(gain * q[i * width + k]);
    free(q);
}
