/* What there is to count in a digraph. */
#ifndef GRAPH_CENSUS_H
#define GRAPH_CENSUS_H

#include "graph/digraph.h"

struct census {
    int64_t loops;                      /* arcs from a vertex to itself */
    int64_t parallel;                   /* arcs besides the first between the same two vertices */
    int64_t answered;                   /* arcs u -> v, u != v, for which there is an arc v -> u */
    int64_t out_max, in_max;            /* most arcs out of, into one vertex */
    int64_t isolated;                   /* vertices without any arc */
    int64_t pieces;                     /* components when directions do not count */
    double weight_min, weight_max, weight_sum;  /* NaN, NaN, 0 without arcs */
    int64_t spanner_arcs;               /* with in_h */
    double spanner_weight;
};

void census_take(struct census *c, const struct digraph *g);

#endif
