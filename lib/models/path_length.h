/*
 * The perceptual path length of a generator (Karras, Laine and Aila, arXiv 1812.04948, section
 * 4.1), with the features phi of an extractor in place of a network of perceptual distances:
 *
 *     E [ |phi(G(u(t))) - phi(G(u(t + epsilon)))|^2 / epsilon^2 ]
 *
 * u goes from one random latent to another: in a straight line between latents w, or along the
 * sphere between z, lengths changing evenly.
 */
#ifndef MODELS_PATH_LENGTH_H
#define MODELS_PATH_LENGTH_H

#include "models/extractor.h"
#include "models/gan_sampling.h"

struct path_options {
    bool in_w;                          /* of generators with latents w */
    bool ends;                          /* t = 0 instead of anywhere in [0,1) */
    double epsilon;
};

/* d [n]: of pairs first .. first+n-1, which are functions of the sampler's seed.  Clears its tape.
 * 0, or -1 with *e set. */
int path_lengths(double *d, const struct gan_sampler *s, struct extractor *x, int64_t first,
                 int64_t n, const struct path_options *o, struct ten_err *e);
/* Mean of d [n] without the lowest and the highest hundredth; puts d in order.  n >= 1. */
double trimmed_mean(double *d, int64_t n);

/* The size of the generator's images. */
void path_image(const struct gan_sampler *s, int64_t image[3]);

#endif
