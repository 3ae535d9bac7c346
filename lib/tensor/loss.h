/*
 * Losses whose value is one pass over their operands, and whose gradient is another.
 *
 * All arrays are contiguous and the caller's; results may be operands, element upon element.  Multi-threaded;
 * the thread count does not change a bit.  Nothing here can fail.  NaN gives NaN.
 */
#ifndef TENSOR_LOSS_H
#define TENSOR_LOSS_H

#include <stdbool.h>
#include <stdint.h>

/* ---- Of pairs: x predicted, y wanted --------------------------------------------------------- */

enum pair_loss_kind {
    LOSS_BCE,                           /* ln(1 + e^x) - x y: x a logit, y a probability */
    LOSS_L1,                            /* |x - y| */
    LOSS_L2,                            /* (x - y)^2 */
    LOSS_HUBER,                         /* d^2/2 where |d| <= delta, else delta (|d| - delta/2); d = x - y */
};
struct pair_loss { enum pair_loss_kind kind; float delta, scale; };     /* times scale */

/* loss[i] = f(x[i], y[i])          all [N] */
void pair_loss(const struct pair_loss *f, float *loss, const float *x, const float *y, int64_t n);
/* d[i] = g[i step] times the derivative of f by x, or by y with `wanted`; step: 1, or 0 for a single g.  At its
 * corner that of |x - y| is 0. */
void pair_loss_back(const struct pair_loss *f, bool wanted, float *d, const float *g, int64_t step,
                    const float *x, const float *y, int64_t n);

/* ---- Of rows --------------------------------------------------------------------------------- */

/*
 * Divergence of the distribution of x from that of y (Kullback and Leibler):
 *
 *     loss[r] = F sum over c of p[r,c] (ln p[r,c] - ln q[r,c])          x, y [R,C], loss [R]
 *
 *     logits        q = softmax(x/T), p = softmax(y/T), F = T^2 (Hinton, Vinyals and Dean, arXiv 1503.02531)
 *     else          q = e^x, p = e^y as they are, F = 1; T is not read
 *
 * Terms with p = 0 are 0.
 */
struct divergence { int64_t rows, chans; bool logits; float temperature; };
/* logs [R,2]: ln sum e^(x/T), ln sum e^(y/T), for the way back; not written without logits. */
void divergence(const struct divergence *s, float *loss, float *logs, const float *x, const float *y);
/* d [R,C] = g[r] times the derivative by x, or by y with `wanted`. */
void divergence_back(const struct divergence *s, bool wanted, float *d, const float *g, const float *loss,
                     const float *logs, const float *x, const float *y);

/*
 *     cosine[r] = sum over c of x[r,c] y[r,c] / (|x[r]| |y[r]|)         x, y [R,C], cosine [R]
 *
 * Norms are no less than eps.  inverse [R,2]: 1/|x[r]|, 1/|y[r]|, for the way back.
 */
struct cosine { int64_t rows, chans; float eps; };
void cosine_rows(const struct cosine *s, float *cosine, float *inverse, const float *x, const float *y);
/* dx [R,C] = g[r] times the derivative by x; by y: exchange x and y and tell so. */
void cosine_back(const struct cosine *s, bool exchanged, float *dx, const float *g, const float *cosine,
                 const float *inverse, const float *x, const float *y);

#endif
