/* What a product may take of memory. */
#ifndef SPARSE_SPGEMM_BYTES_H
#define SPARSE_SPGEMM_BYTES_H

#include "sparse/spgemm.h"

/* Entries that row `row` of a b has at most. */
int64_t spgemm_row_bound(const struct csr *a, const struct csr *b, int64_t row);
/* Bytes that the product of a and b may take, with its factors and what threads work in, before any
 * of it is known but the number of products. */
int64_t spgemm_bytes(const struct csr *a, const struct csr *b, const struct spgemm *how);

#endif
