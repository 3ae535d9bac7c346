/* The largest elements of rows. */
#ifndef TENSOR_TOPK_H
#define TENSOR_TOPK_H

#include <stdint.h>

/*
 * value[r,0..K) = the K largest of x[r,0..C), the largest first; index [R,K]: where they stand; K <= C < 2^31.
 *
 * Of equal elements (0 and -0 are) the one of the lower index comes first.  NaN counts as larger than any
 * number, and NaNs as equal.  value or index may be NULL.  Contiguous, not overlapping, the caller's.
 * Multi-threaded over rows; the thread count does not change a bit.  Memory: K numbers of 8 bytes a
 * thread.  Cannot fail.
 */
void topk(float *value, int32_t *index, const float *x, int64_t rows, int64_t chans, int64_t k);

#endif
