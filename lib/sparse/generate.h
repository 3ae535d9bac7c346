/*
 * Sparse matrices made by rule, of the classes that products of sparse matrices are measured on:
 * random graphs, grids and meshes, and simple forms.  The same seed gives the same matrix on every
 * machine and for any number of threads.
 */
#ifndef SPARSE_GENERATE_H
#define SPARSE_GENERATE_H

#include "sparse/csr.h"

enum generate_values {
    VALUES_ONE, VALUES_INTEGER, VALUES_UNIFORM, VALUES_NORMAL, VALUES_LAPLACE, VALUES_NONE
};

/* What a kind may be told; generate_kind.uses is made of these bits. */
enum {
    GENERATE_ROWS = 1, GENERATE_COLS = 2, GENERATE_GRID = 4, GENERATE_EDGES = 8,
    GENERATE_PER_ROW = 16, GENERATE_QUADRANTS = 32, GENERATE_SYMMETRIC = 64,
    GENERATE_UNKNOWNS = 128, GENERATE_SHARE = 256, GENERATE_WINDOW = 512, GENERATE_HUBS = 1024,
    GENERATE_BANDWIDTH = 2048,
};

struct generate {
    int64_t rows, cols;                 /* cols 0: as many as rows */
    int64_t grid[3];                    /* nodes along x (which runs fastest), y and z */
    int dims;                           /* how many of grid: 2 or 3 */
    int64_t edges;                      /* places drawn; those drawn again count once */
    int64_t per_row;                    /* entries of a row; neighbours that a node draws */
    double quadrant[4];                 /* of R-MAT: upper left and right, lower left and right */
    bool symmetric;                     /* the union with its transpose */
    int64_t unknowns;                   /* of a node */
    double share;                       /* of the grid's edges that are roads */
    int64_t window;                     /* nodes that are numbered at random among themselves */
    int64_t hubs;                       /* columns that many rows have an entry in */
    int64_t bandwidth;                  /* diagonals on either side */
    enum generate_values values;        /* a function of seed and place, and symmetric if it is */
    enum ten_type type;                 /* f32, f64 or i64 */
    uint64_t seed;
};

struct generate_kind {
    const char *name, *what;
    unsigned uses;                      /* GENERATE_* */
    struct generate defaults;
    void (*structure)(struct csr *m, const struct generate *g);
};

/* The kinds by name; the last has none. */
extern const struct generate_kind generate_kinds[];

/* 0, or -1 with *e set (TEN_E_USAGE) where sizes are too large or do not go together. */
int generate_check(const struct generate_kind *kind, const struct generate *g, struct ten_err *e);
/* m becomes the matrix; g must have passed the check. */
void generate(struct csr *m, const struct generate_kind *kind, const struct generate *g);

#endif
