/* Parts of sparse matrices: ranges of rows and columns, diagonals, values. */
#ifndef SPARSE_SELECT_H
#define SPARSE_SELECT_H

#include "sparse/csr.h"
#include "tensor/slice.h"

/* An entry v at (i, j) stays when all of it holds; i and j count in the whole matrix. */
struct selection {
    struct slice rows, cols;            /* steps above 0; what is chosen is numbered anew */
    int64_t lowest, highest;            /* diagonals: lowest <= j - i <= highest */
    bool off_diagonal;                  /* and not i == j */
    bool magnitude;                     /* |v| for v in what follows */
    bool bounded;                       /* least <= v <= most, as doubles; a NaN goes */
    double least, most;
    bool nonzero;                       /* v != 0 */
    int64_t topk;                       /* of each row what is left: the largest; < 0: all */
};

/* All of m. */
struct selection selection_of_all(const struct csr *m);
/* s becomes the chosen part of m.  Of equal values, the one further left is chosen first. */
void csr_select(struct csr *s, const struct csr *m, const struct selection *how);

#endif
