/*
 * Dense matrices of f64, row-major, by OpenBLAS and the LAPACK in it.  The library is opened by the
 * first call; where that fails the program ends with status 1 and a line that says why.  Every call
 * of it is one thread's, on a piece that depends on the shape alone, so the thread count does not
 * change a bit.
 */
#ifndef METRICS_ALGEBRA_H
#define METRICS_ALGEBRA_H

#include "base/err.h"

#include <stdint.h>

/* C [m,n] = A [m,k] B', B [n,k]; rows lie lda, ldb, ldc elements apart.  Sizes may be zero. */
struct rows64 { int64_t m, n, k, lda, ldb, ldc; };
void product_of_rows(const struct rows64 *s, double *c, const double *a, const double *b);

/* The upper triangle of C [n,n] += that of A'A, A [rows,n]; what lies below it is not touched. */
void gram_add(double *c, const double *a, int64_t rows, int64_t n);

/*
 * A [n,n] = sum over i of w[i] u_i u_i': eigenvalues in rising order, a's rows become the u_i.
 * Only the upper triangle of a is read.  1 <= n <= 32000.  Memory: 2 n^2 doubles besides.
 * 0, or -1 with *e set (TEN_E_NUMERIC).
 */
int symmetric_eigen(double *w, double *a, int64_t n, struct ten_err *e);

/* The singular values of A [m,n], falling, into s [min(m,n)]; a is destroyed.  m, n >= 1.
 * 0, or -1 as above. */
int singular_values(double *s, double *a, int64_t m, int64_t n, struct ten_err *e);

#endif
