#include "nn/simd_batch.h"

static void scale_u8(float *restrict y, const uint8_t *restrict x, const float *restrict scale,
                     const float *restrict shift, int64_t n)
{
    #pragma omp simd
    for (int64_t i = 0; i < n; i++)
        y[i] = scale[i] * (float)x[i] + shift[i];
}

static void scale_f32(float *restrict y, const float *restrict x, const float *restrict scale,
                      const float *restrict shift, int64_t n)
{
    #pragma omp simd
    for (int64_t i = 0; i < n; i++)
        y[i] = scale[i] * x[i] + shift[i];
}

static void scale_same(float *restrict y, const float *restrict scale, const float *restrict shift,
                       int64_t n)
{
    #pragma omp simd
    for (int64_t i = 0; i < n; i++)
        y[i] = scale[i] * y[i] + shift[i];
}

static void between_u8(float *restrict y, const uint8_t *a, const uint8_t *b, float t, int64_t n)
{
    #pragma omp simd
    for (int64_t i = 0; i < n; i++)
        y[i] = (float)a[i] + t * (float)(b[i] - a[i]);
}

static void between_f32(float *restrict y, const float *a, const float *b, float t, int64_t n)
{
    #pragma omp simd
    for (int64_t i = 0; i < n; i++)
        y[i] = a[i] + t * (b[i] - a[i]);
}

static inline void stretch_pixels(float *restrict y, const float *restrict x,
                                  const int32_t *restrict left, const int32_t *restrict right,
                                  const float *restrict part, int64_t n, int64_t c)
{
    for (int64_t j = 0; j < n; j++) {
        const float *l = x + left[j] * c, *r = x + right[j] * c;

        for (int64_t k = 0; k < c; k++)
            y[j * c + k] = l[k] + part[j] * (r[k] - l[k]);
    }
}

static void stretch(float *restrict y, const float *restrict x, const int32_t *restrict left,
                    const int32_t *restrict right, const float *restrict part, int64_t n, int64_t c)
{
    if (c == 3)
        stretch_pixels(y, x, left, right, part, n, 3);
    else
        stretch_pixels(y, x, left, right, part, n, c);
}

static void mix(float *restrict y, const float *restrict x, float t, int64_t n)
{
    #pragma omp simd
    for (int64_t i = 0; i < n; i++)
        y[i] += t * (x[i] - y[i]);
}

static inline float bounded(float v)
{
    v = v > 0 ? v : 0;
    return v < 1 ? v : 1;
}

static void tint(float *y, float f, float add, int64_t n)
{
    #pragma omp simd
    for (int64_t i = 0; i < n; i++)
        y[i] = bounded(f * y[i] + add);
}

static void saturate(float *y, float f, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        float *p = y + 3 * i;
        const float grey = (1 - f) * BATCH_GREY(p);

        for (int c = 0; c < 3; c++)
            p[c] = bounded(f * p[c] + grey);
    }
}

const struct batch_kernels SIMD(batch_kernels) = {
    .scale_u8 = scale_u8, .scale_f32 = scale_f32, .scale = scale_same,
    .between_u8 = between_u8, .between_f32 = between_f32,
    .stretch = stretch, .mix = mix, .tint = tint, .saturate = saturate,
};
