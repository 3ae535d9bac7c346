/*
 * Parameters of the SpArch model: Zhang, Wang, Han and Dally, "SpArch: Efficient Architecture for
 * Sparse Matrix Multiplication", HPCA 2020 (arXiv 2002.08947).  One table holds names, defaults,
 * ranges and what each one is.
 */
#ifndef ACCEL_SPARCH_PARAMS_H
#define ACCEL_SPARCH_PARAMS_H

#include "base/err.h"

#include <stdint.h>

/* name, default, smallest, largest, meaning.  A cycle is 1/clock_ghz ns; an element a column or row
 * number and a value. */
#define SPARCH_PARAMS(X) \
    X(clock_ghz,      1,     0.001, 1000, "clock, GHz") \
    X(levels,         6,     1,     10,   "levels of the merge tree, which has 2^levels inputs") \
    X(width,          16,    1,     256,  "elements a merger takes a cycle") \
    X(chunk,          4,     1,     256,  "chunk of the hierarchical merger; width: a flat array") \
    X(groups,         2,     1,     64,   "multiplier groups") \
    X(group_width,    8,     1,     256,  "multipliers of a group, which serve one element of A") \
    X(lookahead,      8192,  1,     1e9,  "elements of A that the row prefetcher looks ahead") \
    X(lines,          1024,  1,     1e9,  "lines of the row buffer") \
    X(line_elems,     48,    1,     1e9,  "elements of a line") \
    X(ahead,          512,   1,     1e9,  "elements of A whose rows may be on their way") \
    X(pinned,         128,   0,     1e9,  "latest elements of A whose rows stay in the buffer") \
    X(fetchers,       16,    1,     1e6,  "requests for rows of B issued a cycle") \
    X(lane_queue,     4,     1,     1e9,  "elements of A that wait at an input of the merge tree") \
    X(node_fifo,      48,    1,     1e9,  "elements between two mergers, and at each input") \
    X(writer_fifo,    1024,  1,     1e9,  "elements between the last merger and memory") \
    X(load_fifo,      1024,  1,     1e9,  "elements on their way to an input of partial results") \
    X(pipeline,       10,    0,     1e6,  "cycles from input to output of a merger") \
    X(channels,       16,    1,     1024, "memory channels") \
    X(channel_bytes,  8,     1,     1024, "bytes a cycle of a channel") \
    X(interleave,     256,   1,     1e6,  "consecutive bytes of one channel") \
    X(queue,          32,    1,     1e9,  "requests that wait at a channel") \
    X(latency,        100,   0,     1e6,  "cycles from the end of a transfer to its data") \
    X(burst,          32,    1,     1e6,  "bytes of the smallest transfer") \
    X(csr_bytes,      12,    1,     1024, "bytes of an element of A or B") \
    X(coo_bytes,      16,    1,     1024, "bytes of an element of partial matrices, and of C") \
    X(pointer_bytes,  0,     0,     8,    "bytes of a row pointer of A and B; 0: not counted") \
    X(op_nj,          0.26,  0,     1e6,  "nJ a FLOP, arithmetic") \
    X(sram_nj,        0.34,  0,     1e6,  "nJ a FLOP, on-chip memory, at sram_per_flop accesses") \
    X(sram_per_flop,  2,     1e-3,  1e6,  "on-chip elements read or written a FLOP, on average") \
    X(dram_pj,        33,    0,     1e6,  "pJ a byte of memory traffic") \
    X(os_use,         0.483, 0.001, 1,    "OuterSPACE: share of the bandwidth that it uses") \
    X(os_op_nj,       3.19,  0,     1e6,  "OuterSPACE: nJ a FLOP, arithmetic") \
    X(os_sram_nj,     0.35,  0,     1e6,  "OuterSPACE: nJ a FLOP, on-chip memory") \
    X(os_crossbar_nj, 0.21,  0,     1e6,  "OuterSPACE: nJ a FLOP, crossbar") \
    X(os_dram_pj,     48.5,  0,     1e6,  "OuterSPACE: pJ a byte of memory traffic")

struct sparch_params {
#define X(name, value, min, max, text) double name;
    SPARCH_PARAMS(X)
#undef X
};

enum {
#define X(name, value, min, max, text) SPARCH_COUNT_##name,
    SPARCH_PARAMS(X)
#undef X
    SPARCH_NPARAMS
};

struct sparch_param { const char *name; double value, min, max; const char *text; };
extern const struct sparch_param sparch_param_table[SPARCH_NPARAMS];

void sparch_defaults(struct sparch_params *p);

/* Set a parameter from "name=value": 0, or -1 with *e set: no such name, no number, outside its
 * range, or a number of things that is not whole. */
int sparch_set(struct sparch_params *p, const char *assignment, struct ten_err *e);

/* The same from the lines of a file; empty ones and those that begin with # are passed over. */
struct source;
int sparch_set_file(struct sparch_params *p, struct source *s, struct ten_err *e);

static inline int64_t sparch_ways(const struct sparch_params *p)
{
    return (int64_t)1 << (int)p->levels;
}
/* Bytes a cycle of all channels. */
static inline double sparch_bandwidth(const struct sparch_params *p)
{
    return p->channels * p->channel_bytes;
}

#endif
