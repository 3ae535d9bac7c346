/* The order in which SpArch reads A: round after round; within a round by rows, and in a row by
 * inputs of the merge tree, so that the products of every leaf leave the multipliers sorted by row
 * and column. */
#ifndef ACCEL_SPARCH_STREAM_H
#define ACCEL_SPARCH_STREAM_H

#include "accel/sparch_plan.h"

struct sparch_stream {
    int64_t n;                      /* entries of A that a leaf has; each is read once */
    int64_t *start;                 /* [rounds+1] */
    int64_t *entry;                 /* [n] */
    uint32_t *row;                  /* [n], of the entry */
};

void sparch_stream(struct sparch_stream *s, const struct sparch_plan *p, const struct csr *a);
void sparch_stream_free(struct sparch_stream *s);

#endif
