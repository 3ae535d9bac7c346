/*
 * Digraphs as algorithms work on them: arcs by tail and by head.  A digraph on the wire is a
 * square sparse matrix whose values are called weight, and records beside it: sources u32 [s];
 * in_h u8 [m], 1 where an arc is in a spanner, in the order of the arcs; xy [n,2], coordinates;
 * others are carried along unchanged.
 */
#ifndef GRAPH_DIGRAPH_H
#define GRAPH_DIGRAPH_H

#include "sparse/csr.h"

struct digraph {
    int64_t n, m;               /* vertices, arcs */
    struct csr out;             /* arc k: from its row to out.col[k]; val f64 [m] weights */
    struct csr in;              /* by head: in.col tails, in.val weights */
    int64_t *in_arc;            /* [m] arc number of entry k of in */
    bool positive;              /* no weight is 0 */
    bool whole;                 /* weights came as whole numbers, and are written as i64 */
    uint32_t *sources;          /* [nsources], each once; NULL: none given */
    int64_t nsources;
    uint8_t *in_h;              /* [m] 0 or 1; NULL: none given */

    struct csr_origin origin;   /* private from here on: attributes and history */
    void **others;              /* records carried along, as parcels */
    int64_t nothers;
};

/* Weights of the arcs, in their order: 0, or from 2^-500 to 2^500; whole ones are at most 2^53. */
static inline const double *digraph_weights(const struct digraph *g) { return g->out.val; }

/*
 * Read a digraph to its end.  Patterns have weights of 1.  Parallel arcs and loops stay as they
 * are.  Refused, with the arc: weights that are negative, NaN, infinite or beyond the range above,
 * sources out of range or given twice, in_h of another length, matrices that are not square.  name
 * ("": standard input) begins messages.  0, or -1 with *e set and *g empty.
 */
int digraph_read(struct digraph *g, struct ten_reader *r, const char *name, struct ten_err *e);

/* Write it as group number `group`: the arcs, then sources and in_h unless NULL, then the records
 * carried along; attributes and history are those it came with.  0, or -1 with *e set. */
int digraph_write(struct ten_writer *w, const struct digraph *g, int64_t group,
                  struct ten_err *e);

/* A digraph of m arcs tail[k] -> head[k], whose arcs are sorted by tail, then head; equal ones keep
 * their order.  number [m] (NULL: not asked) becomes the place of arc k of the result in the list. */
void digraph_from_arcs(struct digraph *g, int64_t n, int64_t m, const uint32_t *tail,
                       const uint32_t *head, const double *weight, bool whole, int64_t *number);

/* The arcs with keep[k] != 0 (NULL: all) on the same vertices, sources included, in_h not.  number:
 * NULL, or [kept arcs] their numbers in g, allocated: free(). */
void digraph_subgraph(struct digraph *h, const struct digraph *g, const uint8_t *keep,
                      int64_t **number);

/* Vertex that arc k leaves; time O(log n).  Its head is out.col[k]. */
uint32_t digraph_tail(const struct digraph *g, int64_t arc);

void digraph_free(struct digraph *g);       /* to {0} */

#endif
