/*
 * A search in depth numbers the vertices as it meets them.  low[v] is the smallest number that v reaches
 * through the tree below it and one arc more, of vertices whose component is still open; where it is
 * v's own number, v and everything above it on the stack of open vertices are a component.
 */
#include "graph/components.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

enum { NEW = 0, CLOSED = UINT32_MAX };

struct tarjan {
    const struct csr *g;
    uint32_t *low;                      /* [n]; NEW before the first visit, CLOSED with a component */
    uint32_t *part;
    uint32_t *open, *path;              /* stacks of vertices: without component; calls under way */
    int64_t *next;                      /* [n]: of a vertex on the path, the arc to follow next */
    int64_t nopen, npath, parts;
    uint32_t count;
};

static void enter(struct tarjan *t, uint32_t v)
{
    t->part[v] = t->low[v] = ++t->count;        /* part holds the number until the component is known */
    t->next[v] = t->g->ptr[v];
    t->open[t->nopen++] = v;
    t->path[t->npath++] = v;
}

static void leave(struct tarjan *t, uint32_t v)
{
    t->npath--;
    if (t->npath > 0) {
        const uint32_t above = t->path[t->npath - 1];
        if (t->low[v] < t->low[above])
            t->low[above] = t->low[v];
    }
    if (t->low[v] != t->part[v])
        return;
    for (uint32_t u = v + 1; u != v;) {
        u = t->open[--t->nopen];
        t->low[u] = CLOSED;
        t->part[u] = (uint32_t)t->parts;
    }
    t->parts++;
}

static void search_from(struct tarjan *t, uint32_t root)
{
    enter(t, root);
    while (t->npath > 0) {
        const uint32_t v = t->path[t->npath - 1];

        if (t->next[v] == t->g->ptr[v + 1]) {
            leave(t, v);
            continue;
        }
        const uint32_t u = t->g->col[t->next[v]++];
        if (t->low[u] == NEW)
            enter(t, u);
        else if (t->low[u] != CLOSED && t->part[u] < t->low[v])
            t->low[v] = t->part[u];
    }
}

/* Tarjan closes components in the order in which they end. */
static void renumber(uint32_t *part, int64_t n, int64_t parts)
{
    uint32_t *name = xmalloc((size_t)parts * sizeof *name), next = 0;

    memset(name, 0xff, (size_t)parts * sizeof *name);
    for (int64_t v = 0; v < n; v++) {
        if (name[part[v]] == UINT32_MAX)
            name[part[v]] = next++;
        part[v] = name[part[v]];
    }
    free(name);
}

int64_t components(uint32_t *part, const struct csr *g)
{
    const size_t n = (size_t)g->rows;
    struct tarjan t = {.g = g, .part = part, .low = xcalloc(n, sizeof *t.low),
                       .open = xmalloc(n * sizeof *t.open), .path = xmalloc(n * sizeof *t.path),
                       .next = xmalloc(n * sizeof *t.next)};

    for (int64_t v = 0; v < g->rows; v++)
        if (t.low[v] == NEW)
            search_from(&t, (uint32_t)v);
    renumber(part, g->rows, t.parts);
    free(t.low);
    free(t.open);
    free(t.path);
    free(t.next);
    return t.parts;
}

int64_t components_largest(uint8_t *keep, const uint32_t *part, int64_t n, int64_t parts)
{
    int64_t *size = xcalloc((size_t)parts, sizeof *size), best = 0;

    for (int64_t v = 0; v < n; v++)
        size[part[v]]++;
    for (int64_t p = 1; p < parts; p++)
        if (size[p] > size[best])
            best = p;
    for (int64_t v = 0; v < n; v++)
        keep[v] = part[v] == best;
    const int64_t largest = parts > 0 ? size[best] : 0;
    free(size);
    return largest;
}
