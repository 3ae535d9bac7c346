/* How much longer ways become when one arc fails. */
#ifndef GRAPH_FRAGILITY_H
#define GRAPH_FRAGILITY_H

#include "graph/sssp.h"

/*
 * Of arc e from u to v in a digraph G, with d the distance:
 *
 *     fragility(e) = d of G without e from u to v  /  d of G from u to v
 *
 * 1 where e is no shortest way, or not the only one; INFINITY where v cannot be reached without e, or only by a way of
 * positive length where e is one of length 0.
 *
 * ratio[i] = the same of arc[i], for all count of them, in the part of g whose arcs have arcs[k] != 0 (NULL: all); the arcs
 * asked for must be in it.  Multi-threaded, always the same.
 */
void fragility_each(double *ratio, const struct digraph *g, const uint8_t *arcs, const int64_t *arc, int64_t count);

#endif
