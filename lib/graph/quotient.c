#include "graph/quotient.h"

#include "base/mem.h"
#include "graph/sssp.h"

#include <stdlib.h>
#include <string.h>

struct list { uint32_t *tail, *head; double *weight; int64_t *arc, n; };

/* The arcs that remain, with their ends in the quotient; parallel ones still there. */
static void collect(struct list *l, const struct digraph *g, const uint32_t *map,
                    const uint32_t *comp, double heaviest)
{
    const double *w = digraph_weights(g);
    for (int64_t v = 0; v < g->n; v++) {
        if (map[v] == QUOTIENT_NONE)
            continue;
        for (int64_t k = g->out.ptr[v]; k < g->out.ptr[v + 1]; k++) {
            const uint32_t head = g->out.col[k];
            if (map[head] == QUOTIENT_NONE || map[head] == map[v] || w[k] > heaviest ||
                (comp && comp[head] != comp[v]))
                continue;
            l->tail[l->n] = map[v];
            l->head[l->n] = map[head];
            l->weight[l->n] = w[k];
            l->arc[l->n++] = k;
        }
    }
}

/* keep[k]: arc k is the first of the lightest among those beside it. */
static void choose_lightest(uint8_t *keep, const struct digraph *q)
{
    const double *w = digraph_weights(q);
    for (int64_t v = 0; v < q->n; v++)
        for (int64_t k = q->out.ptr[v], best = k; k < q->out.ptr[v + 1]; k++) {
            const bool first = k == q->out.ptr[v] || q->out.col[k] != q->out.col[k - 1];
            if (first)
                keep[best = k] = 1;
            else if (w[k] < w[best])
                keep[best] = 0, keep[best = k] = 1;
        }
}

static void map_sources(struct digraph *q, const struct digraph *g, const uint32_t *map)
{
    uint8_t *seen = xcalloc((size_t)q->n, 1);
    q->sources = xmalloc((size_t)g->nsources * sizeof *q->sources);
    q->nsources = 0;
    for (int64_t i = 0; i < g->nsources; i++) {
        const uint32_t v = map[g->sources[i]];
        if (v != QUOTIENT_NONE && !seen[v]++)
            q->sources[q->nsources++] = v;
    }
    free(seen);
}

/* The arcs of q that have parallel ones are fewer by those; numbers follow. */
static void drop_parallel(struct digraph *q, int64_t *arc)
{
    uint8_t *keep = xcalloc((size_t)q->m, 1);
    int64_t *left, kept = 0;
    struct digraph simple;
    choose_lightest(keep, q);
    for (int64_t k = 0; k < q->m; k++)
        kept += keep[k];
    if (kept < q->m) {
        digraph_subgraph(&simple, q, keep, &left);
        digraph_free(q);
        *q = simple;
        for (int64_t k = 0; k < q->m; k++)
            arc[k] = arc[left[k]];
        free(left);
    }
    free(keep);
}

void quotient(struct digraph *q, int64_t **arc, const struct digraph *g, const uint32_t *map,
              int64_t n, const uint32_t *comp, double heaviest)
{
    const size_t m = (size_t)g->m;
    struct list l = {.tail = xmalloc(m * sizeof *l.tail), .head = xmalloc(m * sizeof *l.head),
                     .weight = xmalloc(m * sizeof *l.weight), .arc = xmalloc(m * sizeof *l.arc)};
    collect(&l, g, map, comp, heaviest);
    int64_t *place = xmalloc((size_t)l.n * sizeof *place);
    digraph_from_arcs(q, n, l.n, l.tail, l.head, l.weight, g->whole, place);
    free(l.tail);
    free(l.head);
    free(l.weight);
    for (int64_t k = 0; k < l.n; k++)
        place[k] = l.arc[place[k]];
    free(l.arc);
    drop_parallel(q, place);
    map_sources(q, g, map);
    *arc = place;
}

int64_t quotient_components(uint32_t *part, const uint32_t *comp, int64_t components,
                            const uint32_t *map, int64_t n)
{
    uint32_t *name = xmalloc((size_t)components * sizeof *name), next = 0;
    memset(name, 0xff, (size_t)components * sizeof *name);
    for (int64_t v = 0; v < n; v++) {
        if (map[v] == QUOTIENT_NONE)
            continue;
        if (name[comp[v]] == QUOTIENT_NONE)
            name[comp[v]] = next++;
        part[map[v]] = name[comp[v]];
    }
    free(name);
    return next;
}

static uint8_t *arcs_within(const struct digraph *g, const uint32_t *of, const uint8_t *keep)
{
    uint8_t *inner = xcalloc((size_t)g->m, 1);
    for (int64_t v = 0; v < g->n; v++)
        for (int64_t k = g->out.ptr[v]; k < g->out.ptr[v + 1]; k++)
            inner[k] = keep[k] && of[v] == of[g->out.col[k]];
    return inner;
}

void skeleton_add(uint8_t *h, const struct digraph *g, const uint32_t *of, int64_t components,
                  const uint8_t *keep)
{
    uint8_t *inner = arcs_within(g, of, keep);
    uint32_t *first = xmalloc((size_t)components * sizeof *first);
    struct sssp *s = sssp_new(g);
    for (int64_t v = g->n - 1; v >= 0; v--)
        first[of[v]] = (uint32_t)v;
    struct sssp_query q = {.sources = first, .nsources = components, .arcs = inner};
    for (int way = 0; way < 2; way++) {
        q.backward = way;
        sssp_run(s, &q);
        for (int64_t i = 0; i < s->reached; i++)
            if (s->label[s->order[i]].arc >= 0)
                h[s->label[s->order[i]].arc] = 1;
    }
    sssp_free(s);
    free(first);
    free(inner);
}
