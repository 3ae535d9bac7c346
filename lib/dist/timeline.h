/*
 * Where the time of a training goes: phases of every rank, one after the other, and beside them the
 * sums of gradients that are under way, as a table that the trace viewers of Chrome (about:tracing)
 * and Perfetto show.
 *
 *     struct timeline *t = timeline_new(d);
 *     fetch a batch;   timeline_mark(t, PHASE_LOAD);       what passed since the last mark was that
 *     forward pass;    timeline_mark(t, PHASE_FORWARD);
 *     timeline_shares(t, shares);                          of an epoch
 *     timeline_write(t, path, &e);
 */
#ifndef DIST_TIMELINE_H
#define DIST_TIMELINE_H

#include "dist/dist.h"

enum phase {
    PHASE_LOAD,                         /* waiting for a batch */
    PHASE_FORWARD, PHASE_BACKWARD,
    PHASE_COMMUNICATION,                /* sums of gradients that the backward pass did not hide */
    PHASE_WAIT,                         /* for the slowest rank */
    PHASE_UPDATE,                       /* optimiser, moving average */
    PHASE_OTHER,                        /* between epochs: evaluation, checkpoints */
    PHASES
};

struct timeline;

/* Called by all ranks, whose clocks start together; d NULL: one process.  Remembers the first 2^20
 * phases and buckets of a rank (16 MB), and the sums of all. */
struct timeline *timeline_new(struct dist *d);
void timeline_free(struct timeline *t);             /* NULL is allowed here and below */

void timeline_mark(struct timeline *t, enum phase p);
/* The sum of this bucket of gradients set out then (now_seconds()) and is here. */
void timeline_bucket(struct timeline *t, int bucket, double since);

/* Shares of the time of all ranks since this was last called, without PHASE_OTHER; all 0 when there
 * was none. */
void timeline_shares(struct timeline *t, double share[PHASES]);
/* By the first rank, from all.  0, or -1 with *e set (there). */
int timeline_write(struct timeline *t, const char *path, struct ten_err *e);

#endif
