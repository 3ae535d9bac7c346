#include "sparse/permute.h"

#include "base/mem.h"
#include "sparse/rowwise.h"

#include <stdlib.h>

/* A walk through the graph g, breadth first.  level [n] is -1 where it has not been. */
struct walk { const struct csr *g; int64_t *queue, *level; };

static int64_t degree(const struct csr *g, int64_t i)
{
    return g->ptr[i + 1] - g->ptr[i];
}

/* Visit what can be reached from start: how many nodes, and in *depth the last level. */
static int64_t visit(struct walk *w, int64_t start, int64_t *depth)
{
    int64_t n = 0;
    w->queue[n++] = start;
    w->level[start] = 0;
    for (int64_t at = 0; at < n; at++) {
        const int64_t i = w->queue[at];
        *depth = w->level[i];
        for (int64_t k = w->g->ptr[i]; k < w->g->ptr[i + 1]; k++)
            if (w->level[w->g->col[k]] < 0) {
                w->level[w->g->col[k]] = *depth + 1;
                w->queue[n++] = w->g->col[k];
            }
    }
    return n;
}

/* A node of start's component from which another is far away: walk, start again at the node of
 * least degree in the last level, until that is no farther. */
static int64_t far_node(struct walk *w, int64_t start)
{
    int64_t depth = -1;
    for (;;) {
        int64_t deep, best = -1;
        const int64_t n = visit(w, start, &deep);
        for (int64_t k = n - 1; k >= 0 && w->level[w->queue[k]] == deep; k--)
            if (best < 0 || degree(w->g, w->queue[k]) <= degree(w->g, best))
                best = w->queue[k];
        for (int64_t k = 0; k < n; k++)
            w->level[w->queue[k]] = -1;
        if (deep <= depth)
            return start;
        depth = deep;
        start = best;
    }
}

struct ranked { int64_t degree, node; };

static int by_degree(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    return x->degree != y->degree ? (x->degree > y->degree) - (x->degree < y->degree)
                                  : (x->node > y->node) - (x->node < y->node);
}

/* Append start's component to queue[0..n): how many there are then. */
static int64_t number(struct walk *w, int64_t n, int64_t start, struct ranked *next)
{
    const struct csr *g = w->g;
    w->queue[n++] = start;
    w->level[start] = 0;
    for (int64_t at = n - 1; at < n; at++) {
        const int64_t i = w->queue[at];
        int64_t found = 0;
        for (int64_t k = g->ptr[i]; k < g->ptr[i + 1]; k++)
            if (w->level[g->col[k]] < 0) {
                w->level[g->col[k]] = 0;
                next[found++] = (struct ranked){degree(g, g->col[k]), g->col[k]};
            }
        qsort(next, (size_t)found, sizeof *next, by_degree);
        for (int64_t k = 0; k < found; k++)
            w->queue[n++] = next[k].node;
    }
    return n;
}

static void reverse(int64_t *o, int64_t n)
{
    for (int64_t i = 0; i < n / 2; i++) {
        const int64_t x = o[i];
        o[i] = o[n - 1 - i];
        o[n - 1 - i] = x;
    }
}

/* The structure of m and its transpose together. */
static void undirected(struct csr *g, const struct csr *m)
{
    csr_transpose(g, m, NULL);
    free(g->val);
    g->val = NULL;
    rowwise_symmetrize(g);
}

void order_cuthill_mckee(int64_t *o, const struct csr *m)
{
    const int64_t n = m->rows;
    struct csr g;
    undirected(&g, m);

    struct walk w = {.g = &g};
    w.queue = xmalloc((size_t)n * sizeof *w.queue);
    w.level = xmalloc((size_t)n * sizeof *w.level);
    struct ranked *next = xmalloc((size_t)n * sizeof *next);
    int64_t *start = xmalloc((size_t)n * sizeof *start), done = 0;
    order_by_degree(start, &g);
    for (int64_t i = 0; i < n; i++)
        w.level[i] = -1;
    for (int64_t k = 0; k < n; k++)
        if (w.level[start[k]] < 0) {
            /* far_node() walks in a queue of its own, behind what is numbered. */
            struct walk rest = {&g, w.queue + done, w.level};
            done = number(&w, done, far_node(&rest, start[k]), next);
        }
    for (int64_t i = 0; i < n; i++)
        o[i] = w.queue[i];
    reverse(o, n);
    free(start);
    free(next);
    free(w.queue);
    free(w.level);
    csr_free(&g);
}
