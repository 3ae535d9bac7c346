/*
 * Softmax along the last axis, and cross-entropy of logits.
 *
 *     p[r,c] = exp(x[r,c]) / sum over k of exp(x[r,k])         x [R,C]
 *
 * The largest of a row is subtracted first, so nothing overflows; exponentials are summed in f32 over 16
 * terms and then in f64.  A row of NaN, +inf, or of -inf alone gives NaN.  Pointers: contiguous, the
 * caller's.  Multi-threaded over rows; the thread count does not change a bit.  Nothing here can fail.
 */
#ifndef TENSOR_SOFTMAX_H
#define TENSOR_SOFTMAX_H

#include <stdint.h>

/* y = p, or y = ln p; y may be x. */
void softmax(float *y, const float *x, int64_t rows, int64_t chans);
void log_softmax(float *y, const float *x, int64_t rows, int64_t chans);
/* From y of the way there: dx = y (dy - sum dy y), and dx = dy - exp(y) sum dy; dx may be dy. */
void softmax_back(float *dx, const float *dy, const float *y, int64_t rows, int64_t chans);
void log_softmax_back(float *dx, const float *dy, const float *y, int64_t rows, int64_t chans);
/* y[r] = ln sum over c of exp(x[r,c]) */
void log_sum_exp(float *y, const float *x, int64_t rows, int64_t chans);

/*
 * loss[r] = -sum over c of t[r,c] ln p[r,c]
 *
 * soft [R,C]: t itself; need not sum to 1.  Else of labels [R], in 0 .. C-1, with smoothing
 * (Szegedy et al., arXiv 1512.00567) and weights [C] of the classes, or NULL:
 *
 *     t[r,c] = weights[c] (smoothing/C + (1 - smoothing) [c = labels[r]])
 *
 * Rows whose label is negative, or `ignored`, have loss and gradient 0.
 */
struct cross_entropy {
    int64_t rows, chans;
    const float *soft;
    const int32_t *labels;
    float smoothing;
    const float *weights;
    int32_t ignored;                    /* -1: none but the negative */
};
/*
 * loss [R], and dx[r,c] = dloss[r] (p[r,c] sum t[r,:] - t[r,c]) of logits x [R,C], in one pass over x.
 * loss or dx may be NULL; dloss NULL is all ones.  dx may be x.
 */
void cross_entropy(const struct cross_entropy *s, float *loss, float *dx, const float *dloss, const float *x);

#endif
