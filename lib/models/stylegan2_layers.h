/*
 * The layers of StyleGAN2 (Karras et al., "Analyzing and Improving the Image Quality of StyleGAN",
 * arXiv 1912.04958).
 *
 * Equalised learning rates: weights start as N(0,1)/lr and are used times lr/sqrt(fan in), biases
 * start at 0 and are used times lr.  Activations are leaky relu 0.2 times sqrt(2).  Names and
 * values are those of the authors' PyTorch program; the weights of NAME.up are that convolution's
 * transpose.
 */
#ifndef MODELS_STYLEGAN2_LAYERS_H
#define MODELS_STYLEGAN2_LAYERS_H

#include "nn/layers.h"

#include <stdbool.h>

/* Channels of maps of 2^(s+1) pixels a side: base / 2^s, 1 at least and `max` at most (s counts
 * from 4x4 with 1). */
int64_t style_channels(int64_t base, int64_t max, int s);

/* ---- Linear ---------------------------------------------------------------------------------- */

struct style_linear {
    struct param *weight, *bias;
    float lr;
    bool act;
};
struct style_linear style_linear(struct params *ps, const char *name, int64_t in, int64_t out,
                                 float lr, bool act);
void style_linear_init(const struct style_linear *l, uint64_t seed, float bias);
struct var *style_linear_apply(struct tape *t, const struct style_linear *l, struct var *x);

/* ---- Filters: [1,3,3,1] both ways ------------------------------------------------------------ */

struct var *style_upsample(struct tape *t, struct var *x);   /* twice as large */
struct var *style_downsample(struct tape *t, struct var *x); /* half as large */

/* ---- Convolution that keeps the size or halves it, of discriminators ------------------------- */

struct style_conv {
    struct param *weight, *bias;
    bool down, act;
    float gain;
};
/* gain: of the answer. */
struct style_conv style_conv(struct params *ps, const char *name, int64_t in, int64_t out,
                             int64_t kernel, bool bias, bool down, bool act, float gain);
void style_conv_init(const struct style_conv *l, uint64_t seed);
struct var *style_conv_apply(struct tape *t, const struct style_conv *l, struct var *x);

/* ---- Modulated convolution ------------------------------------------------------------------- */

/*
 * With a style s = affine(w) [N,I], y[n,o] = d[n,o] conv(x s)[o], d = 1/sqrt(sum over i of s_i^2
 * Q_oi + 1e-8), Q_oi the sum of squares of the weights between channels i and o: as if every sample
 * had weights of its own, scaled to answers of variance 1.  Then noise times its strength, the
 * bias, the activation.
 */
struct style_layer {
    struct style_linear affine;
    struct param *weight, *bias, *strength, *noise; /* strength, noise NULL: no noise */
    bool up;
};
/* NAME.affine, NAME.weight [out,3,3,in] or, with up, [in,3,3,out], NAME.bias, NAME.noise_strength
 * [1], and state NAME.noise_const [side,side], `side` pixels wide. */
struct style_layer style_layer(struct params *ps, const char *name, int64_t w, int64_t in,
                               int64_t out, int64_t side, bool up, bool noise);
void style_layer_init(const struct style_layer *l, uint64_t seed);
/* x [N,H,W,I], w [N,width]; fresh: the noise is drawn from the tape, else it is NAME.noise_const.
 */
struct var *style_layer_apply(struct tape *t, const struct style_layer *l, struct var *x,
                              struct var *w, bool fresh);

/* A modulated 1x1 convolution to the colours: not scaled to variance 1, without noise and
 * activation. */
struct style_rgb {
    struct style_linear affine;
    struct param *weight, *bias;
};
struct style_rgb style_rgb(struct params *ps, const char *name, int64_t w, int64_t in, int64_t out);
void style_rgb_init(const struct style_rgb *l, uint64_t seed);
struct var *style_rgb_apply(struct tape *t, const struct style_rgb *l, struct var *x,
                            struct var *w);

/* ---- Minibatch standard deviation (Karras et al., arXiv 1710.10196) -------------------------- */

/*
 * x [N,H,W,C] -> [N,H,W,C+1].  Samples n with equal n mod N/G make a group of G, the largest
 * divisor of N up to `group`: channel C is the standard deviation over the group, eps 1e-8 under
 * the root, averaged over pixels and channels.
 */
struct var *style_minibatch_std(struct tape *t, struct var *x, int64_t group);

#endif
