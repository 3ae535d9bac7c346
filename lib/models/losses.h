/* What trainers minimise and report (models/trainer.h). */
#ifndef MODELS_LOSSES_H
#define MODELS_LOSSES_H

#include "autograd/tape.h"
#include "nn/feeder.h"

/* Classes: cross-entropy with the labels of the batch, or with its weights of labels where mixing acts; score: how many
 * rows have their label's logit as the largest.  ctx: a struct classifier_loss. */
struct classifier_loss { int64_t classes; float smoothing; };
struct var *classifier_loss(void *ctx, struct tape *t, struct var *out, const struct batch *b, double *score);
/* The class of every row of logits [R,C]. */
void largest(int32_t *index, const struct tensor *logits);

#endif
