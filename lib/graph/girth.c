#include "graph/girth.h"

#include <math.h>

enum { BLOCK = 64 };            /* vertices searched side by side before the limit is lowered */

/* The shortest way on from what the search of s has reached, back into v. */
static double close_cycle(const struct sssp *s, uint32_t v, const uint8_t *arcs, int64_t *last)
{
    const struct csr *in = &s->g->in;
    double best = INFINITY;

    for (int64_t k = in->ptr[v]; k < in->ptr[v + (int64_t)1]; k++) {
        const double length = s->label[in->col[k]].dist + ((const double *)in->val)[k];

        if ((!arcs || arcs[s->g->in_arc[k]]) && length < best) {
            best = length;
            *last = s->g->in_arc[k];
        }
    }
    return best;
}

static double lightest(const struct csr *m, uint32_t v)
{
    double best = INFINITY;

    for (int64_t k = m->ptr[v]; k < m->ptr[v + (int64_t)1]; k++)
        best = fmin(best, ((const double *)m->val)[k]);
    return best;
}

double girth_through(struct sssp *s, uint32_t v, const uint8_t *arcs, double limit, int64_t *last)
{
    enum { WIDENINGS = 3, FACTOR = 8 };
    struct sssp_query q = {.sources = &v, .nsources = 1, .arcs = arcs, .bounded = true};
    double bound = 2 * (lightest(&s->g->out, v) + lightest(&s->g->in, v));

    for (int i = 0; i < WIDENINGS && bound > 0 && bound < limit; i++, bound *= FACTOR) {
        q.bound = bound;
        sssp_run(s, &q);
        /* A longer one may have a shortcut outside of what was searched. */
        const double length = close_cycle(s, v, arcs, last);
        if (length <= bound)
            return length;
    }
    q.bounded = limit < INFINITY;
    q.bound = limit;
    sssp_run(s, &q);
    const double length = close_cycle(s, v, arcs, last);
    return length <= limit ? length : INFINITY;
}

struct searching { double *length; const uint32_t *v; const uint8_t *arcs; double limit; };

static void search_one(void *ctx, int64_t i, struct sssp *there, struct sssp *back)
{
    const struct searching *x = ctx;
    int64_t last;

    (void)back;
    x->length[i] = girth_through(there, x->v[i], x->arcs, x->limit, &last);
}

void girth_each(double *length, const struct digraph *g, const uint32_t *v, int64_t n,
                const uint8_t *arcs, bool least)
{
    struct searching x = {.length = length, .v = v, .arcs = arcs, .limit = INFINITY};

    if (!least) {
        sssp_each(g, n, search_one, &x, NULL);
        return;
    }
    for (int64_t first = 0; first < n; first += BLOCK) {
        const int64_t count = n - first < BLOCK ? n - first : BLOCK;
        x.length = length + first;
        x.v = v + first;
        sssp_each(g, count, search_one, &x, NULL);
        for (int64_t i = 0; i < count; i++)
            x.limit = fmin(x.limit, x.length[i]);
    }
}
