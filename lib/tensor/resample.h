/*
 * Images made larger, smaller, smoother or framed: whatever works on rows and columns alike.
 *
 *     y[n,p,q,c] = sum over i,j of Y[p,i] X[q,j] x[n,i,j,c]         x [N,H,W,C], y [N,P,Q,C]
 *
 * Y [P,H] and X [Q,W] are sparse matrices, one for each axis, of one to a few entries a row.  They are made once for
 * a shape; their transposes make the gradient, which can be differentiated again.  A filter that is not the product
 * of two is a sum of such, one for each of its rows: Y of a single tap, X of the row, added up.
 */
#ifndef TENSOR_RESAMPLE_H
#define TENSOR_RESAMPLE_H

#include "base/isa.h"

#include <stdbool.h>
#include <stdint.h>

/* Row p has the entries start[p] .. start[p+1]-1: weight[e] in column index[e], which grows with e. */
struct resample_axis {
    int64_t in, out;
    int64_t *start;                     /* [out+1] */
    int64_t *index;                     /* [start[out]] */
    float *weight;
    int64_t *run;                       /* [out]: rows p .. p+run[p]-1 take elements that lie side by side as they are */
};

/* ---- What an axis does -----------------------------------------------------------------------------
 * All return a new axis, to be given to resample_axis_free().  in >= 1 unless said otherwise. */

struct resample_axis *resample_same(int64_t in);                            /* nothing; in >= 0 */
struct resample_axis *resample_nearest(int64_t in, int64_t out);            /* y[p] = x[floor(p in/out)]; in >= 0 */
/*
 * Linear interpolation between neighbours at
 *     (p + 1/2) in/out - 1/2, no less than 0                               (half-pixel centres)
 *     p (in-1) / (out-1), or 0 for out = 1                                 (align_corners)
 * as PyTorch's interpolate() does it; the last element has no right neighbour but itself.
 */
struct resample_axis *resample_linear(int64_t in, int64_t out, bool align_corners);
/* Mean over floor(p*in/out) .. ceil((p+1)*in/out) - 1. */
struct resample_axis *resample_area(int64_t in, int64_t out);
/*
 * upfirdn: up-1 zeros after every element, `before` and `after` zeros around (negative: elements cut off),
 * the convolution with k [K], every down-th of what is wholly inside (Karras et al., StyleGAN2, arXiv 1912.04958):
 *
 *     y[p] = sum over u of k[K-1-u] z[p*down + u],  z[v] = x[(v-before)/up] where that is whole and exists, else 0
 */
struct resample_axis *resample_fir(int64_t in, int64_t up, int64_t down, int64_t before, int64_t after,
                                   const float *k, int64_t taps);
/* Padding; negative: cropping.  Reflected without the edge (before, after < in), or the edge repeated. */
enum resample_edge { RESAMPLE_ZERO, RESAMPLE_REFLECT, RESAMPLE_REPLICATE };
struct resample_axis *resample_pad(int64_t in, int64_t before, int64_t after, enum resample_edge edge);

struct resample_axis *resample_transpose(const struct resample_axis *a);
void resample_axis_free(struct resample_axis *a);                           /* NULL is allowed */

/* ---- What both do ------------------------------------------------------------------------------------ */

/* out = (or, with add, +=) the sum above.  Contiguous, not overlapping, the caller's.  Memory: a row [W,C] a thread.
 * Each result is the work of one thread. */
void resample(const struct resample_axis *y, const struct resample_axis *x, float *out, const float *in,
              int64_t n, int64_t c, bool add);

/* ---- Inner loop: for resample.c ------------------------------------------------------------------------ */

struct resample_kernels {
    /* Row p of an image in [H,W,C] into out [Q,C]; work [W,C]. */
    void (*row)(const struct resample_axis *y, const struct resample_axis *x, int64_t p, float *out,
                const float *in, float *work, int64_t c, bool add);
};
extern const struct resample_kernels resample_kernels_base, resample_kernels_v3, resample_kernels_v4;

#endif
