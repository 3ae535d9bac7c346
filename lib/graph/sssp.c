#include "graph/sssp.h"

#include "base/mem.h"
#include "graph/heap.h"
#include "graph/radix.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

/* What is to be settled: where no weight is 0 the faster heap, otherwise the one that knows ties. */
struct sssp_queue { struct radix radix; struct heap heap; };

struct sssp *sssp_new(const struct digraph *g)
{
    struct sssp *s = xcalloc(1, sizeof *s);
    s->g = g;
    s->label = xaligned(((size_t)g->n + 1) * sizeof *s->label);
    s->order = xmalloc((size_t)g->n * sizeof *s->order);
    s->queue = xcalloc(1, sizeof *s->queue);
    for (int64_t v = 0; v < g->n; v++)
        s->label[v] = (struct sssp_label){.dist = INFINITY, .arc = -1};
    return s;
}

void sssp_free(struct sssp *s)
{
    if (!s)
        return;
    free(s->label);
    free(s->order);
    for (int b = 0; b < RADIX_BUCKETS; b++)
        free(s->queue->radix.bucket[b].e);
    free(s->queue->heap.e);
    free(s->queue);
    free(s);
}

void sssp_clear(struct sssp *s)
{
    for (int64_t i = 0; i < s->reached; i++)
        s->label[s->order[i]] = (struct sssp_label){.dist = INFINITY, .arc = -1};
    s->reached = 0;
}

/* The side of the graph that a search walks along. */
struct side { const int64_t *ptr; const uint32_t *col; const double *weight; const int64_t *number; };

static struct side side_of(const struct digraph *g, bool backward)
{
    const struct csr *m = backward ? &g->in : &g->out;
    return (struct side){m->ptr, m->col, m->val, backward ? g->in_arc : NULL};
}

/*
 * Offer vertex v the path through arc from u.  A tie is decided for an arc of lower number only
 * where u is nearer than v, who is then not settled yet: along arcs of weight 0, arcs could
 * otherwise lead round in a circle.  True when v has to be looked at (again).
 */
static inline bool offer(struct sssp_label *l, double dist, const struct sssp_label *u, uint32_t from,
                         int64_t arc)
{
    if (dist > l->dist)
        return false;
    if (dist < l->dist || u->owner < l->owner) {
        *l = (struct sssp_label){.dist = dist, .arc = arc, .from = from, .owner = u->owner};
        return true;
    }
    if (u->owner == l->owner && arc < l->arc && u->dist < dist)
        l->arc = arc, l->from = from;
    return false;
}

static inline bool allowed(const struct sssp_query *q, uint32_t v, int64_t arc, double dist)
{
    return (!q->part || q->part[v] == q->id) && (!q->arcs || q->arcs[arc]) &&
           (!q->other || dist + q->other[v].dist <= q->bound);
}

/* How the loop over arcs is compiled: with limits of part or arcs; for sssp_extend(). */
enum { LIMITED = 1, EXTENDING = 2, RADIX = 4 };

static inline void push(struct sssp *s, double dist, uint32_t owner, uint32_t v, int how)
{
    if (how & RADIX)
        radix_push(&s->queue->radix, dist, owner, v);
    else
        heap_push(&s->queue->heap, dist, owner, v);
}

/* The next vertex, passing over what is not the last word on it any more; false: none is left. */
static inline bool pop(struct sssp *s, uint32_t *v, int how)
{
    struct heap *h = &s->queue->heap;
    struct radix_entry x;
    while (how & RADIX ? radix_pop(&s->queue->radix, &x) : h->n > 0) {
        const struct heap_entry e = how & RADIX ? (struct heap_entry){0} : heap_pop(h);
        *v = how & RADIX ? x.vertex : (uint32_t)e.rest;
        const struct sssp_label *l = &s->label[*v];
        if (how & RADIX ? radix_key(l->dist) == x.key && l->owner == x.owner
                        : l->dist == e.key && l->owner == e.rest >> 32)
            return true;
    }
    return false;
}

static inline __attribute__((always_inline)) void relax(struct sssp *s, const struct sssp_query *q,
    const struct side *a, uint32_t u, double bound, int how)
{
    const struct sssp_label from = s->label[u];
    const int64_t end = a->ptr[u + (int64_t)1];
    s->count.scanned += end - a->ptr[u];
    for (int64_t k = a->ptr[u]; k < end; k++) {
        const uint32_t v = a->col[k];
        const double dist = from.dist + a->weight[k];
        if (dist > bound || dist > s->label[v].dist)
            continue;
        const int64_t arc = a->number ? a->number[k] : k;
        if ((how & LIMITED) && !allowed(q, v, arc, dist))
            continue;
        if ((how & EXTENDING) && s->label[v].dist == INFINITY)
            s->order[s->reached++] = v;
        if (offer(&s->label[v], dist, &from, u, arc))
            push(s, dist, from.owner, v, how);
    }
}

static void start(struct sssp *s, const struct sssp_query *q, double bound, int how)
{
    for (int64_t i = 0; i < q->nsources; i++) {
        const uint32_t v = q->sources[i];
        const double key = q->keys ? q->keys[i] : 0;
        if (key > bound || key >= s->label[v].dist || (q->part && q->part[v] != q->id))
            continue;
        s->label[v] = (struct sssp_label){.dist = key, .arc = -1, .owner = (uint32_t)i};
        push(s, key, (uint32_t)i, v, how);
    }
}

static void forget_unsettled(struct sssp *s, int how)
{
    uint32_t v;
    while (pop(s, &v, how))
        s->label[v] = (struct sssp_label){.dist = INFINITY, .arc = -1};
}

static inline __attribute__((always_inline)) void search(struct sssp *s, const struct sssp_query *q,
                                                         double bound, int how)
{
    const struct side a = side_of(s->g, q->backward);
    uint32_t u;
    while (pop(s, &u, how)) {
        s->order[s->reached++] = u;
        if (q->target && *q->target == u) {
            forget_unsettled(s, how);
            break;
        }
        relax(s, q, &a, u, bound, how);
    }
    if (how & RADIX)
        radix_reset(&s->queue->radix);
    s->count.settled += s->reached;
}

void sssp_run(struct sssp *s, const struct sssp_query *q)
{
    const double bound = q->bounded ? q->bound : DBL_MAX;
    const int radix = s->g->positive ? RADIX : 0;
    sssp_clear(s);
    start(s, q, bound, radix);
    switch ((q->part || q->arcs || q->other ? LIMITED : 0) | radix) {
    case LIMITED | RADIX: search(s, q, bound, LIMITED | RADIX); break;
    case LIMITED:         search(s, q, bound, LIMITED); break;
    case RADIX:           search(s, q, bound, RADIX); break;
    default:              search(s, q, bound, 0); break;
    }
}

/* The path through one new arc. */
static void extend_across(struct sssp *s, const struct sssp_query *q, int64_t arc, double bound, int how)
{
    const uint32_t tail = digraph_tail(s->g, arc), head = s->g->out.col[arc];
    const uint32_t u = q->backward ? head : tail, v = q->backward ? tail : head;
    const double dist = s->label[u].dist + digraph_weights(s->g)[arc];
    if (dist > bound || !allowed(q, v, arc, dist))
        return;
    if (s->label[v].dist == INFINITY)
        s->order[s->reached++] = v;
    if (offer(&s->label[v], dist, &s->label[u], u, arc))
        push(s, dist, s->label[u].owner, v, how);
}

void sssp_extend(struct sssp *s, const struct sssp_query *q, const int64_t *added, int64_t n)
{
    const double bound = q->bounded ? q->bound : DBL_MAX;
    const struct side a = side_of(s->g, q->backward);
    const int how = LIMITED | EXTENDING | (s->g->positive ? RADIX : 0);
    uint32_t u;
    for (int64_t i = 0; i < n; i++)
        extend_across(s, q, added[i], bound, how);
    while (pop(s, &u, how)) {
        s->count.settled++;
        relax(s, q, &a, u, bound, how);
    }
    if (how & RADIX)
        radix_reset(&s->queue->radix);
}

void sssp_each(const struct digraph *g, int64_t n, sssp_fn *fn, void *ctx,
               struct sssp_count *count)
{
    int64_t settled = 0, scanned = 0;
    #pragma omp parallel reduction(+:settled, scanned)
    {
        struct sssp *there = sssp_new(g), *back = sssp_new(g);
        #pragma omp for schedule(dynamic)
        for (int64_t i = 0; i < n; i++)
            fn(ctx, i, there, back);
        settled += there->count.settled + back->count.settled;
        scanned += there->count.scanned + back->count.scanned;
        sssp_free(there);
        sssp_free(back);
    }
    if (count) {
        count->settled += settled;
        count->scanned += scanned;
    }
}
