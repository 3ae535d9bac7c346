/*
 * The ops.  Every one computes at once and is recorded on the tape (tape.h).  Unless said otherwise
 * inputs may have any strides, a result is a new contiguous value, and gradients of gradients exist.
 */
#ifndef AUTOGRAD_OPS_H
#define AUTOGRAD_OPS_H

#include "autograd/tape.h"
#include "tensor/elementwise.h"

/* ---- Shape: views where the layout allows, copies where not ------------------------------------- */

#define DIMS(...) (int)(sizeof (int64_t[]){__VA_ARGS__} / sizeof(int64_t)), (const int64_t[]){__VA_ARGS__}
/* op_reshape(t, x, DIMS(n, -1, 8)): one dim may be -1, what is left. */
struct var *op_reshape(struct tape *t, struct var *x, int rank, const int64_t *dim);
/* Axis i of the result is axis perm[i] of x; always a view. */
struct var *op_permute(struct tape *t, struct var *x, const int *perm);
struct var *op_transpose(struct tape *t, struct var *x, int a, int b);
/* Elements first .. first+n-1 of an axis; a view.  The gradient of a slice of a parameter is added to
 * that slice alone (supernets: front slices of a weight). */
struct var *op_slice(struct tape *t, struct var *x, int axis, int64_t first, int64_t n);
/* The adjoint of a slice: zeros but for x at first, in an axis of `whole`. */
struct var *op_unslice(struct tape *t, struct var *x, int axis, int64_t first, int64_t whole);
/* n values that agree in all dims but `axis`, one behind the other. */
struct var *op_concat(struct tape *t, struct var *const *x, int n, int axis);
/* Values reversed along an axis. */
struct var *op_flip(struct tape *t, struct var *x, int axis);
struct var *op_compact(struct tape *t, struct var *x);              /* a contiguous copy */

/* ---- Products -------------------------------------------------------------------------------------- */

/* x [..., A, K] times y [..., K, B] (with tx or ty the stored last two axes are exchanged): [..., A, B].
 * Leading axes are equal, or y has none.  Batches without gaps are used without a copy. */
struct var *op_matmul(struct tape *t, struct var *x, bool tx, struct var *y, bool ty);
/* x [..., I], w [O,I] (may be a slice of a larger one), bias [O] or NULL: [..., O]. */
struct var *op_linear(struct tape *t, struct var *x, struct var *w, struct var *bias);

/* ---- Convolutions (tensor/conv.h) -------------------------------------------------------------------- */

struct conv_geometry {
    int64_t stride_h, stride_w;         /* 0 means 1 */
    int64_t dilation_h, dilation_w;     /* 0 means 1 */
    int64_t top, left, bottom, right;
    int64_t groups;                     /* 0 means 1 */
};
/* x [N,H,W,C], w [K,R,S,C/groups], bias [K] or NULL: [N,P,Q,K]. */
struct var *op_conv(struct tape *t, struct var *x, struct var *w, struct var *bias, const struct conv_geometry *g);
/* The transpose: x [N,P,Q,K], w [K,R,S,C/groups], bias [C] or NULL: [N,h,w,C], where h, w is one of the
 * sizes that op_conv makes P, Q of. */
struct var *op_conv_transpose(struct tape *t, struct var *x, struct var *w, struct var *bias, const struct conv_geometry *g, int64_t h, int64_t w_out);
/* Square kernels, equal strides and paddings. */
struct var *op_conv2d(struct tape *t, struct var *x, struct var *w, struct var *bias, int64_t stride, int64_t pad);

/* ---- Arithmetic, element by element ------------------------------------------------------------------ */

/* Shapes are broadcast (tensor.h). */
struct var *op_add(struct tape *t, struct var *x, struct var *y);
struct var *op_sub(struct tape *t, struct var *x, struct var *y);
struct var *op_mul(struct tape *t, struct var *x, struct var *y);
struct var *op_div(struct tape *t, struct var *x, struct var *y);
struct var *op_max(struct tape *t, struct var *x, struct var *y);       /* ties: half the gradient each */
struct var *op_min(struct tape *t, struct var *x, struct var *y);
/* scale * x + shift */
struct var *op_affine(struct tape *t, struct var *x, float scale, float shift);
struct var *op_scale(struct tape *t, struct var *x, float scale);
struct var *op_neg(struct tape *t, struct var *x);

struct var *op_exp(struct tape *t, struct var *x);
struct var *op_log(struct tape *t, struct var *x);
struct var *op_sqrt(struct tape *t, struct var *x);
struct var *op_rsqrt(struct tape *t, struct var *x);
struct var *op_square(struct tape *t, struct var *x);
struct var *op_abs(struct tape *t, struct var *x);
struct var *op_reciprocal(struct tape *t, struct var *x);
struct var *op_power(struct tape *t, struct var *x, float exponent);
struct var *op_clamp(struct tape *t, struct var *x, float lo, float hi);
struct var *op_sin(struct tape *t, struct var *x);
struct var *op_cos(struct tape *t, struct var *x);

/* Activations: max(x,0); x or slope x; clamp(x,0,6); x clamp(x+3,0,6)/6; x sigmoid(x); x Phi(x). */
struct var *op_relu(struct tape *t, struct var *x);
struct var *op_leaky(struct tape *t, struct var *x, float slope);
struct var *op_relu6(struct tape *t, struct var *x);
struct var *op_hsigmoid(struct tape *t, struct var *x);
struct var *op_hswish(struct tape *t, struct var *x);
struct var *op_swish(struct tape *t, struct var *x);
struct var *op_gelu(struct tape *t, struct var *x);
struct var *op_tanh(struct tape *t, struct var *x);
struct var *op_sigmoid(struct tape *t, struct var *x);
struct var *op_softplus(struct tape *t, struct var *x);

/* ---- Sums ------------------------------------------------------------------------------------------------ */

/* The adjoint of broadcasting: x summed down to a shape it could have been broadcast from. */
struct var *op_sum_to(struct tape *t, struct var *x, int rank, const int64_t *dim);
struct var *op_broadcast(struct tape *t, struct var *x, int rank, const int64_t *dim);  /* a view */
/* Over the axes of bit mask `axes`; those stay as 1 with keep, else they go. */
struct var *op_sum(struct tape *t, struct var *x, unsigned axes, bool keep);
struct var *op_mean(struct tape *t, struct var *x, unsigned axes, bool keep);
struct var *op_sum_all(struct tape *t, struct var *x);                  /* a scalar: rank 0 */
struct var *op_mean_all(struct tape *t, struct var *x);

/* ---- Pooling: x [N,H,W,C] (tensor/pool2d.h) --------------------------------------------------------- */

struct var *op_max_pool(struct tape *t, struct var *x, int64_t kernel, int64_t stride, int64_t pad);
/* Without padding; sizes are rounded up: the last window may reach over the edge. */
struct var *op_max_pool_up(struct tape *t, struct var *x, int64_t kernel, int64_t stride);
struct var *op_average_pool(struct tape *t, struct var *x, int64_t kernel, int64_t stride, int64_t pad);   /* zeros of the padding count */
struct var *op_global_average(struct tape *t, struct var *x);           /* [N,C] */

/* ---- By index (tensor/gather.h): indices are i32 and in range ------------------------------------------ */

/* table [V,C], ids [...]: [...,C].  Rows read for id `padding` (-1: none) get no gradient. */
struct var *op_embedding(struct tape *t, struct var *table, struct var *ids, int32_t padding);
/* x [R,C], index [R,K]: y[r,j] = x[r, index[r,j]] */
struct var *op_take(struct tape *t, struct var *x, struct var *index);
/* A [R,K] times x [K,C]; a outlives the tape's step.  Graph convolution. */
struct csr;
struct var *op_sparse(struct tape *t, const struct csr *a, struct var *x);

/* ---- Regularisers: nothing outside of training, or with p = 0 ------------------------------------------- */

struct var *op_dropout(struct tape *t, struct var *x, float p);
struct var *op_drop_path(struct tape *t, struct var *x, float p);       /* whole samples: axis 0 */

/* ---- Video: x [N*T,H,W,C], `frames` a clip (tensor/shift.h) ------------------------------------------------ */

/* The first `fold` channels from the next frame, `back` from the one before. */
struct var *op_shift(struct tape *t, struct var *x, int64_t frames, int64_t fold, int64_t back);

/* ---- Normalisation (tensor/norm.h) -------------------------------------------------------------------- */

struct norm_options {
    int64_t groups;                     /* 0: batch norm; C: instance norm; else group norm */
    bool per_sample;                    /* gamma, beta [N,C]: conditional */
    float eps;
    struct unary_op act;                /* UNARY_COPY, _RELU, _LEAKY, _RELU6, _HSWISH (without add) */
    /* Batch norm: running statistics, updated in training and used outside of it, or always when frozen.  NULL: none. */
    struct param *mean, *var;
    float momentum;
    bool frozen;
};
/* act(norm(x) gamma + beta + add): x, add [N,...,C]; gamma, beta [C]; gamma, beta, add may be NULL. */
struct var *op_norm(struct tape *t, struct var *x, struct var *gamma, struct var *beta, struct var *add, const struct norm_options *o);
/* Over the last axis; gamma, beta [C] or NULL. */
struct var *op_layer_norm(struct tape *t, struct var *x, struct var *gamma, struct var *beta, float eps);
struct var *op_rms_norm(struct tape *t, struct var *x, struct var *gamma, float eps);

/* ---- Attention (tensor/attention.h): no gradients of gradients ------------------------------------------- */

struct attention_options {
    int64_t heads, width;               /* H; H*D */
    float scale;                        /* 0: 1/sqrt(D) */
    bool causal;
    float dropout;
    struct var *lengths;                /* keys of each entry, i32 [B]; NULL: all */
    struct var *relative;               /* terms of relative positions [B,H,Tq,R], or NULL */
    struct var *mask;                   /* a constant added to scores, [B or 1, H or 1, Tq, Tk], or NULL */
};
/* q [B,Tq,..], k, v [B,Tk,..]: H*D columns from *_at on of each, which may be one value: [B,Tq,H*D]. */
struct var *op_attention(struct tape *t, struct var *q, int64_t q_at, struct var *k, int64_t k_at, struct var *v, int64_t v_at,
                         const struct attention_options *o);

/* ---- Classes: over the last axis --------------------------------------------------------------------------- */

struct var *op_softmax(struct tape *t, struct var *x);
struct var *op_log_softmax(struct tape *t, struct var *x);
/* logits [R,C], labels i32 [R] below C: the loss of every row [R], against (1 - smoothing) of the label and smoothing/C of
 * every class.  Rows with a negative label have none. */
struct var *op_cross_entropy(struct tape *t, struct var *logits, struct var *labels, float smoothing);
/* Against weights [R,C], constants. */
struct var *op_soft_cross_entropy(struct tape *t, struct var *logits, struct var *target);

#endif
