/*
 * Sizes are rounded up so that few different ones exist: to 64 bytes below 4 KiB, above that to a
 * sixteenth of the next power of two (at most 1/8 is wasted).  Free blocks stand in one list a
 * size class, last given up first, as that one is still in the cache.  Rather than ask the system for a large block, one of
 * up to twice its size is used; and where none is free, one of down to half of it goes back to the system.
 *
 * Large blocks are mapped on 2 MiB borders and the kernel is asked for huge pages: a training step
 * touches its memory anew, and a fault for every 4 KiB costs as much as a pass over the data.
 */
#include "tensor/memory.h"
#include "base/mem.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

enum { CLASSES = 64 * 17, HUGE = 2 << 20, LARGE = 1 << 20 };

struct spare { struct block b; struct spare *next; };

struct memory {
    size_t used, peak, lent;
    struct spare *spare[CLASSES];
};

/* Class of a size, and the size its blocks have. */
static int size_class(size_t bytes, size_t *size)
{
    if (bytes < 64)
        bytes = 64;
    if (bytes <= 4096) {
        *size = (bytes + 63) & ~(size_t)63;
        return (int)(*size / 64);
    }
    const int top = 63 - __builtin_clzll(bytes - 1);        /* 2^top < bytes <= 2^(top+1) */
    const size_t step = (size_t)1 << (top - 3);
    *size = (bytes + step - 1) & ~(step - 1);
    return 64 + top * 8 + (int)((*size - ((size_t)1 << top)) / step) - 1;
}

static void *lend(size_t bytes)
{
    void *p = bytes >= HUGE ? aligned_alloc(HUGE, (bytes + HUGE - 1) & ~(size_t)(HUGE - 1)) : NULL;
    if (p) {
        madvise(p, bytes, MADV_HUGEPAGE);
        return p;
    }
    return xaligned(bytes);
}

struct memory *memory_new(void) { return xcalloc(1, sizeof(struct memory)); }

/* A free block of this class, to the system; false where there is none. */
static bool give_back(struct memory *m, int class)
{
    struct spare *s = m->spare[class];
    if (!s)
        return false;
    m->spare[class] = s->next;
    m->lent -= s->b.bytes;
    free(s->b.data);
    free(s);
    return true;
}

void memory_trim(struct memory *m)
{
    for (int i = 0; i < CLASSES; i++)
        while (give_back(m, i))
            ;
}

void memory_free(struct memory *m)
{
    if (!m)
        return;
    assert(m->used == 0);
    memory_trim(m);
    free(m);
}

/* A free block of this class, or of one up to twice as large; taken from its list. */
static struct spare *take(struct memory *m, int class, size_t bytes)
{
    const int last = bytes < LARGE ? class : class + 8;
    for (int i = class; i <= last && i < CLASSES; i++) {
        struct spare *s = m->spare[i];
        if (s) {
            m->spare[i] = s->next;
            return s;
        }
    }
    return NULL;
}

/* A large block that is too small is given back for one that is not: blocks grow until they serve all that comes again. */
static void trade_in(struct memory *m, int class, size_t bytes)
{
    for (int i = class - 1; bytes >= LARGE && i >= class - 8; i--)
        if (give_back(m, i))
            return;
}

struct block *block_new(struct memory *m, size_t bytes)
{
    size_t size;
    const int class = size_class(bytes, &size);
    struct spare *s = take(m, class, bytes);
    if (!s) {
        trade_in(m, class, size);
        s = xmalloc(sizeof *s);
        s->b = (struct block){.data = lend(size), .bytes = size, .home = m};
        m->lent += size;
    }
    s->b.refs = 1;
    m->used += s->b.bytes;
    if (m->used > m->peak)
        m->peak = m->used;
    return &s->b;
}

struct block *block_hold(struct block *b)
{
    if (b)
        b->refs++;
    return b;
}

void block_drop(struct block *b)
{
    if (!b || --b->refs > 0)
        return;
    assert(b->refs == 0);
    struct spare *s = (struct spare *)b;                    /* b is its first member */
    struct memory *m = b->home;
    size_t size;
    const int class = size_class(b->bytes, &size);
    m->used -= b->bytes;
    s->next = m->spare[class];
    m->spare[class] = s;
}

size_t memory_used(const struct memory *m) { return m->used; }
size_t memory_peak(const struct memory *m) { return m->peak; }
size_t memory_lent(const struct memory *m) { return m->lent; }
void memory_reset_peak(struct memory *m) { m->peak = m->used; }
