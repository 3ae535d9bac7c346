/*
 * A heap of vertices by (distance, owner, vertex) with four children a node.  Vertices stand in it
 * as often as they were improved; the search passes over what is out of date.
 */
#ifndef GRAPH_HEAP_H
#define GRAPH_HEAP_H

#include "base/mem.h"

#include <stdbool.h>
#include <stdint.h>

struct heap_entry { double key; uint64_t rest; };       /* rest: owner above vertex */
struct heap { struct heap_entry *e; int64_t n, room; };

static inline bool heap_before(struct heap_entry a, struct heap_entry b)
{
    return a.key < b.key || (a.key == b.key && a.rest < b.rest);
}

static inline void heap_push(struct heap *h, double key, uint32_t owner, uint32_t vertex)
{
    const struct heap_entry x = {key, (uint64_t)owner << 32 | vertex};
    if (h->n == h->room) {
        h->room = h->room ? 2 * h->room : 64;
        h->e = xrealloc(h->e, (size_t)h->room * sizeof *h->e);
    }
    int64_t i = h->n++;
    while (i > 0 && heap_before(x, h->e[(i - 1) / 4])) {
        h->e[i] = h->e[(i - 1) / 4];
        i = (i - 1) / 4;
    }
    h->e[i] = x;
}

/* The least entry, taken out; h->n > 0. */
static inline struct heap_entry heap_pop(struct heap *h)
{
    struct heap_entry *e = h->e;
    const struct heap_entry top = e[0], x = e[--h->n];
    int64_t i = 0, c;
    while ((c = 4 * i + 1) < h->n) {
        const int64_t end = c + 4 < h->n ? c + 4 : h->n;
        for (int64_t d = c + 1; d < end; d++)
            c = heap_before(e[d], e[c]) ? d : c;
        if (!heap_before(e[c], x))
            break;
        e[i] = e[c];
        i = c;
    }
    e[i] = x;
    return top;
}

#endif
