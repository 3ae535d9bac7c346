/*
 * Shortest paths by Dijkstra's algorithm, as spanners need them: from many sources with keys of
 * their own, forwards or backwards, within a bound, a part of the vertices and a part of the arcs,
 * at a cost that depends on what is reached and not on the size of the graph.
 */
#ifndef GRAPH_SSSP_H
#define GRAPH_SSSP_H

#include "graph/digraph.h"

/* What a search knows of a vertex; dist is INFINITY where it did not come. */
struct sssp_label {
    double dist;                /* of the path from its source (backwards: to it), its key included */
    int64_t arc;                /* the last of that path (backwards: the first); -1 at the source */
    uint32_t from;              /* the vertex before (backwards: behind), across arc */
    uint32_t owner;             /* rank of that source in the query's list */
};

/* {0} but for the sources searches everything forwards. */
struct sssp_query {
    const uint32_t *sources;
    int64_t nsources;
    const double *keys;         /* [nsources] they start with, of any sign; NULL: 0 */
    bool backward;              /* distances to the sources instead of from them */
    bool bounded;               /* nothing is searched beyond dist == bound, which still counts */
    double bound;
    const uint32_t *part;       /* [n]; only vertices v with part[v] == id are entered; NULL: all */
    uint32_t id;
    const uint8_t *arcs;        /* [m]; only arcs with arcs[k] != 0 are used; NULL: all */
    const struct sssp_label *other;     /* [n] of a search the other way from the same source: only
                                   vertices whose both distances add up to at most bound are
                                   entered, a round-trip ball; NULL: no such limit */
    const uint32_t *target;     /* stop when this vertex is settled; NULL: go on */
};

/* Vertices settled and arcs looked at: the cost of searches, whatever the machine. */
struct sssp_count { int64_t settled, scanned; };

/* The workspace of one thread.  label and order hold the result of the last search. */
struct sssp {
    const struct digraph *g;
    struct sssp_label *label;   /* [n] */
    uint32_t *order;            /* [reached] vertices reached, nearest first */
    int64_t reached;
    struct sssp_count count;    /* of all searches since sssp_new() */
    struct sssp_queue *queue;   /* private */
};

/* The graph must outlive the workspace. */
struct sssp *sssp_new(const struct digraph *g);
void sssp_free(struct sssp *s);                     /* NULL is allowed */

/*
 * Search.  Every vertex reached gets the least distance; among sources that offer it the one of
 * lowest rank owns the vertex, and among arcs the one of lowest number leads there.  With a target,
 * vertices that were seen but not settled do not count as reached.  Time O(r log r) for r
 * vertices and arcs seen, the clearing of the search before included.
 *
 * Sums are taken along paths from the source, so forward and backward distances of one pair may
 * differ in the last bits unless the weights are whole numbers.
 */
void sssp_run(struct sssp *s, const struct sssp_query *q);

/*
 * The arcs added[0..n) were not in q->arcs in the last search, which was for the same q without a
 * target, and now are: make labels what a search would give, in time of what changes.  Vertices
 * reached first by this are appended to order.  Ties are settled as they come.
 */
void sssp_extend(struct sssp *s, const struct sssp_query *q, const int64_t *added, int64_t n);

/* Forget the last search: nothing is reached. */
void sssp_clear(struct sssp *s);

/*
 * Call fn(ctx, i, two workspaces) for i = 0..n-1 from all threads; two, for one way and the way back.
 * The costs are added to *count, unless NULL.
 */
typedef void sssp_fn(void *ctx, int64_t i, struct sssp *there, struct sssp *back);
void sssp_each(const struct digraph *g, int64_t n, sssp_fn *fn, void *ctx,
               struct sssp_count *count);

#endif
