/* Products of a sparse matrix with dense vectors. */
#ifndef SPARSE_SPMV_H
#define SPARSE_SPMV_H

#include "sparse/csr.h"

/* The first word adds, the second multiplies a_ij and x_j; first is a_ij and second x_j; or/and see
 * 0 and others.  min and max begin with the infinity, or bound of i64, that leaves others be. */
#define SPMV_SEMIRINGS(X) \
    X(plus_times) X(plus_first) X(plus_second) X(min_plus) X(max_plus) X(min_max) X(max_min) \
    X(min_times) X(max_times) X(min_second) X(max_second) X(or_and)

#define SPMV_ENUM(name) SPMV_##name,
enum spmv_semiring { SPMV_SEMIRINGS(SPMV_ENUM) SPMV_COUNT };
#undef SPMV_ENUM
extern const char *const spmv_semiring_names[];

/*
 * y[i,c] = sum over j of m[i,j] x[j,c]         x [m->cols,width], y [m->rows,width] of m->type
 *
 * Sums of a row are those of four parts, entry k in part k%4 (width 1), or in order of j (width
 * above 1): they do not depend on the number of threads, among which entries are shared out.  The
 * semirings but plus_times of floats add in double.  m without values counts as 1 everywhere.
 */
void spmv(void *y, const struct csr *m, const void *x, int64_t width, enum spmv_semiring semiring);

#endif
