/*
 * One all-reduce of floats that goes on in the background: posted, then pushed now and then until
 * it is over.
 *
 *     struct reduction *r = reduction_new(d, &opt, n, number);
 *     reduction_start(r, v);
 *     while (!reduction_push(r))
 *         compute;                                 v holds the sums of all ranks
 */
#ifndef DIST_REDUCTION_H
#define DIST_REDUCTION_H

#include "dist/dist.h"
#include "dist/exchange.h"

struct reduction_options {
    enum dist_algorithm algorithm;
    bool bf16;              /* numbers travel as bf16, each sum of two is of f32; not with DIST_NATIVE */
    int per_node;           /* of hier: so many ranks in a row share a node; 0: as they do */
};

enum { REDUCTION_MAX = 1 << 28 };       /* elements */

struct reduction;
/* Called by all ranks, in the same order.  number: tells reductions apart that are under way
 * together. */
struct reduction *reduction_new(struct dist *d, const struct reduction_options *o, int64_t n,
                                int number);
void reduction_free(struct reduction *r);           /* NULL is allowed */

/* v [n] is the reduction's until it is over. */
void reduction_start(struct reduction *r, float *v);
/* Whether it is over; never waits. */
bool reduction_push(struct reduction *r);

#endif
