/*
 * Gated linear units (Dauphin et al., arXiv 1612.08083):   y[r,c] = x[r,c] sigmoid(x[r,C+c])
 *
 * x [R,2C], y [R,C], contiguous.  Multi-threaded over rows; the thread count does not change a bit.
 */
#ifndef TENSOR_GLU_H
#define TENSOR_GLU_H

#include "base/isa.h"

#include <stdint.h>

void glu(float *y, const float *x, int64_t rows, int64_t c);
/* dx [R,2C] of dy [R,C]; dx may be x. */
void glu_back(float *dx, const float *dy, const float *x, int64_t rows, int64_t c);

/* Inner loops, of one row. */
struct glu_kernels {
    void (*row)(float *restrict y, const float *x, int64_t c);
    void (*row_back)(float *dx, const float *restrict dy, const float *x, int64_t c);
};
extern const struct glu_kernels glu_kernels_base, glu_kernels_v3, glu_kernels_v4;

#endif
