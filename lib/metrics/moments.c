#include "metrics/moments.h"
#include "base/mem.h"
#include "metrics/algebra.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 512 };                   /* rows */

void moments_init(struct moments *m, int64_t d)
{
    *m = (struct moments){.d = d, .mu = xcalloc((size_t)d, sizeof *m->mu)};
    m->scatter = xcalloc((size_t)(d * d), sizeof *m->scatter);
    m->block = xmalloc((size_t)((BLOCK + 1) * d) * sizeof *m->block);
}

void moments_free(struct moments *m)
{
    free(m->mu);
    free(m->scatter);
    free(m->block);
}

/*
 * With b rows of mean nu in the block and delta = nu - mu, the joint scatter has
 * n b / (n + b) delta delta' more than the two alone: one more row of the block's product with
 * itself.
 */
static void take(struct moments *m)
{
    const int64_t b = m->waiting, d = m->d;
    const double share = (double)b / (double)(m->n + b), weight = sqrt((double)m->n * share);
    if (b == 0)
        return;
    #pragma omp parallel for schedule(static)
    for (int64_t c = 0; c < d; c++) {
        double nu = 0;
        for (int64_t i = 0; i < b; i++)
            nu += m->block[i * d + c];
        nu /= (double)b;
        for (int64_t i = 0; i < b; i++)
            m->block[i * d + c] -= nu;
        m->block[b * d + c] = weight * (nu - m->mu[c]);
        m->mu[c] += share * (nu - m->mu[c]);
    }
    gram_add(m->scatter, m->block, b + 1, d);
    m->n += b;
    m->waiting = 0;
}

void moments_add(struct moments *m, const float *x, int64_t rows)
{
    while (rows > 0) {
        const int64_t room = BLOCK - m->waiting, n = rows < room ? rows : room;
        double *to = m->block + m->waiting * m->d;
        for (int64_t i = 0; i < n * m->d; i++)
            to[i] = x[i];
        x += n * m->d;
        rows -= n;
        m->waiting += n;
        if (m->waiting == BLOCK)
            take(m);
    }
}

void moments_end(struct moments *m)
{
    take(m);
}

void moments_covariance(double *sigma, const struct moments *m)
{
    const double scale = 1 / (double)(m->n - 1);
    #pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < m->d; i++)
        for (int64_t j = 0; j < m->d; j++)
            sigma[i * m->d + j] = scale * m->scatter[i <= j ? i * m->d + j : j * m->d + i];
}
