#include "tensor/codebook.h"

/* One step of a binary search, without a branch. */
static inline int32_t further(float x, const float *edge, int32_t at, int32_t step)
{
    return at + (-(int32_t)(x > edge[at + step - 1]) & step);
}

static void assign(int32_t *code, const float *x, int64_t n, const float *edge)
{
    #pragma omp simd
    for (int64_t i = 0; i < n; i++) {
        int32_t at = further(x[i], edge, 0, 128);

        at = further(x[i], edge, at, 64);
        at = further(x[i], edge, at, 32);
        at = further(x[i], edge, at, 16);
        at = further(x[i], edge, at, 8);
        at = further(x[i], edge, at, 4);
        at = further(x[i], edge, at, 2);
        code[i] = further(x[i], edge, at, 1);
    }
}

static void values(float *y, const int32_t *code, int64_t n, const float *table)
{
    #pragma omp simd
    for (int64_t i = 0; i < n; i++)
        y[i] = table[code[i]];
}

const struct codebook_kernels SIMD(codebook_kernels) = {.assign = assign, .values = values};
