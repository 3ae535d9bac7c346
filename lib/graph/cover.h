/*
 * One probabilistic cover of the sources' surroundings by round-trip balls (after Pachocki, Roditty,
 * Sidford, Tov and Vassilevska Williams, "Approximating cycles in directed graphs", 2018, with
 * sources in place of all vertices): parts of the graph are cut up until a ball holds what is
 * near, and a pair of vertices is served when its whole shortest round trip was never cut.
 */
#ifndef GRAPH_COVER_H
#define GRAPH_COVER_H

#include "base/random.h"
#include "graph/ball.h"

/* Balls have radii of 2c r to 2(c+1) r, clusters of at most c r. */
enum { COVER_C = 2 };

#define COVER_NONE UINT32_MAX

struct cover {
    const struct digraph *g;    /* sources in g->sources */
    double radius;              /* r */
    double rate_numerator;      /* clusters are drawn at rate this / r; 0: ln(8 p depth) / c for p sources */
    int64_t depth;              /* of the recursion at most, when nothing is given up */
    int64_t samples;            /* for estimates; 0: as many as bound their error by 1/8 */
    bool strict;                /* give parts up that chance has not cut, as the proof does; otherwise
                                   a ball is taken out of them */
    uint64_t seed, number;      /* number: of this cover; draws depend on both */

    uint8_t *h;                 /* [m] out: arcs of the balls are set */
    uint32_t *ball;             /* [n] out: number of the ball that a vertex left in, or COVER_NONE */
    uint32_t *part;             /* [n] in: component of every vertex, of those with sources; out: anything */
    int64_t parts;              /* in: how many; out: of all that came to be */
    int64_t balls, given_up;    /* out */
    uint8_t *whole;             /* [parts in] out: one ball took all of it */

    struct ball *search;        /* [threads] workspaces */
    int threads;
};

void cover_make(struct cover *c);

/*
 * The steps, on the vertices with c->part == id whose sources are p[0..n).
 *
 * near[0][i], near[1][i]: of how many of the samples, drawn from p with repetition (or of all of
 * p, when that is no more), source i has the way to (0) and from (1) within distance.  Returns the
 * number of samples.
 */
int64_t cover_estimate(struct cover *c, uint32_t id, const uint32_t *p, int64_t n, double distance,
                       int32_t *near[2]);

/*
 * Exponential-shift clustering: centre i draws X_i at the rate; vertex y joins the centre with the
 * least d(x,y) - X_x (backwards: d(y,x) - X_x) if that is at most 0.
 *
 * A closed walk of length at most R is not cut with a chance of at least exp(-rate R): let mu_x be
 * the least of d(x,y) - X_x over its vertices y; going round, the greatest is at most mu_x + R.
 * Given that the least of all mu is at most z, the second least or 0, it is at most z - R with
 * chance exp(-rate R), as an exponential draw has no memory; then its centre has the whole walk.
 *
 * The labels of the search tell: owner and distance, INFINITY where nobody came.  False when some
 * X was cut off at `longest`.
 */
bool cover_cluster(struct cover *c, uint32_t id, const uint32_t *centres, int64_t n, bool backward,
                   double rate, double longest, struct sssp *search);

#endif
