/* Spanners of a stretch asked for: arcs are added where a pair lacks them, or taken away while no
 * pair does. */
#ifndef GRAPH_GREEDY_H
#define GRAPH_GREEDY_H

#include "graph/build.h"

/* In which order the vertices of a source are seen to. */
enum greedy_order { GREEDY_NEAR, GREEDY_FAR, GREEDY_BOTH };     /* both: what gives fewer arcs */

/*
 * Make h a spanner of stretch t >= 1, adding arcs only.  Source by source, a vertex v whose round
 * trip in H is too long gets the missing arcs of a shortest path's end from some a, and of a shortest
 * path's beginning to some b, such that u ~> a -> v -> b ~> u, with what is there of H before a
 * and behind b, is short enough and the fewest arcs are added.  What is added later only helps, so
 * once round is enough.  Four searches a source, and what additions change.
 */
void greedy_build(struct build *b, double t, enum greedy_order order);

/*
 * Take arcs of h away, heaviest first, as long as it stays a spanner of stretch t, which it must be.
 * Only sources that use an arc on their trees are looked at.  Memory: 32 bytes for every source and
 * vertex.  Returns the number of arcs taken away.
 */
int64_t prune_build(struct build *b, double t);

#endif
