/* Matrix Market files (Boisvert, Pozo, Remington, "The Matrix Market exchange formats", NIST 1996). */
#ifndef FORMATS_MTX_H
#define FORMATS_MTX_H

#include "sparse/entries.h"
#include "sparse/sparse.h"

#include <stdio.h>

enum mtx_symmetry { MTX_GENERAL, MTX_SYMMETRIC, MTX_SKEW, MTX_HERMITIAN };

struct mtx_options {
    enum dup dup;                       /* DUP_SUM, DUP_LAST, DUP_ERROR or, with weights, DUP_MIN;
                                           without in_order */
    bool weights;                       /* refuse values that are negative, infinite or NaN */
    bool in_order;                      /* leave the entries in the order of the file, all of them */
    bool keep_symmetric;                /* only what the file stores, instead of the whole matrix */
    bool drop_zeros;
    int64_t max_rows;                   /* refused above, without in_order */
};

struct mtx {
    struct entries s;                   /* sorted and merged, unless in_order; whole for integers */
    enum mtx_symmetry symmetry;         /* of s: general where it was expanded */
    bool one_percent;                   /* the banner starts with one percent sign instead of two */
};

/*
 * Parse a whole file, text [size]; name appears in messages.  Accepts what files in the wild have:
 * any case, CRLF, empty lines and comments anywhere, entries in any order and above the diagonal,
 * exponents with D.  A pattern has the value 1 everywhere; an array is a matrix with all entries.
 * Memory: 48 bytes per entry that has arrived, whatever the size line claims.  0 and
 * entries_free(&m->s) when done, or -1 with *e set and nothing to free.
 */
int mtx_parse(struct mtx *m, const char *name, const char *text, int64_t size,
              const struct mtx_options *o, struct ten_err *e);
const char *mtx_symmetry_name(enum mtx_symmetry s);

/* Write a coordinate file.  Entries above the diagonal of a symmetric matrix go out as their mirror
 * images.  pattern: leave values out.  0, or -1 with *e set; errors of `to` are the caller's. */
int mtx_write(FILE *to, const struct sparse *m, bool pattern, struct ten_err *e);

#endif
