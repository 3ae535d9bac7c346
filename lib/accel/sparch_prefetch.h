/*
 * The row buffer of SpArch (Zhang et al. 2020, row prefetcher): rows of B in lines, and which of
 * them leave for a row that is needed.  The choice follows Belady's rule as far as the look-ahead
 * sees: the row whose next use is farthest goes first; rows without a use in sight are the
 * farthest, among them the one whose last use is longest ago.
 */
#ifndef ACCEL_SPARCH_PREFETCH_H
#define ACCEL_SPARCH_PREFETCH_H

#include "accel/sparch_params.h"
#include "accel/sparch_stream.h"

enum sparch_policy {
    SPARCH_LOOKAHEAD,
    SPARCH_LRU,
    SPARCH_FIFO,
    SPARCH_BELADY,                  /* sees everything, across rounds */
    SPARCH_NO_BUFFER,               /* every entry of A reads its row of B; without condensing, an
                                       input of the tree keeps the one row that its entries meet */
};

/*
 * What each entry of the stream reads from memory, in the order of the stream and whatever the
 * timing: the decision for entry p is taken with entries up to p + lookahead in sight.  Rows that
 * have more lines than the buffer pass through it and are not kept.
 */
struct sparch_fetches {
    /* [n], elements of its row of B: the last of the row; 0: the row is there */
    uint32_t *elems;
    /* [n], the last entry that used a row which leaves for it, -1 none: the row may come in when
     * that entry has been multiplied */
    int64_t *after;
    /* entries that meet a row of B which is not empty; those that read nothing */
    int64_t requests, hits;
    int64_t lines, line_hits;       /* that these rows have; that were there */
    int64_t fetched;                /* sum of elems */
};

/* evict_lines: only as many lines of a row leave as are needed, its last ones first. */
void sparch_prefetch(struct sparch_fetches *f, const struct sparch_stream *s,
                     const struct sparch_plan *p, const struct csr *a, const struct csr *b,
                     const struct sparch_params *par, enum sparch_policy policy, bool evict_lines);
void sparch_fetches_free(struct sparch_fetches *f);

#endif
