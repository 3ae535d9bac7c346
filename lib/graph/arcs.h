/* Digraphs as lists of arcs, the form in which they are made up. */
#ifndef GRAPH_ARCS_H
#define GRAPH_ARCS_H

#include "sparse/csr.h"

struct arc { uint32_t from, to; double weight; };

/* {.n = vertices} to begin with; arcs_free() when done. */
struct arcs {
    int64_t n, m;                       /* vertices, arcs */
    struct arc *arc;                    /* [m], in any order */
    int64_t room;                       /* private */
};

void arcs_add(struct arcs *a, int64_t from, int64_t to, double weight);
void arcs_free(struct arcs *a);

/* m [n,n] = the arcs without loops, and of parallel ones only the lightest.  Weights become i64
 * (whole: they are whole numbers) or f64, under the name of weight. */
void arcs_to_csr(struct csr *m, const struct arcs *a, bool whole);

#endif
