/*
 * Samples of a generator (models/gan.h): sample i is a function of network, seed and i, and of the
 * batch it is in only where batch norms look at the batch.
 */
#ifndef MODELS_GAN_SAMPLING_H
#define MODELS_GAN_SAMPLING_H

#include "models/gan.h"

/*
 * What batch norms of the generator use.  batch: the statistics of the batch, as the authors of
 * BigGAN's PyTorch program evaluate; running: those kept in training; standing: the mean over
 * STANDING batches, taken anew (Brock, Donahue and Simonyan, arXiv 1809.11096, section 4.1).
 */
enum gan_bn { GAN_BN_BATCH, GAN_BN_RUNNING, GAN_BN_STANDING };
enum { GAN_STANDING = 16 };

struct gan_sampler {
    struct model *g;
    struct tape *tape;                  /* of the caller's, recording or not */
    uint64_t seed;
    enum gan_bn bn;                     /* of no meaning to generators with latents w */
    double truncation;                  /* 1: none; else below */
    int64_t label;                      /* of all samples; -1: any */
};

/* 0, or -1 with *e set (TEN_E_DATA): m is no generator of images. */
int gan_check_generator(const struct model *m, struct ten_err *e);
/* Classes of a generator or discriminator; 0: it has no second input, "y". */
int64_t gan_classes(const struct model *m);

/* What training draws: new z and y of the tape's, as inputs of g. *y: the labels among them, or
 * NULL. */
void gan_draw(const struct model *g, struct tape *t, int64_t n, struct var **in, struct var **y);

/*
 * Samples first .. first+n-1 as inputs.  z [n,latent] is normal; with a truncation below 1 and
 * without latents w, numbers beyond +-truncation are drawn again.
 */
void gan_sample_inputs(const struct gan_sampler *s, int64_t first, int64_t n, struct var **in);
/* Images of inputs; nothing of the network changes.  With latents w: w' = mean + truncation (w -
 * mean). */
struct var *gan_images_of(const struct gan_sampler *s, struct var *const *in);
/* The latents w [n,layers,width] of inputs, truncated. */
struct var *gan_latents_of(const struct gan_sampler *s, struct var *const *in);

/* Set the running statistics of g to those of GAN_STANDING batches of n samples. */
void gan_stand(const struct gan_sampler *s, int64_t n);

#endif
