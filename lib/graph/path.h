/* Shortest paths and cycles as lists of vertices. */
#ifndef GRAPH_PATH_H
#define GRAPH_PATH_H

#include "graph/sssp.h"

/* A walk along arcs: vertex [n], arc [n-1] from each to the next; path_free(). */
struct path { int64_t n; uint32_t *vertex; int64_t *arc; };

/* The path of the last search of s from its source to v, or (backward) from v to the source; n is
 * 0 where the search did not come. */
void path_of(struct path *p, const struct sssp *s, uint32_t v, bool backward);
void path_free(struct path *p);

#endif
