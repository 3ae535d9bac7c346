/*
 * The layers of transformers (Vaswani et al., arXiv 1706.03762; Dai et al., arXiv 1901.02860), as layers.h has those
 * of other networks.  x [B,T,W], W = H*E for H heads; norms come behind the sums (post-norm).
 */
#ifndef NN_ATTENTION_LAYERS_H
#define NN_ATTENTION_LAYERS_H

#include "nn/layers.h"

/* ---- Layer norm over the last axis: NAME.weight, NAME.bias [W] ------------------------------------------- */

struct layer_norm_layer { struct param *weight, *bias; float eps; };
struct layer_norm_layer layer_norm_layer(struct params *ps, const char *name, int64_t width);
void layer_norm_init(const struct layer_norm_layer *l);
struct var *layer_norm_apply(struct tape *t, const struct layer_norm_layer *l, struct var *x);

/* ---- Attention ---------------------------------------------------------------------------------------------- */

/* To itself NAME.qkv, to a memory NAME.q and NAME.kv; NAME.out.  Rows of qkv and kv: q, k, v in this order, each
 * head by head. */
struct attention_layer { int64_t heads; struct linear_layer qkv, q, kv, out; };
struct attention_layer attention_layer(struct params *ps, const char *name, int64_t width, int64_t heads, bool cross);
void attention_init(const struct attention_layer *l, uint64_t seed);

/* Who sees whom: a causal mask, and how many of the keys there are in each entry, i32 [B] (NULL: all). */
struct attention_view { bool causal; struct var *lengths; float dropout; };
/* memory [B,S,W]; NULL: x itself. */
struct var *attention_apply(struct tape *t, const struct attention_layer *l, struct var *x, struct var *memory, const struct attention_view *view);

/* ---- Attention with relative positions and a memory ------------------------------------------------------------ */

/*
 * Query i of x, key j of c = [memory; x] of M + T places: scores ((q_i + u)'k_j + (q_i + v)'p_(i+M-j)) / sqrt(E)
 * for j <= i + M, p_n = NAME.position(sinusoids of distance n).  NAME.q, NAME.kv, NAME.position, NAME.out have no bias;
 * u, v [H,E] belong to the caller, who may share them between layers.
 */
struct relative_attention { int64_t heads; struct linear_layer q, kv, position, out; };
struct relative_attention relative_attention(struct params *ps, const char *name, int64_t width, int64_t heads);
void relative_attention_init(const struct relative_attention *l, uint64_t seed);
/* distance [M+T,W]: sinusoid_distances() (tensor/sinusoid.h). */
struct var *relative_attention_apply(struct tape *t, const struct relative_attention *l, struct var *x, struct var *memory,
                                     const struct param *u, const struct param *v, struct var *distance, float dropout);

/* ---- Two linear layers: NAME.second(relu(NAME.first(x))) ---------------------------------------------------------- */

struct feed_forward { struct linear_layer first, second; };
struct feed_forward feed_forward(struct params *ps, const char *name, int64_t width, int64_t hidden);
void feed_forward_init(const struct feed_forward *l, uint64_t seed);
struct var *feed_forward_apply(struct tape *t, const struct feed_forward *l, struct var *x, float dropout);

#endif
