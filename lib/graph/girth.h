/* Shortest cycles through given vertices. */
#ifndef GRAPH_GIRTH_H
#define GRAPH_GIRTH_H

#include "graph/path.h"

/*
 * The length of the shortest cycle through v, of those of arcs with arcs[k] != 0 (NULL: all), if
 * it is at most limit; else INFINITY.  *last becomes its arc into v; the cycle is the path of s
 * to the tail of that arc, and the arc.  The search widens eightfold at a time, so that a short
 * cycle costs little in a large graph.
 */
double girth_through(struct sssp *s, uint32_t v, const uint8_t *arcs, double limit, int64_t *last);

/* length[i] = the same through vertex v[i] for all n of them; with least, INFINITY may stand
 * where it is longer than the shortest of all, which saves most of the work.  Multi-threaded,
 * always the same. */
void girth_each(double *length, const struct digraph *g, const uint32_t *v, int64_t n,
                const uint8_t *arcs, bool least);

#endif
