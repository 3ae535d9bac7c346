/*
 * Sparse matrices and digraphs by rows, in the form that kernels work on: 64-bit pointers, 32-bit columns.  A digraph is
 * a square one whose values are the weights of its arcs; entry k is arc k.
 */
#ifndef SPARSE_CSR_H
#define SPARSE_CSR_H

#include "stream/ten.h"

#include <stdbool.h>
#include <stdint.h>

/* Elements behind the last column that may be read: kernels look ahead without asking for the end. */
enum { CSR_AHEAD = 64 };
/* Rows and columns are numbered in 32 bits. */
#define CSR_MAX_DIM ((int64_t)UINT32_MAX)

struct csr {
    int64_t rows, cols, n;              /* n: stored entries */
    int64_t *ptr;                       /* [rows+1] from 0 up to n */
    uint32_t *col;                      /* [n], strictly rising in each row (parallel arcs: rising); then CSR_AHEAD zeros */
    void *val;                          /* [n] of type; NULL: only the structure, every entry counts as 1 */
    enum ten_type type;                 /* of val: f32, f64 or i64; f64 without */
    bool weight;                        /* the stream calls the values weight */
};

/* A matrix of n entries for the caller to fill in; with type 0 without values.  The zeros behind the columns are there. */
void csr_alloc(struct csr *m, int64_t rows, int64_t cols, int64_t n, enum ten_type type);
void csr_free(struct csr *m);           /* to {0} */

/* Where a matrix came from: attributes and history of its group, NULL for none. */
struct csr_origin {
    char *attrs, *history;
    bool moved;                         /* entries do not have the order they came in */
};
void csr_origin_free(struct csr_origin *o);

/*
 * Read a stream that holds one matrix, of kind csr, csc or coo, to its end.  Symmetric and skew-symmetric ones stored by
 * half become whole; other types of values become f64 or i64 (f16, bf16: f32).  Entries of one place are added, or kept in
 * the order of the stream.  Records that are not part of a matrix go to other(ctx, rec), 0 or -1 with *e set, and are
 * passed over where it is NULL.  name ("": standard input) begins messages.  opt: NULL for {0}.  0, or -1 with *e set.
 */
struct csr_reading {
    bool parallel;                      /* keep entries of one place: arcs beside each other */
    struct csr_origin *origin;          /* NULL, or where to keep what is told about the group */
    int (*other)(void *ctx, const struct ten_record *rec, struct ten_err *e);
    void *ctx;
};
int csr_read(struct csr *m, struct ten_reader *r, const char *name, const struct csr_reading *opt, struct ten_err *e);

/* The same of a matrix that was taken from records (sparse/sparse.h), whose blocks become those of m. */
struct sparse;
int csr_from_sparse(struct csr *m, struct sparse *s, const struct csr_reading *opt, struct ten_err *e);
/* The type that values of type t get. */
enum ten_type csr_kernel_type(enum ten_type t);

/* Write it as group number `group`, with the attributes that mtx2ten(1) gives, general symmetry.  0, or -1 with *e set. */
int csr_write(struct ten_writer *w, const struct csr *m, int64_t group, struct ten_err *e);
/* The same with the history it came with, and with the attributes that say something else than those of csr_write(). */
int csr_write_on(struct ten_writer *w, const struct csr *m, const struct csr_origin *from, int64_t group, struct ten_err *e);

/* t = m', where entry k of t was entry from[k] of m; from [n] may be NULL.  Multi-threaded, always the same. */
void csr_transpose(struct csr *t, const struct csr *m, int64_t *from);

/* Bytes of one value; 0 without values. */
size_t csr_value_size(const struct csr *m);
/* Whether both have the same shape and structure. */
bool csr_same_structure(const struct csr *a, const struct csr *b);

#endif
