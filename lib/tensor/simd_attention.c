#include "tensor/attention.h"
#include "tensor/simd_math.h"

#include <math.h>

static void add(float *restrict y, const float *restrict x, int64_t n)
{
    #pragma omp simd
    for (int64_t i = 0; i < n; i++)
        y[i] += x[i];
}

static void scale(float *y, float factor, int64_t n)
{
    #pragma omp simd
    for (int64_t i = 0; i < n; i++)
        y[i] *= factor;
}

/* Compilers do not spread a maximum over lanes by themselves: they would have to know what NaN means here (nothing). */
static float max(const float *x, int64_t n)
{
    enum { LANES = 32 };
    float most[LANES], all = -INFINITY;
    int64_t i = 0;

    for (int l = 0; l < LANES; l++)
        most[l] = -INFINITY;
    for (; i + LANES <= n; i += LANES)
        #pragma omp simd
        for (int l = 0; l < LANES; l++)
            most[l] = x[i + l] > most[l] ? x[i + l] : most[l];
    for (int l = 0; l < LANES; l++)
        all = most[l] > all ? most[l] : all;
    for (; i < n; i++)
        all = x[i] > all ? x[i] : all;
    return all;
}

static float exps(float *y, float shift, int64_t n)
{
    float sum = 0;

    #pragma omp simd reduction(+ : sum)
    for (int64_t i = 0; i < n; i++) {
        y[i] = simd_exp(y[i] - shift);
        sum += y[i];
    }
    return sum;
}

static float dot(const float *x, const float *y, int64_t n)
{
    float sum = 0;

    #pragma omp simd reduction(+ : sum)
    for (int64_t i = 0; i < n; i++)
        sum += x[i] * y[i];
    return sum;
}

static void slope(float *restrict dp, const float *restrict p, float mean, int64_t n)
{
    #pragma omp simd
    for (int64_t i = 0; i < n; i++)
        dp[i] = p[i] * (dp[i] - mean);
}

const struct attention_kernels SIMD(attention_kernels) = {
    .add = add, .scale = scale, .max = max, .exp = exps, .dot = dot, .slope = slope,
};
