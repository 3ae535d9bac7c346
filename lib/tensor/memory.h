/* Memory of tensors: blocks that are counted, and kept for the next use when nobody holds them. */
#ifndef TENSOR_MEMORY_H
#define TENSOR_MEMORY_H

#include <stddef.h>

struct memory;
/* Bytes of a block, 64-byte aligned, not cleared; the holder writes them. */
struct block { void *data; size_t bytes; int refs; struct memory *home; };

struct memory *memory_new(void);
/* Every block must have been given up.  NULL is allowed. */
void memory_free(struct memory *m);

/* A block of at least `bytes`, held once.  Running out of memory ends the process, as with xmalloc().
 * Not thread-safe: one memory belongs to one thread. */
struct block *block_new(struct memory *m, size_t bytes);
struct block *block_hold(struct block *b);      /* once more; returns b; NULL is allowed */
void block_drop(struct block *b);               /* once less; NULL is allowed */

/* Bytes held now, the most ever held since the last reset, and what the system has lent: held, kept for reuse, or room
 * for more that takes no memory yet. */
size_t memory_used(const struct memory *m);
size_t memory_peak(const struct memory *m);
size_t memory_lent(const struct memory *m);
void memory_reset_peak(struct memory *m);
/* Give what nobody holds back to the system. */
void memory_trim(struct memory *m);

#endif
