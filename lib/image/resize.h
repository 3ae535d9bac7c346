/* Resize 8-bit images, in exact integer arithmetic. */
#ifndef IMAGE_RESIZE_H
#define IMAGE_RESIZE_H

#include <stdint.h>

/* Longest side of source and result. */
enum { RESIZE_MAX = 1 << 21 };

/*
 * dst [h,w,c] = src [H,W,c] resized.  Each axis on its own; for the horizontal one, where pixel i
 * of the source fills [i, i+1) and s = W/w:
 *
 *     w < W     dst[j] = average of src over [j s, (j+1) s), parts of pixels counting as parts
 *     w > W     dst[j] = linear interpolation between pixel centres i + 1/2 at (j + 1/2) s,
 *               the edge pixels continuing outwards
 *     w = W     dst[j] = src[j]
 *
 * Weights are integers over a common denominator, and only the final value is rounded, to the
 * nearest, halves upwards: a constant picture stays constant, and the result does not depend on
 * compiler, vector length or thread count.  All sides are 1..RESIZE_MAX.  Multi-threaded by rows
 * of dst.  Memory per thread: one row of the source and one of the
 * result, 4 and 8 bytes an element.
 */
void resize_u8(uint8_t *restrict dst, int64_t h, int64_t w, const uint8_t *restrict src, int64_t H,
               int64_t W, int64_t c);

#endif
