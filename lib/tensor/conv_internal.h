/* What the algorithms of conv.h share: their entry points, and what plans keep between calls. */
#ifndef TENSOR_CONV_INTERNAL_H
#define TENSOR_CONV_INTERNAL_H

#include "tensor/conv.h"

#include <stddef.h>

/* ---- What plans keep --------------------------------------------------------------------------
 * Values by key, in a hash table.  When there are too many, those go that were not used for longest. */
enum { KEY_WORDS = 20 };
struct conv_key { int64_t word[KEY_WORDS]; };

struct kept {
    struct conv_key key;
    uint64_t version;                   /* of weights */
    uint64_t used;                      /* when, counted in look-ups */
    size_t bytes;
    void *value;
    void (*release)(void *value);
    struct kept *next;
};

enum { KEPT_BUCKETS = 1024, KEPT_MOST = 2048, KEPT_BYTES = 1 << 30 };
struct conv_plans {
    struct memory *m;
    struct library *library;            /* NULL until oneDNN is first asked for */
    uint64_t clock;
    int64_t count;
    size_t bytes;                       /* of weights */
    struct kept *bucket[KEPT_BUCKETS];
};

/* What a value is made for.  Weights have their pointer in the key, the rest NULL. */
enum conv_use { USE_PRIMITIVES, USE_PRIMITIVES_BIAS, USE_REORDERED, USE_REORDERED_BIAS, USE_TRANSFORMED, USE_PLACES };
struct conv_key conv_key_of(const struct conv *c, enum conv_pass pass, enum conv_use use, const void *w);
/* The entry of a key: new with value NULL when there was none.  It lives until the next call. */
struct kept *plans_find(struct conv_plans *p, const struct conv_key *key);

/* Weights in another form, of `bytes`: held for the caller, who drops the block.  *ready: it was kept
 * from an earlier call with the same weights; otherwise the caller fills it.  Kept from the second call on:
 * a single look at a network in training should not cost the memory of all its weights.  Version 0 lets go of all that is
 * kept: training goes on, and weights change. */
struct block *plans_weights(struct conv_plans *p, const struct conv_key *key, uint64_t version, size_t bytes, bool *ready);

/* ---- The algorithms ----------------------------------------------------------------------------
 * As in conv.h, for convolutions with at least one element in x, y and w. */
void plain_forward(struct conv_plans *p, const struct conv *c, float *y, const float *x, const float *w, const float *bias);
void plain_data(struct conv_plans *p, const struct conv *c, float *dx, const float *dy, const float *w, const float *bias);
void plain_weight(struct conv_plans *p, const struct conv *c, float *dw, const float *x, const float *dy, bool add);

struct library;
void library_free(struct library *l);
/* oneDNN is there and has a kernel of its own for this pass (forward with or without bias), not just its
 * reference code. */
bool library_able(struct conv_plans *p, const struct conv *c, enum conv_pass pass, bool bias);
/* m not NULL: of S x, which is made piece by piece, and left in kept [N,H,W,C] unless that is NULL; dx is added to with
 * add (conv_shifted_forward() and so on). */
struct moved { const struct shift *s; float *kept; bool add; };
void library_forward(struct conv_plans *p, const struct conv *c, const struct moved *m, float *y, const float *x,
                     const float *w, const float *bias);
void library_data(struct conv_plans *p, const struct conv *c, const struct moved *m, float *dx, const float *dy,
                  const float *w, const float *bias);
void library_weight(struct conv_plans *p, const struct conv *c, const struct moved *m, float *dw, const float *x,
                    const float *dy, bool add);

/* 3x3, stride and dilation 1, one group. */
void winograd_forward(struct conv_plans *p, const struct conv *c, float *y, const float *x, const float *w, const float *bias);
void winograd_data(struct conv_plans *p, const struct conv *c, float *dx, const float *dy, const float *w, const float *bias);
void winograd_weight(struct conv_plans *p, const struct conv *c, float *dw, const float *x, const float *dy, bool add);

/* groups = C = K. */
void depthwise_forward(struct conv_plans *p, const struct conv *c, float *y, const float *x, const float *w, const float *bias);
void depthwise_data(struct conv_plans *p, const struct conv *c, float *dx, const float *dy, const float *w, const float *bias);
void depthwise_weight(struct conv_plans *p, const struct conv *c, float *dw, const float *x, const float *dy, bool add);

/* One group, results (y, or dx) of a multiple of DIRECT_OUTS channels, and so are both for a weight gradient.  s or m not
 * NULL: of S x, as above, with kept NULL and no bias for direct_data(). */
void direct_forward(struct conv_plans *p, const struct conv *c, const struct shift *s, float *y, const float *x,
                    const float *w, const float *bias);
void direct_data(struct conv_plans *p, const struct conv *c, const struct moved *m, float *dx, const float *dy,
                 const float *w, const float *bias);
void direct_weight(struct conv_plans *p, const struct conv *c, const struct shift *s, float *dw, const float *x,
                   const float *dy, bool add);

/* y[rows,n] = bias, or 0 without one; y[rows,n] += bias. */
void rows_set(float *y, int64_t rows, int64_t n, const float *bias);
void rows_add(float *y, int64_t rows, int64_t n, const float *bias);

static inline int64_t conv_least(int64_t a, int64_t b) { return a < b ? a : b; }
static inline int64_t conv_most(int64_t a, int64_t b) { return a > b ? a : b; }
static inline int64_t conv_parts(int64_t whole, int64_t part) { return (whole + part - 1) / part; }

#endif
