/*
 * Optimisers: one pass over the flat buffers a step, all threads, everything in it (gradient scale,
 * clipping, weight decay, moments, the new value).
 *
 * g is the gradient as the step sees it, d the weight decay of the group, lr the learning rate
 * times the group's scale, t the number of the step from 1 on.  The first four are PyTorch 1.13's:
 *
 *   sgd       g += d p;  m = t > 1 ? mu m + (1 - dampening) g : g;
 *             p -= lr m, with nesterov p -= lr (g + mu m); without momentum p -= lr g
 *   adam      g += d p;  m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g^2;
 *             p -= lr / (1 - b1^t) * m / (sqrt(v) / sqrt(1 - b2^t) + eps)
 *             amsgrad: with the largest v so far under the root
 *   adamw     p -= lr d p; then adam without its first term
 *   rmsprop   g += d p;  v = a v + (1 - a) g^2;  u = g / (sqrt(v) + eps), centered: v - c^2
 *             under the root with c = a c + (1 - a) g;  m = mu m + u;  p -= lr m
 *   lamb      m, v as adam, without decay;
 *             u = m / (1 - b1^t) / (sqrt(v / (1 - b2^t)) + eps) + d p;  p -= lr |p| / |u| u
 *             (You et al., arXiv 1904.00962, algorithm 2, phi(x) = x)
 *   lars      s = trust |p| / (|g| + d |p|);  m = mu m + lr s (g + d p);  p -= m
 *             (You, Gitman and Ginsburg, arXiv 1708.03888, algorithm 1; nesterov not defined)
 *
 * |.| is the norm over one tensor.  Where it is zero, and in groups without decay (biases and
 * norms, as in the authors' programs), |p| / |u| and s are 1.
 */
#ifndef NN_OPTIM_H
#define NN_OPTIM_H

#include "base/err.h"
#include "nn/params.h"

enum optim_kind { OPTIM_SGD, OPTIM_ADAM, OPTIM_ADAMW, OPTIM_RMSPROP, OPTIM_LAMB, OPTIM_LARS };

struct optim_rule {
    enum optim_kind kind;
    double momentum, dampening;         /* mu */
    double beta1, beta2, alpha, eps;
    double decay, trust;
    bool nesterov, amsgrad, centered;
};

/* PyTorch's defaults of that kind; lamb: eps 1e-6, decay 0.01; lars: momentum 0.9, trust 0.001. */
struct optim_rule optim_defaults(enum optim_kind kind);
/* "adam:beta1=0,beta2=0.99", "sgd:momentum=0.9,nesterov=1,decay=1e-4": kinds as above, keys as the
 * fields.  0, or -1 with *e set (TEN_E_USAGE). */
int optim_parse(struct optim_rule *rule, const char *text, struct ten_err *e);

enum { OPTIM_SLOTS = 3 };

struct optim {
    struct optim_rule rule;
    struct params *params;
    int64_t *steps;                     /* [params->ngroups] steps made */
    /* Moments, laid out as params->values: "m", "v", and "vmax" (amsgrad) or "c" (centered); flat
     * is NULL for those the rule has no use for. */
    struct optim_slot { const char *name; float *flat; } slot[OPTIM_SLOTS];

    struct optim_work *work;            /* private */
};

/* ps is sealed, and outlives the optimiser. */
struct optim *optim_new(struct params *ps, const struct optim_rule *rule);
void optim_free(struct optim *o);       /* NULL is allowed */

/* One step.  g = clamp(grads * scale * c), c = min(1, clip_norm / (norm + 1e-6)). */
struct optim_step {
    double lr;
    double scale;                       /* 1/(micro-batches), 1/(loss scale); 0 counts as 1 */
    double clip_norm, clip_value;       /* 0: none; values are clamped to +-clip_value */
    bool unchecked;                     /* no clip_norm: spare the norm and its check */
    bool zero;                          /* leave zeros in the gradients */
};
enum optim_result { OPTIM_DONE, OPTIM_SKIPPED };

/*
 * OPTIM_SKIPPED: the norm of the gradients is not finite, and nothing was changed (with zero: but
 * the gradients).  *norm (unless NULL): the norm of grads * scale, before clipping; 0 when
 * unchecked.  Groups that stand still take no part.  The thread count does not change a bit.
 */
enum optim_result optim_step(struct optim *o, const struct optim_step *s, double *norm);

/* sqrt(sum of squares) of all gradients in groups that move, from f64 sums of fixed blocks. */
double optim_grad_norm(const struct optim *o);

#endif
