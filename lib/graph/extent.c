#include "graph/extent.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>

struct sweeping {
    struct extent *x;
    struct sssp *there, *back;
    struct bounds *ecc;                 /* [n] of the largest round trip from every vertex */
    uint8_t *done;                      /* [n] */
    const uint32_t *part;
    uint32_t id;
    int64_t n;
};

static void sweep(struct sweeping *w, uint32_t u)
{
    struct sssp_query q = {.sources = &u, .nsources = 1, .part = w->part, .id = w->id};
    double out = 0, in = 0, trip = 0;

    sssp_run(w->there, &q);
    q.backward = true;
    sssp_run(w->back, &q);
    for (int64_t i = 0; i < w->there->reached; i++) {
        const uint32_t v = w->there->order[i];
        out = fmax(out, w->there->label[v].dist);
        in = fmax(in, w->back->label[v].dist);
        trip = fmax(trip, w->there->label[v].dist + w->back->label[v].dist);
    }
    for (int64_t i = 0; i < w->there->reached; i++) {
        const uint32_t v = w->there->order[i];
        const double rt = w->there->label[v].dist + w->back->label[v].dist;
        w->ecc[v].lo = fmax(w->ecc[v].lo, fmax(rt, trip - rt));
        w->ecc[v].hi = fmin(w->ecc[v].hi, trip + rt);
    }
    w->ecc[u] = (struct bounds){trip, trip};
    w->done[u] = 1;
    w->x->diameter.lo = fmax(w->x->diameter.lo, fmax(out, in));
    w->x->diameter.hi = fmin(w->x->diameter.hi, out + in);
    w->x->sweeps++;
}

static void conclude(struct sweeping *w)
{
    struct extent *x = w->x;

    x->rt_diameter = (struct bounds){0, 0};
    x->rt_radius = (struct bounds){INFINITY, INFINITY};
    for (int64_t v = 0; v < w->n; v++) {
        if (w->part[v] != w->id)
            continue;
        x->rt_diameter.lo = fmax(x->rt_diameter.lo, w->ecc[v].lo);
        x->rt_diameter.hi = fmax(x->rt_diameter.hi, w->ecc[v].hi);
        x->rt_radius.lo = fmin(x->rt_radius.lo, w->ecc[v].lo);
        x->rt_radius.hi = fmin(x->rt_radius.hi, w->ecc[v].hi);
    }
}

/* The vertex that may be the farthest out, or (central) the one that may be nearest to all; -1
 * when there is none left. */
static int64_t next_vertex(const struct sweeping *w, bool central)
{
    int64_t best = -1;

    for (int64_t v = 0; v < w->n; v++) {
        if (w->part[v] != w->id || w->done[v])
            continue;
        if (best < 0 || (central ? w->ecc[v].lo < w->ecc[best].lo : w->ecc[v].hi > w->ecc[best].hi))
            best = v;
    }
    return best;
}

static bool known(const struct bounds *b) { return b->hi - b->lo <= 1e-12 * b->hi; }

void extent_bound(struct extent *x, const struct digraph *g, const uint32_t *part, uint32_t id,
                  int64_t sweeps)
{
    struct sweeping w = {.x = x, .there = sssp_new(g), .back = sssp_new(g), .part = part, .id = id,
                         .n = g->n,
                         .ecc = xmalloc((size_t)g->n * sizeof *w.ecc),
                             .done = xcalloc((size_t)g->n, 1)};

    *x = (struct extent){.diameter = {0, INFINITY}};
    for (int64_t v = 0; v < g->n; v++)
        w.ecc[v] = (struct bounds){0, INFINITY};
    for (int64_t i = 0; i < sweeps; i++) {
        const int64_t v = next_vertex(&w, i % 2 == 1);
        if (v < 0)
            break;
        sweep(&w, (uint32_t)v);
        conclude(&w);
        if (known(&x->rt_diameter) && known(&x->rt_radius))
            break;
    }
    sssp_free(w.there);
    sssp_free(w.back);
    free(w.ecc);
    free(w.done);
}
