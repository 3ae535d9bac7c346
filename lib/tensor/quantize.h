/*
 * Fake quantisation: numbers moved to the nearest of evenly spaced levels, kept as f32.
 *
 *     q = rint(clamp(x / step, lo/step, hi/step))        y = step * q        0 for step = 0
 *
 * lo <= 0 <= hi are whole multiples of step, so 0 is a level and stays exact.  x / step is x times the
 * rounded reciprocal of step; rint() takes ties to the even neighbour.  Every instruction set gives the same
 * q and y.  NaN stays NaN.
 *
 * A tensor is seen as x [outer,chans,inner], contiguous, with a quantizer for every channel; one channel is
 * the whole tensor.  Multi-threaded; the thread count does not change a bit.  Nothing here fails.
 */
#ifndef TENSOR_QUANTIZE_H
#define TENSOR_QUANTIZE_H

#include "base/isa.h"

#include <stdbool.h>
#include <stdint.h>

enum { QUANTIZE_BITS = 20 };            /* at most: q is exact in f32 */

struct quantizer { float step, lo, hi; };

/* [-T,T]: step = T / (2^(bits-1) - 1), bits >= 2 (Lin et al., 2016; the codes are symmetric about 0). */
struct quantizer quantizer_symmetric(float range, int bits);
/* [0,T]: step = T / (2^bits - 1) */
struct quantizer quantizer_unsigned(float range, int bits);
/* [lo,hi], made to contain 0: step = (hi-lo) / (2^bits - 1); then both ends move by less than a step so that
 * 0 is a level (Jacob et al., arXiv 1712.05877, eq. 3). */
struct quantizer quantizer_affine(float lo, float hi, int bits);
/* The same codes with the lowest `bits` bits of step cleared, so that step times q has no rounding: sums of
 * integers scaled at the end and sums of these numbers agree as long as f32 holds them. */
struct quantizer quantizer_exact(struct quantizer q, int bits);

struct quantize {
    int64_t outer, chans, inner;
    const struct quantizer *q;          /* [chans] */
};
void quantize_fake(const struct quantize *s, float *y, const float *x);
/* code = q, without the zero point that an unsigned store of affine codes adds: -lo/step. */
void quantize_codes(const struct quantize *s, int32_t *code, const float *x);

/*
 * The way back, straight through: dx = dy where lo <= x <= hi, else 0; with `all` it is dy everywhere.  dx
 * may be dy.  sums [chans], or NULL: by channel
 *
 *     below = sum of dy where x < lo      above = sum of dy where x > hi
 *     inside = sum of dy (q - x/step) where lo <= x <= hi          (Esser et al., "LSQ", eq. 3)
 */
struct quantize_sums { double below, above, inside; };
void quantize_back(const struct quantize *s, float *dx, struct quantize_sums *sums, const float *dy,
                   const float *x, bool all);

/* ---- Inner loops: for quantize.c ----------------------------------------------------------------- */

enum { QUANTIZE_BLOCK = 8192, QUANTIZE_ROWS = 32 };     /* elements, or rows, that are summed at once */

/* A quantizer taken apart: 1/step, and lo, hi in steps. */
struct levels { float step, inverse, least, most, lo, hi; };
/* The same for n channels, side by side. */
struct level_rows { const float *step, *inverse, *least, *most, *lo, *hi; };
struct quantize_kernels {
    void (*fake)(float *y, const float *x, int64_t n, const struct levels *l);
    void (*mask)(float *dx, const float *dy, const float *x, int64_t n, const struct levels *l);
    void (*sums)(struct quantize_sums *s, float *dx, const float *dy, const float *x, int64_t n,
                 const struct levels *l, bool all);
    void (*fake_row)(float *y, const float *x, int64_t n, const struct level_rows *l);
    /* below, above, inside [n] of a row are added to part [3,n]; NULL: not. */
    void (*mask_row)(float *dx, float *restrict part, const float *dy, const float *x, int64_t n,
                     const struct level_rows *l, bool all);
};
extern const struct quantize_kernels quantize_kernels_base, quantize_kernels_v3, quantize_kernels_v4;

#endif
