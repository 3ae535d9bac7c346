/*
 * Layers along time, for networks that see the frames of clips side by side: x [N*T,H,W,C], T frames a clip.
 * Temporal shift: Lin, Gan and Han, "TSM", arXiv 1811.08383; non-local blocks: Wang et al., arXiv 1711.07971.
 */
#ifndef MODELS_CLIP_H
#define MODELS_CLIP_H

#include "autograd/ops_video.h"
#include "base/err.h"
#include "models/model.h"
#include "nn/layers.h"

/* ---- Frame by frame, as they come ----------------------------------------------------------------------- */

/* What shifts from the past keep of the frame before: the channels that the next one will need, in the order of the
 * calls.  {0} begins a clip. */
enum { CLIP_PAST = 256 };
struct clip_past { int n, at; struct tensor kept[CLIP_PAST]; };
void clip_past_free(struct clip_past *p);           /* to {0}, too: a new clip */
int64_t clip_past_count(const struct clip_past *p);  /* numbers kept */

/* ---- Shift ------------------------------------------------------------------------------------------------ */

struct clip {
    int64_t frames;                     /* T; 0: images */
    int64_t div;                        /* 1/div of the channels move each way; 0: none */
    bool uni;                           /* from the past alone */
    enum shift_impl impl;               /* of a shift in front of a convolution */
    struct clip_past *past;             /* frames come one by one (T = 1, uni); NULL: whole clips */
};
/* Names of uni: bi, uni; NULL at the end. */
extern const char *const clip_modes[];
extern const char *const clip_impls[];              /* of impl */
/* Of what a configuration says: 0, or -1 with *e set (TEN_E_USAGE). */
int clip_check(const struct clip *c, struct ten_err *e);
struct var *clip_shift(const struct clip *c, struct tape *t, struct var *x);
/* conv_apply() of that. */
struct var *clip_shift_conv(const struct clip *c, struct tape *t, struct var *x, const struct conv_layer *l);
/* The input of a network, images or clips, with the frames of clips side by side: [N T,H,W,C]. */
struct var *clip_side_by_side(const struct clip *c, const struct model *m, struct tape *t, struct var *x);
/* Of what a network says of each frame, [N T,K], the mean over each clip; of images as it is. */
struct var *clip_mean(const struct clip *c, const struct model *m, struct tape *t, struct var *x);

/* Whether frames can come one by one: 0, or -1 with *e set (TEN_E_DATA). */
int clip_check_online(const struct clip *c, struct ten_err *e);

/* max over frames 2t-1, 2t, 2t+1, of numbers that are not negative: T becomes T/2, T even. */
struct var *clip_max_pool(const struct clip *c, struct tape *t, struct var *x);

/* ---- Convolutions over three frames: inflated ones (Carreira and Zisserman, "I3D", arXiv 1705.07750) --------- */

/* [T,H,W,C] in three: channels of the frame before, this one and the next; zeros outside of the clip.  A convolution of
 * these, weight [K,R,S,3C], is one of 3 x R x S. */
struct var *clip_neighbours(const struct clip *c, struct tape *t, struct var *x);

/* ---- Non-local block: x + norm(W softmax(theta(x) phi(x)') g(x)), places of all frames ------------------------- */

/* NAME.theta, phi, g [C/2], W, all 1x1; NAME.bn, which is 0 at first.  phi and g are halved by a max pool. */
struct non_local { struct conv_layer theta, phi, g, out; struct norm_layer norm; };
struct non_local non_local_layer(struct params *ps, const char *name, int64_t channels);
void non_local_init(const struct non_local *l, uint64_t seed);
struct var *non_local_apply(const struct non_local *l, const struct clip *c, struct tape *t, struct var *x);

#endif
