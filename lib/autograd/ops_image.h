/*
 * Images x [N,H,W,C]: size, filters, frames, and random transforms.  All are linear or affine in x;
 * gradients are the adjoints, which can be differentiated again.  H and W are at least 1.
 */
#ifndef AUTOGRAD_OPS_IMAGE_H
#define AUTOGRAD_OPS_IMAGE_H

#include "autograd/tape.h"
#include "tensor/diffaugment.h"
#include "tensor/resample.h"

/* ---- Size: [N,h,w,C] ------------------------------------------------------------------------- */

/* y[p,q] = x[floor(p H/h), floor(q W/w)] */
struct var *op_resize_nearest(struct tape *t, struct var *x, int64_t h, int64_t w);
/* Linear interpolation along both axes (resample_linear() in tensor/resample.h); no smoothing where
 * sizes shrink. */
struct var *op_resize_bilinear(struct tape *t, struct var *x, int64_t h, int64_t w, bool align_corners);

/* ---- Filters --------------------------------------------------------------------------------- */

/*
 * Along one axis of in elements: up-1 zeros after each, `before` and `after` zeros around (negative: cut
 * off), the convolution with k[0..taps), every down-th element of what remains (resample_fir() in
 * tensor/resample.h): floor((in up + before + after - taps) / down) + 1 elements, none if that is negative.
 */
enum { FIR_TAPS = 32 };
struct fir_axis { int64_t up, down, before, after, taps; float k[FIR_TAPS]; };
/* The filter k_y k_x, as upfirdn2d of StyleGAN2 (Karras et al., arXiv 1912.04958) with their product. */
struct var *op_upfirdn(struct tape *t, struct var *x, const struct fir_axis *y_axis,
                       const struct fir_axis *x_axis);

/* ---- Frames ---------------------------------------------------------------------------------- */

/* Rows above and below and columns beside are added, or taken off where negative.  A reflected frame
 * lacks the edge itself and is narrower than the image. */
struct padding { int64_t top, bottom, left, right; };
struct var *op_pad(struct tape *t, struct var *x, const struct padding *p, enum resample_edge edge);
/* [N,h,w,C] from row `top` and column `left` on; a view. */
struct var *op_crop(struct tape *t, struct var *x, int64_t top, int64_t left, int64_t h, int64_t w);

/* ---- DiffAugment ----------------------------------------------------------------------------- */

/* Each sample transformed as the policy says, with probability p, by draws of its own from the tape, new
 * ones at every call, in training and outside of it. */
struct var *op_diffaugment(struct tape *t, struct var *x, const struct augment_policy *policy, double p);
/* By draws [N] that augment_check() has passed; they are copied. */
struct var *op_diffaugment_by(struct tape *t, struct var *x, const struct augment_policy *policy,
                              const struct augment_draw *draws);

#endif
