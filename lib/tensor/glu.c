#include "tensor/glu.h"

enum { TINY = 10000 };                  /* elements: one thread is faster */

void glu(float *y, const float *x, int64_t rows, int64_t c)
{
    const struct glu_kernels *k = ISA_PICK(glu_kernels);

    #pragma omp parallel for schedule(static) if (rows * c > TINY)
    for (int64_t r = 0; r < rows; r++)
        k->row(y + r * c, x + r * 2 * c, c);
}

void glu_back(float *dx, const float *dy, const float *x, int64_t rows, int64_t c)
{
    const struct glu_kernels *k = ISA_PICK(glu_kernels);

    #pragma omp parallel for schedule(static) if (rows * c > TINY)
    for (int64_t r = 0; r < rows; r++)
        k->row_back(dx + r * 2 * c, dy + r * c, x + r * 2 * c, c);
}
