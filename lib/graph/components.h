/* Strongly connected components of digraphs: the largest parts of which every vertex reaches every other. */
#ifndef GRAPH_COMPONENTS_H
#define GRAPH_COMPONENTS_H

#include "sparse/csr.h"

/*
 * part[v] = the component of v, numbered from 0 in the order of their smallest vertices; how many there
 * are.  Tarjan, "Depth-first search and linear graph algorithms" (1972), with stacks of its own in
 * place of recursion.  g is square.  Time O(n + m), memory 24 bytes a vertex.
 */
int64_t components(uint32_t *part, const struct csr *g);

/* keep[v] = whether v is in the largest component, of equals the first; its size. */
int64_t components_largest(uint8_t *keep, const uint32_t *part, int64_t n, int64_t parts);

#endif
