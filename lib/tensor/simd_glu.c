#include "tensor/glu.h"
#include "tensor/simd_math.h"

static void row(float *restrict y, const float *x, int64_t c)
{
    const float *gate = x + c;

    #pragma omp simd
    for (int64_t i = 0; i < c; i++)
        y[i] = x[i] * simd_sigmoid(gate[i]);
}

static void row_back(float *dx, const float *restrict dy, const float *x, int64_t c)
{
    const float *gate = x + c;
    float *dgate = dx + c;

    #pragma omp simd
    for (int64_t i = 0; i < c; i++) {
        const float s = simd_sigmoid(gate[i]), v = x[i];

        dx[i] = dy[i] * s;
        dgate[i] = dy[i] * v * s * (1.0f - s);
    }
}

const struct glu_kernels SIMD(glu_kernels) = {.row = row, .row_back = row_back};
