#include "image/triangle.h"

#include "base/mem.h"
#include "image/simd_triangle.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* In the order of Pillow's ImagingResample, whose rounding this is. */
static void tap(struct taps *t, int64_t j, int64_t n, double scale, double wide)
{
    const double centre = ((double)j + 0.5) * scale;
    const int64_t lo = (int64_t)(centre - wide + 0.5), hi = (int64_t)(centre + wide + 0.5);
    double sum = 0;
    t->from[j] = lo < 0 ? 0 : lo;
    t->count[j] = (hi > n ? n : hi) - t->from[j];
    for (int64_t k = 0; k < t->count[j]; k++) {
        const double d = fabs(((double)(k + t->from[j]) - centre + 0.5) * (1 / wide));
        t->exact[k] = d < 1 ? 1 - d : 0;
        sum += t->exact[k];
    }
    for (int64_t k = 0; k < t->count[j]; k++)
        t->weight[j * t->most + k] = (int32_t)(0.5 + t->exact[k] / sum * (1 << TRIANGLE_BITS));
}

static void taps_init(struct taps *t, int64_t n, int64_t m)
{
    const double scale = (double)n / (double)m, wide = scale > 1 ? scale : 1;
    t->most = 2 * (int64_t)ceil(wide) + 1;
    t->from = xmalloc((size_t)m * sizeof *t->from);
    t->count = xmalloc((size_t)m * sizeof *t->count);
    t->weight = xmalloc((size_t)(m * t->most) * sizeof *t->weight);
    t->exact = xmalloc((size_t)t->most * sizeof *t->exact);
    for (int64_t j = 0; j < m; j++)
        tap(t, j, n, scale, wide);
}

static void taps_free(struct taps *t)
{
    free(t->from);
    free(t->count);
    free(t->weight);
    free(t->exact);
}

/* dst [h,w,c] from src [h,W,c]. */
static void resize_columns(uint8_t *restrict dst, int64_t h, int64_t w, const uint8_t *restrict src,
                           int64_t stride, int64_t W, int64_t c)
{
    const struct triangle_kernels *k = ISA_PICK(triangle_kernels);
    struct taps t;
    taps_init(&t, W, w);
    for (int64_t y = 0; y < h; y++)
        k->columns(dst + y * w * c, src + y * stride, &t, w, c);
    taps_free(&t);
}

/* dst [h,row] from src [H,row]. */
static void resize_rows(uint8_t *restrict dst, int64_t h, const uint8_t *restrict src,
                        int64_t stride, int64_t H, int64_t row)
{
    const struct triangle_kernels *k = ISA_PICK(triangle_kernels);
    struct taps t;
    int32_t *sum = xmalloc((size_t)row * sizeof *sum);
    taps_init(&t, H, h);
    for (int64_t y = 0; y < h; y++)
        k->row(dst + y * row, sum, src + t.from[y] * stride, stride, t.weight + y * t.most,
               t.count[y], row);
    taps_free(&t);
    free(sum);
}

void resize_triangle(uint8_t *restrict dst, int64_t h, int64_t w, const uint8_t *restrict src,
                     int64_t stride, int64_t H, int64_t W, int64_t c)
{
    assert(h >= 1 && w >= 1 && H >= 1 && W >= 1);
    if (h == H && w != W) {
        resize_columns(dst, h, w, src, stride, W, c);
    } else if (h != H && w == W) {
        resize_rows(dst, h, src, stride, H, w * c);
    } else if (h != H) {
        uint8_t *between = xmalloc((size_t)(H * w * c));
        resize_columns(between, H, w, src, stride, W, c);
        resize_rows(dst, h, between, w * c, H, w * c);
        free(between);
    } else {
        for (int64_t y = 0; y < h; y++)
            memcpy(dst + y * w * c, src + y * stride, (size_t)(w * c));
    }
}
