/* The inner loops of optimisers and moving averages. */
#ifndef NN_SIMD_OPTIM_H
#define NN_SIMD_OPTIM_H

#include "base/isa.h"

#include <stdint.h>

/* What a rule (nn/optim.h) comes to for one group, or one tensor, in one step. */
struct optim_coef {
    float scale, limit;                 /* g = clamp(scale * grad, +-limit) */
    float decay;                        /* g += decay * p; lamb: u += decay * p */
    float shrink;                       /* p *= shrink, before anything else; lamb: m *= in u */
    float keep_m, new_m;                /* m = keep_m m + new_m g */
    float keep_v, new_v;                /* v = keep_v v + new_v g^2; c = keep_v c + new_v g */
    float root;                         /* times sqrt(v); nesterov: times m, looking ahead */
    float eps;
    float rate;                         /* p -= rate * ... */
};

/* Moments of the elements at hand; NULL where the rule has none. */
struct optim_moments { float *m, *v, *x; };

/* n elements: p [n] the values, g [n] the gradients; nothing overlaps. */
typedef void optim_kernel(const struct optim_coef *c, float *restrict p, const float *restrict g,
                          const struct optim_moments *s, int64_t n);

struct optim_kernels {
    optim_kernel *sgd, *momentum, *nesterov, *adam, *amsgrad, *rmsprop, *rmsprop_momentum,
                 *centered, *centered_momentum;
    /* lamb in two passes: moments, with |p|^2 and |u|^2 into sums; then p -= rate u. */
    void (*lamb_moments)(const struct optim_coef *c, const float *restrict p,
                         const float *restrict g, const struct optim_moments *s, int64_t n,
                         double sums[2]);
    optim_kernel *lamb_apply;
    /* Sum of squares in f64, the same bits at every level. */
    double (*square_sum)(const float *x, int64_t n);
    /* y += weight (x - y) */
    void (*blend)(float *restrict y, const float *restrict x, float weight, int64_t n);
};
extern const struct optim_kernels optim_kernels_base, optim_kernels_v3, optim_kernels_v4;

#endif
