#include "base/arena.h"

#include "base/mem.h"

#include <assert.h>
#include <stdlib.h>

enum { ALIGN = 64, FIRST_BLOCK = 64 << 10 };

struct arena_block {
    _Alignas(ALIGN) struct arena_block *next;
    size_t used, room;
    _Alignas(ALIGN) char data[];
};

static size_t aligned(size_t bytes)
{
    assert(bytes <= PTRDIFF_MAX);
    return (bytes + ALIGN - 1) & ~(size_t)(ALIGN - 1);
}

/* Every block is at least twice as large as the one before it: the number of blocks stays small,
 * and so does what is left unused at their ends. */
static void add_block(struct arena *a, size_t bytes)
{
    size_t room = a->next > FIRST_BLOCK ? a->next : FIRST_BLOCK;
    struct arena_block *b;

    if (room < bytes)
        room = bytes;
    b = xaligned(sizeof *b + room);
    *b = (struct arena_block){.next = a->blocks, .room = room};
    a->blocks = b;
    a->next = 2 * room;
}

void *arena_alloc(struct arena *a, size_t bytes)
{
    const size_t need = aligned(bytes);

    if (!a->blocks || a->blocks->room - a->blocks->used < need)
        add_block(a, need);

    void *p = a->blocks->data + a->blocks->used;
    a->blocks->used += need;
    a->used += need;
    if (a->peak < a->used)
        a->peak = a->used;
    return p;
}

static void free_blocks(struct arena *a)
{
    for (struct arena_block *b = a->blocks, *next; b; b = next) {
        next = b->next;
        free(b);
    }
    a->blocks = NULL;
}

void arena_reset(struct arena *a)
{
    /* Several blocks become one that would have held it all. */
    if (a->blocks && a->blocks->next) {
        free_blocks(a);
        a->next = a->used;
    } else if (a->blocks) {
        a->blocks->used = 0;
    }
    a->used = 0;
}

void arena_free(struct arena *a)
{
    free_blocks(a);
    a->used = a->next = 0;
}
