/*
 * The mergers of SpArch at the level of their comparators (Zhang et al. 2020, comparator array
 * based merger, hierarchical merger, adder and zero eliminator).
 *
 * Two windows of N sorted keys are compared all with all: M[i][j] = a[i] >= b[j].  True and false
 * cells are parted by a staircase that each anti-diagonal i+j = t crosses once; where it does lies
 * output t.  A hierarchical array cuts the windows into chunks of c: (N/c)^2 comparators of the
 * chunks' last keys find the at most 2N/c-1 pairs of chunks that the staircase passes, and an array
 * of c x c works on each of these.
 */
#ifndef ACCEL_SPARCH_MERGE_H
#define ACCEL_SPARCH_MERGE_H

#include "accel/sparch_tree.h"

enum { SPARCH_MAX_WIDTH = 64 };

/* N^2, or with chunks (chunk < N, a divisor) (N/c)^2 + (2N/c-1) c^2. */
int64_t sparch_comparators(int64_t width, int64_t chunk);

/*
 * One cycle of an array without state: out[0..n) becomes the n smallest of a[0..n) and b[0..n), of
 * equal keys b's first. Windows end in elements of key SPARCH_END where a stream has.  Returns how
 * many come from a.
 */
int64_t sparch_flat_array(struct sparch_elem *out, const struct sparch_elem *a,
                          const struct sparch_elem *b, int64_t n);
/* The same by chunks of c; *pairs: how many pairs of chunks the staircase passes for these outputs.
 */
int64_t sparch_chunked_array(struct sparch_elem *out, const struct sparch_elem *a,
                             const struct sparch_elem *b, int64_t n, int64_t c, int64_t *pairs);

/* x[0..n) without those whose keep[] is false, by a prefix sum and log2(n) stages that shift by
 * powers of two: how many. */
int64_t sparch_squeeze(struct sparch_elem *x, const bool *keep, int64_t n);

/* A whole merger: an array, the adder, the zero eliminator. */
struct sparch_merger {
    int64_t width, chunk;           /* chunk = width: a flat array */
    bool drop_zeros;
    /* the last element of a cycle waits for its twin, which may be the first of the next */
    bool holds;
    struct sparch_elem held;
    int64_t cycles, taken, given, additions, dropped;
    int64_t most_pairs;             /* of chunks, in one cycle */
};

/* Merge two sorted streams of distinct keys into out, which has room for na + nb: how many
 * elements. */
int64_t sparch_merge_streams(struct sparch_merger *m, struct sparch_elem *out,
                             const struct sparch_elem *a, int64_t na, const struct sparch_elem *b,
                             int64_t nb);

#endif
