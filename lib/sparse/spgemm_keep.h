/*
 * Rows of A without the entries that multiply empty rows of B.  In directed graphs whose arcs end where none begin they are
 * most of all; kernels ask for rows of B far ahead, look for the columns they span, and count them: once here is cheaper.
 */
#ifndef SPARSE_SPGEMM_KEEP_H
#define SPARSE_SPGEMM_KEEP_H

#include "sparse/csr.h"

struct spgemm_kept {
    struct csr m;                       /* [end - row] rows; values of A's type, or none */
    uint32_t *place;                    /* [entries + 1] of the rows, of those kept before each */
    int64_t rows, entries;              /* it has room for */
};

/* k->m = rows row..end of A, those of its entries that matter.  k: {0} or used before; spgemm_kept_free(). */
void spgemm_keep(struct spgemm_kept *k, const struct csr *a, const struct csr *b, int64_t row, int64_t end);
void spgemm_kept_free(struct spgemm_kept *k);

#endif
