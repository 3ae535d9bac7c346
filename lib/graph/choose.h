/* Choosing sources. */
#ifndef GRAPH_CHOOSE_H
#define GRAPH_CHOOSE_H

#include "graph/digraph.h"

/* v [k], rising: k of the n vertices, all choices equally likely.  k <= n. */
void choose_random(uint32_t *v, int64_t k, int64_t n, uint64_t seed);

/* v [k], rising: those with most arcs, in and out; of equals the first.  k <= g->n. */
void choose_by_degree(uint32_t *v, int64_t k, const struct digraph *g);

#endif
