/* Sums, products and the like of two sparse matrices, entry by entry. */
#ifndef SPARSE_EWISE_H
#define SPARSE_EWISE_H

#include "sparse/csr.h"

enum ewise_op {
    EWISE_PLUS, EWISE_MINUS, EWISE_TIMES, EWISE_MIN, EWISE_MAX, EWISE_FIRST, EWISE_SECOND
};
enum ewise_places { EWISE_UNION, EWISE_INTERSECTION, EWISE_DIFFERENCE };

/* "plus", "minus" ... and "union", "intersection", "difference". */
extern const char *const ewise_op_names[], *const ewise_place_names[];
/* Where results stand unless told: products where both have an entry, others where one has. */
enum ewise_places ewise_default_places(enum ewise_op op);

/*
 * c = a op b.  a and b have one shape and, where both have values, one type; without values every
 * entry counts as 1.  Where only one has an entry it is the result (of minus, -b); difference is
 * where only a has one.  Whole numbers wrap around.  Of a NaN and a number, min and max are the
 * number.  Results of 0 stay.  Neither having values, the result has none, but of plus, minus and
 * times, which give f64.
 */
void csr_ewise(struct csr *c, const struct csr *a, const struct csr *b, enum ewise_op op,
               enum ewise_places places);

#endif
