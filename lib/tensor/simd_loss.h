/* The inner loops of loss.c. */
#ifndef TENSOR_SIMD_LOSS_H
#define TENSOR_SIMD_LOSS_H

#include "base/isa.h"
#include "tensor/loss.h"

/* What a sum over a row is taken of; u = s y - b, v = s x - a. */
enum loss_sum {
    SUM_EXP,                            /* e^v */
    SUM_DIVERGENCE,                     /* e^u (u - v), 0 where e^u is */
    SUM_PRODUCT,                        /* x y */
};
struct loss_line { float s, a, b; };

struct loss_kernels {
    void (*pair)(const struct pair_loss *f, float *loss, const float *x, const float *y, int64_t n);
    void (*pair_back)(const struct pair_loss *f, bool wanted, float *d, const float *g, int64_t step,
                      const float *x, const float *y, int64_t n);
    double (*sum)(enum loss_sum term, const struct loss_line *l, const float *x, const float *y, int64_t n);
    /* d = q e^v - p e^u */
    void (*divergence_x)(const struct loss_line *l, float *d, float q, float p, const float *x,
                         const float *y, int64_t n);
    /* d = p e^u (u - v + shift), 0 where e^u is */
    void (*divergence_y)(const struct loss_line *l, float *d, float p, float shift, const float *x,
                         const float *y, int64_t n);
    /* d = p x + q y */
    void (*mix)(float *d, float p, const float *x, float q, const float *y, int64_t n);
};
extern const struct loss_kernels loss_kernels_base, loss_kernels_v3, loss_kernels_v4;

#endif
