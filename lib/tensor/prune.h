/*
 * What to prune: masks of 0 and 1 [N] from scores, and scores of weights and channels.
 *
 * Exactly as many go as asked for: those with the smallest |score|, of equals those of lower index; NaN is
 * larger than all.  Multi-threaded; the thread count does not change a bit.
 */
#ifndef TENSOR_PRUNE_H
#define TENSOR_PRUNE_H

#include <stdbool.h>
#include <stdint.h>

/* mask[i] = 0 for the k, in [0,N], smallest |score[i]|, else 1.  Returns the largest that went, 0 for none.
 * By counting, three passes over the scores: no sorting. */
float prune_smallest(float *mask, const float *score, int64_t n, int64_t k);
/* mask[i] = 0 where |x[i]| < threshold, else 1.  Returns how many are 0.  Sensitivity pruning: threshold = s
 * times the standard deviation of the dense tensor (Han et al., arXiv 1506.02626). */
int64_t prune_below(float *mask, const float *x, int64_t n, float threshold);

/* x[i] = 0 where mask[i] = 0, and whatever else is kept for x is the caller's to clear likewise. */
void prune_apply(float *x, const float *mask, int64_t n);

/* floor(share * n), of a share in [0,1] that may lack 1e-9 to a whole number. */
int64_t prune_count(double share, int64_t n);
/*
 * The share to prune at time `at` of 0 .. last, from first to final along a cubic (Zhu and Gupta, arXiv
 * 1710.01878):
 *
 *     final + (first - final) (1 - at/last)^3
 */
double prune_gradual(double first, double final, int64_t at, int64_t last);

/* score[c] = sum of |x|, or the root of the sum of squares, over channel c of x [outer,chans,inner] (Li et
 * al., arXiv 1608.08710; He et al., "AMC").  In f64, rounded once. */
enum prune_norm { PRUNE_L1, PRUNE_L2 };
void prune_channels(float *score, enum prune_norm norm, const float *x, int64_t outer, int64_t chans,
                    int64_t inner);
/* Channels in falling order of score, of equals the lower index first: order[0] is the most important. */
void prune_order(int32_t *order, const float *score, int64_t n);

#endif
