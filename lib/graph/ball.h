/*
 * Round-trip balls B(u,r) = {v: d(u,v) + d(v,u) <= r}, from which covers are made.
 *
 * On a shortest path from u to a vertex y of the ball, or back, every vertex x is in the ball:
 * d(u,x) + d(x,u) <= d(u,x) + d(x,y) + d(y,u) = d(u,y) + d(y,u).  So the search for the way back
 * need not leave the ball, and the last arcs of the shortest paths to and from its vertices, at
 * most 2(|B|-1), connect it: any two of its vertices by a round trip of at most 2r.
 */
#ifndef GRAPH_BALL_H
#define GRAPH_BALL_H

#include "graph/sssp.h"

#include <float.h>

/* A ball; its vertices are back->order[0..back->reached), and v is one where
 * back->label[v].dist is finite. */
struct ball { struct sssp *there, *back; };

/* The ball of u in the vertices with part[v] == id; NULL: in all. */
void ball_grow(struct ball *b, uint32_t u, double radius, const uint32_t *part, uint32_t id);
/* Set h [m] for the arcs that connect it; several threads may do so at once. */
void ball_add(const struct ball *b, uint8_t *h);

/* Is v in it? */
static inline bool ball_has(const struct ball *b, uint32_t v)
{
    return b->back->label[v].dist <= DBL_MAX;
}
/* The round trip from the centre by v; infinite outside the ball. */
static inline double ball_round_trip(const struct ball *b, uint32_t v)
{
    return b->there->label[v].dist + b->back->label[v].dist;
}

#endif
