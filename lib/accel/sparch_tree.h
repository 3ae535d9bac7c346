/*
 * The merge tree of SpArch, cycle by cycle (Zhang et al. 2020, merge tree): 2^levels inputs, a node
 * above every two neighbours, elements sorted by row and column between them.  The nodes of a level
 * share one merger, which serves one of them a cycle and takes up to `width` elements from its two
 * inputs; equal places are added.
 *
 * An element may pass when no smaller one can come on the other side: that side has one that is
 * larger, has ended, or will only bring larger ones (`future`).  The latter is how a sparse input
 * does not hold up a dense one: entries of A are read by rows, so what is still to come lies in the
 * row being read or below.
 */
#ifndef ACCEL_SPARCH_TREE_H
#define ACCEL_SPARCH_TREE_H

#include "accel/sparch_params.h"

#include <stdbool.h>

/* key: row << 32 | column. */
struct sparch_elem { uint64_t key; double v; };
#define SPARCH_END UINT64_MAX

struct sparch_fifo {
    struct sparch_elem *e;          /* a ring of a power of two */
    int64_t head, count, mask;
    int64_t limit;                  /* elements it takes, unless forced */
};

struct sparch_tree {
    int levels;
    int64_t ways, width, inputs;    /* inputs in use, from the left */
    bool drop_zeros;
    /* [2 ways]: 1 the output, below i 2i and 2i+1; inputs from ways on */
    struct sparch_fifo *fifo;
    /* [2 ways] no smaller key will enter the fifo; SPARCH_END: none at all */
    uint64_t *future;
    int *turn;                      /* [levels] where the search for a node starts */
    int64_t taken, given, additions, dropped;   /* elements into and out of all mergers */
    /* the last merger: nothing to take, no room, in the last step */
    bool starved, blocked;
};

void sparch_tree_init(struct sparch_tree *t, const struct sparch_params *p, bool drop_zeros);
void sparch_tree_free(struct sparch_tree *t);
/* Start over with that many inputs, all empty. */
void sparch_tree_start(struct sparch_tree *t, int64_t inputs);

static inline struct sparch_fifo *sparch_input(struct sparch_tree *t, int64_t lane)
{
    return &t->fifo[t->ways + lane];
}

/* A merger gives only where there is room for all that it may give in a cycle, or for all that f
 * takes. */
static inline bool sparch_has_room(const struct sparch_tree *t, const struct sparch_fifo *f)
{
    return f->limit - f->count >= (f->limit < t->width ? f->limit : t->width);
}

/* Every merger acts once, the last one first: whether one did.  The caller has set future of the
 * inputs. */
bool sparch_tree_step(struct sparch_tree *t);
/* Nothing is in the tree or will be, apart from its output. */
static inline bool sparch_tree_ended(const struct sparch_tree *t)
{
    return t->future[1] == SPARCH_END;
}

/* Append, growing the ring where needed. */
void sparch_fifo_push(struct sparch_fifo *f, struct sparch_elem e);
static inline const struct sparch_elem *sparch_fifo_at(const struct sparch_fifo *f, int64_t i)
{
    return &f->e[(f->head + i) & f->mask];
}
static inline void sparch_fifo_drop(struct sparch_fifo *f, int64_t n)
{
    f->head = (f->head + n) & f->mask;
    f->count -= n;
}

#endif
