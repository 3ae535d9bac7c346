/*
 * Training a generator against a discriminator (Goodfellow et al., arXiv 1406.2661) from few
 * images, with DiffAugment (Zhao et al., arXiv 2006.10738): T transforms every image that D sees,
 * real or generated, by draws of its own for each sample of each batch, and the gradient of G goes
 * back through T.
 *
 * A step is --d-steps of D and one of G, or G first.  A run is a function of options, seed and
 * data: killed at any moment and started again from its checkpoint it ends with the same bits.
 *
 * Several processes (dist/dist.h) share every batch and each step, and draw what one process would
 * draw; the first one writes, logs and judges.  Batch norms, unless synchronised, have statistics of
 * their own in each, as has a minibatch deviation; running statistics are the mean over all.
 *
 * What is written: networks that trained together as one group each, with attribute role:
 * generator, ema (its moving average, where there is one) and discriminator.
 */
#ifndef MODELS_GAN_TRAINER_H
#define MODELS_GAN_TRAINER_H

#include "models/gan_options.h"
#include "nn/samples.h"

struct gan_trainer;

/* train, valid (or NULL): samples with images and, with classes, labels; they outlive the trainer.
 * NULL with t->err set. */
struct gan_trainer *gan_trainer_new(struct tool *t, const struct gan_options *o,
                                    const struct samples *train, const struct samples *valid);
/* To the last step: 0, or -1 with t->err set (TEN_E_NUMERIC: losses were not finite again and
 * again; 128 and the number of the signal: SIGINT or SIGTERM came, and the checkpoint is written).
 */
int gan_trainer_run(struct gan_trainer *r);
/* To standard output. */
int gan_trainer_write(struct gan_trainer *r);
void gan_trainer_free(struct gan_trainer *r);       /* NULL is allowed */

#endif
