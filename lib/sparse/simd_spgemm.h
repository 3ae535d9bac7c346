/*
 * Rows of a sparse product C = A B (Gustavson 1978): row i of C is the sum of the rows k of B that
 * row i of A names, each times a_ik.  Here are the methods that add them; spgemm.c deals out rows.
 *
 * copy      one row of B: a scaled copy
 * sort      few products: expanded side by side, sorted by column, equal columns added
 * window    columns that lie within SPGEMM_WINDOW of each other: a dense accumulator, and bytes
 *           that tell which blocks of it (a cache line each) and which groups of 64 blocks are in
 *           use, so that reading it out is a scan of few bytes and needs no sort
 * ranges    other rows: window after window, with a cursor in every row of B
 * hash      few products, where columns need no order: a table of the columns met
 * repeat    a row of the shape of the row before, or SPGEMM_BATCH of them side by side
 *
 * All add the products of one place in order of k, so that their results are the same bits.
 */
#ifndef SPARSE_SIMD_SPGEMM_H
#define SPARSE_SIMD_SPGEMM_H

#include "base/isa.h"
#include "sparse/csr.h"
#include "sparse/semiring.h"

enum {
    SPGEMM_WINDOW = 1 << 17,        /* columns; their f64 fill the second-level cache of today */
    SPGEMM_SORT = 1024,             /* products that are sorted at most */
    SPGEMM_REPEAT = 1 << 14,        /* products of a row that are mapped at most */
    SPGEMM_BATCH = 8,               /* rows of one shape that are added side by side */
    SPGEMM_BATCH_ENTRIES = 512,     /* entries of such a row at most: sums fit into the first-level cache */
    SPGEMM_BATCH_COLUMNS = 64,      /* columns of B that are turned into lanes at a time */
    SPGEMM_SLACK = 64,              /* elements behind the last one that kernels may write */
};

enum spgemm_method { SPGEMM_AUTO, SPGEMM_COPY, SPGEMM_SORTED, SPGEMM_DENSE, SPGEMM_RANGES,
                     SPGEMM_HASHED, SPGEMM_REPEATED, SPGEMM_METHODS };

/* The part of row k of B that takes part, and the entry of A that multiplies it. */
struct spgemm_list { int64_t at, from; uint32_t len; };
/* A row's lists that are not empty, their products, and the columns they span. */
struct lists { int64_t n, products; uint32_t lo, hi; };

/* What a thread works in; spgemm.c makes it. */
struct spgemm_scratch {
    void *acc;                      /* [WINDOW] the identity of the semiring's sum */
    uint8_t *touched;               /* [WINDOW] 1: the column has a value (where acc cannot tell) */
    uint8_t *block, *group;         /* 1: the block, the group of 64 blocks has a value */
    uint16_t *used;                 /* [WINDOW / 8 + SLACK] the blocks in use, in order */
    uint8_t *allowed;               /* [columns] 1: the mask has the column; NULL without mask */
    struct spgemm_list *list, *last_list;   /* [longest row of A] of this row, of the last one */
    struct lists last;              /* of the last row; n = 0: none */
    int64_t last_row, last_entries;
    bool mapped;                    /* whether `entry` is that of the last row */
    uint16_t *entry;                /* [REPEAT] the entry of each product */
    uint16_t *place;                /* [WINDOW] the entry of each column */
    void *sum;                      /* [BATCH_ENTRIES + BATCH][BATCH] of rows side by side */
    uint32_t *key;                  /* [SORT + SLACK] */
    void *product;                  /* [SORT + SLACK] */
    uint16_t *slot;                 /* [2 SORT] 1 + the entry of the column that hashes here */
    /* Of the rows just added in a window, the blocks that their products took; choose_method(). */
    int64_t seen_blocks, seen_products;
    int since;                      /* rows since one was */
    int64_t rows[SPGEMM_METHODS], products[SPGEMM_METHODS];     /* by the method they used */
};

/* Rows row..end of A, and of their products the columns first..past: all of them, or, of one row
 * that is too long for a thread alone, a part. */
struct spgemm_rows {
    const struct csr *a, *b, *mask;
    bool complement, unsorted;
    enum spgemm_method method;      /* AUTO: by the row */
    int64_t row, end, first, past;
    int64_t *count; /* [end - row] out: entries of the rows up to and with this one */
    uint32_t *col;                  /* out; room for their bound and SLACK */
    void *val;
    uint8_t *shifted;   /* [rows of B] 1: the row has the columns of the row before it, each plus 1;
                         * 2: it has not; 0: not looked at yet */
};
/* Returns the number of entries. */
typedef int64_t (*spgemm_rows_fn)(const struct spgemm_rows *r, struct spgemm_scratch *s);

/* clear: accumulators acc[0..n) before the first row. */
struct spgemm_kernels {
    struct { spgemm_rows_fn rows; void (*clear)(void *acc, int64_t n); } of[SEMIRINGS];
};
#define SPGEMM_TABLES(type) \
    extern const struct spgemm_kernels spgemm_##type##_base, spgemm_##type##_v3, spgemm_##type##_v4;
SPGEMM_TABLES(f32)
SPGEMM_TABLES(f64)
SPGEMM_TABLES(i64)

#endif
