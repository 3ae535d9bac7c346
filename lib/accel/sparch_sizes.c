/*
 * Exact sizes of merged matrices.  A round gives as many elements as its inputs have, less one for
 * every addition; additions are counted row by row: where the lists of columns of a row of A B meet
 * in the tree, a column that stands in several of them is added.  A stamp for each column tells
 * which list saw it last.
 */
#include "accel/sparch_plan.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

/* The columns of one row in a leaf or a round, on its way to node: a row of B, or a list of our
 * own. */
struct list { int64_t node; const uint32_t *b; int64_t at, n; };

struct counter {
    const struct sparch_plan *plan;
    const struct csr *a, *b;
    int64_t *additions;             /* [rounds] */
    uint32_t *stamp, now;           /* [columns of B]; columns of the newest list hold now */
    uint32_t *cols;                 /* the lists */
    int64_t used, room;
    int64_t newest;                 /* where the list whose stamps are valid starts, -1 none */
    /* [longest row of A], the first in the order of the tree on top */
    struct list *heap, *batch;
    int64_t n;
};

static void heap_sink(struct counter *c, int64_t at)
{
    const struct list l = c->heap[at];
    for (int64_t k; (k = 2 * at + 1) < c->n; at = k) {
        k += k + 1 < c->n && c->heap[k + 1].node < c->heap[k].node;
        if (c->heap[k].node >= l.node)
            break;
        c->heap[at] = c->heap[k];
    }
    c->heap[at] = l;
}

static struct list heap_take(struct counter *c)
{
    const struct list l = c->heap[0];
    c->heap[0] = c->heap[--c->n];
    if (c->n > 0)
        heap_sink(c, 0);
    return l;
}

static void heap_add(struct counter *c, struct list l)
{
    int64_t at = c->n++;
    for (; at > 0 && l.node < c->heap[(at - 1) / 2].node; at = (at - 1) / 2)
        c->heap[at] = c->heap[(at - 1) / 2];
    c->heap[at] = l;
}

static void start_list(struct counter *c)
{
    if (++c->now == 0) {
        memset(c->stamp, 0, (size_t)c->b->cols * sizeof *c->stamp);
        c->now = 1;
    }
    c->newest = c->used;
}

static void reserve(struct counter *c, int64_t n)
{
    if (c->used + n <= c->room)
        return;
    c->room = 2 * (c->used + n);
    c->cols = xrealloc(c->cols, (size_t)c->room * sizeof *c->cols);
}

/* Put the columns of l that the newest list lacks at its end. */
static void add_columns(struct counter *c, const struct list *l)
{
    reserve(c, l->n);
    const uint32_t *from = l->b ? l->b : c->cols + l->at, now = c->now;
    uint32_t *stamp = c->stamp, *to = c->cols + c->used;
    for (int64_t q = 0; q < l->n; q++) {
        const uint32_t j = from[q];
        *to = j;
        to += stamp[j] != now;
        stamp[j] = now;
    }
    c->used = to - c->cols;
}

/* Lists batch[0..m) meet at node: one of them, and the additions there. */
static struct list meet(struct counter *c, int64_t m, int64_t node)
{
    int64_t all = 0, grows = -1;
    for (int64_t i = 0; i < m; i++) {
        all += c->batch[i].n;
        /* The result so far of a chain of rounds grows where it lies. */
        if (!c->batch[i].b && c->batch[i].at == c->newest &&
            c->batch[i].at + c->batch[i].n == c->used)
            grows = i;
    }
    if (grows < 0)
        start_list(c);
    const int64_t at = grows < 0 ? c->used : c->batch[grows].at;
    for (int64_t i = 0; i < m; i++)
        if (i != grows)
            add_columns(c, &c->batch[i]);
    c->additions[node - c->plan->leaves] += all - (c->used - at);
    return (struct list){node, NULL, at, c->used - at};
}

/* Up the tree to the first node that can hold another list; false when there is none. */
static bool climb(const struct counter *c, struct list *l)
{
    const int64_t *parent = c->plan->parent, next = c->n > 0 ? c->heap[0].node : INT64_MAX;
    do
        l->node = parent[l->node];
    while (l->node >= 0 && l->node < next);
    return l->node >= 0;
}

static void count_row(struct counter *c, int64_t i)
{
    c->n = c->used = 0;
    c->newest = -1;
    for (int64_t e = c->a->ptr[i]; e < c->a->ptr[i + 1]; e++) {
        const int64_t j = c->a->col[e], first = c->b->ptr[j], n = c->b->ptr[j + 1] - first;
        if (n > 0)
            heap_add(c, (struct list){c->plan->parent[c->plan->leaf[e]], c->b->col + first, 0, n});
    }
    while (c->n > 0) {
        int64_t m = 0;
        const int64_t node = c->heap[0].node;
        do
            c->batch[m++] = heap_take(c);
        while (c->n > 0 && c->heap[0].node == node);
        struct list l = m == 1 ? c->batch[0] : meet(c, m, node);
        if (c->n > 0 && climb(c, &l))
            heap_add(c, l);
    }
}

static int64_t longest_row(const struct csr *a)
{
    int64_t longest = 0;
    for (int64_t i = 0; i < a->rows; i++)
        longest = a->ptr[i + 1] - a->ptr[i] > longest ? a->ptr[i + 1] - a->ptr[i] : longest;
    return longest;
}

static void count_rows(struct sparch_plan *p, const struct csr *a, const struct csr *b,
                       int64_t longest, int64_t *additions)
{
    struct counter c = {.plan = p, .a = a, .b = b};
    c.additions = xcalloc((size_t)p->rounds + 1, sizeof *c.additions);
    c.stamp = xcalloc((size_t)b->cols + 1, sizeof *c.stamp);
    c.heap = xmalloc(((size_t)longest + 1) * sizeof *c.heap);
    c.batch = xmalloc(((size_t)longest + 1) * sizeof *c.batch);
    #pragma omp for schedule(dynamic, 64)
    for (int64_t i = 0; i < a->rows; i++)
        count_row(&c, i);
    #pragma omp critical
    for (int64_t r = 0; r < p->rounds; r++)
        additions[r] += c.additions[r];
    free(c.additions);
    free(c.stamp);
    free(c.heap);
    free(c.batch);
    free(c.cols);
}

void sparch_sizes(struct sparch_plan *p, const struct csr *a, const struct csr *b)
{
    const int64_t longest = longest_row(a), nodes = p->leaves + p->rounds;
    int64_t *additions = xcalloc((size_t)p->rounds + 1, sizeof *additions);
    #pragma omp parallel
    count_rows(p, a, b, longest, additions);
    for (int64_t r = 0; r < p->rounds; r++)
        p->size[p->leaves + r] = -additions[r];
    for (int64_t r = 0; r < p->rounds; r++)
        p->round[r].loaded = 0;
    for (int64_t n = 0; n < nodes; n++) {
        if (p->parent[n] < 0)
            continue;
        p->size[p->parent[n]] += p->size[n];
        if (n >= p->leaves)
            p->round[p->parent[n] - p->leaves].loaded += p->size[n];
    }
    free(additions);
}
