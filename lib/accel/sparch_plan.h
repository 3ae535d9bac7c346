/*
 * Which partial matrices SpArch merges in which round (Zhang et al. 2020, matrix condensing and
 * Huffman tree scheduler).
 *
 * C = A B is a sum of outer products.  A leaf is a column of A times rows of B: with condensing,
 * leaf k is made of the k-th entry of every row of A, and an entry (i,j) of it meets row j of B;
 * without, leaf k is the k-th column of A that has entries and meets a row of B that has some, and
 * all its entries meet that row; other columns are not read.  A round merges up to W leaves and
 * results of earlier rounds, 2^levels of them; the last one gives C.
 */
#ifndef ACCEL_SPARCH_PLAN_H
#define ACCEL_SPARCH_PLAN_H

#include "sparse/csr.h"

#define SPARCH_NO_LEAF UINT32_MAX

enum sparch_schedule { SPARCH_HUFFMAN, SPARCH_LEVEL, SPARCH_CHAIN, SPARCH_RANDOM };

/* A tree that was made elsewhere, numbered as that of a plan; it passed sparch_given_check(). */
struct sparch_given { int64_t leaves, nodes, *parent; };

struct sparch_order {
    bool condense;
    enum sparch_schedule schedule;
    /* Huffman weight of a leaf: its entries of A; else its products */
    bool weigh_entries;
    int64_t ways;                   /* W, at least 2 */
    uint64_t seed;                  /* of the random schedule */
    const struct sparch_given *given;       /* instead of a schedule, or NULL */
};

/*
 * Nodes 0..leaves-1 are the leaves, then the rounds in the order of their execution: a round comes
 * after the rounds whose results it merges, and the last one is the root.  Without entries in A
 * there are no nodes.
 */
/* loaded: elements of earlier results */
struct sparch_round { int64_t leaves, inputs, products, loaded; };

struct sparch_plan {
    bool condensed;
    int64_t ways, leaves, rounds;
    int64_t *parent;                /* [leaves+rounds], -1 of the root */
    /* [leaves+rounds], what the schedule went by; of a round the sum of its inputs' */
    int64_t *weight;
    int64_t *entries;               /* [leaves], entries of A */
    /* [leaves+rounds] elements: of a leaf its products, of a round what is left after adding those
     * of one place; sparch_sizes() fills in the latter */
    int64_t *size;
    uint32_t *leaf;                 /* [entries of A], SPARCH_NO_LEAF of those that are not read */
    /* [leaves+rounds], which input of its parent: leaves first, rising */
    uint16_t *lane;
    struct sparch_round *round;     /* [rounds]; sparch_sizes() fills in loaded */
    int64_t products;               /* of all leaves */
};

/* Plan A B, where A has as many columns as B rows.  sparch_plan_free() when done. */
void sparch_plan(struct sparch_plan *p, const struct csr *a, const struct csr *b,
                 const struct sparch_order *o);
void sparch_plan_free(struct sparch_plan *p);
/* The leaves that it would have. */
int64_t sparch_count_leaves(const struct csr *a, const struct csr *b, bool condense);

/* Inputs of the first Huffman merge of n leaves: (n-2) mod (W-1) + 2, so that every later one has
 * W. */
int64_t sparch_first_merge(int64_t leaves, int64_t ways);

/* Fill in the sizes of rounds, exactly; C has size[root].  Time: the products times the depth of
 * the tree at most. Multi-threaded, always the same. */
void sparch_sizes(struct sparch_plan *p, const struct csr *a, const struct csr *b);

/* Elements that rounds but the last write, each of which is read once again. */
int64_t sparch_partial_elements(const struct sparch_plan *p);

/* A tree over leaves of given weights alone: parent and weight of p, leaves and rounds. */
void sparch_tree(struct sparch_plan *p, const int64_t *weight, int64_t leaves,
                 const struct sparch_order *o);

#endif
