/*
 * The product of two sparse matrices, in any semiring of semiring.h.  Gustavson's algorithm: row i
 * of C = A B is the sum of a_ik times row k of B.  The structure of C is that of the products: sums
 * that cancel stay, as entries of 0.  Values are added in order of k: the result is the same bits
 * with any method, number of threads and instruction set.
 */
#ifndef SPARSE_SPGEMM_H
#define SPARSE_SPGEMM_H

#include "sparse/simd_spgemm.h"

struct spgemm {
    enum semiring semiring;
    const struct csr *mask;             /* only places that it has; NULL: all */
    bool complement;                    /* only places that it has not */
    enum spgemm_method method;
    int64_t topk;                       /* > 0: of each row, the entries of largest magnitude */
    double drop;                        /* > 0: without entries of smaller magnitude */
    bool unsorted;                      /* columns of a row in any order, always the same one */
};

enum { SPGEMM_THREAD_BYTES = 12 << 20 };

/* What a product took. */
struct spgemm_report {
    int64_t products;                   /* multiplications */
    int64_t bound;                      /* of the entries, before multiplying */
    int64_t rows[SPGEMM_METHODS], by[SPGEMM_METHODS];   /* rows and products, by method */
};

/* "auto", "copy", "sort", "dense", "ranges", "hash", "repeat". */
extern const char *const spgemm_method_names[SPGEMM_METHODS + 1];

/*
 * c = a b.  a [m,k] and b [k,n] are of one type (csr_retype()), without values too; what has none
 * counts as 1.  A mask is [m,n].  c is new, the caller's, with values of that type.  a->ptr need
 * not start at 0: consecutive rows of a matrix are one.  Memory beside a, b and c:
 * SPGEMM_THREAD_BYTES a thread, with a mask a byte a column, with topk the longest rows.  report
 * may be NULL.
 */
void spgemm(struct csr *c, const struct csr *a, const struct csr *b, const struct spgemm *how,
            struct spgemm_report *report);

/* How many entries rows `row` to `end` of the product have, all of it in count [end - row] as sums
 * from row on; NULL: only the sum, which is returned. */
int64_t spgemm_count(const struct csr *a, const struct csr *b, const struct spgemm *how,
                     int64_t *count);

#endif
