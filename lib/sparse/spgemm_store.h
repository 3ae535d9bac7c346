/*
 * Products of matrices that lie in files, in a given amount of memory.
 *
 * B comes into memory range of columns after range of columns, as few of them as fit.  For each, the
 * rows of A are multiplied in blocks whose bound fits, and their entries wait in temporary files.
 * A sum never leaves its range, so that all are added in the order that spgemm() adds them: the
 * result is the same bits.  At the end the ranges' parts of every row are put side by side.
 */
#ifndef SPARSE_SPGEMM_STORE_H
#define SPARSE_SPGEMM_STORE_H

#include "sparse/ewise.h"
#include "sparse/spgemm.h"
#include "sparse/store.h"

struct spgemm_store {
    struct spgemm how;                  /* how.mask is not looked at */
    const struct store *mask, *accum;   /* NULL: none */
    enum ewise_op accumulate;           /* accum op product, where either has an entry */
    enum ten_type type;                 /* to compute with */
    int64_t memory;                     /* bytes for everything but what the stream takes */
};

/* c = a b, new.  0, or -1 with *e set: TEN_E_INFEASIBLE where the pointers of rows, threads and the
 * largest row do not fit. */
int spgemm_store(struct store *c, const struct store *a, const struct store *b,
                 const struct spgemm_store *x, struct spgemm_report *report, struct ten_err *e);

/* As spgemm_reduce_chain(), of m[0..*n). */
int spgemm_store_chain(struct store *m, int *n, const struct spgemm_store *x, struct ten_err *e);

#endif
