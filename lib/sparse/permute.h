/*
 * New orders of rows and columns.  An order o [n] lists what comes first, second ...: number i is
 * what was o[i].
 */
#ifndef SPARSE_PERMUTE_H
#define SPARSE_PERMUTE_H

#include "sparse/csr.h"

/* p becomes m with rows and columns in these orders; NULL leaves a side as it is. */
void csr_permute(struct csr *p, const struct csr *m, const int64_t *rows, const int64_t *cols);

/* inverse[o[i]] = i.  False where o [n] is no order: a number outside or a second time, at *bad. */
bool order_invert(int64_t *inverse, const int64_t *o, int64_t n, int64_t *bad);

/* Orders of the rows of m, o [m->rows]: at random; and by the number of entries, the fewest first,
 * equal ones as they were. */
void order_random(int64_t *o, int64_t n, uint64_t seed);
void order_by_degree(int64_t *o, const struct csr *m);

/*
 * Reverse Cuthill-McKee (Cuthill and McKee 1969; Liu and Sherman 1976) of the square m, or of its
 * union with the transpose: breadth first from a node at the edge of each component (George and
 * Liu 1979), neighbours with few of their own first; then all of it backwards.  Time O(n log d).
 */
void order_cuthill_mckee(int64_t *o, const struct csr *m);

#endif
