/*
 * Lightweight and dynamic convolutions along time (Wu et al., "Pay Less Attention with Lightweight and Dynamic
 * Convolutions", arXiv 1901.10430): depthwise, with taps that the channels of a head share.
 *
 *     y[b,t,c] = sum over j of w[head(c), j] * x[b, t+j-pad, c]              lightweight, w [H,K]
 *     y[b,t,c] = sum over j of w[b, t, head(c), j] * x[b, t+j-pad, c]        dynamic, w [B,T,H,K]
 *
 *     x, y [B,T,C], head(c) = floor(c / (C/H));  x is 0 outside 0 <= t < lengths[b]
 *
 * pad = (K-1)/2 centres the taps, pad = K-1 makes it causal.  Taps outside of the sequence are not made up for.
 * Usually the taps of a head have been through lightconv_softmax(), and dropout after that.
 * Arrays are contiguous, not overlapping, the caller's.  The thread count does not change a bit.
 */
#ifndef TENSOR_LIGHTCONV_H
#define TENSOR_LIGHTCONV_H

#include "base/isa.h"

#include <stdbool.h>
#include <stdint.h>

struct lightconv {
    int64_t b, t, c, h, k, pad;         /* H divides C */
    bool dynamic;
    const int32_t *lengths;             /* [B], in [0,T]; NULL: all T */
};

void lightconv_forward(const struct lightconv *l, float *y, const float *x, const float *w);
/* dx = the gradient of sum(y * dy) by x: 0 beyond lengths. */
void lightconv_data(const struct lightconv *l, float *dx, const float *dy, const float *w);
/* dw = the gradient by w, [H,K] or [B,T,H,K]. */
void lightconv_weight(const struct lightconv *l, float *dw, const float *x, const float *dy);

/* Many short rows: y[r,:] = softmax(x[r,:]), x, y [R,K]; y may be x. */
void lightconv_softmax(float *y, const float *x, int64_t rows, int64_t k);
/* dx[r,j] = y[r,j] (dy[r,j] - <y[r,:], dy[r,:]>); dx may be dy. */
void lightconv_softmax_back(float *dx, const float *y, const float *dy, int64_t rows, int64_t k);

/* ---- Inner loops: for lightconv.c -------------------------------------------------------------------- */

enum { LIGHTCONV_LANES = 16 };          /* floats that a sum is spread over */
struct lightconv_kernels {
    /* y[c] = sum over j of w[j] x[j*row + c], j in [0,n), c in [0,width) */
    void (*taps)(float *restrict y, const float *restrict x, int64_t row, const float *w, int64_t n,
                 int64_t width);
    /* The sum of the LIGHTCONV_LANES numbers of part[j] += sum over c of x[j*row + c] dy[c] */
    void (*correlate)(float (*restrict part)[LIGHTCONV_LANES], const float *restrict x, int64_t row,
                      const float *restrict dy, int64_t n, int64_t width);
    void (*sums)(float *restrict y, float (*restrict part)[LIGHTCONV_LANES], int64_t n);
    void (*softmax)(float *y, const float *x, int64_t rows, int64_t k);
    void (*softmax_back)(float *dx, const float *y, const float *dy, int64_t rows, int64_t k);
};
extern const struct lightconv_kernels lightconv_kernels_base, lightconv_kernels_v3, lightconv_kernels_v4;

#endif
