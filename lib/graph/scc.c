#include "graph/scc.h"

#include "base/mem.h"

#include <stdlib.h>

/*
 * seen: number of a vertex in the order of discovery, from 1; low: the lowest number it is known to
 * lead back to.  A vertex stays on the stack until its component is known; path holds the vertices
 * that are being explored, and next where each of them goes on.
 */
struct tarjan {
    const struct digraph *g;
    const uint8_t *keep;
    uint32_t *of, *seen, *low, *stack, *path;
    int64_t *next;
    int64_t count, nstack, npath, components;
};

#define NO_COMPONENT UINT32_MAX

static void enter(struct tarjan *t, uint32_t v)
{
    t->seen[v] = t->low[v] = (uint32_t)++t->count;
    t->next[v] = t->g->out.ptr[v];
    t->stack[t->nstack++] = v;
    t->path[t->npath++] = v;
}

static void leave(struct tarjan *t, uint32_t v)
{
    t->npath--;
    if (t->npath > 0) {
        const uint32_t u = t->path[t->npath - 1];
        t->low[u] = t->low[v] < t->low[u] ? t->low[v] : t->low[u];
    }
    if (t->low[v] != t->seen[v])
        return;
    uint32_t x;
    do {
        x = t->stack[--t->nstack];
        t->of[x] = (uint32_t)t->components;
    } while (x != v);
    t->components++;
}

static void explore(struct tarjan *t, uint32_t root)
{
    enter(t, root);
    while (t->npath > 0) {
        const uint32_t v = t->path[t->npath - 1];
        if (t->next[v] == t->g->out.ptr[v + (int64_t)1]) {
            leave(t, v);
            continue;
        }
        const int64_t k = t->next[v]++;
        const uint32_t w = t->g->out.col[k];
        if (t->keep && !t->keep[k])
            continue;
        if (!t->seen[w])
            enter(t, w);
        else if (t->of[w] == NO_COMPONENT && t->seen[w] < t->low[v])
            t->low[v] = t->seen[w];
    }
}

int64_t scc_find(uint32_t *of, const struct digraph *g, const uint8_t *keep)
{
    const size_t n = (size_t)g->n;
    struct tarjan t = {
        .g = g, .keep = keep, .of = of, .seen = xcalloc(n, sizeof *t.seen),
        .low = xmalloc(n * sizeof *t.low), .stack = xmalloc(n * sizeof *t.stack),
        .path = xmalloc(n * sizeof *t.path), .next = xmalloc(n * sizeof *t.next),
    };
    for (int64_t v = 0; v < g->n; v++)
        of[v] = NO_COMPONENT;
    for (int64_t v = 0; v < g->n; v++)
        if (!t.seen[v])
            explore(&t, (uint32_t)v);
    free(t.seen);
    free(t.low);
    free(t.stack);
    free(t.path);
    free(t.next);
    return t.components;
}
