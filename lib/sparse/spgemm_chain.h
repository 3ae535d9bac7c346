/* Products of several matrices. */
#ifndef SPARSE_SPGEMM_CHAIN_H
#define SPARSE_SPGEMM_CHAIN_H

#include "dist/dist.h"
#include "sparse/spgemm.h"

/* Multiplications that a b takes. */
int64_t spgemm_products(const struct csr *a, const struct csr *b);

/*
 * Multiply neighbours among m[0..*n) until two are left: always those that take the fewest
 * multiplications; where the semiring is not associative, the first two.  Factors are freed as they
 * are used.  Masks and the like of *how wait for the last product, which is the caller's.  With d, all ranks call it; the first one has the matrices
 * (spgemm_ranks.h).
 */
void spgemm_reduce_chain(struct dist *d, struct csr *m, int *n, const struct spgemm *how);

#endif
