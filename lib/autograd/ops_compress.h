/*
 * Ops of networks that are made smaller: quantised, with shared weights, pruned.  As in ops.h, inputs may
 * have any strides and results are new values; gradients of gradients do not exist where it says so.
 */
#ifndef AUTOGRAD_OPS_COMPRESS_H
#define AUTOGRAD_OPS_COMPRESS_H

#include "autograd/tape.h"

#include <stdbool.h>

/* The value of y, of the shape of x; its gradient goes to x as it is (Bengio et al., arXiv 1308.3432), none
 * to y. */
struct var *op_straight_through(struct tape *t, struct var *y, struct var *x);

/* ---- Fake quantisation (tensor/quantize.h): no gradients of gradients ---------------------------- */

enum quantize_kind {
    QUANTIZE_SYMMETRIC,                 /* [-T,T] */
    QUANTIZE_UNSIGNED,                  /* [0,T] */
    QUANTIZE_AFFINE,                    /* [lo,hi], moved so that 0 is a level */
};
enum quantize_slope {
    QUANTIZE_CLIP,                      /* x has a gradient inside of the range, the range that of a clip */
    QUANTIZE_PASS,                      /* x has one everywhere */
    QUANTIZE_STEP,                      /* as CLIP, and the range learns from rounding; not for AFFINE */
};
struct quantize_options {
    enum quantize_kind kind;
    int bits;                           /* 2 (SYMMETRIC) or 1 .. QUANTIZE_BITS; 0: not at all */
    bool per_channel;
    int axis;                           /* whose channels, with per_channel */
    enum quantize_slope slope;
};
/*
 * y = fake quantisation of x; range [1], per channel [C]; AFFINE [2], per channel [C,2]: lo, hi.  With dy:
 *
 *     CLIP   dT = sum of dy where x > T, less the sum where x < -T (Choi et al., "PACT", arXiv 1805.06085);
 *            dlo, dhi: the sums below lo and above hi
 *     STEP   dT = that + sum of dy (q - x/s) / n inside, T = n s (Esser et al., "LSQ", arXiv 1902.08153):
 *            with a step s as parameter, range = op_scale(s, n) gives it the gradient of the paper, which
 *            scales it by 1/sqrt(N n) then
 */
struct var *op_quantize(struct tape *t, struct var *x, struct var *range, const struct quantize_options *o);
/* tanh(w) / max|tanh(w)|, the maximum a constant: in [-1,1] (Zhou et al., "DoReFa", arXiv 1606.06160). */
struct var *op_tanh_weight(struct tape *t, struct var *w);

/* ---- Weight sharing (tensor/codebook.h) ---------------------------------------------------------- */

/* y[i] = codebook[code[i]], or 0 where code[i] = -1; codebook [K], code i32.  Its gradient goes to the
 * codebook as the sums over members, and to w, of the shape of code or NULL, straight through but for codes
 * of -1. */
struct var *op_codebook(struct tape *t, struct var *w, struct var *codebook, struct var *code);

/* ---- Pruning (tensor/prune.h) -------------------------------------------------------------------- */

/* w times a mask of 0 and 1, and so the gradient; none to the mask.  mask: the shape of w, or one that is
 * broadcast to it ([C], [K,1,1,1]). */
struct var *op_mask(struct tape *t, struct var *w, struct var *mask);

#endif
