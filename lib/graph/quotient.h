/* Graphs made smaller: vertices joined, arcs that cannot matter left out. */
#ifndef GRAPH_QUOTIENT_H
#define GRAPH_QUOTIENT_H

#include "graph/digraph.h"

#define QUOTIENT_NONE UINT32_MAX

/*
 * q: the graph on vertices 0..n-1 in which every vertex v of g is part of map[v], or gone
 * (QUOTIENT_NONE).  Arcs whose ends fall together go; of parallel ones the lightest stays, on ties
 * the one of lowest number; arcs heavier than `heaviest` go, and, unless comp is NULL, those
 * between vertices of different comp [g->n].  Sources of q are the vertices that hold a source of
 * g, each once, in the order of g's.  *arc: [q->m] numbers in g, allocated: free().
 */
void quotient(struct digraph *q, int64_t **arc, const struct digraph *g, const uint32_t *map,
              int64_t n, const uint32_t *comp, double heaviest);

/*
 * The components of a quotient that keeps whole ones and joins nothing: part[map[v]] becomes that
 * of vertex v, comp[v] of `components' [n], numbered anew in the order of their first vertices.
 * Returns how many are left.
 */
int64_t quotient_components(uint32_t *part, const uint32_t *comp, int64_t components,
                            const uint32_t *map, int64_t n);

/*
 * Add arcs to h [g->m] that connect the vertices of every component strongly, using arcs within
 * components (of[n], numbered 0..components-1, strongly connected by arcs with keep[k] != 0): the
 * shortest paths from and to its first vertex, at most 2(c-1) arcs for c vertices.
 */
void skeleton_add(uint8_t *h, const struct digraph *g, const uint32_t *of, int64_t components,
                  const uint8_t *keep);

#endif
