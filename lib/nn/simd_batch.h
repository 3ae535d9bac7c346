/* The inner loops of batches: stored numbers into f32 ones, and mixing.  Arrays do not overlap,
 * but for y where it is the only one named. */
#ifndef NN_SIMD_BATCH_H
#define NN_SIMD_BATCH_H

#include "base/isa.h"

#include <stdint.h>

struct batch_kernels {
    /* y[i] = scale[i] x[i] + shift[i]          all [n] */
    void (*scale_u8)(float *restrict y, const uint8_t *restrict x, const float *restrict scale,
                     const float *restrict shift, int64_t n);
    void (*scale_f32)(float *restrict y, const float *restrict x, const float *restrict scale,
                      const float *restrict shift, int64_t n);
    /* The same in place. */
    void (*scale)(float *restrict y, const float *restrict scale, const float *restrict shift,
                  int64_t n);
    /* y = a + t (b - a) */
    void (*between_u8)(float *restrict y, const uint8_t *a, const uint8_t *b, float t, int64_t n);
    void (*between_f32)(float *restrict y, const float *a, const float *b, float t, int64_t n);
    /* Pixels [.,c]: y[j,:] = x[l,:] + t (x[r,:] - x[l,:])    l = left[j], r = right[j], t = part[j] */
    void (*stretch)(float *restrict y, const float *restrict x, const int32_t *restrict left,
                    const int32_t *restrict right, const float *restrict part, int64_t n, int64_t c);
    /* y += t (x - y) */
    void (*mix)(float *restrict y, const float *restrict x, float t, int64_t n);
    /* y = f y + add, not outside [0,1] */
    void (*tint)(float *y, float f, float add, int64_t n);
    /* Pixels [n,3]: y = f y + (1-f) grey of the pixel, not outside [0,1] */
    void (*saturate)(float *y, float f, int64_t n);
};
extern const struct batch_kernels batch_kernels_base, batch_kernels_v3, batch_kernels_v4;

/* What grey is: ITU-R BT.601. */
#define BATCH_GREY(rgb) (0.299f * (rgb)[0] + 0.587f * (rgb)[1] + 0.114f * (rgb)[2])

#endif
