/*
 * Networks of clips frame by frame, as a camera gives them: what shifts need of the frame before is kept, so that each
 * frame costs one pass, whatever has been seen.  Frame after frame gives the logits that the whole clip would
 * ("consensus": "none"), up to rounding, since a frame's channels come from the past alone (Lin, Gan and Han, arXiv
 * 1811.08383, section 4.2).
 */
#ifndef MODELS_ONLINE_H
#define MODELS_ONLINE_H

#include "models/clip.h"
#include "models/model.h"

/* Whether m can: 0, or -1 with *e set (TEN_E_DATA). */
int online_check(const struct model *m, struct ten_err *e);
/* frame [1,H,W,C] -> logits [1,K].  past: {0} before the first frame of a clip; the caller's, clip_past_free(). */
struct var *online_step(struct model *m, struct tape *t, struct var *frame, struct clip_past *past);

/* The families that can. */
int resnet_check_online(const struct model *m, struct ten_err *e);
struct var *resnet_online(struct model *m, struct tape *t, struct var *frame, struct clip_past *past);
int mobilenet_check_online(const struct model *m, struct ten_err *e);
struct var *mobilenet_online(struct model *m, struct tape *t, struct var *frame, struct clip_past *past);
int bninception_check_online(const struct model *m, struct ten_err *e);
struct var *bninception_online(struct model *m, struct tape *t, struct var *frame, struct clip_past *past);

#endif
