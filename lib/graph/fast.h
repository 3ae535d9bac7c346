/*
 * Near-linear round-trip spanners of a digraph: covers by balls at lengths that double, each on a
 * graph in which arcs too long for any round trip of that length are gone, and vertices that
 * much shorter cycles connect are one.  Every arc is then looked at for O(log n) lengths, whatever
 * the range of the weights.
 */
#ifndef GRAPH_FAST_H
#define GRAPH_FAST_H

#include "graph/build.h"

/*
 * practical: balls in proportion to the length, `reps` covers a length; no stretch is promised.
 * theory: radius and number of covers for which a stretch of fast_bound() is proved, for all pairs with
 *         a chance of 1 - 1/(s n).
 * paper: the constants of Pachocki and others.
 * coverage: as practical, but covers a length until every source was in a ball with all vertices
 *         within the length; sources left after `reps` covers get balls of their own.  fast_bound()
 *         holds for certain.
 */
enum fast_mode { FAST_PRACTICAL, FAST_THEORY, FAST_PAPER, FAST_COVERAGE };
extern const char *const fast_mode_names[];      /* NULL at the end */

struct fast_options {
    enum fast_mode mode;
    int k;                      /* of theory and paper: more is sparser, with more stretch */
    double rho;                 /* of practical and coverage: r = rho R at length R */
    int reps;
};

struct fast_result {
    int lengths;                /* covered; the last one fitted every component into one ball */
    int64_t covers, balls, given_up;
    int one_ball;               /* number of the first length, from 1, at which a single ball held a
                                   component of more than two vertices at the first try */
    int64_t uncovered;          /* coverage: balls of their own */
};

void fast_build(struct build *b, const struct fast_options *o, struct fast_result *result);

/* The stretch that is promised for s sources and n vertices: INFINITY where none is. */
double fast_bound(const struct fast_options *o, int64_t s, int64_t n);

/* r at length R, covers a length, of theory and paper. */
double fast_radius(const struct fast_options *o, int64_t s, int64_t n, double length);
int64_t fast_covers(const struct fast_options *o, int64_t s, int64_t n);

#endif
