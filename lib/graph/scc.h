/* Strongly connected components (Tarjan, "Depth-first search and linear graph algorithms", 1972). */
#ifndef GRAPH_SCC_H
#define GRAPH_SCC_H

#include "graph/digraph.h"

/*
 * Component of every vertex into of[n], numbered in a reverse topological order: arcs between
 * components lead from the higher number to the lower.  Only arcs with keep[k] != 0 count (NULL:
 * all).  Returns how many components there are.  Time O(n + m), no recursion.
 */
int64_t scc_find(uint32_t *of, const struct digraph *g, const uint8_t *keep);

#endif
