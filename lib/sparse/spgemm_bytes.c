#include "sparse/spgemm_bytes.h"

#include "base/threads.h"
#include "sparse/spgemm_plan.h"

static int64_t bytes_of(const struct csr *m)
{
    return m ? (int64_t)((size_t)m->rows * sizeof *m->ptr +
                         (size_t)m->n * (sizeof *m->col + csr_value_size(m)))
             : 0;
}

int64_t spgemm_row_bound(const struct csr *a, const struct csr *b, int64_t row)
{
    const int64_t f = spgemm_work(a, b, row);
    return f < b->cols ? f : b->cols;
}

int64_t spgemm_bytes(const struct csr *a, const struct csr *b, const struct spgemm *how)
{
    const int64_t each = SPGEMM_THREAD_BYTES + (how->mask ? b->cols : 0);
    int64_t bound = 0;
    for (int64_t i = 0; i < a->rows; i++)
        bound += spgemm_row_bound(a, b, i);
    return bytes_of(a) + (b == a ? 0 : bytes_of(b)) + bytes_of(how->mask) + threads_count() * each +
           (a->rows + 1) * (int64_t)sizeof(int64_t) +
           bound * (int64_t)(sizeof(uint32_t) + ten_elem_size(a->type));
}
