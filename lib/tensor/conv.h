/*
 * Convolutions of NHWC images, forward and both gradients.
 *
 *     y[n,p,q,k] = bias[k] + sum over r,s,c of x[n, p*sh - top + r*dh, q*sw - left + s*dw, g*(C/G) + c] * w[k,r,s,c]
 *
 *     x [N,H,W,C], w [K,R,S,C/G], y [N,P,Q,K], g = k / (K/G); x is zero outside of the image.
 *
 * The data gradient is also the transposed convolution: its "y" is the smaller image.
 * One-dimensional convolutions have H = R = 1.
 */
#ifndef TENSOR_CONV_H
#define TENSOR_CONV_H

#include "tensor/memory.h"

#include <stdbool.h>
#include <stdint.h>

struct conv {
    int64_t n, h, w, c;                 /* x [N,H,W,C] */
    int64_t k, r, s;                    /* w [K,R,S,C/groups] */
    int64_t sh, sw;                     /* strides, >= 1 */
    int64_t dh, dw;                     /* dilations, >= 1 */
    int64_t top, left, bottom, right;   /* padding with zeros, >= 0 */
    int64_t groups;                     /* divides C and K */
    bool exact;                         /* no Winograd: sums in the direct form (--exact-conv) */
    /* Not 0: w[] keeps its contents as long as pointer and version stay the same, so that what was
     * made of it (transformed or reordered weights) may be used again. */
    uint64_t version;
};
int64_t conv_p(const struct conv *c);   /* height of y; 0 when the kernel does not fit */
int64_t conv_q(const struct conv *c);   /* width of y */

/* ---- The rule ----------------------------------------------------------------------------------
 * Which algorithm computes a pass depends on its shape alone, never on a measurement at run time,
 * so that results can be reproduced. */
enum conv_pass { CONV_FORWARD, CONV_DATA, CONV_WEIGHT };
enum conv_algorithm {
    CONV_PRODUCT,                       /* 1x1, stride 1, no padding: a matrix product */
    CONV_WINOGRAD,                      /* F(4x4,3x3): Lavin and Gray, arXiv 1509.09308 */
    CONV_DEPTHWISE,                     /* groups = C = K: our own kernel over channels */
    CONV_DIRECT,                        /* few channels, many images: our own kernel over images */
    CONV_LIBRARY,                       /* oneDNN */
    CONV_PLAIN,                         /* im2col and products: small images, and where oneDNN has no fast kernel */
};
enum conv_algorithm conv_choose(const struct conv *c, enum conv_pass pass);

/* ---- The passes --------------------------------------------------------------------------------
 * Plans keep what is worth keeping between calls: primitives by shape, weights by version, work
 * space.  One belongs to one thread; the passes themselves use all threads of the process.
 * Pointers: contiguous, not overlapping, the caller's.  The thread count does not change a bit. */
struct conv_plans;
struct conv_plans *conv_plans_new(struct memory *m);
void conv_plans_free(struct conv_plans *p);         /* NULL is allowed */

/* y = x * w + bias; bias [K] or NULL. */
void conv_forward(struct conv_plans *p, const struct conv *c, float *y, const float *x, const float *w, const float *bias);
/* dx = the transpose of x -> y applied to dy (+ bias [C], for the transposed convolution, or NULL). */
void conv_data(struct conv_plans *p, const struct conv *c, float *dx, const float *dy, const float *w, const float *bias);
/* dw = (or, with add, +=) the gradient of sum(y * dy) by w. */
void conv_weight(struct conv_plans *p, const struct conv *c, float *dw, const float *x, const float *dy, bool add);
/*
 * The same of S x (tensor/shift.h) without its being stored: 1x1 products make the rows of S x where they read
 * them, oneDNN's passes, which are cut into pieces, those of a piece, that they find in the second cache, and direct ones
 * read each channel where it is.  Bits are those of the passes above on S x, and dx that of x.  Forward and weight only
 * where conv_fuses_shift(); bias: there is one.  kept [N,H,W,C], or NULL: S x is left there, for the way back, which is
 * faster where conv_keeps_shift().  conv_shifted_add: dx += it, where conv_adds_shift().  s->step is 1.
 */
struct shift;
bool conv_fuses_shift(struct conv_plans *p, const struct conv *c, bool bias);
bool conv_keeps_shift(struct conv_plans *p, const struct conv *c);
bool conv_adds_shift(struct conv_plans *p, const struct conv *c);
void conv_shifted_forward(struct conv_plans *p, const struct conv *c, const struct shift *s, float *y, float *kept,
                          const float *x, const float *w, const float *bias);
void conv_shifted_data(struct conv_plans *p, const struct conv *c, const struct shift *s, float *dx, const float *dy,
                       const float *w);
void conv_shifted_add(struct conv_plans *p, const struct conv *c, const struct shift *s, float *dx, const float *dy,
                      const float *w);
void conv_shifted_weight(struct conv_plans *p, const struct conv *c, const struct shift *s, float *dw,
                         const float *x, const float *dy, bool add);
/* The same passes by a given algorithm, which must be able to: for tests and benchmarks. */
void conv_forward_by(struct conv_plans *p, enum conv_algorithm a, const struct conv *c, float *y, const float *x, const float *w, const float *bias);
void conv_data_by(struct conv_plans *p, enum conv_algorithm a, const struct conv *c, float *dx, const float *dy, const float *w, const float *bias);
void conv_weight_by(struct conv_plans *p, enum conv_algorithm a, const struct conv *c, float *dw, const float *x, const float *dy, bool add);

#endif
