#include "tensor/depthwise.h"
#include "base/isa.h"

#include <string.h>

/* SUMS registers are for sums of a line, TAPS x WIDE for those of a gradient. */
#if defined __AVX512F__
enum { LANES = 16, SUMS = 16, TAPS = 9, WIDE = 2 };
#elif defined __AVX2__
enum { LANES = 8, SUMS = 8, TAPS = 9, WIDE = 1 };
#else
enum { LANES = 4, SUMS = 8, TAPS = 9, WIDE = 1 };
#endif
enum { PIXELS = SUMS / 2 };

typedef float vector __attribute__((vector_size(sizeof(float) * LANES)));
#define INLINE static inline __attribute__((always_inline))

/* The first n elements; n is LANES in all calls but those for the last channels. */
INLINE vector load(const float *p, int64_t n)
{
    vector v = {0};
    memcpy(&v, p, n == LANES ? sizeof v : sizeof *p * n);
    return v;
}

INLINE void store(float *p, vector v, int64_t n) { memcpy(p, &v, n == LANES ? sizeof v : sizeof *p * n); }

/* ---- Lines -------------------------------------------------------------------------------------------- */

/* Some pixels and channels, whose numbers are constants. */
INLINE void line_piece(float *y, int64_t ystep, const struct tap *tap, int64_t taps, int64_t first, int64_t at, int64_t xstep,
                       const float *bias, int pixels, int vectors, int64_t n)
{
    vector sum[SUMS];
    #pragma GCC unroll 16
    for (int i = 0; i < pixels * vectors; i++)
        sum[i] = bias ? load(bias + at + i % vectors * LANES, n) : (vector){0};
    for (int64_t t = 0; t < taps; t++) {
        const float *x = tap[t].x + first * xstep + at, *w = tap[t].w + at;
        #pragma GCC unroll 16
        for (int v = 0; v < vectors; v++) {
            const vector weight = load(w + v * LANES, n);
            #pragma GCC unroll 16
            for (int i = 0; i < pixels; i++)
                sum[i * vectors + v] += weight * load(x + i * xstep + v * LANES, n);
        }
    }
    #pragma GCC unroll 16
    for (int i = 0; i < pixels * vectors; i++)
        store(y + (first + i / vectors) * ystep + at + i % vectors * LANES, sum[i], n);
}

/* Some pixels, all channels.  The fewer pixels, the more channels at once: a single sum would wait for
 * itself. */
INLINE void line_pixels(float *y, int64_t ystep, const struct tap *tap, int64_t taps, int64_t first, int64_t xstep, const float *bias,
                        int64_t chans, int pixels)
{
    int64_t at = 0;
    for (; pixels == 1 && at + 8 * LANES <= chans; at += 8 * LANES)
        line_piece(y, ystep, tap, taps, first, at, xstep, bias, pixels, 8, LANES);
    for (; pixels < PIXELS && at + 4 * LANES <= chans; at += 4 * LANES)
        line_piece(y, ystep, tap, taps, first, at, xstep, bias, pixels, 4, LANES);
    for (; at + 2 * LANES <= chans; at += 2 * LANES)
        line_piece(y, ystep, tap, taps, first, at, xstep, bias, pixels, 2, LANES);
    for (; at + LANES <= chans; at += LANES)
        line_piece(y, ystep, tap, taps, first, at, xstep, bias, pixels, 1, LANES);
    if (at < chans)
        line_piece(y, ystep, tap, taps, first, at, xstep, bias, pixels, 1, chans - at);
}

static void line(float *y, int64_t ystep, int64_t n, const struct tap *tap, int64_t taps, int64_t xstep, const float *bias, int64_t chans)
{
    int64_t i = 0;
    for (; i + PIXELS <= n; i += PIXELS)
        line_pixels(y, ystep, tap, taps, i, xstep, bias, chans, PIXELS);
    for (; i + PIXELS / 2 <= n; i += PIXELS / 2)
        line_pixels(y, ystep, tap, taps, i, xstep, bias, chans, PIXELS / 2);
    for (; i < n; i++)
        line_pixels(y, ystep, tap, taps, i, xstep, bias, chans, 1);
}

/* ---- Gradients of weights -------------------------------------------------------------------------------- */

/* Some taps and channels, whose numbers are constants. */
INLINE void gradient_piece(const struct tap *tap, int taps, int64_t at, const float *dy, const struct stretch *s, int vectors, int64_t n)
{
    vector sum[TAPS][WIDE];
    #pragma GCC unroll 9
    for (int t = 0; t < taps; t++)
        for (int v = 0; v < vectors; v++)
            sum[t][v] = load(tap[t].w + at + v * LANES, n);
    for (int64_t line = 0; line < s->lines; line++)
        for (int64_t i = 0; i < s->pixels; i++) {
            const int64_t from = line * s->xline + i * s->xstep + at;
            const float *d = dy + line * s->yline + i * s->ystep + at;
            for (int v = 0; v < vectors; v++) {
                const vector by = load(d + v * LANES, n);
                #pragma GCC unroll 9
                for (int t = 0; t < taps; t++)
                    sum[t][v] += by * load(tap[t].x + from + v * LANES, n);
            }
        }
    #pragma GCC unroll 9
    for (int t = 0; t < taps; t++)
        for (int v = 0; v < vectors; v++)
            store(tap[t].w + at + v * LANES, sum[t][v], n);
}

/* Some taps, all channels. */
INLINE void gradient_taps(const struct tap *tap, int taps, const float *dy, const struct stretch *s, int64_t chans)
{
    int64_t at = 0;
    for (; at + WIDE * LANES <= chans; at += WIDE * LANES)
        gradient_piece(tap, taps, at, dy, s, WIDE, LANES);
    for (; at + LANES <= chans; at += LANES)
        gradient_piece(tap, taps, at, dy, s, 1, LANES);
    if (at < chans)
        gradient_piece(tap, taps, at, dy, s, 1, chans - at);
}

static void gradient(const struct tap *tap, int64_t taps, const float *dy, const struct stretch *s, int64_t chans)
{
    int64_t t = 0;
    for (; t + 9 <= taps; t += 9)
        gradient_taps(tap + t, 9, dy, s, chans);
    for (; t + 6 <= taps; t += 6)
        gradient_taps(tap + t, 6, dy, s, chans);
    for (; t + 3 <= taps; t += 3)
        gradient_taps(tap + t, 3, dy, s, chans);
    for (; t < taps; t++)
        gradient_taps(tap + t, 1, dy, s, chans);
}

const struct depthwise_kernels SIMD(depthwise_kernels) = {.line = line, .gradient = gradient};
