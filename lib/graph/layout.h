/* Places for the vertices of a digraph that has none. */
#ifndef GRAPH_LAYOUT_H
#define GRAPH_LAYOUT_H

#include "graph/digraph.h"

/*
 * xy [n,2]: places whose distances resemble half the round trips.  Pivot scaling (Brandes and
 * Pich, "Eigensolver methods for progressive multidimensional scaling of large data", 2007): the
 * squared distances to some vertices far from each other are centred by rows and columns, and the
 * two directions in which they differ most are the axes.  Vertices that are no round trip away
 * come to lie outside of the others. Time O(pivots (m log n + n)), memory 8 bytes for each vertex
 * and pivot, of which there are at most 32. Always the same; 0 where the graph has fewer than two
 * vertices.
 */
void layout_scale(double *xy, const struct digraph *g);

#endif
