#include "graph/spanner.h"

#include "base/mem.h"
#include "base/progress.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const spanner_algo_names[] = {"fast", "greedy", "rtz", "zl", "cdg", "clrs",
                                          "spt", NULL};

double spanner_bound(const struct spanner_options *o, int64_t s, int64_t n)
{
    struct fast_options fast = o->fast;
    fast.k = o->k;
    switch (o->algo) {
    case SPANNER_FAST:   return fast_bound(&fast, s, n);
    case SPANNER_GREEDY: return o->stretch;
    case SPANNER_CDG:    return 2 * o->k - 1;
    case SPANNER_CLRS:   return clrs_bound(o->k, s);
    case SPANNER_SPT:    return 1;
    default:             return 2 * o->k + o->eps;
    }
}

/* The core of g, a construction on it, and the clock. */
struct run { struct digraph *g; struct core core; struct build b; uint32_t *all; double started; };

static void run_open(struct run *x, struct digraph *g, uint64_t seed, double time_limit)
{
    struct digraph view = *g;
    *x = (struct run){.g = g, .started = now_seconds()};
    if (!g->sources) {
        x->all = xmalloc((size_t)g->n * sizeof *x->all);
        for (int64_t v = 0; v < g->n; v++)
            x->all[v] = (uint32_t)v;
        view.sources = x->all;
        view.nsources = g->n;
    }
    if (!g->in_h)
        g->in_h = xcalloc((size_t)g->m, 1);
    core_build(&x->core, &view);
    x->b = (struct build){
        .g = &x->core.g, .comp = x->core.comp, .components = x->core.components, .seed = seed,
        .h = xcalloc((size_t)x->core.g.m, 1),
        .deadline = time_limit > 0 ? x->started + time_limit : INFINITY,
    };
    core_lower(x->b.h, &x->core, g->in_h);
}

static void run_close(struct run *x, struct spanner_result *r)
{
    core_lift(x->g->in_h, &x->core, x->b.h);
    r->core_n = x->core.g.n;
    r->core_m = x->core.g.m;
    r->count.settled += x->b.count.settled;
    r->count.scanned += x->b.count.scanned;
    r->late |= x->b.late;
    r->seconds += now_seconds() - x->started;
    free(x->b.h);
    free(x->all);
    core_free(&x->core);
}

static void construct(struct build *b, const struct spanner_options *o, struct spanner_result *r)
{
    struct fast_options fast = o->fast;
    fast.k = o->k;
    switch (o->algo) {
    case SPANNER_FAST:   fast_build(b, &fast, &r->fast); break;
    case SPANNER_GREEDY: greedy_build(b, o->stretch, o->order); break;
    case SPANNER_RTZ:    rtz_build(b, o->k, o->eps); break;
    case SPANNER_ZL:     zl_build(b, o->k, o->eps); break;
    case SPANNER_CDG:    cdg_build(b, o->k); break;
    case SPANNER_CLRS:   clrs_build(b, o->k); break;
    case SPANNER_SPT:    spt_build(b); break;
    }
}

static int64_t count_arcs(const uint8_t *h, int64_t m)
{
    int64_t n = 0;
    for (int64_t k = 0; k < m; k++)
        n += h[k];
    return n;
}

void spanner_build(struct digraph *g, const struct spanner_options *o, struct spanner_result *r)
{
    struct run x;
    *r = (struct spanner_result){0};
    run_open(&x, g, o->seed, o->time_limit);
    if (x.b.g->n > 0)
        construct(&x.b, o, r);
    r->built = count_arcs(x.b.h, x.b.g->m);
    r->bound = spanner_bound(o, x.b.g->nsources, x.b.g->n);
    if (o->stretch > 0 && o->stretch < r->bound)
        r->bound = o->stretch;
    /* What is asked for, and what time did not suffice for, is put right without a look at the clock. */
    if (o->algo != SPANNER_GREEDY ? o->stretch > 0 || x.b.late : x.b.late) {
        if (!(r->bound < INFINITY))
            r->bound = 2 * o->k + o->eps;
        r->late = x.b.late;
        x.b.late = false;
        x.b.deadline = INFINITY;
        greedy_build(&x.b, r->bound, o->order);
    }
    run_close(&x, r);
}

void spanner_repair(struct digraph *g, double t, enum greedy_order order, struct spanner_result *r)
{
    struct run x;
    *r = (struct spanner_result){.bound = t};
    r->built = g->in_h ? count_arcs(g->in_h, g->m) : 0;
    run_open(&x, g, 0, 0);
    if (x.b.g->n > 0)
        greedy_build(&x.b, t, order);
    run_close(&x, r);
}

/* Arcs that are no part of the core serve no source, but for those of weight 0 that hold it
 * together. */
static void drop_useless(struct digraph *g, const struct core *c)
{
    uint8_t *of_use = xcalloc((size_t)g->m, 1);
    memcpy(of_use, c->skeleton, (size_t)g->m);
    for (int64_t k = 0; k < c->g.m; k++)
        of_use[c->arc[k]] = 1;
    for (int64_t k = 0; k < g->m; k++)
        g->in_h[k] &= of_use[k];
    free(of_use);
}

void spanner_prune(struct digraph *g, double t, double seconds, enum greedy_order order,
                   struct spanner_result *r)
{
    struct run x;
    *r = (struct spanner_result){.bound = t, .built = g->in_h ? count_arcs(g->in_h, g->m) : 0};
    run_open(&x, g, 0, 0);
    drop_useless(g, &x.core);
    if (x.b.g->n > 0) {
        greedy_build(&x.b, t, order);
        x.b.deadline = seconds > 0 ? now_seconds() + seconds : INFINITY;
        prune_build(&x.b, t);
    }
    for (int64_t k = 0; k < x.core.g.m; k++)
        g->in_h[x.core.arc[k]] = x.b.h[k];
    run_close(&x, r);
}
