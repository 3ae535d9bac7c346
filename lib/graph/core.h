/* What of a digraph matters to round trips of its sources. */
#ifndef GRAPH_CORE_H
#define GRAPH_CORE_H

#include "graph/digraph.h"
#include "graph/quotient.h"

/*
 * Loops, all but the lightest of parallel arcs, arcs between strongly connected components (they
 * lie on no cycle) and components without a source are gone; vertices that cycles of weight 0
 * connect have become one, so that every cycle has a positive length.  Distances between what is
 * left are those of the whole graph, and a spanner of the core with the skeletons of what was
 * joined is one of the graph.
 */
struct core {
    struct digraph g;           /* with its sources */
    int64_t *arc;               /* [g.m] numbers in the whole graph */
    uint32_t *vertex;           /* [n of the whole graph] in g, or QUOTIENT_NONE */
    uint32_t *comp;             /* [g.n] strongly connected component */
    int64_t components;
    int64_t whole_m;            /* m of the whole graph */
    uint8_t *skeleton;          /* [whole_m] arcs of weight 0 that every spanner has */
};

void core_build(struct core *c, const struct digraph *g);
void core_free(struct core *c);

/* Spanners of the core [c->g.m] to and from those of the whole graph; lifting sets and never
 * clears, and sets the skeleton too. */
void core_lift(uint8_t *in_h, const struct core *c, const uint8_t *h);
void core_lower(uint8_t *h, const struct core *c, const uint8_t *in_h);

#endif
