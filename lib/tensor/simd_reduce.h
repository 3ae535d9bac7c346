/* The inner loops of reduce.c. */
#ifndef TENSOR_SIMD_REDUCE_H
#define TENSOR_SIMD_REDUCE_H

#include "base/isa.h"
#include "tensor/reduce.h"

struct reduce_kernels {
    /* Sum of n numbers, or of their squares. */
    double (*row_sum)(const float *x, int64_t n, bool squares);
    /* sum[c] = over r of x[r,c], or of its square; rows are stride elements apart. */
    void (*column_sums)(double *sum, const float *x, int64_t rows, int64_t cols, int64_t stride, bool squares);
    /* The maximum of n >= 1 numbers, NaN if there is one. */
    float (*row_max)(const float *x, int64_t n, bool min);
    /* The place of the first number equal to value, or of the first NaN when that is one; it is there. */
    int64_t (*row_find)(const float *x, int64_t n, float value);
    /* Take n numbers, row r of a column each, into the extremes so far. */
    void (*column_max)(float *best, int32_t *index, const float *x, int64_t n, int32_t r, bool min);
    /* How many of n are larger than limit, or NaN. */
};
extern const struct reduce_kernels reduce_kernels_base, reduce_kernels_v3, reduce_kernels_v4;

#endif
