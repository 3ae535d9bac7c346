#include "accel/sparch_values.h"

#include "base/mem.h"
#include "tensor/cast.h"

const double *sparch_values(const struct csr *m, double **owned)
{
    *owned = NULL;
    if (!m->val || m->type == TEN_F64)
        return m->val;
    *owned = xmalloc(((size_t)m->n + 1) * sizeof **owned);
    cast(*owned, TEN_F64, m->val, m->type, m->n);
    return *owned;
}

void sparch_to_csr(struct csr *m, const struct sparch_elem *e, int64_t n, int64_t rows,
                   int64_t cols)
{
    csr_alloc(m, rows, cols, n, TEN_F64);
    for (int64_t k = 0; k < n; k++) {
        m->ptr[(e[k].key >> 32) + 1]++;
        m->col[k] = (uint32_t)e[k].key;
        ((double *)m->val)[k] = e[k].v;
    }
    for (int64_t i = 0; i < rows; i++)
        m->ptr[i + 1] += m->ptr[i];
}
