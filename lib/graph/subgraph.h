/* Part of a digraph: some of its vertices, some of its arcs. */
#ifndef GRAPH_SUBGRAPH_H
#define GRAPH_SUBGRAPH_H

#include "sparse/csr.h"

/* Where the parts of a subgraph come from; the caller's: submap_free(). */
struct submap {
    int64_t n, m;
    int64_t *vertex;                    /* [n] rising: numbers in the whole graph */
    int64_t *arc;                       /* [m] rising */
};

/*
 * s = the vertices v of g with vertices[v] != 0 (NULL: all) in their order, and between them the
 * arcs k with arcs[k] != 0 (NULL: all), in their order.
 */
void subgraph(struct csr *s, struct submap *map, const struct csr *g, const uint8_t *vertices,
              const uint8_t *arcs);
void submap_free(struct submap *map);

/* y[i] = x[at[i]], elements of size bytes. */
void submap_gather(void *y, const void *x, const int64_t *at, int64_t n, size_t size);

#endif
