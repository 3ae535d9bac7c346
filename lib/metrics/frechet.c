#include "metrics/frechet.h"
#include "base/mem.h"
#include "metrics/algebra.h"
#include "metrics/moments.h"

#include <float.h>
#include <gsl/gsl_fit.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- Factors --------------------------------------------------------------------------------- */

static void centred_rows(struct gaussian *g, const float *x)
{
    const double scale = 1 / sqrt((double)(g->n - 1));
    #pragma omp parallel for schedule(static)
    for (int64_t c = 0; c < g->d; c++) {
        double sum = 0;
        for (int64_t i = 0; i < g->n; i++)
            sum += x[i * g->d + c];
        g->mu[c] = sum / (double)g->n;
        for (int64_t i = 0; i < g->n; i++)
            g->factor[i * g->d + c] = scale * (x[i * g->d + c] - g->mu[c]);
    }
    g->rank = g->n;
    for (int64_t i = 0; i < g->n * g->d; i++)
        g->trace += g->factor[i] * g->factor[i];
}

/*
 * g->factor holds the covariance and becomes its factor.  Eigenvalues below d eps times the largest
 * are rounding errors of zeros; their square roots would not be small.
 */
static int eigen_rows(struct gaussian *g, struct ten_err *e)
{
    const int64_t d = g->d;
    double *w = xmalloc((size_t)d * sizeof *w);
    for (int64_t i = 0; i < d; i++)
        g->trace += g->factor[i * d + i];
    const int rc = symmetric_eigen(w, g->factor, d, e);
    const double none = rc == 0 ? fmax(w[d - 1], 0) * (double)d * DBL_EPSILON : 0;
    for (int64_t i = 0; rc == 0 && i < d; i++) {
        if (!(w[i] > none))
            continue;
        for (int64_t c = 0; c < d; c++)
            g->factor[g->rank * d + c] = sqrt(w[i]) * g->factor[i * d + c];
        g->rank++;
    }
    free(w);
    return rc;
}

int gaussian_of_samples(struct gaussian *g, const float *x, int64_t n, int64_t d,
                        struct ten_err *e)
{
    struct moments m;
    if (n <= d) {
        *g = (struct gaussian){.n = n, .d = d, .mu = xmalloc((size_t)d * sizeof *g->mu)};
        g->factor = xmalloc((size_t)(n * d) * sizeof *g->factor);
        centred_rows(g, x);
        return 0;
    }
    moments_init(&m, d);
    moments_add(&m, x, n);
    moments_end(&m);
    double *sigma = xmalloc((size_t)(d * d) * sizeof *sigma);
    moments_covariance(sigma, &m);
    const int rc = gaussian_of_statistics(g, m.mu, sigma, n, d, e);
    free(sigma);
    moments_free(&m);
    return rc;
}

int gaussian_of_statistics(struct gaussian *g, const double *mu, const double *sigma, int64_t n,
                           int64_t d, struct ten_err *e)
{
    const size_t vector = (size_t)d * sizeof *mu;
    *g = (struct gaussian){.n = n, .d = d, .mu = xmalloc(vector),
                           .factor = xmalloc((size_t)d * vector)};
    memcpy(g->mu, mu, vector);
    memcpy(g->factor, sigma, (size_t)d * vector);
    return eigen_rows(g, e);
}

void gaussian_free(struct gaussian *g)
{
    free(g->mu);
    free(g->factor);
    *g = (struct gaussian){0};
}

/* ---- Distance -------------------------------------------------------------------------------- */

/* tr (S_1 S_2)^(1/2) */
static int root_trace(double *trace, const struct gaussian *a, const struct gaussian *b,
                      struct ten_err *e)
{
    const int64_t values = a->rank < b->rank ? a->rank : b->rank;
    *trace = 0;
    if (values == 0)
        return 0;
    double *p = xmalloc((size_t)(a->rank * b->rank) * sizeof *p);
    double *s = xmalloc((size_t)values * sizeof *s);
    const struct rows64 shape = {a->rank, b->rank, a->d, a->d, b->d, b->rank};
    product_of_rows(&shape, p, a->factor, b->factor);
    const int rc = singular_values(s, p, a->rank, b->rank, e);
    for (int64_t i = values - 1; rc == 0 && i >= 0; i--)
        *trace += s[i];
    free(p);
    free(s);
    return rc;
}

int frechet_distance(double *fd, const struct gaussian *a, const struct gaussian *b,
                     struct ten_err *e)
{
    double means = 0, trace;
    if (root_trace(&trace, a, b, e) < 0)
        return -1;
    for (int64_t c = 0; c < a->d; c++)
        means += (a->mu[c] - b->mu[c]) * (a->mu[c] - b->mu[c]);
    *fd = means + a->trace + b->trace - 2 * trace;
    return 0;
}

double frechet_extrapolate(const int64_t *n, const double *y, int count)
{
    double *x = xmalloc((size_t)count * sizeof *x), intercept, slope, c00, c01, c11, rest;
    for (int i = 0; i < count; i++)
        x[i] = 1 / (double)n[i];
    gsl_fit_linear(x, 1, y, 1, (size_t)count, &intercept, &slope, &c00, &c01, &c11, &rest);
    free(x);
    return intercept;
}
