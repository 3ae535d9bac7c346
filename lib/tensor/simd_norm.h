/* The inner loops of norm.c. */
#ifndef TENSOR_SIMD_NORM_H
#define TENSOR_SIMD_NORM_H

#include "base/isa.h"
#include "tensor/norm.h"

/* Rows of a matrix, stride elements apart. */
struct norm_area { int64_t rows, cols, stride; };

/* Of every column: z = (x - mean) scale + shift, and dx = p dz + q (x - mean) + s. */
struct norm_columns { const float *mean, *scale, *shift, *p, *q, *s; };

/* What the way back reads and writes: out is y, or NULL where z comes from x; dadd may be NULL. */
struct norm_back { const float *dy, *x, *out; float *dx, *dadd; };

enum { NORM_MOMENTS = 3, NORM_BACK_SUMS = 2, NORM_COLUMNS = 32 };       /* columns at a time, all in registers */

struct norm_kernels {
    /* Add to sum[3][cols]: over blocks of n <= 16 rows, with s = sum x, of s, of s^2/n, and of
     * sum (x - s/n)^2.  `step` doubles lie between the three. */
    void (*moments)(double *sum, int64_t step, const struct norm_area *a, const float *x);
    void (*apply)(const struct unary_op *act, const struct norm_area *a, const struct norm_columns *c, float *y, const float *x, const float *add);
    /* Add to sum[2][cols]: sum dz, and sum dz (x - mean). */
    void (*back_sums)(const struct unary_op *act, double *sum, int64_t step, const struct norm_area *a, const struct norm_columns *c, const struct norm_back *b);
    void (*back_apply)(const struct unary_op *act, const struct norm_area *a, const struct norm_columns *c, const struct norm_back *b);

    void (*row_forward)(const struct row_norm *s, float *y, float *mean, float *rstd, const float *x, const float *gamma, const float *beta);
    /* Rows of s; sum[2][chans], zeroed here: dbeta and dgamma.  work: 2 chans floats. */
    void (*row_backward)(const struct row_norm *s, float *dx, double *sum, float *work, const float *dy, const float *x,
                         const float *mean, const float *rstd, const float *gamma);
};
extern const struct norm_kernels norm_kernels_base, norm_kernels_v3, norm_kernels_v4;

#endif
