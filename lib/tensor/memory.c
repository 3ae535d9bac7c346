/*
 * Small blocks: sizes are rounded up so that few different ones exist, to 64 bytes below 4 KiB, above that to a
 * sixteenth of the next power of two (at most 1/8 is wasted).  Free ones stand in one list a size class, last given up
 * first, as that one is still in the cache.
 *
 * Large blocks are spans of regions.  The smallest free span that is large enough serves, what is left of it stays free,
 * and free spans that touch become one.  Regions are large, as few have few borders, and take no memory until they are
 * written.  Where a block reaches beyond all before it, as much of what is free goes back to the system: no more
 * memory is taken than was ever held at a time, or little more.
 *
 * Regions begin on 2 MiB borders and the kernel is asked for huge pages: a training step touches its memory anew,
 * and a fault for every 4 KiB costs as much as a pass over the data.
 */
#include "tensor/memory.h"
#include "base/mem.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

enum {
    CLASSES = 64 + 20 * 8,
    LARGE = 1 << 20, SMALL = 15 << 16,          /* the most that stays below LARGE when it is rounded up */
    PAGE = 4096, LEAST_REGION = 1 << 30,      /* of which no memory is taken until it is written */
};

struct spare { struct block b; struct spare *next; };
/* Neighbours in its region, NULL at the ends; and in the list of free ones, if it is. */
struct span { struct block b; struct span *before, *after, *previous, *next; bool free; };

struct memory {
    size_t used, peak, lent;
    struct spare *spare[CLASSES];
    struct span *free;                                      /* last given up first */
    char *fresh, *last;                                     /* of the newest region: what was never used, and its end */
};

struct memory *memory_new(void) { return xcalloc(1, sizeof(struct memory)); }

/* ---- Small blocks ---------------------------------------------------------------------------------------- */

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

static struct block *small_new(struct memory *m, size_t bytes)
{
    size_t size;
    const int class = size_class(bytes, &size);
    struct spare *s = m->spare[class];
    if (s) {
        m->spare[class] = s->next;
    } else {
        s = xmalloc(sizeof *s);
        s->b = (struct block){.data = xaligned(size), .bytes = size, .home = m};
        m->lent += size;
    }
    return &s->b;
}

static void small_drop(struct memory *m, struct spare *s)
{
    size_t size;
    const int class = size_class(s->b.bytes, &size);
    s->next = m->spare[class];
    m->spare[class] = s;
}

/* ---- Large blocks ---------------------------------------------------------------------------------------- */

static struct span *span_new(struct memory *m, char *data, size_t bytes)
{
    struct span *s = xmalloc(sizeof *s);
    *s = (struct span){.b = {.data = data, .bytes = bytes, .home = m}};
    return s;
}

static void list(struct memory *m, struct span *s)
{
    s->free = true;
    s->previous = NULL;
    s->next = m->free;
    if (s->next)
        s->next->previous = s;
    m->free = s;
}

static void unlist(struct memory *m, struct span *s)
{
    s->free = false;
    *(s->previous ? &s->previous->next : &m->free) = s->next;
    if (s->next)
        s->next->previous = s->previous;
}

/* What s has beyond `bytes` becomes a free span. */
static void split(struct memory *m, struct span *s, size_t bytes)
{
    if (s->b.bytes == bytes)
        return;
    struct span *rest = span_new(m, (char *)s->b.data + bytes, s->b.bytes - bytes);
    rest->before = s;
    rest->after = s->after;
    if (rest->after)
        rest->after->before = rest;
    s->after = rest;
    s->b.bytes = bytes;
    list(m, rest);
}

/* s becomes one with its neighbour after it; neither is listed. */
static void join(struct span *s)
{
    struct span *rest = s->after;
    s->b.bytes += rest->b.bytes;
    s->after = rest->after;
    if (s->after)
        s->after->before = s;
    free(rest);
}

/* Pages of free spans, and regions that are free as a whole, go back to the system, until that is `bytes`. */
static void give_back(struct memory *m, size_t bytes)
{
    size_t given = 0;
    for (struct span *s = m->free, *next; s && given < bytes; s = next) {
        next = s->next;
        given += s->b.bytes;
        if (s->before || s->after) {
            mem_forget(s->b.data, s->b.bytes);
            continue;
        }
        unlist(m, s);
        xzeros_free(s->b.data, s->b.bytes);
        m->lent -= s->b.bytes;
        free(s);
    }
}

static struct span *region_new(struct memory *m, size_t bytes)
{
    size_t size = LEAST_REGION;
    size = size > bytes ? size : bytes;
    size = size > m->lent ? size : m->lent;
    void *data = mem_map(size);
    if (!data)
        data = xzeros(size = bytes);
    struct span *s = span_new(m, data, size);
    m->fresh = data;
    m->last = m->fresh + size;
    m->lent += size;
    list(m, s);
    return s;
}

static struct block *large_new(struct memory *m, size_t bytes)
{
    struct span *best = NULL;
    for (struct span *s = m->free; s; s = s->next)
        if (s->b.bytes >= bytes && (!best || s->b.bytes < best->b.bytes))
            best = s;
    if (!best)
        best = region_new(m, bytes);
    unlist(m, best);
    char *end = (char *)best->b.data + bytes;
    if (end > m->fresh && end <= m->last) {
        give_back(m, (size_t)(end - m->fresh));
        m->fresh = end;
    }
    split(m, best, bytes);
    return &best->b;
}

static void large_drop(struct memory *m, struct span *s)
{
    if (s->after && s->after->free) {
        unlist(m, s->after);
        join(s);
    }
    if (s->before && s->before->free) {
        s = s->before;
        unlist(m, s);
        join(s);
    }
    list(m, s);
}

/* ---- Blocks ---------------------------------------------------------------------------------------------- */

struct block *block_new(struct memory *m, size_t bytes)
{
    const size_t pages = (bytes + PAGE - 1) & ~(size_t)(PAGE - 1);
    struct block *b = bytes <= SMALL ? small_new(m, bytes) : large_new(m, pages > LARGE ? pages : LARGE);
    b->refs = 1;
    m->used += b->bytes;
    if (m->used > m->peak)
        m->peak = m->used;
    return b;
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
    struct memory *m = b->home;
    m->used -= b->bytes;
    if (b->bytes < LARGE)                                   /* b is the first member of either */
        small_drop(m, (struct spare *)b);
    else
        large_drop(m, (struct span *)b);
}

void memory_trim(struct memory *m)
{
    give_back(m, SIZE_MAX);
    for (int i = 0; i < CLASSES; i++)
        for (struct spare *s; (s = m->spare[i]);) {
            m->spare[i] = s->next;
            m->lent -= s->b.bytes;
            free(s->b.data);
            free(s);
        }
}

void memory_free(struct memory *m)
{
    if (!m)
        return;
    assert(m->used == 0);
    memory_trim(m);
    free(m);
}

size_t memory_used(const struct memory *m) { return m->used; }
size_t memory_peak(const struct memory *m) { return m->peak; }
size_t memory_lent(const struct memory *m) { return m->lent; }
void memory_reset_peak(struct memory *m) { m->peak = m->used; }
