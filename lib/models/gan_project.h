/*
 * What a generator would have to be given to make a picture (Karras et al., arXiv 1912.04958,
 * appendix D): latents x that Adam moves until the image G(x) is near the target y,
 *
 *     pixel mean (G(x) - y)^2 + feature (sum over scales of the mean (F(G(x)) - F(y))^2)
 *
 * F being two convolutions 3x3 with leaky relus, of weights drawn once and for all, at the size of
 * the image, a half and a quarter of it: they see edges and colours of a neighbourhood where pixels
 * see one place.
 *
 * x begins with the mean of w or, for z, with the nearest of some samples. Noise on w, which falls
 * to nothing at three quarters of the steps, keeps it from the first hollow it meets.
 */
#ifndef MODELS_GAN_PROJECT_H
#define MODELS_GAN_PROJECT_H

#include "models/gan_sampling.h"

/* z [N,latent], one w for all layers, or one for each. */
enum gan_space { GAN_SPACE_Z, GAN_SPACE_W, GAN_SPACE_W_PLUS };

struct gan_projection {
    enum gan_space space;
    int64_t steps;
    double rate, pixel, feature;
    /* Called after every step with the loss and the mean square of pixels; NULL: nobody. */
    void (*seen)(void *ctx, int64_t step, double loss, double pixel);
    void *ctx;
};

/* What it found: images [N,H,W,C], latents z [N,latent] or w [N,layers,width]; the caller's to
 * drop. */
struct gan_found { struct tensor image, latent; };
/* target [N,H,W,C] in [-1,1], of the size of what s makes, N >= 1; labels are those of s->label, or
 * 0.  0, or -1 with *e set (TEN_E_USAGE: no latents w; TEN_E_NUMERIC: not finite). */
int gan_project(const struct gan_sampler *s, const struct gan_projection *p,
                const struct tensor *target, struct gan_found *found, struct ten_err *e);

#endif
