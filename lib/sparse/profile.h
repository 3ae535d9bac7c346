/* What a sparse matrix is like, and what its product with another one will take. */
#ifndef SPARSE_PROFILE_H
#define SPARSE_PROFILE_H

#include "sparse/csr.h"

struct profile {
    int64_t empty, shortest, longest;   /* rows without entries; entries of a row */
    int64_t bandwidth;                  /* the largest |j - i| */
    int64_t diagonal;                   /* entries with i == j */
    bool symmetric;                     /* with each entry its mirror image, whatever the values */
};
void profile(struct profile *p, const struct csr *m);

/*
 * The product a b.  Exact: its multiplications, and the bound of its entries, the sum over the rows
 * of min(multiplications, columns).  Estimated: its entries, from rows of about `sample`
 * multiplications, drawn with the probability of theirs, stratified; with 0, or where there are no
 * more, exact as well.  The estimate depends on the seed alone.
 */
struct profile_product {
    int64_t products, bound;
    double entries;
};
void profile_product(struct profile_product *p, const struct csr *a, const struct csr *b,
                     int64_t sample, uint64_t seed);

/*
 * In a condensed matrix (Zhang et al., "SpArch", HPCA 2020) entries move to the front of their
 * rows: it has as many columns, L, as the longest row has entries.  Where merges take W at once,
 * the first takes ((L - 2) mod (W - 1)) + 2, so that all others are full; L where that is below 2.
 */
int64_t profile_first_merge(int64_t columns, int64_t ways);

#endif
