/*
 * Losses, element by element or row by row (tensor/loss.h); means and weights are made with ops.h.  x is
 * predicted, y wanted, of one shape; gradients go to both, and gradients of gradients exist.  Classes:
 * op_cross_entropy().
 */
#ifndef AUTOGRAD_OPS_LOSS_H
#define AUTOGRAD_OPS_LOSS_H

#include "autograd/tape.h"

/* ---- Element by element: a result of the shape of x ------------------------------------------ */

/* x logits, y probabilities: softplus(x) - x y, without overflow, and exact where x agrees with y. */
struct var *op_bce(struct tape *t, struct var *x, struct var *y);
struct var *op_l1(struct tape *t, struct var *x, struct var *y);        /* |x - y|, flat at 0 */
struct var *op_l2(struct tape *t, struct var *x, struct var *y);        /* (x - y)^2 */
/* With d = x - y: d^2/2 where |d| <= delta, else delta (|d| - delta/2) (Huber, 1964). */
struct var *op_huber(struct tape *t, struct var *x, struct var *y, float delta);
/* The same divided by delta (Girshick, "Fast R-CNN", 2015). */
struct var *op_smooth_l1(struct tape *t, struct var *x, struct var *y, float delta);

/* Of a discriminator's logits (Lim and Ye, "Geometric GAN", arXiv 1705.02894): max(0, 1-x) of real
 * samples, max(0, 1+x) of generated ones; the generator's is -x. */
struct var *op_hinge_real(struct tape *t, struct var *x);
struct var *op_hinge_fake(struct tape *t, struct var *x);

/* ---- Along the last axis: [...,C] -> [...] --------------------------------------------------- */

/* x, y logarithms of probabilities: sum of e^y (y - x). */
struct var *op_divergence(struct tape *t, struct var *x, struct var *y);
/* x a student's logits, y a teacher's: T^2 times the divergence of softmax(x/T) from softmax(y/T). */
struct var *op_distillation(struct tape *t, struct var *x, struct var *y, float temperature);
/* x.y / (|x| |y|), norms no less than eps. */
struct var *op_cosine(struct tape *t, struct var *x, struct var *y, float eps);

#endif
