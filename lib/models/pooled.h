/* What the last linear layer of a classifier reads: features of its samples. */
#ifndef MODELS_POOLED_H
#define MODELS_POOLED_H

#include "models/model.h"

/*
 * Run m on x [N,...]: its answer, and features f32 [N,F,D], F of them for each sample, a frame of a
 * clip each, both until tape_clear().  NULL with *e set (TEN_E_DATA): a network without linear
 * layer.  The tape has no other watcher of calls.
 */
struct var *pooled_forward(struct model *m, struct tape *t, struct var *x, struct var **features,
                           struct ten_err *e);
/* Of the names and values of all its parameters: which network made features. */
uint64_t pooled_weights(const struct model *m);

#endif
