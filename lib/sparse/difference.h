/* Where two sparse matrices differ. */
#ifndef SPARSE_DIFFERENCE_H
#define SPARSE_DIFFERENCE_H

#include "sparse/csr.h"
#include "tensor/compare.h"

struct sparse_place { int64_t row, col, a, b; };    /* entries of A and B there, -1: none */

struct sparse_difference {
    int64_t only_a, only_b;             /* entries without one of the other at their place */
    int64_t values;                     /* values that do not agree */
    struct sparse_place first;          /* of all, by rows */
    struct sparse_place worst;          /* the first of the values farthest apart */
    double absolute, relative;          /* of the worst: |a - b|, and over |b|; inf for a NaN */
};

/*
 * Compare a and b, of one shape.  Values agree as tensor/compare.h says; of two i64 matrices as
 * whole numbers, else as doubles; what has no values counts as 1.  tolerance NULL: only the
 * structure.
 */
void csr_difference(struct sparse_difference *d, const struct csr *a, const struct csr *b,
                    const struct tolerance *tolerance);

#endif
