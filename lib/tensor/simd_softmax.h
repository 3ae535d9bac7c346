/* The inner loops of softmax.c, over one row of n numbers each. */
#ifndef TENSOR_SIMD_SOFTMAX_H
#define TENSOR_SIMD_SOFTMAX_H

#include "base/isa.h"
#include "tensor/softmax.h"

struct softmax_kernels {
    /* The largest, NaN if there is one. */
    float (*largest)(const float *x, int64_t n);
    /* Sum of exp(x - m), which also go to y unless that is NULL. */
    double (*exponentials)(float *y, const float *x, int64_t n, float m);
    /* Sum of t (x - m), and of t; t NULL is all ones. */
    double (*weighed)(const float *t, const float *x, int64_t n, float m, double *sum_t);
    /* y = a x - b t; t NULL is all ones. */
    void (*combine)(float *y, float a, const float *x, float b, const float *t, int64_t n);
    void (*back)(float *dx, const float *dy, const float *y, int64_t n);
    void (*log_back)(float *dx, const float *dy, const float *y, int64_t n);
};
extern const struct softmax_kernels softmax_kernels_base, softmax_kernels_v3, softmax_kernels_v4;

#endif
