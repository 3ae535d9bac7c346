/*
 * What generators and discriminators are trained on.  r = D(x) are logits of real samples,
 * f = D(G(z)) of generated ones; means are over all of them.
 *
 *     hinge   D: mean max(0,1-r) + mean max(0,1+f)       G: -mean f           Lim, Ye 2017
 *     ns      D: mean softplus(-r) + mean softplus(f)    G: mean softplus(-f) Goodfellow+ 2014
 *     wgan    D: mean f - mean r                         G: -mean f           Arjovsky+ 2017
 *     lsgan   D: (mean (r-1)^2 + mean f^2) / 2           G: mean (f-1)^2 / 2  Mao+ 2017
 *
 * Penalties are added to the loss of D.  g_n is the gradient of the sum of D at sample n of some
 * points:
 *
 *     R1      gamma/2 mean |g_n|^2 at real samples                            Mescheder+ 2018
 *     GP      lambda mean (sqrt(1e-4 + |g_n|^2) - 1)^2
 *             wgan-gp: between a real and a generated sample                  Gulrajani+ 2017
 *             dragan: around real samples                                     Kodali+ 2017
 */
#ifndef MODELS_GAN_LOSS_H
#define MODELS_GAN_LOSS_H

#include "models/model.h"

enum gan_loss { GAN_HINGE, GAN_NS, GAN_WGAN, GAN_LSGAN };
extern const char *const gan_losses[];              /* their names, NULL at the end */

/* Scalars; r and f of any shape. */
struct var *gan_loss_d(struct tape *t, enum gan_loss kind, struct var *r, struct var *f);
struct var *gan_loss_g(struct tape *t, enum gan_loss kind, struct var *f);

/* The logits of images x for labels y, which are NULL where d takes none. */
struct var *gan_logits(struct model *d, struct tape *t, struct var *x, struct var *y);

/* |g_n|^2 [N] of logits that were computed from x [N,...], recorded, so that it can be
 * differentiated. */
struct var *gan_slopes(struct tape *t, struct var *logits, struct var *x);
struct var *gan_r1(struct tape *t, struct var *slopes, double gamma);
struct var *gan_gp(struct tape *t, struct var *slopes, double lambda);

/* Points to penalise, leaves without a way back to x or f, [N,H,W,C]: x + a (f - x), a uniform in
 * [0,1) for each sample; x + s (u - 1/2) clamped to [-1,1], s the standard deviation of all of x, u
 * uniform for each number. */
struct var *gan_between(struct tape *t, struct var *x, struct var *f);
struct var *gan_around(struct tape *t, struct var *x);

/*
 * Orthogonal regularisation (Brock, Donahue and Simonyan, arXiv 1809.11096, equation 3): strength/2
 * times the sum over all weights W [out,...] of |W W' without its diagonal|^2, whose gradient is 2
 * strength (W W' without its diagonal) W.
 */
struct var *gan_orthogonal(struct tape *t, const struct params *ps, double strength);

/*
 * Path length (Karras et al., "StyleGAN2", arXiv 1912.04958, section 3.2): for images y [N,H,W,C]
 * made of latents w [N,layers,width], lengths [N] of the gradient of sum(y noise)/sqrt(H W) in w,
 * averaged over layers; noise is normal.
 */
struct var *gan_path_lengths(struct tape *t, struct var *y, struct var *w);

#endif
