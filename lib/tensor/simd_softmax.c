#include "tensor/simd_softmax.h"
#include "tensor/simd_pointwise.h"
#include "tensor/simd_reduce.h"

enum { LANES = 64, DEEP = 16 };         /* sums side by side, and how many terms each takes in f32 */

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

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

/* What a sum is taken of. */
enum term { EXPONENTIALS, EXPONENTIALS_KEPT, DIFFERENCES, WEIGHED, WEIGHTS, PRODUCTS };

EACH_KIND float term_of(enum term term, float *y, const float *x, const float *t, int64_t i, float m)
{
    switch (term) {
    case EXPONENTIALS:      return simd_exp(x[i] - m);
    case EXPONENTIALS_KEPT: return y[i] = simd_exp(x[i] - m);
    case DIFFERENCES:       return x[i] - m;
    case WEIGHED:           return t[i] * (x[i] - m);
    case WEIGHTS:           return t[i];
    case PRODUCTS:          return t[i] * x[i];
    }
    return 0;
}

EACH_KIND double row_sum(enum term term, float *y, const float *x, const float *t, int64_t n, float m)
{
    double sum = 0;
    for (int64_t from = 0; from < n; from += LANES * DEEP) {
        const int64_t end = least(n, from + LANES * DEEP);
        float lane[LANES] = {0};
        int64_t i = from;
        for (; i + LANES <= end; i += LANES)
            #pragma omp simd
            for (int k = 0; k < LANES; k++)
                lane[k] += term_of(term, y, x, t, i + k, m);
        const int left = (int)(end - i);
        #pragma omp simd
        for (int k = 0; k < left; k++)
            lane[k] += term_of(term, y, x, t, i + k, m);
        sum += lanes_sum(lane);
    }
    return sum;
}

static float largest(const float *x, int64_t n) { return SIMD(reduce_kernels).row_max(x, n, false); }

static double exponentials(float *y, const float *x, int64_t n, float m)
{
    return y ? row_sum(EXPONENTIALS_KEPT, y, x, NULL, n, m) : row_sum(EXPONENTIALS, NULL, x, NULL, n, m);
}

static double weighed(const float *t, const float *x, int64_t n, float m, double *sum_t)
{
    *sum_t = t ? row_sum(WEIGHTS, NULL, x, t, n, 0) : (double)n;
    return t ? row_sum(WEIGHED, NULL, x, t, n, m) : row_sum(DIFFERENCES, NULL, x, NULL, n, m);
}

static void combine(float *y, float a, const float *x, float b, const float *t, int64_t n)
{
    if (t) {
        #pragma omp simd
        for (int64_t i = 0; i < n; i++)
            y[i] = a * x[i] - b * t[i];
    } else {
        #pragma omp simd
        for (int64_t i = 0; i < n; i++)
            y[i] = a * x[i] - b;
    }
}

static void back(float *dx, const float *dy, const float *y, int64_t n)
{
    const float sum = (float)row_sum(PRODUCTS, NULL, dy, y, n, 0);
    #pragma omp simd
    for (int64_t i = 0; i < n; i++)
        dx[i] = y[i] * (dy[i] - sum);
}

static void log_back(float *dx, const float *dy, const float *y, int64_t n)
{
    const float sum = (float)row_sum(WEIGHTS, NULL, dy, dy, n, 0);
    #pragma omp simd
    for (int64_t i = 0; i < n; i++)
        dx[i] = dy[i] - simd_exp(y[i]) * sum;
}

const struct softmax_kernels SIMD(softmax_kernels) = {
    .largest = largest, .exponentials = exponentials, .weighed = weighed, .combine = combine,
    .back = back, .log_back = log_back,
};
