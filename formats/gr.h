/* Graph and coordinate files of the 9th DIMACS implementation challenge (shortest paths, 2006). */
#ifndef FORMATS_GR_H
#define FORMATS_GR_H

#include "sparse/entries.h"
#include "sparse/sparse.h"

#include <stdio.h>

struct gr_options {
    enum dup dup;                       /* DUP_KEEP, DUP_MIN or DUP_SUM, for parallel arcs */
    int64_t max_nodes;                  /* refused above */
};

/*
 * Parse a .gr file, text [size]: an arc u v of weight w becomes the entry (u-1,v-1), sorted.
 * Weights are whole numbers from 0 to 2^63-1.  CRLF and empty lines are fine.  Memory: 48 bytes
 * per arc that has arrived.  0 and entries_free() when done, or -1 with *e set.
 */
int gr_parse(struct entries *s, const char *name, const char *text, int64_t size,
             const struct gr_options *o, struct ten_err *e);

/* Parse a .co file of the n nodes: xy [n,2].  0, or -1 with *e set: also when a node is missing. */
int co_parse(int32_t *xy, int64_t n, const char *name, const char *text, int64_t size, struct ten_err *e);

/* Write digraph m as a .gr file, every arc with weight 1 when it has none; and xy [n,2] as a .co
 * file.  0, or -1 with *e set: not square, or weights that .gr cannot hold.  Errors of `to` are the
 * caller's. */
int gr_write(FILE *to, const struct sparse *m, struct ten_err *e);
void co_write(FILE *to, const int32_t *xy, int64_t n);

#endif
