/*
 * An oracle of round trips: from a cover of a digraph by balls it tells, without a search, how
 * long a round trip between two vertices is, within a factor.
 *
 * With s sources and lengths R = R_0, (1 + eps/2k) R_0, (1 + eps/2k)^2 R_0 ... , each length has
 * a cover made as Zhu and Lam make theirs ("Deterministic improved round-trip spanners", 2018),
 * restricted to sources: while there are sources, the ball around the first one is grown by steps
 * of R as long as that multiplies the sources in it by more than s^(1/k), which at most k - 1
 * steps do; the ball of radius iR is kept and the vertices of the one before, its core, are taken
 * away.  When a vertex of a round trip of at most R through a source is in a core for the first
 * time, all of it is in the ball.  So
 *
 *     rt(u,v) <= estimate(u,v) = min over balls with both of (rt(centre,u) + rt(centre,v))
 *                             <= (2k + eps) rt(u,v)       where u or v is a source
 *
 * and without sources among the two the left side still holds.
 */
#ifndef GRAPH_ORACLE_H
#define GRAPH_ORACLE_H

#include "graph/digraph.h"

struct oracle {
    int64_t n, entries, balls, lengths;
    /* [n+1]: entries of vertex v are offset[v] .. offset[v+1]-1 */
    int64_t *offset;
    uint32_t *ball;                     /* [entries], rising for each vertex */
    double *trip;                       /* [entries] round trip from the centre of that ball */
};

/* Of g's sources (NULL: all vertices), along arcs with arcs[k] != 0 (NULL: all).  k >= 1, eps >
 * 0.  Lengths are covered side by side; the result does not depend on the number of threads. */
void oracle_build(struct oracle *o, const struct digraph *g, const uint8_t *arcs, int k,
                  double eps);
void oracle_free(struct oracle *o);

/* Never less than the round trip; 0 for u = v, INFINITY where no ball holds both. */
double oracle_estimate(const struct oracle *o, uint32_t u, uint32_t v);

/* exact[i] = the round trip between pairs[2i] and pairs[2i+1], by searches from each first
 * vertex. */
void oracle_exact(double *exact, const struct digraph *g, const uint8_t *arcs,
                  const uint32_t *pairs, int64_t n);

/* The oracle as records oracle_offset, oracle_ball and oracle_trip of g, and back: 0, or -1 with
 * *e set when there is none, or one that does not hold together. */
void oracle_put(const struct oracle *o, struct digraph *g, int k, double eps);
int oracle_take(struct oracle *o, const struct digraph *g, struct ten_err *e);

#endif
