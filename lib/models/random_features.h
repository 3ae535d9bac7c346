/*
 * Features of a network that nothing was trained for, so that any images have them: four 3x3
 * convolutions of 32, 64, 128 and 128 channels with He's normal weights and ReLU, halved in size
 * after each; mean and standard deviation of every channel of every stage, brought to their
 * principal components on images of reference, and these to variance 1.
 */
#ifndef MODELS_RANDOM_FEATURES_H
#define MODELS_RANDOM_FEATURES_H

#include "autograd/tape.h"
#include "base/err.h"
#include "nn/params.h"

struct random_features;
/* For images of so many channels.  m outlives it. */
struct random_features *random_features_new(int64_t channels, uint64_t seed, struct memory *m);
void random_features_free(struct random_features *r);           /* NULL is allowed */

enum { RANDOM_RAW = 2 * (32 + 64 + 128 + 128), RANDOM_LEAST = 8 };
/* x [n,H,W,channels], H and W at least RANDOM_LEAST: [n,RANDOM_RAW], and with a reference [n,d]. */
struct var *random_features_apply(const struct random_features *r, struct tape *t, struct var *x);

/* From now on the d first components, by mean [RANDOM_RAW] and covariance of such features of the
 * reference.  0, or -1 with *e set: they have fewer (TEN_E_DATA). */
int random_features_refer(struct random_features *r, const double *mean, double *covariance,
                          int64_t d, struct ten_err *e);

#endif
