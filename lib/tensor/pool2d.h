/*
 * Pooling of NHWC images: maxima, averages, and their gradients.
 *
 *     maximum    y[n,p,q,c] = max over i in Y(p), j in X(q) of x[n,i,j,c]
 *     average    y[n,p,q,c] = sum over i in Y(p), j in X(q) of x[n,i,j,c] / (area of the window)
 *
 *     x [N,H,W,C], y [N,P,Q,C]
 *
 * Y(p) and X(q) are windows of one axis each, cut off at the edges of the image:
 *
 *     sliding    p*stride - before .. p*stride - before + size - 1
 *     adaptive   floor(p*H/P) .. ceil((p+1)*H/P) - 1: P windows of all of H; P = 1: the whole axis
 *
 * One-dimensional pooling has H = 1 and pool_none(1).  Pooling of clips [N,T,H,W,C] along time is
 * pooling of [N,T,H*W,C] with pool_none(H*W) across.
 *
 * Arrays are contiguous, not overlapping, the caller's.  Each result is the work of one thread.
 */
#ifndef TENSOR_POOL2D_H
#define TENSOR_POOL2D_H

#include "base/isa.h"

#include <stdbool.h>
#include <stdint.h>

struct pool_axis {
    int64_t in, out;
    int64_t size, stride, before, after;    /* size 0: adaptive */
};
/* before, after < size: a window of padding alone has no maximum.  No windows when size does not fit. */
struct pool_axis pool_sliding(int64_t in, int64_t size, int64_t stride, int64_t before, int64_t after);
struct pool_axis pool_adaptive(int64_t in, int64_t out);        /* in >= 1 */
struct pool_axis pool_none(int64_t in);                         /* windows of one */

struct pool2d {
    int64_t n, c;
    struct pool_axis y, x;
    bool count_padding;                 /* the area of an average counts zeros of the padding */
};

/*
 * arg [N,P,Q,C] (or NULL): where the maximum was found, i*W + j.  Of equal ones it is the first; NaN is larger
 * than all.
 */
void pool_max(const struct pool2d *d, float *y, int32_t *arg, const float *x);
/* dx[n,i,j,c] = sum over p,q with arg[n,p,q,c] = i*W + j of dy[n,p,q,c]. */
void pool_max_back(const struct pool2d *d, float *dx, const float *dy, const int32_t *arg);
/* y[n,p,q,c] = x[n,arg,c]: the adjoint of pool_max_back. */
void pool_max_take(const struct pool2d *d, float *y, const float *x, const int32_t *arg);

void pool_average(const struct pool2d *d, float *y, const float *x);
/* The adjoint. */
void pool_average_back(const struct pool2d *d, float *dx, const float *dy);

/* ---- Inner loops: for pool2d.c ------------------------------------------------------------------- */

/* First and end of a window, within the image; how many of its elements count; first and end of the windows that
 * hold element i. */
struct span { int64_t first, end; };
struct span pool_window(const struct pool_axis *a, int64_t p);
int64_t pool_extent(const struct pool_axis *a, int64_t p, bool count_padding);
struct span pool_windows_of(const struct pool_axis *a, int64_t i);

/* One row of results: p of y [Q,C], or i of dx [W,C].  x, dy and arg are of the whole image. */
struct pool2d_kernels {
    void (*max)(const struct pool2d *d, int64_t p, float *y, int32_t *arg, const float *x);
    void (*max_back)(const struct pool2d *d, int64_t i, float *dx, const float *dy, const int32_t *arg);
    void (*average)(const struct pool2d *d, int64_t p, float *y, const float *x);
    void (*average_back)(const struct pool2d *d, int64_t i, float *dx, const float *dy);
};
extern const struct pool2d_kernels pool2d_kernels_base, pool2d_kernels_v3, pool2d_kernels_v4;

#endif
