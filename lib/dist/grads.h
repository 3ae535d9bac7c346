/*
 * The gradients of all ranks, added up while the backward pass still computes.
 *
 * The flat buffer of gradients (nn/params.h) is cut into buckets, from the end of every group of
 * parameters to its start.  A bucket sets out as soon as the tape has reported all its parameters
 * complete, and all buckets before it have set out: the last layers first.  That order follows from the
 * parameters alone, so that all ranks start alike.
 *
 *     g = dist_grads_new(d, ps, &options);
 *     tape_on_ready(t, dist_grads_ready, g);
 *     tape_on_call(t, dist_grads_progress, g);
 *     each step: dist_grads_begin(g); tape_backward(...); dist_grads_finish(g);
 *
 * Sums, not means: the loss of a rank is to be weighted by its part of the batch, n / total, for batches
 * are not always divisible.  All ranks get the same bits, whether or not the sums overlap the backward
 * pass.
 */
#ifndef DIST_GRADS_H
#define DIST_GRADS_H

#include "dist/reduction.h"
#include "dist/timeline.h"

struct dist_grads_options {
    struct reduction_options reduction;
    int64_t bucket;                     /* bytes of f32, at least one */
    bool overlap;                       /* false: everything sets out in dist_grads_finish(), for comparison */
    struct timeline *timeline;          /* is told of every bucket; NULL: none */
};

struct dist_grads;

/* ps is sealed and outlives it.  NULL, which all functions here take, when d is NULL. */
struct dist_grads *dist_grads_new(struct dist *d, struct params *ps, const struct dist_grads_options *o);
void dist_grads_free(struct dist_grads *g);

/* The backward pass that follows completes the gradients; others (of batches before, where several make
 * a step) are not to be announced. */
void dist_grads_begin(struct dist_grads *g);
/* Ready for tape_on_ready() and tape_on_call(). */
void dist_grads_ready(void *g, const struct param *p);
struct call;
void dist_grads_progress(void *g, const struct call *c, double seconds);
/* Wait for what is left; the gradients are the sums. */
void dist_grads_finish(struct dist_grads *g);

struct dist_times {
    int64_t steps, bytes;               /* bytes of gradients on the wire a step */
    double total;                       /* seconds in MPI for them, so far */
    double exposed;                     /* of these, after the backward pass */
};
struct dist_times dist_grads_times(const struct dist_grads *g);

#endif
