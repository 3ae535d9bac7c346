/*
 * What tools of generative adversarial networks need of a generator beyond model_forward_all(): the intermediate latents
 * of style-based generators (Karras, Laine and Aila, arXiv 1812.04948).  A generator reads "z" f32 [latent] and, if it is
 * conditional, "y" i32 [] below its number of classes, and gives images [H,W,C]; a discriminator reads "x" [H,W,C] and,
 * if it is conditional, "y", and gives one logit.
 */
#ifndef MODELS_GAN_H
#define MODELS_GAN_H

#include "models/model.h"

/* Of w [N,layers,width]; {0} of families without. */
struct gan_latent { int64_t layers, width; };
struct gan_latent gan_latent(const struct model *g);
/* One w for all layers: z [N,latent], y [N] or NULL -> [N,width].  Training: the mean w that truncation pulls to, state
 * "mapping.w_avg" [width], follows. */
struct var *gan_map(struct model *g, struct tape *t, struct var *z, struct var *y);
/* w [N,layers,width] -> images. */
struct var *gan_synthesize(struct model *g, struct tape *t, struct var *w);

#endif
