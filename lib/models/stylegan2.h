/* What the networks of StyleGAN2 share, and what gan.h asks of its generator. */
#ifndef MODELS_STYLEGAN2_H
#define MODELS_STYLEGAN2_H

#include "models/gan.h"

enum { STYLE_SIDE = 4096, STYLE_BLOCKS = 11 };
/* Maps from 4x4 to the first square, a power of two, that holds the image [H,W,C]; 2 at least. */
int style_blocks(const int64_t image[3]);

extern const struct family stylegan2_generator_family;
/* gan.h: of models of that family. */
struct gan_latent stylegan2_latent(const struct model *g);
struct var *stylegan2_map(struct model *g, struct tape *t, struct var *z, struct var *y);
struct var *stylegan2_synthesize(struct model *g, struct tape *t, struct var *w);

#endif
