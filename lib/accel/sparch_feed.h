/*
 * What brings products to the inputs of the merge tree, cycle by cycle: the column fetcher reads
 * entries of A into the look-ahead, the row prefetcher reads the rows of B they meet, entries whose
 * row has come wait at their input, and the multiplier groups serve the inputs that hold least.
 *
 * Which rows are read is decided beforehand (sparch_prefetch.h), so timing cannot change the
 * traffic; here a row comes in once the rows that leave for it have been multiplied for the last
 * time.
 */
#ifndef ACCEL_SPARCH_FEED_H
#define ACCEL_SPARCH_FEED_H

#include "accel/sparch_dram.h"
#include "accel/sparch_flight.h"
#include "accel/sparch_traffic.h"
#include "accel/sparch_tree.h"

/* An input of the tree whose products come from a leaf. */
struct sparch_lane {
    int64_t head, tail, waiting;    /* entries of A at this input, linked */
    int64_t to_come;                /* entries of this round that have not got here yet */
    int64_t at, left;               /* of the first one: its next element of B, how many are left */
};

struct sparch_feed {
    const struct sparch_job *j;
    struct sparch_dram *dram;
    struct sparch_tree *tree;
    /* entries of the stream before end belong to this round or earlier ones */
    int64_t round, end;

    int64_t asked;                  /* entries of A asked for, and among them those */
    int64_t arrived;                /* that have come, */
    int64_t pointed;                /* whose pointers of B have been asked for, */
    int64_t entered;                /* and have come; */
    int64_t fetched;                /* whose row has been asked for as a whole, */
    int64_t dispatched;             /* that have reached their input; */
    int64_t done;                   /* before this one all are multiplied */
    struct sparch_flight a_flight, pointer_flight;
    /* round of the next entry asked for, bytes of its pointers asked for */
    int64_t a_round, a_pointers;
    int64_t piece;                  /* bytes of the row being asked for that have been */
    int64_t *row_ready, *ready;     /* [rows of B], [ring of entries] when the row is there */
    int64_t ready_mask;

    struct sparch_lane *lane;       /* [ways] */
    int64_t leaves;                 /* inputs that are leaves, from the left */
    int64_t *link;                  /* [entries] */
    bool *multiplied;               /* [entries] */
    uint64_t *busy;                 /* bits of inputs with entries */

    struct sparch_bytes bytes;
    int64_t products, overflow;
    /* why something did nothing in this cycle */
    bool no_rows, inputs_full, no_entries, no_memory, must_evict;
};

/* The row of B that entry k of the stream meets, how long it is, and the input that it goes to. */
static inline int64_t sparch_feed_row(const struct sparch_feed *f, int64_t k)
{
    return f->j->a->col[f->j->stream->entry[k]];
}
static inline int64_t sparch_feed_length(const struct sparch_feed *f, int64_t k)
{
    const int64_t j = sparch_feed_row(f, k);
    return f->j->b->ptr[j + 1] - f->j->b->ptr[j];
}
static inline struct sparch_lane *sparch_feed_lane(const struct sparch_feed *f, int64_t k)
{
    const struct sparch_plan *p = f->j->plan;
    return &f->lane[p->lane[p->leaf[f->j->stream->entry[k]]]];
}

void sparch_feed_init(struct sparch_feed *f, const struct sparch_job *j, struct sparch_dram *d,
                      struct sparch_tree *t);
void sparch_feed_free(struct sparch_feed *f);
void sparch_feed_start(struct sparch_feed *f, int64_t round);

/* Each does a cycle's work: whether there was any. */
bool sparch_feed_multiply(struct sparch_feed *f);
bool sparch_feed_dispatch(struct sparch_feed *f, int64_t now);
bool sparch_feed_arrive(struct sparch_feed *f, int64_t now);
bool sparch_feed_prefetch(struct sparch_feed *f, int64_t now);
bool sparch_feed_fetch(struct sparch_feed *f, int64_t now);
/* Tell the tree what may still come at each leaf. */
void sparch_feed_futures(struct sparch_feed *f);
/* The first cycle after now in which something comes; INT64_MAX: nothing is on its way. */
int64_t sparch_feed_wake(const struct sparch_feed *f, int64_t now);
/* All of A has been read, and all pointers. */
bool sparch_feed_all_read(const struct sparch_feed *f);
/* Nothing can go on: multiply for a full input, so that its row of B may leave.  False when that
 * does not help. */
bool sparch_feed_force(struct sparch_feed *f);

#endif
