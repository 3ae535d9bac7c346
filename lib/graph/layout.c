#include "graph/layout.h"

#include "base/mem.h"
#include "graph/sssp.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PIVOTS = 32, ROUNDS = 200 };

struct scaling {
    const struct digraph *g;
    int64_t n, k;                       /* vertices, pivots */
    double *c;                          /* [n,k] distances, then centred squares */
};

/* Column j: half the round trips from v, INFINITY where there is none. */
static void measure(struct scaling *s, int64_t j, uint32_t v, struct sssp *there, struct sssp *back)
{
    struct sssp_query q = {.sources = &v, .nsources = 1};

    sssp_run(there, &q);
    q.backward = true;
    sssp_run(back, &q);
    for (int64_t u = 0; u < s->n; u++)
        s->c[u * s->k + j] = (there->label[u].dist + back->label[u].dist) / 2;
}

/* Each pivot is the vertex farthest from those before; of what no round trip reaches, the first. */
static void measure_all(struct scaling *s)
{
    struct sssp *there = sssp_new(s->g), *back = sssp_new(s->g);
    double *nearest = xmalloc((size_t)s->n * sizeof *nearest);
    uint32_t pivot = 0;

    for (int64_t u = 0; u < s->n; u++)
        nearest[u] = INFINITY;
    for (int64_t j = 0; j < s->k; j++) {
        measure(s, j, pivot, there, back);
        pivot = 0;
        for (int64_t u = 0; u < s->n; u++) {
            nearest[u] = fmin(nearest[u], s->c[u * s->k + j]);
            if (nearest[u] > nearest[pivot])
                pivot = (uint32_t)u;
        }
    }
    free(nearest);
    sssp_free(there);
    sssp_free(back);
}

/* What is not reached is put a fifth farther away than all that is. */
static void bring_near(struct scaling *s)
{
    double far = 1;

    for (int64_t i = 0; i < s->n * s->k; i++)
        if (s->c[i] < INFINITY)
            far = fmax(far, s->c[i]);
    for (int64_t i = 0; i < s->n * s->k; i++)
        if (s->c[i] == INFINITY)
            s->c[i] = 1.2 * far;
}

/* c = -(d^2 - mean of the row - mean of the column + mean of all) / 2. */
static void centre(struct scaling *s)
{
    double column[PIVOTS] = {0}, all = 0;

    for (int64_t u = 0; u < s->n; u++)
        for (int64_t j = 0; j < s->k; j++) {
            double *x = &s->c[u * s->k + j];
            *x *= *x;
            column[j] += *x / (double)s->n;
        }
    for (int64_t j = 0; j < s->k; j++)
        all += column[j] / (double)s->k;
    for (int64_t u = 0; u < s->n; u++) {
        double row = 0;
        for (int64_t j = 0; j < s->k; j++)
            row += s->c[u * s->k + j] / (double)s->k;
        for (int64_t j = 0; j < s->k; j++)
            s->c[u * s->k + j] = -(s->c[u * s->k + j] - row - column[j] + all) / 2;
    }
}

/* a [k,k] = c' c. */
static void gram(const struct scaling *s, double a[PIVOTS][PIVOTS])
{
    memset(a, 0, sizeof(double[PIVOTS][PIVOTS]));
    for (int64_t u = 0; u < s->n; u++)
        for (int64_t i = 0; i < s->k; i++)
            for (int64_t j = 0; j < s->k; j++)
                a[i][j] += s->c[u * s->k + i] * s->c[u * s->k + j];
}

static double length_of(const double *v, int64_t k)
{
    double sum = 0;

    for (int64_t i = 0; i < k; i++)
        sum += v[i] * v[i];
    return sqrt(sum);
}

/* v becomes the eigenvector of the largest eigenvalue of a, by the power method; a loses it. */
static void take_axis(double v[PIVOTS], double a[PIVOTS][PIVOTS], int64_t k)
{
    double next[PIVOTS], value = 0;

    for (int64_t i = 0; i < k; i++)
        v[i] = 1 + (double)i / (double)k;
    for (int round = 0; round < ROUNDS; round++) {
        for (int64_t i = 0; i < k; i++) {
            next[i] = 0;
            for (int64_t j = 0; j < k; j++)
                next[i] += a[i][j] * v[j];
        }
        value = length_of(next, k);
        for (int64_t i = 0; i < k; i++)
            v[i] = value > 0 ? next[i] / value : 0;
    }
    for (int64_t i = 0; i < k; i++)
        for (int64_t j = 0; j < k; j++)
            a[i][j] -= value * v[i] * v[j];
}

void layout_scale(double *xy, const struct digraph *g)
{
    struct scaling s = {.g = g, .n = g->n, .k = g->n < PIVOTS ? g->n : PIVOTS};
    double a[PIVOTS][PIVOTS], axis[2][PIVOTS];

    memset(xy, 0, (size_t)g->n * 2 * sizeof *xy);
    if (g->n < 2)
        return;
    s.c = xmalloc((size_t)(s.n * s.k) * sizeof *s.c);
    measure_all(&s);
    bring_near(&s);
    centre(&s);
    gram(&s, a);
    take_axis(axis[0], a, s.k);
    take_axis(axis[1], a, s.k);
    for (int64_t u = 0; u < s.n; u++)
        for (int d = 0; d < 2; d++)
            for (int64_t j = 0; j < s.k; j++)
                xy[2 * u + d] += s.c[u * s.k + j] * axis[d][j];
    free(s.c);
}
