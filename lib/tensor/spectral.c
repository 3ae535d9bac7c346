#include "tensor/spectral.h"
#include "base/mem.h"
#include "tensor/gather.h"
#include "tensor/simd_loss.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    PARALLEL = 32768,                   /* elements; below, a parallel region costs more than it gives */
    ROWS = 64,                          /* that are added up at a time */
};

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

static double dot(const float *x, const float *y, int64_t n)
{
    return ISA_PICK(loss_kernels)->sum(SUM_PRODUCT, &(struct loss_line){0}, x, y, n);
}

/* y[r] = <w[r,:], v>, with v the same for every row (step 0) or a matrix of rows (step M). */
static void row_products(double *y, const struct matrix *w, const float *v, int64_t step)
{
    #pragma omp parallel for schedule(static) if (w->rows * w->cols > PARALLEL)
    for (int64_t r = 0; r < w->rows; r++)
        y[r] = dot(w->x + r * w->cols, v + r * step, w->cols);
}

/* y = W'u: sums over ROWS rows each, added up in their order. */
static void column_products(float *y, const struct matrix *w, const float *u)
{
    const int64_t blocks = (w->rows + ROWS - 1) / ROWS;
    float *part = xcalloc(blocks * w->cols + 1, sizeof *part);

    #pragma omp parallel for schedule(static) if (w->rows * w->cols > PARALLEL)
    for (int64_t b = 0; b < blocks; b++)
        for (int64_t r = b * ROWS; r < least(w->rows, (b + 1) * ROWS); r++)
            ISA_PICK(gather_kernels)->add(part + b * w->cols, w->x + r * w->cols, u[r], w->cols);
    memset(y, 0, w->cols * sizeof *y);
    for (int64_t b = 0; b < blocks; b++)
        ISA_PICK(gather_kernels)->add(y, part + b * w->cols, 1, w->cols);
    free(part);
}

static void normalise(float *x, int64_t n, float eps)
{
    const double norm = fmax(sqrt(dot(x, x, n)), eps);

    for (int64_t i = 0; i < n; i++)
        x[i] = (float)(x[i] / norm);
}

void spectral_iterate(const struct matrix *w, float *u, float *v, int n, float eps)
{
    double *product = xmalloc((w->rows + 1) * sizeof *product);

    while (n-- > 0) {
        column_products(v, w, u);
        normalise(v, w->cols, eps);
        row_products(product, w, v, 0);
        for (int64_t r = 0; r < w->rows; r++)
            u[r] = (float)product[r];
        normalise(u, w->rows, eps);
    }
    free(product);
}

float spectral_value(const struct matrix *w, const float *u, const float *v)
{
    double *product = xmalloc((w->rows + 1) * sizeof *product), sum = 0;

    row_products(product, w, v, 0);
    for (int64_t r = 0; r < w->rows; r++)
        sum += u[r] * product[r];
    free(product);
    return (float)sum;
}

void spectral_back(float *dw, const struct matrix *g, const float *y, const float *u, const float *v,
                   float sigma)
{
    double *product = xmalloc((g->rows + 1) * sizeof *product), sum = 0;

    row_products(product, g, y, g->cols);
    for (int64_t r = 0; r < g->rows; r++)
        sum += product[r];
    #pragma omp parallel for schedule(static) if (g->rows * g->cols > PARALLEL)
    for (int64_t r = 0; r < g->rows; r++) {
        const int64_t at = r * g->cols;

        ISA_PICK(loss_kernels)->mix(dw + at, 1 / sigma, g->x + at, (float)(-sum * u[r] / sigma), v, g->cols);
    }
    free(product);
}
