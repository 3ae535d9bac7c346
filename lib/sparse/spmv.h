/* Products of a sparse matrix with dense vectors. */
#ifndef SPARSE_SPMV_H
#define SPARSE_SPMV_H

#include "sparse/csr.h"
#include "sparse/semiring.h"

/*
 * y[i,c] = sum over j of m[i,j] x[j,c]         x [m->cols,width], y [m->rows,width] of m->type
 *
 * Entries of a row are added in order of j; of floats with width 1, in four parts where there are
 * many.  The number of threads, among which entries are shared out, does not matter.  The semirings
 * but plus_times of floats add in double.  m without values counts as 1 everywhere.  min and max of
 * nothing are the infinity, or bound of i64, that leaves others be, and sums of that bound are it.
 */
void spmv(void *y, const struct csr *m, const void *x, int64_t width, enum semiring semiring);

#endif
