#include "graph/census.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>

static bool has_arc(const struct csr *m, int64_t from, int64_t to)
{
    int64_t lo = m->ptr[from], hi = m->ptr[from + 1];

    while (lo < hi) {
        const int64_t mid = lo + (hi - lo) / 2;
        if (m->col[mid] < to)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < m->ptr[from + 1] && m->col[lo] == to;
}

static uint32_t root_of(uint32_t *parent, uint32_t v)
{
    while (parent[v] != v)
        v = parent[v] = parent[parent[v]];
    return v;
}

/* Union of the ends of every arc; the smaller root stays. */
static int64_t count_pieces(const struct digraph *g)
{
    uint32_t *parent = xmalloc((size_t)g->n * sizeof *parent);
    int64_t pieces = g->n;

    for (int64_t v = 0; v < g->n; v++)
        parent[v] = (uint32_t)v;
    for (int64_t v = 0; v < g->n; v++)
        for (int64_t k = g->out.ptr[v]; k < g->out.ptr[v + 1]; k++) {
            const uint32_t a = root_of(parent, (uint32_t)v), b = root_of(parent, g->out.col[k]);
            parent[a > b ? a : b] = a > b ? b : a;
            pieces -= a != b;
        }
    free(parent);
    return pieces;
}

static void count_vertex(struct census *c, const struct digraph *g, int64_t v)
{
    const int64_t first = g->out.ptr[v], end = g->out.ptr[v + 1];
    const int64_t in = g->in.ptr[v + 1] - g->in.ptr[v];

    c->out_max = end - first > c->out_max ? end - first : c->out_max;
    c->in_max = in > c->in_max ? in : c->in_max;
    c->isolated += end == first && in == 0;
    for (int64_t k = first; k < end; k++) {
        c->loops += g->out.col[k] == v;
        c->parallel += k > first && g->out.col[k] == g->out.col[k - 1];
        c->answered += g->out.col[k] != v && has_arc(&g->out, g->out.col[k], v);
    }
}

void census_take(struct census *c, const struct digraph *g)
{
    const double *w = digraph_weights(g);

    *c = (struct census){.weight_min = NAN, .weight_max = NAN, .pieces = count_pieces(g)};
    for (int64_t v = 0; v < g->n; v++)
        count_vertex(c, g, v);
    for (int64_t k = 0; k < g->m; k++) {
        c->weight_min = fmin(c->weight_min, w[k]);      /* of a NaN and a number the number */
        c->weight_max = fmax(c->weight_max, w[k]);
        c->weight_sum += w[k];
        if (g->in_h && g->in_h[k]) {
            c->spanner_arcs++;
            c->spanner_weight += w[k];
        }
    }
}
