#include "metrics/swd.h"
#include "base/mem.h"
#include "base/random.h"
#include "metrics/order.h"
#include "tensor/product.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int64_t half(int64_t side) { return (side + 1) / 2; }

int swd_levels(int64_t h, int64_t w)
{
    int n = 0;
    for (; h >= SWD_LEAST && w >= SWD_LEAST && n < SWD_LEVELS; n++) {
        h = half(h);
        w = half(w);
    }
    return n;
}

/* ---- Pyramid --------------------------------------------------------------------------------- */

static const float taps[5] = {1 / 16.0f, 4 / 16.0f, 6 / 16.0f, 4 / 16.0f, 1 / 16.0f};

/* -1 reads 1, n reads n-2; sides are 8 at least. */
static int64_t mirrored(int64_t i, int64_t n)
{
    return i < 0 ? -i : i >= n ? 2 * n - 2 - i : i;
}

void pyramid_down(float *y, const float *x, int64_t h, int64_t w, int64_t c)
{
    for (int64_t i = 0; i < half(h); i++)
        for (int64_t j = 0; j < half(w); j++)
            for (int64_t k = 0; k < c; k++) {
                float sum = 0;
                for (int p = 0; p < 5; p++)
                    for (int q = 0; q < 5; q++)
                        sum += taps[p] * taps[q] * x[(mirrored(2 * i + p - 2, h) * w +
                                                      mirrored(2 * j + q - 2, w)) * c + k];
                y[(i * half(w) + j) * c + k] = sum;
            }
}

void pyramid_take(float *y, const float *x, int64_t h, int64_t w, int64_t c)
{
    for (int64_t i = 0; i < h; i++)
        for (int64_t j = 0; j < w; j++)
            for (int64_t k = 0; k < c; k++) {
                float sum = 0;
                for (int p = 0; p < 5; p++)
                    for (int q = 0; q < 5; q++) {
                        const int64_t a = mirrored(i + p - 2, h), b = mirrored(j + q - 2, w);
                        if (a % 2 == 0 && b % 2 == 0)
                            sum += 4 * taps[p] * taps[q] * x[(a / 2 * half(w) + b / 2) * c + k];
                    }
                y[(i * w + j) * c + k] -= sum;
            }
}

/* Level `level` of im's image i into x, which has room for the image; next likewise. */
static void level_of(const struct images *im, int64_t i, int level, float **x, float **next,
                     int64_t *h, int64_t *w)
{
    images_get(im, i, *x);
    *h = im->h;
    *w = im->w;
    for (int l = 0; l < level; l++) {
        pyramid_down(*next, *x, *h, *w, im->c);
        float *const swap = *x;
        *x = *next;
        *next = swap;
        *h = half(*h);
        *w = half(*w);
    }
    if (level + 1 == swd_levels(im->h, im->w))
        return;
    pyramid_down(*next, *x, *h, *w, im->c);
    pyramid_take(*x, *next, *h, *w, im->c);
}

/* ---- Patches --------------------------------------------------------------------------------- */

/* y [n*patches,c,7,7] of the first n images. */
static void cut_patches(float *y, const struct images *im, int64_t n, int level,
                        const struct swd_options *o)
{
    const struct rng r = {o->seed, rng_stream("swd.patch") + (uint64_t)level};
    const int64_t c = im->c, each = c * SWD_PATCH * SWD_PATCH;
    #pragma omp parallel
    {
        const size_t room = (size_t)(im->h * im->w * c) * sizeof(float);
        float *x = xmalloc(room), *next = xmalloc(room);
        #pragma omp for schedule(static)
        for (int64_t i = 0; i < n; i++) {
            int64_t h, w;
            level_of(im, i, level, &x, &next, &h, &w);
            for (int64_t p = 0; p < o->patches; p++) {
                const uint64_t draw = (uint64_t)(2 * (i * o->patches + p));
                const uint64_t rows = (uint64_t)(h - SWD_PATCH + 1);
                const uint64_t cols = (uint64_t)(w - SWD_PATCH + 1);
                const int64_t top = (int64_t)rng_below(&r, draw, rows);
                const int64_t left = (int64_t)rng_below(&r, draw + 1, cols);
                float *to = y + (i * o->patches + p) * each;
                for (int64_t k = 0; k < c; k++)
                    for (int64_t a = 0; a < SWD_PATCH; a++)
                        for (int64_t b = 0; b < SWD_PATCH; b++)
                            *to++ = x[((top + a) * w + left + b) * c + k];
            }
        }
        free(x);
        free(next);
    }
}

/* Each channel of y [n,c,49] to mean 0 and deviation 1; one that is the same everywhere to 0. */
static void normalise(float *y, int64_t n, int64_t c)
{
    enum { PIXELS = SWD_PATCH * SWD_PATCH };
    #pragma omp parallel for schedule(static)
    for (int64_t k = 0; k < c; k++) {
        const double count = (double)(n * PIXELS);
        double sum = 0, squares = 0;
        for (int64_t i = 0; i < n; i++)
            for (int p = 0; p < PIXELS; p++)
                sum += y[(i * c + k) * PIXELS + p];
        const double mean = sum / count;
        for (int64_t i = 0; i < n; i++)
            for (int p = 0; p < PIXELS; p++)
                squares += pow(y[(i * c + k) * PIXELS + p] - mean, 2);
        const double scale = squares > 0 ? 1 / sqrt(squares / count) : 0;
        for (int64_t i = 0; i < n; i++)
            for (int p = 0; p < PIXELS; p++)
                y[(i * c + k) * PIXELS + p] = (float)(scale * (y[(i * c + k) * PIXELS + p] - mean));
    }
}

/* ---- Projections ----------------------------------------------------------------------------- */

enum { AT_ONCE = 16 };                  /* directions */

/* Unit vectors [SWD_DIRECTIONS,d]. */
static float *directions(int64_t d, uint64_t seed)
{
    const struct rng r = {seed, rng_stream("swd.direction")};
    float *v = xmalloc((size_t)(SWD_DIRECTIONS * d) * sizeof *v);
    rng_fill_normal(&r, 0, v, SWD_DIRECTIONS * d, 0, 1);
    for (int64_t i = 0; i < SWD_DIRECTIONS; i++) {
        double sum = 0;
        for (int64_t c = 0; c < d; c++)
            sum += (double)v[i * d + c] * v[i * d + c];
        for (int64_t c = 0; c < d; c++)
            v[i * d + c] /= (float)sqrt(sum);
    }
    return v;
}

/* Mean distance of two sorted rows. */
static double row_distance(float *a, float *b, int64_t n)
{
    float *work = xmalloc((size_t)n * sizeof *work);
    double sum = 0;
    sort_floats(a, work, n);
    sort_floats(b, work, n);
    for (int64_t i = 0; i < n; i++)
        sum += fabs((double)a[i] - b[i]);
    free(work);
    return sum / (double)n;
}

/* Patches a, b [n,d]. */
static double projected(const float *a, const float *b, int64_t n, int64_t d, uint64_t seed)
{
    const size_t room = (size_t)(AT_ONCE * n) * sizeof(float);
    float *v = directions(d, seed), *pa = xmalloc(room), *pb = xmalloc(room);
    double each[SWD_DIRECTIONS], sum = 0;
    const struct product p = {.tb = true, .m = AT_ONCE, .n = n, .k = d, .lda = d, .ldb = d,
                              .ldc = n, .alpha = 1};
    for (int64_t i = 0; i < SWD_DIRECTIONS; i += AT_ONCE) {
        product(&p, pa, v + i * d, a);
        product(&p, pb, v + i * d, b);
        #pragma omp parallel for schedule(dynamic)
        for (int64_t k = 0; k < AT_ONCE; k++)
            each[i + k] = row_distance(pa + k * n, pb + k * n, n);
    }
    for (int64_t i = 0; i < SWD_DIRECTIONS; i++)
        sum += each[i] / SWD_DIRECTIONS;
    free(v);
    free(pa);
    free(pb);
    return sum;
}

double sliced_wasserstein(const struct images *a, const struct images *b, int64_t n, int level,
                          const struct swd_options *o)
{
    const int64_t d = a->c * SWD_PATCH * SWD_PATCH, count = n * o->patches;
    const size_t room = (size_t)(count * d) * sizeof(float);
    float *pa = xmalloc(room), *pb = xmalloc(room);
    cut_patches(pa, a, n, level, o);
    cut_patches(pb, b, n, level, o);
    normalise(pa, count, a->c);
    normalise(pb, count, a->c);
    const double distance = projected(pa, pb, count, d, o->seed);
    free(pa);
    free(pb);
    return distance;
}
