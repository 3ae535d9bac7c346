/* Digraphs between points at random: neighbours in the plane, flights over the earth. */
#ifndef GRAPH_POINTS_H
#define GRAPH_POINTS_H

#include "graph/arcs.h"

/* Kinds geo and flight of graph/generate.h.  a: {.n = vertices} and no arc yet; xy [n,2]. */
void make_near_points(struct arcs *a, int32_t *xy, double degree, uint64_t seed);
void make_flights(struct arcs *a, int32_t *xy, double degree, uint64_t seed);

#endif
