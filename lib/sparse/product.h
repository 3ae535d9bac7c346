/* Products of sparse matrices that come as streams: read, multiplied and written. */
#ifndef SPARSE_PRODUCT_H
#define SPARSE_PRODUCT_H

#include "dist/dist.h"
#include "sparse/csr.h"
#include "sparse/spgemm.h"
#include "stream/tool.h"

/* What is asked for.  The first factor is the tool's input; A alone is multiplied by itself. */
struct product {
    struct spgemm how;              /* how.mask: NULL */
    bool transpose_a, transpose_b;
    bool symbolic;                  /* write the structure alone */
    bool dry_run;                   /* multiply nothing: log what it would take */
    bool explain;                   /* log how many rows were added by which method */
    int64_t repeat;                 /* multiply so often, in memory that is kept, for `explain` to tell the least time; 0: once */
    const char **path;              /* [paths] of the factors behind the first */
    int paths;
    const char *mask, *accum;       /* paths; NULL: none */
    enum ten_type type;             /* to compute with; 0: the one that holds the values of all */
    int64_t memory;                 /* bytes, with factors in temporary files, and the product where it may not fit;
                                     * 0: all in memory */
};

/*
 * Read all, check that their shapes go together, multiply (several factors in the order that takes the least work), and write the
 * product to the tool's output.  All processes of d (NULL: one) call it; the first one reads and writes.  With a limit of memory
 * there is one process.  0, or -1 with t->err set.
 */
int product_run(struct tool *t, struct dist *d, const struct product *p);

#endif
