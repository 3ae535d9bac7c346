#include "image/simd_triangle.h"

enum { RGB = 3 };

static inline uint8_t round_off(int32_t sum)
{
    const int32_t v = sum >> TRIANGLE_BITS;
    return (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
}

/* One pixel of colours, weights read once for all of them. */
static inline void colours(uint8_t *restrict y, const uint8_t *restrict p,
                           const int32_t *restrict weight, int64_t n)
{
    int32_t r = 1 << (TRIANGLE_BITS - 1), g = r, b = r;
    for (int64_t i = 0; i < n; i++, p += RGB) {
        r += weight[i] * p[0];
        g += weight[i] * p[1];
        b += weight[i] * p[2];
    }
    y[0] = round_off(r);
    y[1] = round_off(g);
    y[2] = round_off(b);
}

static void columns(uint8_t *restrict y, const uint8_t *restrict x, const struct taps *t, int64_t w,
                    int64_t c)
{
    for (int64_t j = 0; j < w; j++) {
        const int32_t *weight = t->weight + j * t->most;
        const uint8_t *p = x + t->from[j] * c;
        if (c == RGB) {
            colours(y + j * c, p, weight, t->count[j]);
            continue;
        }
        for (int64_t k = 0; k < c; k++) {
            int32_t sum = 1 << (TRIANGLE_BITS - 1);
            for (int64_t i = 0; i < t->count[j]; i++)
                sum += weight[i] * p[i * c + k];
            y[j * c + k] = round_off(sum);
        }
    }
}

static void row(uint8_t *restrict y, int32_t *restrict sum, const uint8_t *restrict x,
                int64_t stride, const int32_t *restrict weight, int64_t taps, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        sum[i] = 1 << (TRIANGLE_BITS - 1);
    for (int64_t k = 0; k < taps; k++) {
        const uint8_t *restrict p = x + k * stride;
        const int32_t w = weight[k];
        #pragma omp simd
        for (int64_t i = 0; i < n; i++)
            sum[i] += w * p[i];
    }
    #pragma omp simd
    for (int64_t i = 0; i < n; i++)
        y[i] = round_off(sum[i]);
}

const struct triangle_kernels SIMD(triangle_kernels) = {columns, row};
