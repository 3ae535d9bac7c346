#include "tensor/codebook.h"

/* Binary search in eight steps, without branches. */
static void assign(int32_t *code, const float *x, int64_t n, const float *edge)
{
    #pragma omp simd
    for (int64_t i = 0; i < n; i++) {
        int32_t at = 0;

        for (int step = CODEBOOK_MOST / 2; step > 0; step /= 2)
            at += -(int32_t)(x[i] > edge[at + step - 1]) & step;
        code[i] = at;
    }
}

static void values(float *y, const int32_t *code, int64_t n, const float *table)
{
    #pragma omp simd
    for (int64_t i = 0; i < n; i++)
        y[i] = table[code[i]];
}

const struct codebook_kernels SIMD(codebook_kernels) = {.assign = assign, .values = values};
