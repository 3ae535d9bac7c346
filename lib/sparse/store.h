/*
 * Sparse matrices that lie in temporary files, for products of more than fits into memory: only the
 * row pointers are in memory.  The files have no names (base/tempfile.h).
 */
#ifndef SPARSE_STORE_H
#define SPARSE_STORE_H

#include "sparse/csr.h"

struct store {
    int64_t rows, cols, n;
    int64_t *ptr;                       /* [rows+1] */
    int col, val;                       /* files of uint32_t [n] and of type [n]; val -1: no values */
    enum ten_type type;                 /* f32, f64 or i64, as in struct csr */
};

/* An empty matrix to append rows to; type 0: without values.  0, or -1 with *e set. */
int store_open(struct store *s, int64_t rows, int64_t cols, enum ten_type type, struct ten_err *e);
void store_close(struct store *s);      /* to {.col = -1, .val = -1}; of {0} too */
/* The entries of m, which has the columns of s, behind those that s has, as rows row, row+1 ... */
int store_append(struct store *s, int64_t row, const struct csr *m, struct ten_err *e);
/* The same matrix once more. */
int store_copy(struct store *to, const struct store *s, struct ten_err *e);

/*
 * What csr_read() reads, as far as `memory` bytes go beside the row pointers: entries that are not
 * in order by row and column are sorted by ranges of rows.  Values become those of csr_read().
 */
int store_read(struct store *s, struct ten_reader *r, const char *name, int64_t memory,
               struct ten_err *e);
/* Write it as csr_write() does; without its values where structure is set. */
int store_write(struct ten_writer *w, const struct store *s, bool structure, struct ten_err *e);

/* Rows row..end as a matrix of these rows. */
int store_rows(struct csr *m, const struct store *s, int64_t row, int64_t end, struct ten_err *e);
/* The entries in columns first..past, n of them, as a matrix of the whole shape. */
int store_columns(struct csr *m, const struct store *s, int64_t first, int64_t past, int64_t n,
                  struct ten_err *e);

/* Ranges of columns that have at most `entries` each. */
struct store_ranges { int64_t n, *first, *entries; };   /* first [n+1], entries [n] */
int store_split(struct store_ranges *p, const struct store *s, int64_t entries, struct ten_err *e);
void store_ranges_free(struct store_ranges *p);

/* s becomes its transpose; in `memory` bytes beside the row pointers. */
int store_transpose(struct store *s, int64_t memory, struct ten_err *e);

/* Entries n of `size` bytes from a file, the first of them number `at`. */
int store_take(int fd, void *data, int64_t at, int64_t n, size_t size, struct ten_err *e);
int store_put(int fd, const void *data, size_t bytes, struct ten_err *e);

#endif
