/* Sparse matrices and digraphs as lists of entries, the form in which text files bring them. */
#ifndef SPARSE_ENTRIES_H
#define SPARSE_ENTRIES_H

#include "stream/ten.h"

#include <stdbool.h>
#include <stdint.h>

struct entry {
    int64_t row, col;                   /* from 0 */
    union { double f; int64_t i; } v;
};

struct entries {
    int64_t rows, cols, n;
    bool whole;                         /* values are v.i, else v.f */
    struct entry *e;                    /* [n] */
    struct entry *spare;                /* private: NULL or [n], a second array to sort into */
};

/* Room for n entries, not cleared; entries_free() when done. */
void entries_alloc(struct entries *s, int64_t n);
void entries_resize(struct entries *s, int64_t n);      /* keeps those there are room for */
void entries_free(struct entries *s);

/* Sort by row, then column; entries of one place stay in their order.  Time O(n), whatever the
 * size of the matrix; memory for n more entries. */
void entries_sort(struct entries *s);

/*
 * Make one of sorted entries that have the same place.  -1 when that is not possible, with *at
 * the place: it stands twice (DUP_ERROR), or a whole sum does not fit 64 bits.  Sums add in the
 * order of the list.  Of floats, DUP_MIN expects no NaN.
 */
enum dup { DUP_KEEP, DUP_SUM, DUP_LAST, DUP_MIN, DUP_ERROR };
int entries_merge(struct entries *s, enum dup how, struct entry *at);

/*
 * Write sorted entries as a group of records: indptr i64 [rows+1], indices i32 or (more than 2^31
 * columns) i64 [n], values [n] of a type and name as asked, whole numbers or floats; or, with coo,
 * in the order of the list and without indptr: row, col and values.  The attributes of the group
 * are kind, shape and symmetry.  0, or -1 with *e set.
 */
struct form {
    const char *values;                 /* name of the record of values */
    enum ten_type type;                 /* i64, f64 or f32 */
    const char *symmetry;               /* general, symmetric, skew-symmetric or hermitian */
    bool coo;
};
int entries_write(struct ten_writer *out, const struct entries *s, const struct form *f, int64_t group,
                  struct ten_err *e);

#endif
