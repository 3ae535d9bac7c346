/* Matrices as the model's elements, and back. */
#ifndef ACCEL_SPARCH_VALUES_H
#define ACCEL_SPARCH_VALUES_H

#include "accel/sparch_tree.h"
#include "sparse/csr.h"

/* Values as doubles; NULL without any.  *owned: NULL, or to be freed by the caller. */
const double *sparch_values(const struct csr *m, double **owned);

/* A matrix of n sorted elements of distinct places; csr_free() when done. */
void sparch_to_csr(struct csr *m, const struct sparch_elem *e, int64_t n, int64_t rows,
                   int64_t cols);

#endif
