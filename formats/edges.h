/* Edge lists: a line "u v [w]" per arc. */
#ifndef FORMATS_EDGES_H
#define FORMATS_EDGES_H

#include "formats/ragged.h"
#include "sparse/entries.h"
#include "sparse/sparse.h"

#include <stdio.h>

struct edges_options {
    bool names;                         /* nodes are words, else whole numbers from `base` on */
    int64_t base;
    int64_t nodes;                      /* so many nodes, -1: as the list needs; -1 with names */
    bool header;                        /* the first line holds no arc */
    bool undirected;                    /* every arc stands for both directions */
    enum dup dup;                       /* DUP_KEEP, DUP_MIN or DUP_SUM, for parallel arcs */
    int64_t max_nodes;                  /* refused above */
};

/*
 * Parse a whole list, text [size].  Fields are separated by blanks, or by a comma with or without
 * blanks; lines that start with # or % are comments.  Weights are finite and not negative; whole in
 * s when all are, 1 where the list has none.  names: the words, numbered as they first appear.
 * 0, entries_free() and ragged_free() when done, or -1 with *e set and nothing to free.
 */
int edges_parse(struct entries *s, struct ragged *names, const char *name, const char *text, int64_t size,
                const struct edges_options *o, struct ten_err *e);

/* Write the arcs of m with `separator` between the fields and nodes counted from base, or called by
 * names, if not NULL, which are checked.  0, or -1 with *e set; errors of `to` are the caller's. */
struct edges_form { char separator; int64_t base; bool weight; };
int edges_write(FILE *to, const struct sparse *m, const struct ragged *names, const struct edges_form *f,
                struct ten_err *e);

#endif
