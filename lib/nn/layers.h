/*
 * Layers: parameters under a common name, and the ops that use them.  X_layer() adds the parameters to a set that
 * is not sealed yet; X_init() gives them PyTorch's first values once it is; X_apply() computes.  Names are
 * PyTorch's: NAME.weight, NAME.bias, NAME.running_mean ...  Biases and norms are in the group "plain", without
 * weight decay.
 */
#ifndef NN_LAYERS_H
#define NN_LAYERS_H

#include "autograd/ops.h"
#include "nn/params.h"

enum { LAYER_NAME = 256 };
/* "PREFIX.part" in text, which is returned; parameters keep copies of names. */
const char *layer_name(char text[LAYER_NAME], const char *prefix, const char *part);

/* ---- Linear: x [...,I] -> [...,O] ------------------------------------------------------------------ */

struct linear_layer { struct param *weight, *bias, *u; };       /* [O,I]; [O] or NULL; u: spectral norm, below */
struct linear_layer linear_layer(struct params *ps, const char *name, int64_t in, int64_t out, bool bias);
void linear_init(const struct linear_layer *l, uint64_t seed);
struct var *linear_apply(struct tape *t, const struct linear_layer *l, struct var *x);

/* ---- Convolution: x [N,H,W,C] -> [N,P,Q,K] ----------------------------------------------------------- */

struct conv_layer { struct param *weight, *bias, *u; struct conv_geometry g; };         /* [K,R,S,C/G]; [K] or NULL */
/* A square kernel, the same stride and padding both ways. */
struct conv_layer conv_layer(struct params *ps, const char *name, int64_t in, int64_t out, int64_t kernel, int64_t stride,
                             int64_t pad, int64_t groups, bool bias);
void conv_init(const struct conv_layer *l, uint64_t seed);
struct var *conv_apply(struct tape *t, const struct conv_layer *l, struct var *x);
/* The transpose, `stride` times as large: x [N,H,W,K] -> [N,H*stride,W*stride,C], weight [K,R,S,C]. */
struct conv_layer conv_transpose_layer(struct params *ps, const char *name, int64_t in, int64_t out, int64_t kernel, int64_t stride,
                                       int64_t pad, bool bias);
struct var *conv_transpose_apply(struct tape *t, const struct conv_layer *l, struct var *x);

/* ---- Spectral norm (Miyato et al., arXiv 1802.05957): one iteration a call in training --------------------- */

/* As above, the weight called NAME.weight_orig, with state NAME.weight_u [outputs]. */
struct linear_layer spectral_linear_layer(struct params *ps, const char *name, int64_t in, int64_t out, bool bias);
struct conv_layer spectral_conv_layer(struct params *ps, const char *name, int64_t in, int64_t out, int64_t kernel, int64_t stride,
                                      int64_t pad, bool bias);

/* ---- Batch norm over all axes but the last ------------------------------------------------------------- */

struct norm_layer { struct param *weight, *bias, *mean, *var; float eps, momentum; };
struct norm_layer norm_layer(struct params *ps, const char *name, int64_t channels);
void norm_layer_init(const struct norm_layer *l);                     /* ones and zeros */
/* act(norm(x) + residual); residual may be NULL, act.kind UNARY_COPY. */
struct var *norm_layer_apply(struct tape *t, const struct norm_layer *l, struct var *x, struct var *residual, struct unary_op act);

#endif
