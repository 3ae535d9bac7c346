#include "graph/greedy.h"

#include "base/mem.h"
#include "graph/heap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/*
 * Every source keeps its distances and trees in H, both ways.  Without an arc only the vertices
 * behind it on a tree change: they are found along the tree, and get new distances by a search
 * that starts from their neighbours outside.  What was there before stands in a log, for the case
 * that a round trip becomes too long.  A second round would find nothing: an arc that a larger H
 * needs, a smaller one needs too.
 */
struct change { int64_t at; double dist; uint32_t parent; };

struct prune {
    struct build *b;
    double t;
    struct digraph h;                   /* H at the start */
    int64_t *arc;                       /* [h.m] numbers in b->g */
    uint8_t *alive;                     /* [h.m] still in H */
    double *rt;                         /* [s,n] shortest round trips in the graph */
    double *dist[2];                    /* [s,n] in H, from (0) and to (1) the source */
    uint32_t *parent[2];                /* [s,n] arc of h on the tree, NO_ARC at the source */
    struct change *log[2];              /* of the arc at hand */
    int64_t nlog[2], room[2];
    uint8_t *affected;                  /* [n] of the source at hand */
    struct heap heap;
};

#define NO_ARC UINT32_MAX

/* ---- What a source knows ------------------------------------------------------------------------- */

static void look_around(void *ctx, int64_t i, struct sssp *there, struct sssp *back)
{
    struct prune *p = ctx;
    const int64_t n = p->h.n;
    struct sssp_query q = {.sources = &p->b->g->sources[i], .nsources = 1};
    sssp_run(there, &q);
    q.backward = true;
    sssp_run(back, &q);
    for (int64_t v = 0; v < n; v++)
        p->rt[i * n + v] = there->label[v].dist + back->label[v].dist;
}

static void look_around_in_h(void *ctx, int64_t i, struct sssp *there, struct sssp *back)
{
    struct prune *p = ctx;
    const int64_t n = p->h.n;
    struct sssp *s[2] = {there, back};
    for (int way = 0; way < 2; way++) {
        sssp_run(s[way], &(struct sssp_query){.sources = &p->b->g->sources[i], .nsources = 1,
                 .backward = way});
        for (int64_t v = 0; v < n; v++) {
            p->dist[way][i * n + v] = s[way]->label[v].dist;
            p->parent[way][i * n + v] = s[way]->label[v].arc < 0 ? NO_ARC : (uint32_t)s[way]->label[v].arc;
        }
    }
}

/* ---- One arc of one source's tree ------------------------------------------------------------------ */

static void note(struct prune *p, int way, int64_t at)
{
    if (p->nlog[way] == p->room[way]) {
        p->room[way] = 2 * p->room[way] + 64;
        p->log[way] = xrealloc(p->log[way], (size_t)p->room[way] * sizeof *p->log[way]);
    }
    p->log[way][p->nlog[way]++] = (struct change){at, p->dist[way][at], p->parent[way][at]};
}

/* Arcs of vertex x one way or the other: arc number, the vertex at the other end, its weight. */
struct side { const struct csr *m; const int64_t *number; };
static struct side side_of(const struct prune *p, bool backward)
{
    return backward ? (struct side){&p->h.in, p->h.in_arc} : (struct side){&p->h.out, NULL};
}
static int64_t arc_at(const struct side *a, int64_t k) { return a->number ? a->number[k] : k; }

/* The vertices behind v on the tree go into the log, without a distance from here on. */
static void cut_off(struct prune *p, int way, int64_t row, uint32_t v)
{
    const struct side a = side_of(p, way);
    int64_t next = p->nlog[way];
    note(p, way, row + v);
    p->affected[v] = 1;
    for (; next < p->nlog[way]; next++) {
        const int64_t x = p->log[way][next].at - row;
        p->dist[way][row + x] = INFINITY;
        for (int64_t k = a.m->ptr[x]; k < a.m->ptr[x + 1]; k++) {
            const uint32_t y = a.m->col[k];
            if (p->parent[way][row + y] == arc_at(&a, k) && !p->affected[y]) {
                note(p, way, row + y);
                p->affected[y] = 1;
            }
        }
    }
}

static void offer(struct prune *p, int way, int64_t row, uint32_t y, double dist, int64_t arc)
{
    if (dist >= p->dist[way][row + y])
        return;
    p->dist[way][row + y] = dist;
    p->parent[way][row + y] = (uint32_t)arc;
    heap_push(&p->heap, dist, 0, y);
}

/* New distances for those in the log from position `first`, by arcs that are alive. */
static void reconnect(struct prune *p, int way, int64_t row, int64_t first)
{
    const struct side a = side_of(p, way), back = side_of(p, !way);
    const double *w = back.m->val, *dist = p->dist[way];
    for (int64_t i = first; i < p->nlog[way]; i++) {
        const int64_t x = p->log[way][i].at - row;
        for (int64_t k = back.m->ptr[x]; k < back.m->ptr[x + 1]; k++)
            if (p->alive[arc_at(&back, k)] && !p->affected[back.m->col[k]])
                offer(p, way, row, (uint32_t)x, dist[row + back.m->col[k]] + w[k], arc_at(&back, k));
    }
    w = a.m->val;
    while (p->heap.n > 0) {
        const struct heap_entry e = heap_pop(&p->heap);
        const uint32_t x = (uint32_t)e.rest;
        p->b->count.settled++;
        for (int64_t k = a.m->ptr[x]; e.key == dist[row + x] && k < a.m->ptr[x + (int64_t)1]; k++)
            if (p->alive[arc_at(&a, k)] && p->affected[a.m->col[k]])
                offer(p, way, row, a.m->col[k], e.key + w[k], arc_at(&a, k));
    }
    for (int64_t i = first; i < p->nlog[way]; i++)
        p->affected[p->log[way][i].at - row] = 0;
}

/* Does source i do without the arc?  What changes is in the logs. */
static bool does_without(struct prune *p, int64_t i, int64_t arc, uint32_t tail, uint32_t head)
{
    const int64_t row = i * p->h.n, before[2] = {p->nlog[0], p->nlog[1]};
    const uint32_t end[2] = {head, tail};
    for (int way = 0; way < 2; way++)
        if (p->parent[way][row + end[way]] == arc) {
            cut_off(p, way, row, end[way]);
            reconnect(p, way, row, before[way]);
        }
    for (int way = 0; way < 2; way++)
        for (int64_t k = before[way]; k < p->nlog[way]; k++) {
            const int64_t at = p->log[way][k].at;
            if (!(p->dist[0][at] + p->dist[1][at] <= p->t * p->rt[at] * (1 + 1e-12)))
                return false;
        }
    return true;
}

static void undo(struct prune *p)
{
    for (int way = 0; way < 2; way++)
        for (int64_t k = p->nlog[way] - 1; k >= 0; k--) {
            const struct change c = p->log[way][k];
            p->dist[way][c.at] = c.dist;
            p->parent[way][c.at] = c.parent;
        }
}

static bool take_away(struct prune *p, int64_t arc, uint32_t tail, uint32_t head)
{
    p->nlog[0] = p->nlog[1] = 0;
    p->alive[arc] = 0;
    for (int64_t i = 0; i < p->b->g->nsources; i++)
        if (!does_without(p, i, arc, tail, head)) {
            undo(p);
            p->alive[arc] = 1;
            return false;
        }
    return true;
}

/* ---- All of them ------------------------------------------------------------------------------------- */

struct candidate { double weight; int64_t arc; uint32_t tail; };

static int heaviest_first(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;
    if (x->weight != y->weight)
        return x->weight > y->weight ? -1 : 1;
    return (x->arc > y->arc) - (x->arc < y->arc);
}

static struct candidate *candidates(const struct digraph *h)
{
    struct candidate *c = xmalloc((size_t)h->m * sizeof *c);
    for (int64_t v = 0; v < h->n; v++)
        for (int64_t k = h->out.ptr[v]; k < h->out.ptr[v + 1]; k++)
            c[k] = (struct candidate){digraph_weights(h)[k], k, (uint32_t)v};
    qsort(c, (size_t)h->m, sizeof *c, heaviest_first);
    return c;
}

static void prune_open(struct prune *p, struct build *b, double t)
{
    const size_t n = (size_t)b->g->n, all = n * (size_t)b->g->nsources;
    *p = (struct prune){.b = b, .t = t, .rt = xmalloc(all * sizeof *p->rt), .affected = xcalloc(n, 1)};
    digraph_subgraph(&p->h, b->g, b->h, &p->arc);
    p->alive = xmalloc((size_t)p->h.m);
    memset(p->alive, 1, (size_t)p->h.m);
    for (int way = 0; way < 2; way++) {
        p->dist[way] = xmalloc(all * sizeof *p->dist[way]);
        p->parent[way] = xmalloc(all * sizeof *p->parent[way]);
    }
    sssp_each(b->g, b->g->nsources, look_around, p, &b->count);
    sssp_each(&p->h, b->g->nsources, look_around_in_h, p, &b->count);
}

static void prune_close(struct prune *p)
{
    for (int way = 0; way < 2; way++) {
        free(p->dist[way]);
        free(p->parent[way]);
        free(p->log[way]);
    }
    digraph_free(&p->h);
    free(p->arc);
    free(p->alive);
    free(p->rt);
    free(p->affected);
    free(p->heap.e);
}

int64_t prune_build(struct build *b, double t)
{
    struct prune p;
    int64_t taken = 0;
    prune_open(&p, b, t);
    struct candidate *c = candidates(&p.h);
    for (int64_t i = 0; i < p.h.m && !build_late(b); i++)
        if (take_away(&p, c[i].arc, c[i].tail, p.h.out.col[c[i].arc])) {
            b->h[p.arc[c[i].arc]] = 0;
            taken++;
        }
    free(c);
    prune_close(&p);
    return taken;
}
