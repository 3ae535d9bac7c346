#include "sparse/scale.h"

#include <math.h>
#include <string.h>

static double at(const struct csr *m, int64_t k)
{
    return m->type == TEN_F32 ? ((const float *)m->val)[k] : ((const double *)m->val)[k];
}

static void put(struct csr *m, int64_t k, double v)
{
    if (m->type == TEN_F32)
        ((float *)m->val)[k] = (float)v;
    else
        ((double *)m->val)[k] = v;
}

void csr_raise(struct csr *m, double power)
{
    #pragma omp parallel for schedule(static)
    for (int64_t k = 0; k < m->n; k++) {
        const double v = at(m, k);
        put(m, k, power == 2 ? v * v : pow(v, power));
    }
}

void csr_scale(struct csr *m, const double *rows, const double *cols)
{
    #pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < m->rows; i++)
        for (int64_t k = m->ptr[i]; k < m->ptr[i + 1]; k++)
            put(m, k, (rows ? rows[i] : 1) * at(m, k) * (cols ? cols[m->col[k]] : 1));
}

void csr_row_sums(double *sums, const struct csr *m)
{
    #pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < m->rows; i++) {
        sums[i] = 0;
        for (int64_t k = m->ptr[i]; k < m->ptr[i + 1]; k++)
            sums[i] += at(m, k);
    }
}

void csr_col_sums(double *sums, const struct csr *m)
{
    memset(sums, 0, (size_t)m->cols * sizeof *sums);
    for (int64_t k = 0; k < m->n; k++)
        sums[m->col[k]] += at(m, k);
}
