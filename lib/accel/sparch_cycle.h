/* SpArch cycle by cycle: the feed (sparch_feed.h), the merge tree (sparch_tree.h), partial matrices
 * to and from memory (sparch_dram.h).  Cycles in which nothing can happen are passed over. */
#ifndef ACCEL_SPARCH_CYCLE_H
#define ACCEL_SPARCH_CYCLE_H

#include "accel/sparch_traffic.h"

/* What lies where at the beginning of a cycle, elements. */
struct sparch_levels {
    int64_t cycle, round;
    int64_t look_ahead;             /* entries of A that have come and not been decided on */
    int64_t rows;                   /* entries whose rows are there or on their way */
    int64_t inputs;                 /* products and loaded elements at the inputs of the tree */
    int64_t tree;                   /* elements between the mergers */
    int64_t writer;
    int64_t bytes;                  /* asked for so far */
};

struct sparch_cycle_options {
    /* call row() for each cycle that is a multiple of this; 0: never */
    int64_t every;
    void (*row)(void *ctx, const struct sparch_levels *l);
    void *ctx;
    /* NULL, or where the product goes, f64, as the tree adds; csr_free() when done */
    struct csr *c;
};

/* The traffic is that of sparch_traffic(), byte by byte. */
void sparch_cycle(struct sparch_report *r, const struct sparch_job *j,
                  const struct sparch_cycle_options *o);

#endif
