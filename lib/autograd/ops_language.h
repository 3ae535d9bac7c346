/*
 * Ops of language models: convolutions with few taps, gated units, relative positions, vocabularies in bands.
 * As in ops.h, inputs may have any strides and results are new values; no gradients of gradients where it
 * says so.
 */
#ifndef AUTOGRAD_OPS_LANGUAGE_H
#define AUTOGRAD_OPS_LANGUAGE_H

#include "autograd/tape.h"

#include <stdbool.h>
#include <stdint.h>

/* ---- Gated linear units (tensor/glu.h) ----------------------------------------------------------- */

/* x [...,2C] -> [...,C]: the first half times the sigmoid of the second (Dauphin et al., 2016). */
struct var *op_glu(struct tape *t, struct var *x);

/* ---- Light and dynamic convolution (tensor/lightconv.h): no gradients of gradients --------------- */

/* Softmax over the last axis, for many short rows: taps. */
struct var *op_tap_softmax(struct tape *t, struct var *x);

struct lightconv_options {
    bool causal;                        /* the last tap is at its own position, else tap (K-1)/2 */
    bool softmax;                       /* taps are logits */
    float dropout;                      /* of taps, after the softmax: DropConnect */
    struct var *lengths;                /* positions of each entry, i32 [B]; x is 0 beyond; NULL: all */
};
/* x [B,T,C], taps [H,K] or [B,T,H,K], H divides C: [B,T,C].  Head h has channels h C/H .. (h+1) C/H - 1. */
struct var *op_lightconv(struct tape *t, struct var *x, struct var *taps, const struct lightconv_options *o);

/* ---- Relative positions (Dai et al., "Transformer-XL", arXiv 1901.02860) ------------------------- */

/*
 * The terms that attention_options.relative takes: [B,H,Tq,R], <q[b,i,h,:] + bias[h,:], r[m,h,:]>; not
 * scaled: fold attention's scale into r.  q [B,Tq,H*D], bias [H*D] or NULL (v of the paper); r [R,H*D], or
 * [R,D], which all heads share.  R = Tk with row m for a key that lies Tk-1-m places back
 * (tensor/attention.h).  No gradients of gradients.
 */
struct var *op_relative(struct tape *t, struct var *q, struct var *bias, struct var *r, int64_t heads);

/* ---- Output layers (tensor/linear_entropy.h) ----------------------------------------------------- */

/*
 * h [N,D], w [V,D], bias [V] or NULL, labels i32 [N] or [N,K] below V, weights of their shape, constants, or
 * NULL: the loss of every row [N], the sum over its labels of -weight log p(label), without the logits in
 * memory.  Negative labels have none.
 */
struct var *op_linear_entropy(struct tape *t, struct var *h, struct var *w, struct var *bias,
                              struct var *labels, struct var *weights);

/* ---- Words in bands (Grave et al., arXiv 1609.04309; Baevski and Auli, arXiv 1809.10853) --------- */

enum { BANDS = 8 };
/* [rows,width]: row at[k][r] is row r of part k; at[k] i32 [n_k], part[k] [n_k,width]; no two share a row,
 * rows that no part has are 0.  parts <= BANDS. */
struct var *op_weave(struct tape *t, struct var *const *part, struct var *const *at, int parts, int64_t rows,
                     int64_t width);

/*
 * A vocabulary by falling frequency, cut into bands: band i holds the words from cutoff[i-1] (0 for i = 0) to
 * cutoff[i] - 1; cutoff[bands-1] = V.  One band is an ordinary softmax.  Band i has vectors of width D_i,
 * and, where that is not the model's D or by choice, a projection.
 */
struct bands {
    int n;
    int32_t cutoff[BANDS];
};

/* ids i32 [...] in [0,V): [...,D].  table[i] [V_i,D_i]; projection[i] [D,D_i] or NULL (D_i = D). */
struct var *op_band_embedding(struct tape *t, const struct bands *b, struct var *const *table,
                              struct var *const *projection, struct var *ids);

struct band_output {
    struct var *table[BANDS];           /* [V_i,D_i]: may be the embedding's */
    struct var *bias[BANDS];            /* [V_i] or NULL; band 0 has one if and only if the clusters have */
    struct var *projection[BANDS];      /* [D_i,D] or NULL */
    struct var *cluster, *cluster_bias; /* [bands-1,D_0], [bands-1]: "the word is in band i", i from 1 on */
    bool backwards;                     /* row i-1 of clusters is band bands-i, else band i */
    float dropout;                      /* of what the projections of bands from 1 on give */
};
/*
 * -log p(target) of every row [N]; of rows with several targets the sum, times weights.  h [N,D], targets i32
 * [N] or [N,K], negative ones have no loss; weights of their shape, constants, or NULL.
 *
 *     z = [table_0 h' + bias_0 ; cluster h' + cluster bias], h' = projection_0 h
 *     log p(w) = log softmax(z)[w] in band 0, else
 *                log softmax(z)[V_0 + cluster of band i]
 *                + log softmax(table_i projection_i h + bias_i)[w - cutoff[i-1]]
 *
 * Bands from 1 on are computed for the rows that have a target there, and not at all when there are none.
 */
struct var *op_band_loss(struct tape *t, const struct bands *b, const struct band_output *o, struct var *h,
                         struct var *targets, struct var *weights);
/* log p of all words [N,V]. */
struct var *op_band_log_probs(struct tape *t, const struct bands *b, const struct band_output *o,
                              struct var *h);

#endif
