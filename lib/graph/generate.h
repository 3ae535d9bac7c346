/* Digraphs made up for experiments: closed forms, and random ones that look like what they are
 * named after. */
#ifndef GRAPH_GENERATE_H
#define GRAPH_GENERATE_H

#include "sparse/csr.h"

enum graph_kind {
    GRAPH_RAND, GRAPH_GRID, GRAPH_PREF, GRAPH_GEO, GRAPH_FLIGHT, GRAPH_CITATION, GRAPH_ROAD,
    GRAPH_CYCLE, GRAPH_COMPLETE, GRAPH_STAR
};

/* What a kind is like unless told otherwise, by enum graph_kind; the names end in NULL. */
struct graph_defaults {
    int64_t n;                          /* vertices */
    double degree;                      /* arcs a vertex; 0: the kind says */
    int64_t lo, hi;                     /* weights; 0: lengths that the kind says */
    bool places;                        /* whether vertices have coordinates */
};
extern const char *const graph_kinds[];
const struct graph_defaults *graph_defaults(enum graph_kind kind);

struct graph_plan {
    enum graph_kind kind;
    int64_t n;                          /* vertices, 2 to CSR_MAX_DIM */
    /* arcs a vertex, where the kind leaves it open; at least 2 */
    double degree;
    /* weights are uniform from lo to hi, where the kind leaves it open */
    int64_t lo, hi;
    bool real;                          /* in [lo,hi) and f64, else whole and i64 */
    uint64_t seed;
};

/*
 * m [n,n] = a strongly connected digraph without loops and parallel arcs; xy: NULL or the
 * coordinates [n,2] of its vertices, the caller's: free().  The same plan gives the same graph on
 * every machine.
 *
 *   rand      a cycle through all vertices in random order, and arcs between random pairs
 *   grid      square blocks row by row; of rows and of columns every second one is a one-way
 *   street,
 *             in alternating directions, except at the border
 *   pref      each vertex brings `degree` arcs, of random direction, to or from vertices chosen
 *   by their
 *             degree (Barabasi and Albert 1999)
 *   geo       random points, one for 1000 x 1000 units of the plane; each of the two arcs between
 *   points
 *             nearer than some radius is there with probability 3/4; weight: distance
 *   flight    points on the sphere of the earth, xy: longitude and latitude in millionths of a
 *   degree;
 *             sqrt n hubs fly to each other, all others to and from the nearest hubs; weight:
 *             kilometres, a tenth less on the way east (jet stream)
 *   citation  papers in the order of time cite recent ones, and ones cited often; one in eight of
 *             the recent is answered
 *   road      graph/roads.h
 *   cycle     0 -> 1 -> ... -> n-1 -> 0
 *   complete  every ordered pair
 *   star      0 -> v -> 0 for all other v
 *
 * Of geo, citation and road only the largest strongly connected component is given, so that
 * vertices are fewer than n.
 */
void graph_generate(struct csr *m, int32_t **xy, const struct graph_plan *p);

#endif
