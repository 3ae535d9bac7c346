#include "tensor/gather.h"

static void add(float *restrict y, const float *restrict x, float factor, int64_t n)
{
    #pragma omp simd
    for (int64_t i = 0; i < n; i++)
        y[i] += factor * x[i];
}

static float dot(const float *x, const float *y, int64_t n)
{
    float sum = 0;

    #pragma omp simd reduction(+ : sum)
    for (int64_t i = 0; i < n; i++)
        sum += x[i] * y[i];
    return sum;
}

const struct gather_kernels SIMD(gather_kernels) = {.add = add, .dot = dot};
