/* Resize 8-bit images by a triangle as wide as two pixels of the coarser grid, bit for bit as
 * Pillow's BILINEAR does: what networks trained on Pillow's images expect to see. */
#ifndef IMAGE_TRIANGLE_H
#define IMAGE_TRIANGLE_H

#include <stdint.h>

/*
 * dst [h,w,c] = src [H,W,c], whose rows are `stride` bytes apart.  Along an axis of n pixels that
 * become m, with s = max(n/m, 1):
 *
 *     dst[j] = sum over i of k(i,j) src[i],   k(i,j) ~ max(0, 1 - |i + 1/2 - (j + 1/2) n/m| / s)
 *
 * with weights that sum up to 1, in fixed point of 22 bits; columns first, then rows, each rounded
 * to 8 bits.  An axis that keeps its size is left alone.  All sides at least 1; dst and src do not
 * overlap.  One thread; memory: w c H bytes.
 */
void resize_triangle(uint8_t *restrict dst, int64_t h, int64_t w, const uint8_t *restrict src,
                     int64_t stride, int64_t H, int64_t W, int64_t c);

#endif
