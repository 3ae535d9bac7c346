/* Spanners of digraphs as they come, by any of the constructions. */
#ifndef GRAPH_SPANNER_H
#define GRAPH_SPANNER_H

#include "graph/digraph.h"
#include "graph/fast.h"
#include "graph/greedy.h"
#include "graph/verify.h"

enum spanner_algo { SPANNER_FAST, SPANNER_GREEDY, SPANNER_RTZ, SPANNER_ZL, SPANNER_CDG,
                    SPANNER_CLRS, SPANNER_SPT };
extern const char *const spanner_algo_names[];      /* NULL at the end */

struct spanner_options {
    enum spanner_algo algo;
    int k;
    double eps;                     /* of rtz and zl */
    double stretch;                 /* asked for; 0: what the construction promises */
    enum greedy_order order;
    struct fast_options fast;       /* its k is ignored for the one above */
    uint64_t seed;
    double time_limit;              /* seconds for the construction; 0: none */
};

struct spanner_result {
    struct fast_result fast;
    bool late;                      /* the time was over; arcs that lacked were added by repairing */
    int64_t built;                  /* arcs before repairing */
    double bound;                   /* the stretch promised; INFINITY: none but finite */
    int64_t core_n, core_m;         /* what mattered of the graph */
    struct sssp_count count;
    double seconds;
};

/*
 * Set g->in_h (allocated when NULL, else added to) to a spanner for g's sources, all vertices where
 * it has none.  With a stretch asked for, what the construction leaves above it is repaired.
 */
void spanner_build(struct digraph *g, const struct spanner_options *o, struct spanner_result *r);

/* Add arcs to g->in_h until its stretch is t. */
void spanner_repair(struct digraph *g, double t, enum greedy_order order, struct spanner_result *r);

/*
 * Take arcs out of g->in_h as long as its stretch stays t, for at most this long (0: no limit; what
 * is left then is a spanner too).  Arcs that are lacking for the stretch are added first, as by
 * spanner_repair().
 */
void spanner_prune(struct digraph *g, double t, double seconds, enum greedy_order order,
                   struct spanner_result *r);

/* The stretch that a construction promises for these options, s sources and n vertices. */
double spanner_bound(const struct spanner_options *o, int64_t s, int64_t n);

#endif
