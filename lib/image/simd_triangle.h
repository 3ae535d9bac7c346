/* Loops of image/triangle.h, in whole numbers: every level gives the same bytes. */
#ifndef IMAGE_SIMD_TRIANGLE_H
#define IMAGE_SIMD_TRIANGLE_H

#include "base/isa.h"

#include <stdint.h>

enum { TRIANGLE_BITS = 22 };                        /* of the fractions of weights */

/* Pixel j takes weight[j*most + k] of source pixel from[j] + k, k < count[j]. */
struct taps { int64_t most, *from, *count; int32_t *weight; double *exact; };

struct triangle_kernels {
    /* A row y [w,c] from a row x. */
    void (*columns)(uint8_t *restrict y, const uint8_t *restrict x, const struct taps *t, int64_t w,
                    int64_t c);
    /* y [n] from so many rows x, `stride` bytes apart; sum [n] is scratch. */
    void (*row)(uint8_t *restrict y, int32_t *restrict sum, const uint8_t *restrict x,
                int64_t stride, const int32_t *restrict weight, int64_t taps, int64_t n);
};
extern const struct triangle_kernels triangle_kernels_base, triangle_kernels_v3,
                                     triangle_kernels_v4;

#endif
