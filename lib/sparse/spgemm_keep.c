#include "sparse/spgemm_keep.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

enum { AHEAD = 32 };                    /* entries, by which pointers are asked for early */

static void make_room(struct spgemm_kept *k, int64_t rows, int64_t entries, size_t size)
{
    if (rows > k->rows) {
        free(k->m.ptr);
        k->rows = rows + rows / 2;
        k->m.ptr = xmalloc(((size_t)k->rows + 1) * sizeof *k->m.ptr);
    }
    if (!k->place || entries > k->entries) {
        free(k->m.col);
        free(k->m.val);
        free(k->place);
        k->entries = entries + entries / 2;
        k->place = xmalloc(((size_t)k->entries + 1) * sizeof *k->place);
        k->m.col = xmalloc(((size_t)k->entries + CSR_AHEAD) * sizeof *k->m.col);
        k->m.val = size > 0 ? xmalloc((size_t)k->entries * size) : NULL;
    }
}

/* No branch: nobody can foretell which. */
static inline __attribute__((always_inline)) void keep(struct spgemm_kept *k, const struct csr *a, const struct csr *b,
                                                       int64_t row, int64_t end, size_t size)
{
    const int64_t first = a->ptr[row], entries = a->ptr[end] - first;
    uint32_t n = 0;
    for (int64_t q = 0; q < entries; q++) {
        const uint32_t c = a->col[first + q];
        __builtin_prefetch(&b->ptr[a->col[first + q + AHEAD]]);
        k->place[q] = n;
        k->m.col[n] = c;
        if (size > 0)
            memcpy((char *)k->m.val + (size_t)n * size, (const char *)a->val + (size_t)(first + q) * size, size);
        n += b->ptr[c] < b->ptr[c + 1];
    }
    k->place[entries] = n;
    for (int64_t i = row; i < end; i++)
        k->m.ptr[i - row] = k->place[a->ptr[i] - first];
    k->m.ptr[end - row] = k->m.n = n;
    memset(k->m.col + n, 0, CSR_AHEAD * sizeof *k->m.col);
}

void spgemm_keep(struct spgemm_kept *k, const struct csr *a, const struct csr *b, int64_t row, int64_t end)
{
    const size_t size = csr_value_size(a);
    make_room(k, end - row, a->ptr[end] - a->ptr[row], size);
    k->m.rows = end - row;
    k->m.cols = a->cols;
    k->m.type = a->type;
    switch (size) {
    case 0: keep(k, a, b, row, end, 0); break;
    case 4: keep(k, a, b, row, end, 4); break;
    default: keep(k, a, b, row, end, 8); break;
    }
}

void spgemm_kept_free(struct spgemm_kept *k)
{
    csr_free(&k->m);
    free(k->place);
    *k = (struct spgemm_kept){0};
}
