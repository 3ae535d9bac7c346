/* Strongly connected components by a numbering that does not depend on the search for them. */
#ifndef GRAPH_COMPONENTS_H
#define GRAPH_COMPONENTS_H

#include "sparse/csr.h"

/* part[v] = the component of v, numbered from 0 in the order of their smallest vertices; how many
 * there are.  g is square; its values do not matter.  Time O(n + m). */
int64_t components(uint32_t *part, const struct csr *g);

/* keep[v] = whether v is in the largest component, of equals the first; its size. */
int64_t components_largest(uint8_t *keep, const uint32_t *part, int64_t n, int64_t parts);

#endif
