/*
 * Dropout whose mask is never stored: it is drawn again wherever it is needed.
 *
 *     y[k] = add[k] + (keep[k] ? x[k] / (1 - rate) : 0)
 *
 * Element k is decided by 16 bits u[k] of the generator (base/random.h): keep[k] = (u[k] >= limit), where
 * limit = round(65536 p) and rate = limit / 65536, so that the mean is exact.  Elements come in pieces of 128,
 * and 16 blocks draw for a piece side by side:
 *
 *     block 16 (k / 128) + k % 16,  its word k / 16 % 4,  of which the lower (k / 64 % 2 = 0) or the upper half
 *
 * The gradient is the same function of dy with the same draws.  DropConnect is dropout of weights.
 */
#ifndef TENSOR_DROPOUT_H
#define TENSOR_DROPOUT_H

#include "base/isa.h"
#include "base/random.h"

#include <stdbool.h>
#include <stdint.h>

struct dropout {
    struct rng rng;                     /* a stream of its own */
    float p;                            /* in [0,1]; 1 drops everything */
};

/* x, y [N]; add [N] or NULL: 0.  y may be x or add, or else overlaps nothing.  Dropped NaN are 0. */
void dropout(const struct dropout *d, float *y, const float *x, const float *add, int64_t n);
/* Some rows of a tensor [R,each]: n of them, number first + i step is here number i. */
struct dropout_rows { int64_t n, each, first, step; };
/* The same for these rows alone, which are dropped as in the whole.  x, y [n,each]. */
void dropout_rows(const struct dropout *d, const struct dropout_rows *r, float *y, const float *x);
/* keep[k], by the definition. */
bool dropout_keeps(const struct dropout *d, int64_t k);
uint32_t dropout_limit(float p);
float dropout_scale(float p);           /* 1 / (1 - rate), 0 where rate is 1 */

/*
 * Stochastic depth (Huang et al., arXiv 1603.09382): whole samples, x [N,each].
 *
 *     y[n,:] = add[n,:] + (rng_uniform(n) >= p ? x[n,:] / (1 - p) : 0)
 */
void drop_path(const struct dropout *d, float *y, const float *x, const float *add, int64_t n, int64_t each);
void drop_path_rows(const struct dropout *d, const struct dropout_rows *r, float *y, const float *x);

/* ---- Inner loops: for dropout.c -------------------------------------------------------------------- */

enum { DROPOUT_PIECE = 128 };
struct dropout_kernels {
    /* Elements number 128*piece .. of the mask, n of them. */
    void (*drop)(const struct dropout *d, uint64_t piece, float *y, const float *x, const float *add, int64_t n);
    /* y = add + scale x, or add alone when scale is 0; add may be NULL. */
    void (*scale)(float scale, float *y, const float *x, const float *add, int64_t n);
};
extern const struct dropout_kernels dropout_kernels_base, dropout_kernels_v3, dropout_kernels_v4;

#endif
