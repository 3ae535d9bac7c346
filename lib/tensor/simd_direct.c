#include "tensor/direct.h"
#include "base/isa.h"

#include <string.h>

/* SUMS: vectors of a tile that stand in registers, as two of each result or of two results; ROWS x SPAN: those of a
 * gradient. */
#if defined __AVX512F__
enum { LANES = 16, SUMS = 16, ROWS = 8, SPAN = 3 };
#elif defined __AVX2__
enum { LANES = 8, SUMS = 8, ROWS = 4, SPAN = 3 };
#else
enum { LANES = 4, SUMS = 8, ROWS = 4, SPAN = 3 };
#endif
enum { IMAGES = DIRECT_IMAGES, WIDE = SUMS / IMAGES };

typedef float vector __attribute__((vector_size(sizeof(float) * LANES)));
typedef int32_t mask __attribute__((vector_size(sizeof(int32_t) * LANES)));
#define INLINE static inline __attribute__((always_inline))

INLINE vector load(const float *p)
{
    vector v;
    memcpy(&v, p, sizeof v);
    return v;
}

INLINE void store(float *p, vector v) { memcpy(p, &v, sizeof v); }

/* ---- Sums over taps ----------------------------------------------------------------------------------- */

/* What one call sums up: `wide` vectors of one result, or of `two`. */
struct form { int wide, two; };

/* Elements first .. end-1 of the images; w: weights of the first. */
INLINE void add_channels(vector *sum, const float *const *x, const float *w, const struct direct_tile *t, int64_t first, int64_t end,
                         struct form f)
{
    const int per = f.wide * f.two;
    for (int64_t c = first; c < end; c++, w += t->wstep) {
        vector weight[WIDE];
        for (int v = 0; v < f.wide; v++)
            weight[v] = load(w + v * LANES);
        #pragma GCC unroll 8
        for (int i = 0; i < IMAGES; i++)
            #pragma GCC unroll 2
            for (int v = 0; v < per; v++)
                sum[i * per + v] += x[i][c + v / f.wide * t->xnext] * weight[v % f.wide];
    }
}

/* Some vectors of all results from channel `at` on. */
INLINE void sums_of(float *const *y, const struct direct_tile *t, const float *w, const float *bias, int64_t at, struct form f)
{
    const int64_t fold = t->fold, edge = t->fold + t->back;
    const int per = f.wide * f.two;
    vector sum[SUMS];
    #pragma GCC unroll 16
    for (int i = 0; i < IMAGES * per; i++)
        sum[i] = bias ? load(bias + at + i % f.wide * LANES) : (vector){0};
    for (int64_t j = 0; j < t->taps; j++) {
        const int64_t x = t->tap[j].x;
        const float *v = w + t->tap[j].w + at;
        add_channels(sum, t->image + 2, v, t, x, x + fold, f);
        add_channels(sum, t->image, v + fold * t->wstep, t, x + fold, x + edge, f);
        add_channels(sum, t->image + 1, v + edge * t->wstep, t, x + edge, x + t->chans, f);
    }
    #pragma GCC unroll 8
    for (int i = 0; i < IMAGES; i++)
        for (int v = 0; v < per && i < t->count; v++)
            store(y[i] + at + v / f.wide * t->ynext + v % f.wide * LANES, sum[i * per + v]);
}

/* The second pixel on its own. */
static void sums(float *const *y, const struct direct_tile *t, const float *w, const float *bias, int64_t outs);
static void sums_of_next(float *const *y, const struct direct_tile *t, const float *w, const float *bias, int64_t outs)
{
    struct direct_tile next = *t;
    float *to[IMAGES];
    for (int i = 0; i < IMAGES + 2; i++)
        next.image[i] += t->xnext;
    for (int i = 0; i < IMAGES; i++)
        to[i] = y[i] + t->ynext;
    next.xnext = next.ynext = 0;
    sums(to, &next, w, bias, outs);
}

static void sums(float *const *y, const struct direct_tile *t, const float *w, const float *bias, int64_t outs)
{
    const bool both = WIDE == 2 && outs == LANES && t->ynext;
    int64_t at = 0;
    for (; at + WIDE * LANES <= outs; at += WIDE * LANES)
        sums_of(y, t, w, bias, at, (struct form){WIDE, 1});
    for (; at < outs && !both; at += LANES)
        sums_of(y, t, w, bias, at, (struct form){1, 1});
    if (both)
        sums_of(y, t, w, bias, at, (struct form){1, WIDE});
    else if (t->ynext)
        sums_of_next(y, t, w, bias, outs);
}

/* ---- Gradients of weights ----------------------------------------------------------------------------------- */

/* Some vectors of the span, whose number is a constant. */
INLINE void gradient_of(float *dw, int64_t wstep, const float *x, const float *dy, const struct direct_stretch *s, int vectors)
{
    vector sum[ROWS * SPAN];
    #pragma GCC unroll 32
    for (int i = 0; i < ROWS * vectors; i++)
        sum[i] = load(dw + i / vectors * wstep + i % vectors * LANES);
    for (int64_t n = 0; n < s->images; n++)
        for (int64_t line = 0; line < s->lines; line++) {
            const float *from = x + n * s->ximage + line * s->xline, *d = dy + n * s->yimage + line * s->yline;
            for (int64_t p = 0; p < s->pixels; p++, from += s->xstep, d += s->ystep) {
                vector by[SPAN];
                #pragma GCC unroll 4
                for (int v = 0; v < vectors; v++)
                    by[v] = load(from + v * LANES);
                #pragma GCC unroll 32
                for (int i = 0; i < ROWS * vectors; i++)
                    sum[i] += d[i / vectors] * by[i % vectors];
            }
        }
    #pragma GCC unroll 32
    for (int i = 0; i < ROWS * vectors; i++)
        store(dw + i / vectors * wstep + i % vectors * LANES, sum[i]);
}

static void gradient(float *dw, int64_t wstep, const float *x, const float *dy, const struct direct_stretch *s, int64_t outs)
{
    for (int64_t k = 0; k < outs; k += ROWS) {
        int64_t at = 0;
        for (; at + SPAN * LANES <= s->span; at += SPAN * LANES)
            gradient_of(dw + k * wstep + at, wstep, x + at, dy + k, s, SPAN);
        for (; at + 2 * LANES <= s->span; at += 2 * LANES)
            gradient_of(dw + k * wstep + at, wstep, x + at, dy + k, s, 2);
        for (; at < s->span; at += LANES)
            gradient_of(dw + k * wstep + at, wstep, x + at, dy + k, s, 1);
    }
}

/* ---- Back to where channels came from ---------------------------------------------------------------------- */

/* Which lanes of the channels from `at` on. */
struct sides { mask ahead, behind; };

INLINE struct sides sides_of(const struct direct_clip *c, int64_t at)
{
    int32_t ahead[LANES], behind[LANES];
    struct sides s;
    for (int i = 0; i < LANES; i++) {
        ahead[i] = -(at + i < c->fold);
        behind[i] = -(at + i >= c->fold && at + i < c->fold + c->back);
    }
    memcpy(&s.ahead, ahead, sizeof s.ahead);
    memcpy(&s.behind, behind, sizeof s.behind);
    return s;
}

INLINE vector mixed(const struct sides *s, vector here, vector ahead, vector behind)
{
    const mask first = ((mask)ahead & s->ahead) | ((mask)here & ~s->ahead);
    return (vector)(((mask)behind & s->behind) | (first & ~s->behind));
}

static void deliver(float *dx, int64_t frame, const float *made, const struct direct_clip *clip, bool add)
{
    for (int64_t at = 0; at < clip->chans; at += LANES) {
        const struct sides sides = sides_of(clip, at);
        for (int64_t t = 0; t < clip->frames; t++) {
            const float *here = made + (t + 1) * clip->chans + at;
            const vector v = mixed(&sides, load(here), load(here - clip->chans), load(here + clip->chans));
            store(dx + t * frame + at, add ? load(dx + t * frame + at) + v : v);
        }
    }
}

const struct direct_kernels SIMD(direct_kernels) = {.sums = sums, .gradient = gradient, .deliver = deliver};
