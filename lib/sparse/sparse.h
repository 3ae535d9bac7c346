/* A sparse matrix or digraph that comes as a group of records: kind csr (indptr, indices), csc
 * (the same by columns) or coo (row, col), each with values or weight, or with neither. */
#ifndef SPARSE_SPARSE_H
#define SPARSE_SPARSE_H

#include "stream/ten.h"

#include <stdbool.h>
#include <stdint.h>

enum sparse_kind { SPARSE_CSR, SPARSE_CSC, SPARSE_COO };

struct sparse {
    enum sparse_kind kind;
    int64_t rows, cols, n;              /* n: stored entries */
    char symmetry[16];                  /* of the attributes, "general" unless told */
    int64_t *ptr;                       /* [rows+1] of csr, [cols+1] of csc, else NULL */
    int64_t *index;                     /* [n] column of csr and coo, row of csc */
    int64_t *row;                       /* [n] of coo, else NULL */
    void *values;                       /* [n] of type; NULL: the structure only */
    enum ten_type type;
    bool weight;                        /* the record of values is named weight */

    bool started;                       /* the rest is private */
    int64_t ptrs, indexes, rows_given, values_given;
};

/* {0} is none.  Take one record of a group: 1, or 0 when it is not part of a sparse matrix
 * (the caller may know what it is), or -1 with *e set.  Data is copied. */
int sparse_take(struct sparse *m, const struct ten_record *rec, struct ten_err *e);
/* After the last record: 0 when all is there and fits together, -1 with *e set.  From then on every
 * index lies within the shape, and ptr counts from 0 up to n. */
int sparse_check(struct sparse *m, struct ten_err *e);
/* The first steps of both, for readers that keep entries elsewhere: kind, shape and symmetry from the
 * record that starts a group; whether ptr [ptrs] fits the shape and n.  0, or -1 with *e set. */
int sparse_start(struct sparse *m, const struct ten_record *rec, struct ten_err *e);
int sparse_check_pointers(const struct sparse *m, struct ten_err *e);
void sparse_free(struct sparse *m);     /* to {0} */

/* Walk the entries in stored order, *k and *major from 0: entry *k stands at (*row, *col).  False
 * when *k is n.  The caller counts *k up. */
bool sparse_at(const struct sparse *m, int64_t k, int64_t *major, int64_t *row, int64_t *col);

#endif
