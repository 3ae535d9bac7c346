/* Memory that is given out piece by piece and taken back all at once. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

/* {0} is an empty arena. */
struct arena {
    size_t used, peak;              /* bytes given out since the last reset; the most ever */
    struct arena_block *blocks;     /* private from here on: the one in use first */
    size_t next;                    /* size of the next block */
};

/* bytes of memory, 64-byte aligned, not cleared; lives until arena_reset() or arena_free().
 * Running out of memory ends the process, as with xmalloc(). */
void *arena_alloc(struct arena *a, size_t bytes);
/* Take everything back and keep the memory: a loop that needs the same every time round asks the
 * system for nothing from the third time on. */
void arena_reset(struct arena *a);
/* Give everything back to the system; a is empty again, but for its peak. */
void arena_free(struct arena *a);

#endif
