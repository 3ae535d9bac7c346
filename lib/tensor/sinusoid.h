/*
 * Positions as sines and cosines of falling frequency (Vaswani et al., arXiv 1706.03762):
 *
 *     angle[n,i] = position[n] * w_i            0 <= i < d/2
 *     w_i = 10000^(-2i/d), or, with `inclusive`, 10000^(-i/(d/2-1)): the last one is 1/10000 exactly
 *
 * y [N,D]: the sines, then the cosines, or, interleaved, sine and cosine by turns; an odd D ends in a column
 * of 0.  Computed in f64, rounded once.
 */
#ifndef TENSOR_SINUSOID_H
#define TENSOR_SINUSOID_H

#include <stdbool.h>
#include <stdint.h>

struct sinusoid { int64_t d; bool interleaved, inclusive; };
void sinusoid_rows(const struct sinusoid *s, float *y, const int32_t *position, int64_t n);
/* Positions first .. first+n-1. */
void sinusoid_table(const struct sinusoid *s, float *y, int64_t first, int64_t n);

/* Rows of op_relative() for keys n-1 .. 0 places back, distances above clamp (0: none) counted as it. */
void sinusoid_distances(const struct sinusoid *s, float *y, int64_t n, int64_t clamp);

#endif
