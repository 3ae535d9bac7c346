/* What a simulation of SpArch or OuterSPACE found.  All of it comes from a model, none from a
 * machine. */
#ifndef ACCEL_SPARCH_REPORT_H
#define ACCEL_SPARCH_REPORT_H

#include "accel/sparch_params.h"

#include <stdint.h>

/* Memory traffic, bytes. */
struct sparch_bytes { int64_t a, b, pointers, partial_read, partial_write, c; };

/* Cycles in which a part of the cycle model did nothing, and what it waited for. */
struct sparch_stalls {
    int64_t multiply_rows;          /* multipliers: no row of B had come */
    int64_t multiply_full;          /* multipliers: the inputs of the tree were full */
    int64_t merge_empty;            /* last merger: too few elements in its inputs */
    int64_t merge_full;             /* last merger: elements wait for memory */
    int64_t prefetch_a;             /* row prefetcher: no entry of A had come */
    /* row prefetcher: a channel's queue was full, or too many rows were ahead */
    int64_t prefetch_memory;
    int64_t prefetch_evict;         /* row prefetcher: the row that must leave was still needed */
    int64_t write_memory;           /* writer: a channel's queue was full */
};

struct sparch_report {
    int64_t leaves, rounds;
    int64_t products;               /* multiplications */
    /* pairs of one place that became one, or with drop_zeros none: */
    int64_t additions;
    int64_t dropped;                /* products = elements of C + additions + dropped */
    int64_t size_c;                 /* elements of C */
    /* of the row buffer, as struct sparch_fetches has them */
    int64_t requests, hits, lines, line_hits, fetched;
    int64_t partial;                /* elements that rounds but the last write */
    struct sparch_bytes bytes;
    int64_t compulsory;             /* bytes of A and B read and C written once */
    double cycles;
    double sram;                    /* elements read from or written to on-chip memory */
    struct sparch_stalls stalls;    /* of the cycle model, like the rest */
    int64_t bus_bytes;              /* what the channels moved, in whole bursts */
    /* elements into and out of all mergers: taken = given + additions + dropped */
    int64_t taken, given;
    /* products beyond a full input, where nothing else could go on */
    int64_t overflow;
    int64_t steps;                  /* cycles that were worked out one by one */
};

static inline int64_t sparch_total(const struct sparch_bytes *b)
{
    return b->a + b->b + b->pointers + b->partial_read + b->partial_write + b->c;
}

static inline double sparch_seconds(const struct sparch_report *r, const struct sparch_params *p)
{
    return r->cycles / (p->clock_ghz * 1e9);
}

/* Two FLOPs a multiplication, as the paper counts. */
static inline double sparch_flops(const struct sparch_report *r)
{
    return 2.0 * (double)r->products;
}

#endif
