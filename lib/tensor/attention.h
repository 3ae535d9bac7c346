/*
 * Multi-head attention without a matrix of all scores (the idea of Dao et al., "FlashAttention",
 * arXiv 2205.14135): tiles of scores live in the cache, and the way back computes them again.
 *
 *     s[b,h,i,j] = scale <q[b,i,h,:], k[b,j,h,:]> + the terms at (b,h,i,j)
 *     p[b,h,i,:] = softmax of s[b,h,i,:] over the keys that query i sees
 *     o[b,i,h,:] = sum over j of drop(p[b,h,i,j]) v[b,j,h,:]
 *
 *     q, o [B,Tq,H,D];  k, v [B,Tk,H,D]
 *
 * Query i sees key j when j < lengths[b] and, with causal, j <= i + Tk - Tq: the last query sees all keys, and
 * when there are more keys than queries, the first ones are a memory.  A query that sees nothing, or scores of -inf
 * only, gives 0 and gets no gradient.
 *
 * Dropout: drop(p) = p or 0, times dropout_scale(), as element ((b*H + h)*Tq + i) * T + j of tensor/dropout.h,
 * where T is Tk rounded up to a multiple of DROPOUT_PIECE, and b counts in the whole of a batch that is shared.
 */
#ifndef TENSOR_ATTENTION_H
#define TENSOR_ATTENTION_H

#include "base/isa.h"
#include "tensor/dropout.h"

#include <stdbool.h>
#include <stdint.h>

/* [B,T,H,D] as it lies: element (b,t,h,c) is x[b*batch + t*row + h*D + c].  So q, k and v may be slices of one
 * product [B,T,3*H*D], and heads are not transposed. */
struct heads { float *x; int64_t batch, row; };

/* Something added to the scores: (b,h,i,j) gets x[b*batch + h*head + i*row + j]; x NULL: none.  Strides of 0
 * share a plane or a row.  Only places that are seen are read. */
struct attention_term { float *x; int64_t batch, head, row; };

/*
 * Scores of relative positions (Dai et al., "Transformer-XL", arXiv 1901.02860) as a term: x [B,H,Tq,R] holds
 * <q[b,i,h,:] + u, r[m,:]> where r[m] stands for a key that lies Tk-1-m places before the query at i + Tk - Tq.  So
 * (i,j) gets x[b,h,i, Tq-1-i+j]: the shift is a matter of strides.  R = Tk will do for causal attention; else
 * R = Tq+Tk-1, whose last Tq-1 places are keys after the query.
 */
struct attention_term attention_relative(float *x, int64_t heads, int64_t tq, int64_t r);

struct attention {
    int64_t b, tq, tk, h, d;
    float scale;                        /* often 1/sqrt(D) */
    bool causal;
    const int32_t *lengths;             /* [B], in [0,Tk]; NULL: all keys */
    struct attention_term term[2];
    struct dropout drop;                /* of probabilities; p = 0: none */
    /* Which entries of a larger batch these are, `each` to a row; {0}: all there are. */
    struct dropout_rows share;
};

/*
 * lse [B,H,Tq]: the logarithm of the sum of exp(s), +inf for queries that see nothing; for the way back.
 * Arrays are the caller's and do not overlap.  Memory: 128 KiB a thread.  The thread count does not change a bit.
 */
void attention_forward(const struct attention *a, struct heads o, float *lse, struct heads q,
                       struct heads k, struct heads v);
/*
 * dq, dk, dv = the gradients of sum(o * d_o).  dterm: those of the terms are added to dterm[0] and dterm[1], laid out
 * like these, planes and rows not shared (x NULL: not wanted); dterm itself may be NULL.  Memory: 256 KiB a thread.
 */
void attention_backward(const struct attention *a, struct heads dq, struct heads dk, struct heads dv,
                        const struct attention_term *dterm, struct heads d_o, struct heads o,
                        const float *lse, struct heads q, struct heads k, struct heads v);

/* ---- Inner loops: for attention.c, over n elements -------------------------------------------------- */

struct attention_kernels {
    void (*add)(float *restrict y, const float *restrict x, int64_t n);         /* y += x */
    void (*scale)(float *y, float factor, int64_t n);                           /* y *= factor */
    float (*max)(const float *x, int64_t n);                                    /* -inf for n = 0 */
    float (*exp)(float *y, float shift, int64_t n);                             /* y = exp(y - shift); their sum */
    float (*dot)(const float *x, const float *y, int64_t n);
    void (*slope)(float *restrict dp, const float *restrict p, float mean, int64_t n);  /* dp = p (dp - mean) */
};
extern const struct attention_kernels attention_kernels_base, attention_kernels_v3, attention_kernels_v4;

#endif
