/*
 * Normalisation of f32 tensors with scale and shift, an optional sum and an activation in one pass,
 * and the way back.
 *
 *     z = (x - mean) rstd gamma + beta + add       rstd = 1 / sqrt(var + eps)
 *     y = act(z)
 *
 * All pointers: contiguous, the caller's, not overlapping unless said otherwise.  Multi-threaded; sums
 * are taken over blocks that depend on the shape alone, 16 rows in f32 and the rest in f64, and
 * joined in order, so the thread count does not change a bit.  Nothing here can fail; work space comes from
 * xmalloc() and is small beside x.
 */
#ifndef TENSOR_NORM_H
#define TENSOR_NORM_H

#include "tensor/elementwise.h"

/* ---- Over rows: batch, conditional batch, instance and group norm ------------------------------ */

/*
 * x, y, add [N,P,C]: P pixels of C channels.
 *
 *     groups = 0    mean, rstd [C], of all N P rows: batch norm (Ioffe and Szegedy, arXiv 1502.03167)
 *     groups = G    mean, rstd [N,G], of P C/G numbers of a sample: group norm (Wu and He, arXiv
 *                   1803.08494); G = C: instance norm
 *
 * gamma, beta: [C], or with per_sample [N,C] (conditional norms); NULL for 1 and 0.
 * act: UNARY_COPY, UNARY_RELU, UNARY_LEAKY, UNARY_RELU6 or UNARY_HSWISH, the last not with add.
 */
struct norm {
    int64_t n, p, c, groups;
    bool per_sample;
    float eps;
    struct unary_op act;
    /* Batch norm over a batch whose samples lie in several processes: adds v[0..n) of all of them up, in place, with
     * the same bits for each, and is called by all in the same order, once a pass.  NULL: this one has them all. */
    void (*join)(void *ctx, double *v, int64_t n);
    void *join_ctx;
};
int64_t norm_stats(const struct norm *s);       /* how many mean and rstd are: C or N G */

/* running = (1 - momentum) running + momentum batch, with the variance over n - 1 (of one row: over n). */
struct norm_running { float *mean, *var, momentum; };

/*
 * The statistics of x, and y by them.  Blocks of 16 rows have their squares summed around their own
 * mean, so that a mean far from 0 costs no more digits than x itself has lost.
 * running (batch norm only) and add may be NULL.  y may be x or add.
 */
void norm_forward(const struct norm *s, float *y, float *mean, float *rstd, const struct norm_running *running,
                  const float *x, const float *gamma, const float *beta, const float *add);
/* y by known statistics. */
void norm_apply(const struct norm *s, float *y, const float *mean, const float *rstd, const float *x,
                const float *gamma, const float *beta, const float *add);
/* rstd[i] = 1 / sqrt(var[i] + eps) */
void norm_rstd(float *rstd, const float *var, int64_t n, float eps);

/* Where gradients go; NULL: not wanted.  dgamma, dbeta have the shape of gamma; dadd that of x and may be dy. */
struct norm_grads { float *dx, *dgamma, *dbeta, *dadd; };

/*
 * With dz = dy act'(z) and h = (x - mean) rstd, over the m numbers that share statistics:
 *
 *     dbeta = sum dz,  dgamma = sum dz h,  dadd = dz
 *     dx = rstd (gamma dz - mean(gamma dz) - h mean(gamma dz h)),  or gamma rstd dz with frozen
 *
 * frozen: the statistics were given, not taken from x.  y: the output of a forward pass with add and
 * an activation; else not read, since z comes from x.  dx may be dy (not if dadd is).
 */
void norm_backward(const struct norm *s, bool frozen, const struct norm_grads *to, const float *dy, const float *x, const float *y,
                   const float *mean, const float *rstd, const float *gamma, const float *beta);

/* ---- Along rows: layer and RMS norm -------------------------------------------------------------- */

/*
 * Over the C numbers of every row of x [R,C]; gamma, beta [C] or NULL.
 *
 *     layer norm (Ba, Kiros and Hinton, arXiv 1607.06450): as above, mean, rstd [R]
 *     rms (Zhang and Sennrich, arXiv 1910.07467): mean = 0, and not written; var = mean(x^2)
 */
struct row_norm { int64_t rows, chans; bool rms; float eps; };
void row_norm_forward(const struct row_norm *s, float *y, float *mean, float *rstd, const float *x, const float *gamma, const float *beta);
/* Gradients in to (dadd is not used); dx may be dy. */
void row_norm_backward(const struct row_norm *s, const struct norm_grads *to, const float *dy, const float *x,
                       const float *mean, const float *rstd, const float *gamma);

#endif
