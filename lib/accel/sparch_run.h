/* SpArch with each of its ideas on or off, from two matrices to a report. */
#ifndef ACCEL_SPARCH_RUN_H
#define ACCEL_SPARCH_RUN_H

#include "accel/sparch_cycle.h"

struct sparch_config {
    const char *name;
    bool outerspace;                /* none of what follows */
    struct sparch_order order;      /* ways are those of the parameters */
    enum sparch_policy policy;
    bool evict_lines;
    bool cycles;                    /* cycle by cycle; else traffic alone */
    bool csr_out, drop_zeros;       /* the latter only cycle by cycle */
};

/* A has as many columns as B rows.  o: of the cycle model, which may give the product. */
void sparch_run(struct sparch_report *r, const struct csr *a, const struct csr *b,
                const struct sparch_config *c, const struct sparch_params *par,
                const struct sparch_cycle_options *o);

/*
 * The steps of the paper's evaluation, each with what the ones before have: outerspace; pipelined,
 * multiplying and merging at once; condensed; huffman; prefetch.  Those before huffman merge as
 * `schedule` says.  step 0..SPARCH_STEPS-1; the rest of *c stays.
 */
enum { SPARCH_STEPS = 5 };
void sparch_ladder(struct sparch_config *c, int step, enum sparch_schedule schedule);

#endif
