#include "graph/choose.h"

#include "base/mem.h"
#include "base/random.h"

#include <stdlib.h>

static int by_number(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

void choose_random(uint32_t *v, int64_t k, int64_t n, uint64_t seed)
{
    const struct rng r = {seed, rng_stream("graph-sources")};
    int64_t *order = xmalloc((size_t)n * sizeof *order);

    rng_permutation(&r, 0, order, n);
    for (int64_t i = 0; i < k; i++)
        v[i] = (uint32_t)order[i];
    free(order);
    qsort(v, (size_t)k, sizeof *v, by_number);
}

struct ranked { int64_t degree; uint32_t v; };

static int by_degree(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;

    if (x->degree != y->degree)
        return x->degree > y->degree ? -1 : 1;
    return (x->v > y->v) - (x->v < y->v);
}

void choose_by_degree(uint32_t *v, int64_t k, const struct digraph *g)
{
    struct ranked *all = xmalloc((size_t)g->n * sizeof *all);

    for (int64_t u = 0; u < g->n; u++)
        all[u] = (struct ranked){.v = (uint32_t)u, .degree = g->out.ptr[u + 1] - g->out.ptr[u] +
                                                             g->in.ptr[u + 1] - g->in.ptr[u]};
    qsort(all, (size_t)g->n, sizeof *all, by_degree);
    for (int64_t i = 0; i < k; i++)
        v[i] = all[i].v;
    free(all);
    qsort(v, (size_t)k, sizeof *v, by_number);
}
