/* A made-up town, for experiments with road networks. */
#ifndef GRAPH_ROADS_H
#define GRAPH_ROADS_H

#include "graph/arcs.h"

/*
 * Crossings of about square blocks of 100 m, moved at random; xy [n,2] in decimetres.  Every
 * eighth street is a main road, fast and open both ways; of the others a third are one-way, and
 * of their pieces one in ten is missing; one block in ten has a diagonal.  Rivers wind from west
 * to east, one for 24 rows, and are crossed by a bridge about every 1.6 km only.  Weights: tenths
 * of a second to drive, whole. a: {.n = vertices} and no arc yet.
 */
void make_roads(struct arcs *a, int32_t *xy, uint64_t seed);

#endif
