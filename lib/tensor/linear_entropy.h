/*
 * Cross-entropy of a linear layer without its logits in memory: the output of a language model.
 *
 *     z[r,v] = <h[r,:], w[v,:]> + bias[v]                h [R,D], w [V,D], bias [V] or NULL
 *     lse[r] = ln sum over v of exp(z[r,v])
 *     loss[r] = sum over k of weight[r,k] (lse[r] - z[r, label[r,k]])        label, weight [R,K]
 *
 * Negative labels count as if they were not there; others are below V.  Weights NULL: all 1.  K = 1 is the
 * usual loss of a class; more are soft targets of which only some are known, as in distillation from a
 * teacher's best words.
 *
 * Logits are made in tiles of 64 x 768, and made again on the way back, which costs a third more arithmetic:
 * the same idea as in attention.h.  Memory: a tile a thread, and back 16 times dh.  Everything contiguous,
 * the caller's, not overlapping.  The thread count does not change a bit.
 */
#ifndef TENSOR_LINEAR_ENTROPY_H
#define TENSOR_LINEAR_ENTROPY_H

#include <stdint.h>

struct linear_entropy {
    int64_t rows, width, words;
    const float *h, *w, *bias;
    int64_t each;                       /* K */
    const int32_t *label;
    const float *weight;
};
void linear_entropy_forward(const struct linear_entropy *s, float *loss, float *lse);
/* The gradients of sum(dloss * loss) are added to these; each NULL where it is not wanted. */
struct linear_entropy_grads { float *dh, *dw, *dbias; };
void linear_entropy_backward(const struct linear_entropy *s, const struct linear_entropy_grads *to,
                             const float *lse, const float *dloss);

#endif
