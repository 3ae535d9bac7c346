/* Bodies are inlined once for every kind, a constant in each. */
#include "tensor/simd_loss.h"
#include "tensor/simd_pointwise.h"

enum { LANES = 64, DEEP = 16 };         /* sums side by side, and how many terms each takes in f32 */

/* ---- Pairs ----------------------------------------------------------------------------------- */

EACH_KIND float pair_value(enum pair_loss_kind kind, float delta, float x, float y)
{
    const float d = x - y, near = clamp(d, -delta, delta);
    switch (kind) {
    /* What is exact comes first: x y may be x, and what is left small. */
    case LOSS_BCE:   return (at_least(0.0f, x) - x * y) + log1p_near(simd_exp(-magnitude(x)));
    case LOSS_L1:    return magnitude(d);
    case LOSS_L2:    return d * d;
    case LOSS_HUBER: return near * (d - 0.5f * near);
    }
    return d;
}

EACH_KIND float pair_slope(enum pair_loss_kind kind, bool wanted, float delta, float x, float y)
{
    const float d = wanted ? y - x : x - y;
    switch (kind) {
    case LOSS_BCE:   return wanted ? -x : simd_sigmoid(x) - y;
    case LOSS_L1:    return pick(d > 0.0f, 1.0f, pick(d < 0.0f, -1.0f, d));
    case LOSS_L2:    return 2.0f * d;
    case LOSS_HUBER: return clamp(d, -delta, delta);
    }
    return d;
}

EACH_KIND void pair_loop(enum pair_loss_kind kind, float delta, float scale, float *loss, const float *x,
                         const float *y, int64_t n)
{
    #pragma omp simd
    for (int64_t i = 0; i < n; i++)
        loss[i] = scale * pair_value(kind, delta, x[i], y[i]);
}

EACH_KIND void slope_loop(enum pair_loss_kind kind, bool wanted, float delta, float scale, float *d,
                          const float *g, int64_t step, const float *x, const float *y, int64_t n)
{
    const float one = step ? scale : scale * g[0];
    if (step) {
        #pragma omp simd
        for (int64_t i = 0; i < n; i++)
            d[i] = one * g[i] * pair_slope(kind, wanted, delta, x[i], y[i]);
    } else {
        #pragma omp simd
        for (int64_t i = 0; i < n; i++)
            d[i] = one * pair_slope(kind, wanted, delta, x[i], y[i]);
    }
}

#define KINDS(X) X(LOSS_BCE) X(LOSS_L1) X(LOSS_L2) X(LOSS_HUBER)

static void pair(const struct pair_loss *f, float *loss, const float *x, const float *y, int64_t n)
{
    switch (f->kind) {
#define CASE(kind) case kind: pair_loop(kind, f->delta, f->scale, loss, x, y, n); break;
    KINDS(CASE)
#undef CASE
    }
}

static void pair_back(const struct pair_loss *f, bool wanted, float *d, const float *g, int64_t step,
                      const float *x, const float *y, int64_t n)
{
    switch (f->kind) {
#define CASE(kind) case kind: \
        if (wanted) \
            slope_loop(kind, true, f->delta, f->scale, d, g, step, x, y, n); \
        else \
            slope_loop(kind, false, f->delta, f->scale, d, g, step, x, y, n); \
        break;
    KINDS(CASE)
#undef CASE
    }
}

/* ---- Rows ------------------------------------------------------------------------------------ */

EACH_KIND float divergence_term(float u, float v, float shift)
{
    const float p = simd_exp(u);
    return pick(p == 0.0f, 0.0f, p * (u - v + shift));
}

EACH_KIND float term_of(enum loss_sum term, const struct loss_line *l, float x, float y)
{
    switch (term) {
    case SUM_EXP:        return simd_exp(l->s * x - l->a);
    case SUM_DIVERGENCE: return divergence_term(l->s * y - l->b, l->s * x - l->a, 0);
    case SUM_PRODUCT:    return x * y;
    }
    return 0;
}

EACH_KIND double lanes_sum(float lane[LANES])
{
    double sum = 0;
    for (int half = LANES / 2; half >= 8; half /= 2)
        for (int k = 0; k < half; k++)
            lane[k] += lane[k + half];
    for (int k = 0; k < 8; k++)
        sum += lane[k];
    return sum;
}

EACH_KIND double row_sum(enum loss_sum term, const struct loss_line *line, const float *x, const float *y,
                         int64_t n)
{
    const struct loss_line l = *line;
    double sum = 0;
    for (int64_t i = 0; i < n;) {
        float lane[LANES] = {0};
        for (int deep = 0; deep < DEEP && i < n; deep++, i += LANES) {
            const int64_t left = n - i < LANES ? n - i : LANES;
            #pragma omp simd
            for (int64_t k = 0; k < left; k++)
                lane[k] += term_of(term, &l, x[i + k], y[i + k]);
        }
        sum += lanes_sum(lane);
    }
    return sum;
}

static double sum(enum loss_sum term, const struct loss_line *l, const float *x, const float *y, int64_t n)
{
    switch (term) {
    case SUM_EXP:        return row_sum(SUM_EXP, l, x, y, n);
    case SUM_DIVERGENCE: return row_sum(SUM_DIVERGENCE, l, x, y, n);
    case SUM_PRODUCT:    return row_sum(SUM_PRODUCT, l, x, y, n);
    }
    return 0;
}

static void divergence_x(const struct loss_line *line, float *d, float q, float p, const float *x,
                         const float *y, int64_t n)
{
    const struct loss_line l = *line;
    #pragma omp simd
    for (int64_t i = 0; i < n; i++)
        d[i] = q * simd_exp(l.s * x[i] - l.a) - p * simd_exp(l.s * y[i] - l.b);
}

static void divergence_y(const struct loss_line *line, float *d, float p, float shift, const float *x,
                         const float *y, int64_t n)
{
    const struct loss_line l = *line;
    #pragma omp simd
    for (int64_t i = 0; i < n; i++)
        d[i] = p * divergence_term(l.s * y[i] - l.b, l.s * x[i] - l.a, shift);
}

static void mix(float *d, float p, const float *x, float q, const float *y, int64_t n)
{
    #pragma omp simd
    for (int64_t i = 0; i < n; i++)
        d[i] = p * x[i] + q * y[i];
}

const struct loss_kernels SIMD(loss_kernels) = {
    .pair = pair, .pair_back = pair_back, .sum = sum,
    .divergence_x = divergence_x, .divergence_y = divergence_y, .mix = mix,
};
