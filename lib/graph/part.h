/* Cutting a digraph down, with everything it carries. */
#ifndef GRAPH_PART_H
#define GRAPH_PART_H

#include "graph/digraph.h"

/*
 * g becomes the part of itself that graph/subgraph.h describes (NULL: all vertices, all arcs).
 * Sources outside of it are dropped, in_h goes with the arcs.  Records carried along whose first
 * dimension is the number of vertices or of arcs are cut as these are, so are names with their
 * offsets; others stay. Two records tell where things come from, after several cuts still by the
 * numbers of the first graph: vertex u32 [n] and arc i64 [m].
 *
 * 0, or -1 with *e set and g to be freed only: a record of packed type, or one that may be of
 * vertices and of arcs, as there are as many of both.
 */
int digraph_cut(struct digraph *g, const uint8_t *vertices, const uint8_t *arcs, struct ten_err *e);

#endif
