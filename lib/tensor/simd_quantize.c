#include "tensor/quantize.h"
#include "tensor/simd_pointwise.h"

enum { LANES = 16, DEEP = 64 };         /* sums side by side, and how many terms each takes in f32 */

/* Nearest whole number, ties to even, for |x| < 2^22.  What comes in is a clamped value and no product, with
 * which the sum could be fused. */
EACH_KIND float nearest(float x)
{
    const float shift = 0x1.8p23f;
    return (x + shift) - shift;
}

EACH_KIND float code(float x, float inverse, float least, float most)
{
    return nearest(clamp(x * inverse, least, most));
}

static void fake(float *y, const float *x, int64_t n, const struct levels *l)
{
    const float step = l->step, inverse = l->inverse, least = l->least, most = l->most;

    #pragma omp simd
    for (int64_t i = 0; i < n; i++)
        y[i] = step * code(x[i], inverse, least, most);
}

static void mask(float *dx, const float *dy, const float *x, int64_t n, const struct levels *l)
{
    const float lo = l->lo, hi = l->hi;

    #pragma omp simd
    for (int64_t i = 0; i < n; i++)
        dx[i] = pick((x[i] >= lo) & (x[i] <= hi), dy[i], 0.0f);
}

struct lanes { float below[LANES], above[LANES], inside[LANES]; };

/* LANES elements at most. */
EACH_KIND void add_terms(struct lanes *s, float *dx, const float *dy, const float *x, int n, struct levels l,
                         bool all)
{
    #pragma omp simd
    for (int k = 0; k < n; k++) {
        const bool within = (x[k] >= l.lo) & (x[k] <= l.hi);
        const float v = x[k] * l.inverse, g = dy[k];

        s->below[k] += pick(x[k] < l.lo, g, 0.0f);
        s->above[k] += pick(x[k] > l.hi, g, 0.0f);
        s->inside[k] += pick(within, g * (nearest(clamp(v, l.least, l.most)) - v), 0.0f);
        dx[k] = pick(within | all, g, 0.0f);
    }
}

static void sums(struct quantize_sums *s, float *dx, const float *dy, const float *x, int64_t n,
                 const struct levels *l, bool all)
{
    const struct levels c = *l;

    for (int64_t i = 0; i < n; ) {
        struct lanes lane = {0};
        const int64_t end = n < i + LANES * DEEP ? n : i + LANES * DEEP;

        for (; i + LANES <= end; i += LANES)
            add_terms(&lane, dx + i, dy + i, x + i, LANES, c, all);
        if (i < end)
            add_terms(&lane, dx + i, dy + i, x + i, (int)(end - i), c, all);
        i = end;
        for (int k = 0; k < LANES; k++) {
            s->below += lane.below[k];
            s->above += lane.above[k];
            s->inside += lane.inside[k];
        }
    }
}

static void fake_row(float *y, const float *x, int64_t n, const struct level_rows *l)
{
    const float *step = l->step, *inverse = l->inverse, *least = l->least, *most = l->most;

    #pragma omp simd
    for (int64_t i = 0; i < n; i++)
        y[i] = step[i] * code(x[i], inverse[i], least[i], most[i]);
}

static void mask_row(float *dx, float *restrict part, const float *dy, const float *x, int64_t n,
                     const struct level_rows *l, bool all)
{
    const float *inverse = l->inverse, *least = l->least, *most = l->most, *lo = l->lo, *hi = l->hi;

    if (part)
        #pragma omp simd
        for (int64_t i = 0; i < n; i++) {
            const bool within = (x[i] >= lo[i]) & (x[i] <= hi[i]);
            const float v = x[i] * inverse[i];

            part[i] += pick(x[i] < lo[i], dy[i], 0.0f);
            part[n + i] += pick(x[i] > hi[i], dy[i], 0.0f);
            part[2 * n + i] += pick(within, dy[i] * (nearest(clamp(v, least[i], most[i])) - v), 0.0f);
        }
    #pragma omp simd
    for (int64_t i = 0; i < n; i++)
        dx[i] = pick(((x[i] >= lo[i]) & (x[i] <= hi[i])) | all, dy[i], 0.0f);
}

const struct quantize_kernels SIMD(quantize_kernels) = {
    .fake = fake, .mask = mask, .sums = sums, .fake_row = fake_row, .mask_row = mask_row,
};
