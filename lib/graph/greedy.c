#include "graph/greedy.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Round trips this much above t times the shortest pass: rounding. */
static const double slack = 1 + 1e-12;

/* Where a path from v towards the source may be left for H. */
struct exit { double cost; int64_t missing; uint32_t vertex; };

struct exits { struct exit *e; int64_t n; };

struct visit { double rt; uint32_t v; };

struct greedy {
    struct build *b;
    double t;
    struct sssp *g[2], *h[2];           /* searches in graph and H, from (0) and to (1) the source */
    struct sssp_query in_h[2];
    struct exits exits[2];              /* room for n */
    struct visit *visits;               /* room for n */
    int64_t *added;                     /* room for 2n */
};

/*
 * The vertices x on the tree path of v that are worth leaving it at, for one direction: cost is the
 * length from the source to x in H and on to v by the path, missing the number of arcs of that
 * part of the path that H lacks.  Rising in missing, falling in cost.
 */
static void find_exits(struct exits *x, const struct greedy *s, int way, uint32_t v)
{
    const struct sssp_label *g = s->g[way]->label, *h = s->h[way]->label;
    int64_t missing = 0;
    x->n = 0;
    for (uint32_t a = v;; a = g[a].from) {
        const double cost = h[a].dist + (g[v].dist - g[a].dist);
        const struct exit here = {cost, missing, a};
        if (x->n > 0 && x->e[x->n - 1].missing == missing && cost < x->e[x->n - 1].cost)
            x->e[x->n - 1] = here;
        else if (cost < INFINITY && (x->n == 0 || cost < x->e[x->n - 1].cost))
            x->e[x->n++] = here;
        if (g[a].arc < 0)
            return;
        missing += !s->b->h[g[a].arc];
    }
}

/* The pair of exits with the fewest missing arcs that is short enough, the shortest of those. */
static void choose(const struct greedy *s, double limit, int64_t best[2])
{
    const struct exits *p = &s->exits[0], *q = &s->exits[1];
    int64_t fewest = INT64_MAX;
    double least = INFINITY;
    for (int64_t i = 0, j = q->n - 1; i < p->n; i++) {
        if (p->e[i].cost + q->e[j].cost > limit)
            continue;
        while (j > 0 && p->e[i].cost + q->e[j - 1].cost <= limit)
            j--;
        const int64_t missing = p->e[i].missing + q->e[j].missing;
        const double cost = p->e[i].cost + q->e[j].cost;
        if (missing < fewest || (missing == fewest && cost < least)) {
            fewest = missing;
            least = cost;
            best[0] = i;
            best[1] = j;
        }
    }
}

static int64_t add_paths(struct greedy *s, uint32_t v, const int64_t best[2])
{
    int64_t n = 0;
    for (int way = 0; way < 2; way++) {
        const struct sssp_label *g = s->g[way]->label;
        for (uint32_t a = v; a != s->exits[way].e[best[way]].vertex; a = g[a].from)
            if (!s->b->h[g[a].arc]) {
                s->b->h[g[a].arc] = 1;
                s->added[n++] = g[a].arc;
            }
    }
    return n;
}

static void see_to(struct greedy *s, struct visit x)
{
    const double limit = s->t * x.rt * slack;
    int64_t best[2];
    if (s->h[0]->label[x.v].dist + s->h[1]->label[x.v].dist <= limit)
        return;
    for (int way = 0; way < 2; way++)
        find_exits(&s->exits[way], s, way, x.v);
    /* The last exits are the source, or better: as short as the shortest. */
    best[0] = s->exits[0].n - 1;
    best[1] = s->exits[1].n - 1;
    choose(s, limit, best);
    const int64_t n = add_paths(s, x.v, best);
    for (int way = 0; way < 2; way++)
        sssp_extend(s->h[way], &s->in_h[way], s->added, n);
}

static int nearest_first(const void *a, const void *b)
{
    const struct visit *x = a, *y = b;
    if (x->rt != y->rt)
        return x->rt < y->rt ? -1 : 1;
    return (x->v > y->v) - (x->v < y->v);
}

static void one_source(struct greedy *s, uint32_t u, bool far)
{
    struct sssp_query q[2] = {{.sources = &u, .nsources = 1},
                              {.sources = &u, .nsources = 1, .backward = true}};
    #pragma omp parallel for schedule(dynamic)
    for (int i = 0; i < 4; i++) {
        const int way = i % 2;
        s->in_h[way] = q[way];
        s->in_h[way].arcs = s->b->h;
        if (i < 2)
            sssp_run(s->g[way], &q[way]);
        else
            sssp_run(s->h[way], &s->in_h[way]);
    }
    const int64_t n = s->g[0]->reached;
    for (int64_t i = 0; i < n; i++) {
        const uint32_t v = s->g[0]->order[i];
        s->visits[i] = (struct visit){s->g[0]->label[v].dist + s->g[1]->label[v].dist, v};
    }
    qsort(s->visits, (size_t)n, sizeof *s->visits, nearest_first);
    for (int64_t i = 0; i < n; i++)
        see_to(s, s->visits[far ? n - 1 - i : i]);
}

static void once_round(struct build *b, double t, bool far)
{
    struct greedy s = {.b = b, .t = t};
    const size_t n = (size_t)b->g->n;
    for (int way = 0; way < 2; way++) {
        s.g[way] = sssp_new(b->g);
        s.h[way] = sssp_new(b->g);
        s.exits[way].e = xmalloc(n * sizeof *s.exits[way].e);
    }
    s.visits = xmalloc(n * sizeof *s.visits);
    s.added = xmalloc(2 * n * sizeof *s.added);
    for (int64_t i = 0; i < b->g->nsources && !build_late(b); i++)
        one_source(&s, b->g->sources[i], far);
    for (int way = 0; way < 2; way++) {
        b->count.settled += s.g[way]->count.settled + s.h[way]->count.settled;
        b->count.scanned += s.g[way]->count.scanned + s.h[way]->count.scanned;
        sssp_free(s.g[way]);
        sssp_free(s.h[way]);
        free(s.exits[way].e);
    }
    free(s.visits);
    free(s.added);
}

static int64_t arcs_of(const struct build *b)
{
    int64_t n = 0;
    for (int64_t k = 0; k < b->g->m; k++)
        n += b->h[k];
    return n;
}

void greedy_build(struct build *b, double t, enum greedy_order order)
{
    const size_t m = (size_t)b->g->m;
    if (order != GREEDY_BOTH) {
        once_round(b, t, order == GREEDY_FAR);
        return;
    }
    uint8_t *before = xmalloc(m), *far = xmalloc(m);
    memcpy(before, b->h, m);
    once_round(b, t, true);
    memcpy(far, b->h, m);
    const int64_t arcs = arcs_of(b);
    memcpy(b->h, before, m);
    once_round(b, t, false);
    if (arcs <= arcs_of(b))
        memcpy(b->h, far, m);
    free(before);
    free(far);
}
