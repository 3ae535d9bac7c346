/* Products by several processes (dist/dist.h). */
#ifndef SPARSE_SPGEMM_RANKS_H
#define SPARSE_SPGEMM_RANKS_H

#include "dist/dist.h"
#include "sparse/spgemm.h"

/*
 * spgemm() by all ranks, which all call it with the same *how but for the matrix of the mask.  a, b
 * and the mask are those of the first rank; elsewhere they are not looked at.  Each rank gets a
 * block of the rows of A, about equal in products, with those rows of B that it names, and its rows
 * of C come back to the first rank, in order: c is the same bits as from one process; elsewhere it is
 * empty.  report, of all ranks, is told to the first one.  Memory of a rank but the first: its part.
 */
void spgemm_ranks(struct dist *d, struct csr *c, const struct csr *a, const struct csr *b,
                  const struct spgemm *how, struct spgemm_report *report);

#endif
