/* How large a strongly connected digraph is: diameter and radius. */
#ifndef GRAPH_EXTENT_H
#define GRAPH_EXTENT_H

#include "graph/sssp.h"

/* Bounds; both are the same number once it is known. */
struct bounds { double lo, hi; };

/*
 * With d the distance and rt(u,v) = d(u,v) + d(v,u) the round-trip distance, over the vertices of a
 * strongly connected part:
 *
 *     diameter = max d(u,v)     rt_diameter = max rt(u,v)     rt_radius = min over u of max over
 *     v of rt(u,v)
 */
struct extent { struct bounds diameter, rt_diameter, rt_radius; int64_t sweeps; };

/*
 * Bound them by at most `sweeps` pairs of searches from and to one vertex, which must be at least
 * 1.  As rt is a metric, each bounds the eccentricity of every vertex from both sides, and the
 * next vertex is the one that may have the largest, or else the least (Takes and Kosters,
 * "Determining the diameter of small world networks", 2011); mostly few suffice.  part[v] == id
 * tells the vertices; at least one.
 */
void extent_bound(struct extent *x, const struct digraph *g, const uint32_t *part, uint32_t id,
                  int64_t sweeps);

#endif
