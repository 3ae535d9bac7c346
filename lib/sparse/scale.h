/* Rows and columns of sparse matrices times numbers, and values raised to a power. */
#ifndef SPARSE_SCALE_H
#define SPARSE_SCALE_H

#include "sparse/csr.h"

/* All of m, whose values are f32 or f64, in place; computed in double and rounded once. */

/* v = v^power. */
void csr_raise(struct csr *m, double power);
/* m[i,j] = rows[i] m[i,j] cols[j]; NULL: 1. */
void csr_scale(struct csr *m, const double *rows, const double *cols);
/* sums [m->rows] of rows, or [m->cols] of columns, added in order of the entries. */
void csr_row_sums(double *sums, const struct csr *m);
void csr_col_sums(double *sums, const struct csr *m);

#endif
