/* How the rows of a product are dealt out: by their products, which are cheap to count. */
#ifndef SPARSE_SPGEMM_PLAN_H
#define SPARSE_SPGEMM_PLAN_H

#include "sparse/csr.h"

/* Rows row..end; of one row that is too long for a piece, columns first..past. */
struct spgemm_piece {
    int64_t row, end, first, past;
    int64_t bound;                      /* of its entries */
    int64_t n, base; /* its entries, those of the pieces before it; -1: not known yet */
};

struct spgemm_plan {
    struct spgemm_piece *piece;
    int64_t n, products, bound, longest;    /* bound: of all entries; longest: row of A */
    int64_t kept;                           /* entries of A whose rows of B are not empty */
};

/* Pieces in order of rows, about `size` products each.  split: rows of many more are cut. */
void spgemm_plan(struct spgemm_plan *p, const struct csr *a, const struct csr *b, int64_t size,
                 bool split);
void spgemm_plan_free(struct spgemm_plan *p);

/* Products of row i. */
int64_t spgemm_work(const struct csr *a, const struct csr *b, int64_t i);

#endif
