/* Digraphs for unit tests. */
#ifndef DIGRAPHS_H
#define DIGRAPHS_H

#include "graph/digraph.h"

#include "base/mem.h"
#include "base/random.h"

#include <math.h>
#include <stdlib.h>

/* n vertices, m arcs at random, loops and parallel ones too; weights of [lo,hi), of which whole
 * ones have ties.  The first s vertices are the sources; 0: none given. */
static inline struct digraph random_digraph(int64_t n, int64_t m, double lo, double hi, bool whole,
                                            int64_t s, uint64_t seed)
{
    const struct rng r = {seed, rng_stream("test")};
    uint32_t *tail = xmalloc((size_t)m * sizeof *tail), *head = xmalloc((size_t)m * sizeof *head);
    double *w = xmalloc((size_t)m * sizeof *w);
    struct digraph g;
    for (int64_t k = 0; k < m; k++) {
        tail[k] = (uint32_t)rng_below(&r, 3 * (uint64_t)k, (uint64_t)n);
        head[k] = (uint32_t)rng_below(&r, 3 * (uint64_t)k + 1, (uint64_t)n);
        w[k] = lo + (hi - lo) * rng_uniform(&r, 3 * (uint64_t)k + 2);
        w[k] = whole ? floor(w[k]) : w[k];
    }
    digraph_from_arcs(&g, n, m, tail, head, w, whole, NULL);
    free(tail);
    free(head);
    free(w);
    if (s > 0) {
        g.nsources = s;
        g.sources = xmalloc((size_t)s * sizeof *g.sources);
        for (int64_t i = 0; i < s; i++)
            g.sources[i] = (uint32_t)i;
    }
    return g;
}

/* All distances [n,n] by Floyd and Warshall, over arcs with keep[k] (NULL: all); the caller's. */
static inline double *all_distances(const struct digraph *g, const uint8_t *keep)
{
    const int64_t n = g->n;
    double *d = xmalloc((size_t)(n * n) * sizeof *d);
    for (int64_t i = 0; i < n * n; i++)
        d[i] = i % (n + 1) ? INFINITY : 0;
    for (int64_t v = 0; v < n; v++)
        for (int64_t k = g->out.ptr[v]; k < g->out.ptr[v + 1]; k++)
            if (!keep || keep[k])
                d[v * n + g->out.col[k]] = fmin(d[v * n + g->out.col[k]], digraph_weights(g)[k]);
    for (int64_t b = 0; b < n; b++)
        for (int64_t a = 0; a < n; a++)
            for (int64_t c = 0; c < n; c++)
                d[a * n + c] = fmin(d[a * n + c], d[a * n + b] + d[b * n + c]);
    return d;
}

#endif
