#include "accel/sparch_plan.h"

#include "base/mem.h"
#include "base/random.h"

#include <stdlib.h>
#include <string.h>

static int64_t row_length(const struct csr *m, int64_t i)
{
    return m->ptr[i + 1] - m->ptr[i];
}

/* ---- Leaves ------------------------------------------------------------------------------ */

/* The k-th entry of a row belongs to leaf k: CSR is the condensed form already. */
static int64_t condensed_leaves(uint32_t *leaf, const struct csr *a)
{
    int64_t longest = 0;
    for (int64_t i = 0; i < a->rows; i++) {
        const int64_t length = row_length(a, i);
        longest = length > longest ? length : longest;
        for (int64_t k = 0; k < length; k++)
            leaf[a->ptr[i] + k] = (uint32_t)k;
    }
    return longest;
}

static int64_t column_leaves(uint32_t *leaf, const struct csr *a, const struct csr *b)
{
    uint32_t *number = xmalloc(((size_t)a->cols + 1) * sizeof *number);
    int64_t n = 0;
    memset(number, 0xff, (size_t)a->cols * sizeof *number);
    for (int64_t e = 0; e < a->n; e++)
        number[a->col[e]] = 0;
    for (int64_t j = 0; j < a->cols; j++)
        number[j] = number[j] == 0 && row_length(b, j) > 0 ? (uint32_t)n++ : SPARCH_NO_LEAF;
    for (int64_t e = 0; e < a->n; e++)
        leaf[e] = number[a->col[e]];
    free(number);
    return n;
}

/* ---- Trees ------------------------------------------------------------------------------- */

int64_t sparch_first_merge(int64_t leaves, int64_t ways)
{
    return leaves <= ways ? leaves : (leaves - 2) % (ways - 1) + 2;
}

/* Nodes that wait to be merged: a heap with the lightest on top, of equal ones the first. */
struct waiting { int64_t *node, n; const int64_t *weight; };

static bool before(const struct waiting *w, int64_t a, int64_t b)
{
    return w->weight[a] < w->weight[b] || (w->weight[a] == w->weight[b] && a < b);
}

static void sink(struct waiting *w, int64_t at)
{
    const int64_t node = w->node[at];
    for (int64_t c; (c = 2 * at + 1) < w->n; at = c) {
        c += c + 1 < w->n && before(w, w->node[c + 1], w->node[c]);
        if (!before(w, w->node[c], node))
            break;
        w->node[at] = w->node[c];
    }
    w->node[at] = node;
}

static int64_t take_lightest(struct waiting *w)
{
    const int64_t node = w->node[0];
    w->node[0] = w->node[--w->n];
    if (w->n > 0)
        sink(w, 0);
    return node;
}

static void add_waiting(struct waiting *w, int64_t node)
{
    int64_t at = w->n++;
    for (; at > 0 && before(w, node, w->node[(at - 1) / 2]); at = (at - 1) / 2)
        w->node[at] = w->node[(at - 1) / 2];
    w->node[at] = node;
}

static int64_t new_round(struct sparch_plan *p)
{
    const int64_t node = p->leaves + p->rounds++;
    p->parent[node] = -1;
    p->weight[node] = 0;
    return node;
}

static void merge_into(struct sparch_plan *p, int64_t round, int64_t node)
{
    p->parent[node] = round;
    p->weight[round] += p->weight[node];
}

static void huffman(struct sparch_plan *p)
{
    struct waiting w = {xmalloc((size_t)p->leaves * sizeof *w.node), 0, p->weight};
    for (int64_t k = 0; k < p->leaves; k++)
        add_waiting(&w, k);
    int64_t inputs = sparch_first_merge(p->leaves, p->ways);
    do {
        const int64_t round = new_round(p);
        for (int64_t i = 0; i < inputs; i++)
            merge_into(p, round, take_lightest(&w));
        add_waiting(&w, round);
        inputs = p->ways;
    } while (w.n > 1);
    free(w.node);
}

/* The same shape, but any of the waiting nodes. */
static void at_random(struct sparch_plan *p, uint64_t seed)
{
    const struct rng r = {seed, rng_stream("sparch.random")};
    int64_t *node = xmalloc((size_t)p->leaves * sizeof *node), n = p->leaves;
    uint64_t draw = 0;
    for (int64_t k = 0; k < n; k++)
        node[k] = k;
    int64_t inputs = sparch_first_merge(p->leaves, p->ways);
    do {
        const int64_t round = new_round(p);
        for (int64_t i = 0; i < inputs; i++) {
            const int64_t at = (int64_t)rng_below(&r, draw++, (uint64_t)n);
            merge_into(p, round, node[at]);
            node[at] = node[--n];
        }
        node[n++] = round;
        inputs = p->ways;
    } while (n > 1);
    free(node);
}

/* Groups of W in order, then groups of their results; what is left alone waits for the next level.
 */
static void by_level(struct sparch_plan *p)
{
    int64_t *node = xmalloc((size_t)p->leaves * sizeof *node), n = p->leaves;
    for (int64_t k = 0; k < n; k++)
        node[k] = k;
    do {
        int64_t kept = 0;
        for (int64_t first = 0; first < n; first += p->ways) {
            const int64_t end = first + p->ways < n ? first + p->ways : n;
            if (end - first == 1 && n > 1) {
                node[kept++] = node[first];
                continue;
            }
            const int64_t round = new_round(p);
            for (int64_t i = first; i < end; i++)
                merge_into(p, round, node[i]);
            node[kept++] = round;
        }
        n = kept;
    } while (n > 1);
    free(node);
}

/* W leaves, then always the result so far and W-1 more. */
static void in_chain(struct sparch_plan *p)
{
    int64_t last = -1, k = 0;
    do {
        const int64_t round = new_round(p);
        int64_t inputs = 0;
        if (last >= 0) {
            merge_into(p, round, last);
            inputs = 1;
        }
        for (; inputs < p->ways && k < p->leaves; inputs++)
            merge_into(p, round, k++);
        last = round;
    } while (k < p->leaves);
}

static void as_given(struct sparch_plan *p, const struct sparch_given *g)
{
    while (p->leaves + p->rounds < g->nodes)
        new_round(p);
    for (int64_t n = 0; n + 1 < g->nodes; n++)
        merge_into(p, g->parent[n], n);
}

void sparch_tree(struct sparch_plan *p, const int64_t *weight, int64_t leaves,
                 const struct sparch_order *o)
{
    /* A round takes at least two nodes and gives one back; a single leaf takes a round as well. */
    const size_t most = o->given ? (size_t)o->given->nodes + 1 : (size_t)leaves * 2 + 1;
    p->ways = o->ways;
    p->leaves = leaves;
    p->rounds = 0;
    p->parent = xmalloc(most * sizeof *p->parent);
    p->weight = xmalloc(most * sizeof *p->weight);
    if (leaves == 0)
        return;
    memcpy(p->weight, weight, (size_t)leaves * sizeof *weight);
    if (o->given) {
        as_given(p, o->given);
        return;
    }
    switch (o->schedule) {
    case SPARCH_HUFFMAN: huffman(p); break;
    case SPARCH_LEVEL:   by_level(p); break;
    case SPARCH_CHAIN:   in_chain(p); break;
    case SPARCH_RANDOM:  at_random(p, o->seed); break;
    }
}

/* ---- Plans ------------------------------------------------------------------------------- */

static void look_at_rounds(struct sparch_plan *p)
{
    const int64_t nodes = p->leaves + p->rounds;
    p->lane = xcalloc((size_t)nodes + 1, sizeof *p->lane);
    p->round = xcalloc((size_t)p->rounds + 1, sizeof *p->round);
    for (int64_t n = 0; n < nodes; n++) {
        if (p->parent[n] < 0)
            continue;
        struct sparch_round *r = &p->round[p->parent[n] - p->leaves];
        p->lane[n] = (uint16_t)r->inputs++;
        r->leaves += n < p->leaves;
        r->products += n < p->leaves ? p->size[n] : 0;
    }
}

int64_t sparch_count_leaves(const struct csr *a, const struct csr *b, bool condense)
{
    uint32_t *leaf = xmalloc(((size_t)a->n + 1) * sizeof *leaf);
    const int64_t leaves = condense ? condensed_leaves(leaf, a) : column_leaves(leaf, a, b);
    free(leaf);
    return leaves;
}

void sparch_plan(struct sparch_plan *p, const struct csr *a, const struct csr *b,
                 const struct sparch_order *o)
{
    *p = (struct sparch_plan){.condensed = o->condense,
                              .leaf = xmalloc(((size_t)a->n + 1) * sizeof *p->leaf)};
    const int64_t leaves = o->condense ? condensed_leaves(p->leaf, a)
                                       : column_leaves(p->leaf, a, b);
    int64_t *products = xcalloc((size_t)leaves + 1, sizeof *products);

    p->entries = xcalloc((size_t)leaves + 1, sizeof *p->entries);
    for (int64_t e = 0; e < a->n; e++) {
        if (p->leaf[e] == SPARCH_NO_LEAF)
            continue;
        p->entries[p->leaf[e]]++;
        products[p->leaf[e]] += row_length(b, a->col[e]);
    }
    sparch_tree(p, o->weigh_entries ? p->entries : products, leaves, o);
    p->size = xcalloc((size_t)(leaves + p->rounds) + 1, sizeof *p->size);
    for (int64_t k = 0; k < leaves; k++) {
        p->size[k] = products[k];
        p->products += products[k];
    }
    look_at_rounds(p);
    free(products);
}

void sparch_plan_free(struct sparch_plan *p)
{
    free(p->parent);
    free(p->weight);
    free(p->entries);
    free(p->size);
    free(p->leaf);
    free(p->lane);
    free(p->round);
    *p = (struct sparch_plan){0};
}

int64_t sparch_partial_elements(const struct sparch_plan *p)
{
    int64_t sum = 0;
    for (int64_t r = 0; r + 1 < p->rounds; r++)
        sum += p->size[p->leaves + r];
    return sum;
}
