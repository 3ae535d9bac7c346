/* Ops for networks of clips, beside op_shift() of ops.h. */
#ifndef AUTOGRAD_OPS_VIDEO_H
#define AUTOGRAD_OPS_VIDEO_H

#include "autograd/ops.h"

/*
 * How the shift in front of a convolution is done.  All give the same bits, forward and back.
 *
 *     copy       S x is a value of its own, kept for the way back
 *     inplace    x is shifted where it lies, read, and moved back: no memory but the channels that
 *                left the clip
 *     fused      a 1x1 convolution of stride 1 reads its rows from three frames, and so does, piece by
 *                piece, what oneDNN computes; others are done in place
 *     auto       what is fastest (tests/bench/shift.sh): fused where it can be, else a copy; but S x as
 *                oneDNN reads it is kept for the way back
 */
enum shift_impl { SHIFT_AUTO, SHIFT_COPY, SHIFT_IN_PLACE, SHIFT_FUSED };

/* T frames a clip; channels from the next frame, and from the one before. */
struct shift_options { int64_t frames, fold, back; enum shift_impl impl; };

/* op_conv(op_shift(x)): x [N*T,H,W,C], w [K,R,S,C/groups], bias [K] or NULL: [N*T,P,Q,K]. */
struct var *op_shift_conv(struct tape *t, struct var *x, struct var *w, struct var *bias,
                          const struct conv_geometry *g, const struct shift_options *o);

#endif
