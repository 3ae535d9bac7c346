/*
 * A uniform permutation of any number of items, in bounded memory.
 *
 * Item number i gets the 64-bit key rng_u64(keys, i); items come out sorted by key, and by i where
 * keys are equal.  What does not fit into memory is dealt to 64 temporary files by the highest six
 * bits of the key, and each is sorted by itself - or dealt again by the next six bits when it still
 * does not fit.  So the order depends on the seed alone, never on the memory.
 */
#ifndef STREAM_SHUFFLE_H
#define STREAM_SHUFFLE_H

#include "base/err.h"
#include "base/random.h"

struct shuffle;

/* memory: bytes for items and their keys.  Buffers of the files come on top: 4 MiB for every factor
 * of 64 that the items exceed it by. */
struct shuffle *shuffle_new(const struct rng *keys, int64_t memory);
void shuffle_free(struct shuffle *s);

/* Where to put the n bytes of the next item, aligned to 8; until the next call on s.  NULL with *e
 * set when temporary space runs out.  At least one item is held, however large. */
void *shuffle_add(struct shuffle *s, int64_t n, struct ten_err *e);

/* Hand all items to each(), in their new order, and forget them: 0, or -1 with *e set by each() or
 * by a failed read. */
typedef int (*shuffle_each)(void *arg, const void *item, int64_t n, struct ten_err *e);
int shuffle_emit(struct shuffle *s, shuffle_each each, void *arg, struct ten_err *e);

#endif
