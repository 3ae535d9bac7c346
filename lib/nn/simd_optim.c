/*
 * Every loop reads and writes each of its arrays once, in order; memory is what they wait for, so
 * square roots and divisions cost nothing.  Rules that differ by a term share a loop in which the
 * term is a constant of the compiler's.
 */
#include "nn/simd_optim.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum { TILE = 256 };                    /* floats that stay in the first cache */

/* The gradient as the step sees it.  NaN passes. */
static inline float seen(const struct optim_coef *c, float g)
{
    const float x = c->scale * g;

    return x > c->limit ? c->limit : x < -c->limit ? -c->limit : x;
}

static void sgd(const struct optim_coef *restrict coef, float *restrict p, const float *restrict g,
                const struct optim_moments *s, int64_t n)
{
    const struct optim_coef c = *coef;
    (void)s;

    #pragma omp simd
    for (int64_t i = 0; i < n; i++)
        p[i] -= c.rate * (seen(&c, g[i]) + c.decay * p[i]);
}

static inline void with_momentum(const struct optim_coef *coef, float *restrict p,
                                 const float *restrict g, const struct optim_moments *s, int64_t n,
                                 bool nesterov)
{
    const struct optim_coef c = *coef;
    float *restrict m = s->m;

    #pragma omp simd
    for (int64_t i = 0; i < n; i++) {
        const float d = seen(&c, g[i]) + c.decay * p[i];

        m[i] = c.keep_m * m[i] + c.new_m * d;
        /* keep_m is 0 in the first step, whose look ahead is not; it comes in root. */
        p[i] -= c.rate * (nesterov ? d + c.root * m[i] : m[i]);
    }
}

static void momentum(const struct optim_coef *c, float *restrict p, const float *restrict g,
                     const struct optim_moments *s, int64_t n)
{
    with_momentum(c, p, g, s, n, false);
}

static void nesterov(const struct optim_coef *c, float *restrict p, const float *restrict g,
                     const struct optim_moments *s, int64_t n)
{
    with_momentum(c, p, g, s, n, true);
}

static inline void adams(const struct optim_coef *coef, float *restrict p, const float *restrict g,
                         const struct optim_moments *s, int64_t n, bool amsgrad)
{
    const struct optim_coef c = *coef;
    float *restrict m = s->m, *restrict v = s->v, *restrict most = s->x;

    #pragma omp simd
    for (int64_t i = 0; i < n; i++) {
        const float before = p[i], d = seen(&c, g[i]) + c.decay * before;
        const float first = c.keep_m * m[i] + c.new_m * d;
        float second = c.keep_v * v[i] + c.new_v * d * d;

        m[i] = first;
        v[i] = second;
        if (amsgrad)
            most[i] = second = most[i] > second ? most[i] : second;
        p[i] = c.shrink * before - c.rate * (first / (sqrtf(second) * c.root + c.eps));
    }
}

static void adam(const struct optim_coef *c, float *restrict p, const float *restrict g,
                 const struct optim_moments *s, int64_t n)
{
    adams(c, p, g, s, n, false);
}

static void amsgrad(const struct optim_coef *c, float *restrict p, const float *restrict g,
                    const struct optim_moments *s, int64_t n)
{
    adams(c, p, g, s, n, true);
}

static inline void rmsprops(const struct optim_coef *coef, float *restrict p,
                            const float *restrict g, const struct optim_moments *s, int64_t n,
                            bool centred, bool heavy)
{
    const struct optim_coef c = *coef;
    float *restrict m = s->m, *restrict v = s->v, *restrict mean = s->x;

    #pragma omp simd
    for (int64_t i = 0; i < n; i++) {
        const float d = seen(&c, g[i]) + c.decay * p[i];
        float variance = v[i] = c.keep_v * v[i] + c.new_v * d * d, u;

        if (centred) {
            mean[i] = c.keep_v * mean[i] + c.new_v * d;
            variance -= mean[i] * mean[i];
        }
        u = d / (sqrtf(variance) + c.eps);
        if (heavy)
            m[i] = u = c.keep_m * m[i] + u;
        p[i] -= c.rate * u;
    }
}

static void rmsprop(const struct optim_coef *c, float *restrict p, const float *restrict g,
                    const struct optim_moments *s, int64_t n)
{
    rmsprops(c, p, g, s, n, false, false);
}

static void rmsprop_momentum(const struct optim_coef *c, float *restrict p,
                             const float *restrict g, const struct optim_moments *s, int64_t n)
{
    rmsprops(c, p, g, s, n, false, true);
}

static void centered(const struct optim_coef *c, float *restrict p, const float *restrict g,
                     const struct optim_moments *s, int64_t n)
{
    rmsprops(c, p, g, s, n, true, false);
}

static void centered_momentum(const struct optim_coef *c, float *restrict p,
                              const float *restrict g, const struct optim_moments *s, int64_t n)
{
    rmsprops(c, p, g, s, n, true, true);
}

/* Sixteen sums side by side, so that order and rounding are the same for vectors of every width;
 * the square of a float is exact in f64, fused or not. */
typedef float f32x8 __attribute__((vector_size(32)));
typedef double f64x8 __attribute__((vector_size(64)));

static double square_sum(const float *x, int64_t n)
{
    f64x8 even = {0}, odd = {0};
    double sum = 0, tail = 0;
    int64_t i = 0;

    for (; i + 16 <= n; i += 16) {
        f32x8 a, b;

        memcpy(&a, x + i, sizeof a);
        memcpy(&b, x + i + 8, sizeof b);
        const f64x8 wide_a = __builtin_convertvector(a, f64x8);
        const f64x8 wide_b = __builtin_convertvector(b, f64x8);
        even += wide_a * wide_a;
        odd += wide_b * wide_b;
    }
    for (; i < n; i++)
        tail += (double)x[i] * x[i];
    for (int k = 0; k < 8; k++)
        sum += even[k] + odd[k];
    return sum + tail;
}

/* u of lamb from moments that are up to date. */
static inline float lamb_step(const struct optim_coef *c, float p, float m, float v)
{
    return c->shrink * m / (sqrtf(v) * c->root + c->eps) + c->decay * p;
}

static void lamb_moments(const struct optim_coef *coef, const float *restrict p,
                         const float *restrict g, const struct optim_moments *s, int64_t n,
                         double sums[2])
{
    const struct optim_coef c = *coef;
    float u[TILE];

    sums[0] = sums[1] = 0;
    for (int64_t at = 0; at < n; at += TILE) {
        const int64_t length = n - at < TILE ? n - at : TILE;
        float *restrict m = s->m + at, *restrict v = s->v + at;

        #pragma omp simd
        for (int64_t i = 0; i < length; i++) {
            const float d = seen(&c, g[at + i]);

            m[i] = c.keep_m * m[i] + c.new_m * d;
            v[i] = c.keep_v * v[i] + c.new_v * d * d;
            u[i] = lamb_step(&c, p[at + i], m[i], v[i]);
        }
        sums[0] += square_sum(p + at, length);
        sums[1] += square_sum(u, length);
    }
}

static void lamb_apply(const struct optim_coef *coef, float *restrict p, const float *restrict g,
                       const struct optim_moments *s, int64_t n)
{
    const struct optim_coef c = *coef;
    const float *restrict m = s->m, *restrict v = s->v;
    (void)g;

    #pragma omp simd
    for (int64_t i = 0; i < n; i++)
        p[i] -= c.rate * lamb_step(&c, p[i], m[i], v[i]);
}

static void blend(float *restrict y, const float *restrict x, float weight, int64_t n)
{
    #pragma omp simd
    for (int64_t i = 0; i < n; i++)
        y[i] += weight * (x[i] - y[i]);
}

const struct optim_kernels SIMD(optim_kernels) = {
    .sgd = sgd, .momentum = momentum, .nesterov = nesterov, .adam = adam, .amsgrad = amsgrad,
    .rmsprop = rmsprop, .rmsprop_momentum = rmsprop_momentum, .centered = centered,
    .centered_momentum = centered_momentum, .lamb_moments = lamb_moments,
    .lamb_apply = lamb_apply, .square_sum = square_sum, .blend = blend,
};
