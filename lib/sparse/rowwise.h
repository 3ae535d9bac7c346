/* Matrices whose rows can be made one by one, in any order. */
#ifndef SPARSE_ROWWISE_H
#define SPARSE_ROWWISE_H

#include "sparse/csr.h"

/* The columns of row i, strictly rising, into col: how many, at most rowwise.longest. */
typedef int64_t (*rowwise_fn)(const void *ctx, int64_t i, uint32_t *col);
/* The same with values, of rowwise.type, into val. */
typedef int64_t (*rowwise_values_fn)(const void *ctx, int64_t i, uint32_t *col, void *val);

/* m becomes a rows x cols matrix.  row or, with a type, row_values is called once for every row, by
 * any thread.  Memory for the result twice, while blocks of rows are joined. */
struct rowwise {
    int64_t rows, cols, longest;
    rowwise_fn row;
    const void *ctx;
    enum ten_type type;                 /* 0: without values */
    rowwise_values_fn row_values;
};
void rowwise_build(struct csr *m, const struct rowwise *r);

/* Sort col[0..n) and leave one of equal ones: how many are left. */
int64_t rowwise_sort(uint32_t *col, int64_t n);

/* The same from n places (row[k], col[k]) in any order, of which equal ones become one. */
void rowwise_from_places(struct csr *m, int64_t rows, int64_t cols, const uint32_t *row,
                         const uint32_t *col, int64_t n);

/* m, square and without values, becomes the union with its transpose. */
void rowwise_symmetrize(struct csr *m);

#endif
