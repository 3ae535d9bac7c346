#include "stream/shuffle.h"

#include "base/fail.h"
#include "base/mem.h"
#include "base/tempfile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    DIGIT = 6, BUCKETS = 1 << DIGIT,    /* key bits dealt by, files of one deal */
    FILE_BUFFER = 64 << 10,
    FIRST_ROOM = 1 << 20,
};

struct item { uint64_t key; int64_t bytes; };           /* the bytes follow */
struct place { uint64_t key; int64_t at; };

/* One deal: files by the key bits shift .. shift+DIGIT-1. */
struct deal {
    int shift;
    struct bucket { FILE *file; char *buffer; int64_t bytes, items; } bucket[BUCKETS];
};

struct shuffle {
    struct rng keys;
    uint64_t index;                     /* of the next item */
    int64_t memory;
    unsigned char *arena;               /* items, each aligned to 8 */
    int64_t room, used, items;
    struct deal *first;                 /* NULL while everything fits */
};

struct shuffle *shuffle_new(const struct rng *keys, int64_t memory)
{
    struct shuffle *s = xcalloc(1, sizeof *s);

    s->keys = *keys;
    s->memory = memory;
    return s;
}

static struct deal *deal_new(int shift)
{
    struct deal *d = xcalloc(1, sizeof *d);

    d->shift = shift > 0 ? shift : 0;
    return d;
}

static void bucket_close(struct bucket *b)
{
    if (b->file)
        fclose(b->file);
    free(b->buffer);
    *b = (struct bucket){0};
}

static void deal_free(struct deal *d)
{
    for (int i = 0; d && i < BUCKETS; i++)
        bucket_close(&d->bucket[i]);
    free(d);
}

void shuffle_free(struct shuffle *s)
{
    if (!s)
        return;
    deal_free(s->first);
    free(s->arena);
    free(s);
}

/* Memory that items take: themselves, and twice a place for sorting. */
static int64_t cost(int64_t bytes, int64_t items)
{
    return bytes + items * 2 * (int64_t)sizeof(struct place);
}

static int64_t padded(int64_t n)
{
    return (n + 7) / 8 * 8;
}

static int disk(struct ten_err *e, int64_t bytes)
{
    return fail(e, TEN_E_DATA,
                "%s: %s: expected temporary space for the whole stream, of which %lld bytes "
                "are here; TMPDIR names another folder",
                temp_folder(), strerror(errno), (long long)bytes);
}

static int bucket_open(struct bucket *b, struct ten_err *e)
{
    const int fd = temp_file(e);

    if (fd < 0)
        return -1;
    if (!(b->file = fdopen(fd, "w+")))
        return disk(e, 0);
    b->buffer = xmalloc(FILE_BUFFER);
    setvbuf(b->file, b->buffer, _IOFBF, FILE_BUFFER);
    return 0;
}

/* Move what is in the arena to the files of d. */
static int deal(struct shuffle *s, struct deal *d, struct ten_err *e)
{
    for (int64_t at = 0; at < s->used; ) {
        struct item item;
        struct bucket *b;

        memcpy(&item, s->arena + at, sizeof item);
        b = &d->bucket[item.key >> d->shift & (BUCKETS - 1)];
        const int64_t size = (int64_t)sizeof item + padded(item.bytes);
        if (!b->file && bucket_open(b, e) < 0)
            return -1;
        if (fwrite(s->arena + at, (size_t)size, 1, b->file) != 1)
            return disk(e, b->bytes);
        b->bytes += size;
        b->items++;
        at += size;
    }
    s->used = s->items = 0;
    return 0;
}

static void need(struct shuffle *s, int64_t bytes)
{
    int64_t room = s->room > FIRST_ROOM ? s->room : FIRST_ROOM;

    if (bytes <= s->room)
        return;
    while (room < bytes)
        room *= 2;
    if (room > s->memory && s->memory >= bytes)
        room = s->memory;
    s->arena = xrealloc(s->arena, (size_t)room);
    s->room = room;
}

/* Room for an item in the arena, which is dealt to *d first where there is none. */
static void *place_item(struct shuffle *s, struct deal **d, int shift, uint64_t key, int64_t n,
                        struct ten_err *e)
{
    const struct item item = {key, n};
    const int64_t size = (int64_t)sizeof item + padded(n);
    unsigned char *p;

    if (s->items > 0 && cost(s->used + size, s->items + 1) > s->memory) {
        if (!*d)
            *d = deal_new(shift);
        if (deal(s, *d, e) < 0)
            return NULL;
    }
    need(s, s->used + size);
    p = s->arena + s->used;
    memset(p + size - 8, 0, 8);                         /* what padding is left goes to disk too */
    memcpy(p, &item, sizeof item);
    s->used += size;
    s->items++;
    return p + sizeof item;
}

void *shuffle_add(struct shuffle *s, int64_t n, struct ten_err *e)
{
    return place_item(s, &s->first, 64 - DIGIT, rng_u64(&s->keys, s->index++), n, e);
}

static int by_key(const void *a, const void *b)
{
    const struct place *x = a, *y = b;

    return x->key != y->key ? (x->key < y->key ? -1 : 1) : (x->at > y->at) - (x->at < y->at);
}

/* Items lie in the arena in the order they came, so equal keys are told apart by place. */
static int emit_arena(struct shuffle *s, shuffle_each each, void *arg, struct ten_err *e)
{
    struct place *order = xmalloc((size_t)s->items * sizeof *order);
    struct item item;
    int64_t at = 0;
    int rc = 0;

    for (int64_t i = 0; i < s->items; i++) {
        memcpy(&item, s->arena + at, sizeof item);
        order[i] = (struct place){item.key, at};
        at += (int64_t)sizeof item + padded(item.bytes);
    }
    qsort(order, (size_t)s->items, sizeof *order, by_key);
    for (int64_t i = 0; i < s->items && rc == 0; i++) {
        memcpy(&item, s->arena + order[i].at, sizeof item);
        rc = each(arg, s->arena + order[i].at + sizeof item, item.bytes, e);
    }
    free(order);
    s->used = s->items = 0;
    return rc;
}

static int take(struct bucket *b, void *to, int64_t n, struct ten_err *e)
{
    return n == 0 || fread(to, (size_t)n, 1, b->file) == 1 ? 0 : disk(e, b->bytes);
}

/* A bucket that fits, into the empty arena. */
static int load(struct shuffle *s, struct bucket *b, struct ten_err *e)
{
    need(s, b->bytes);
    if (take(b, s->arena, b->bytes, e) < 0)
        return -1;
    s->used = b->bytes;
    s->items = b->items;
    return 0;
}

/* One that does not, to files by the next bits of the key. */
static int deal_again(struct shuffle *s, struct bucket *b, struct deal *d, struct ten_err *e)
{
    for (int64_t i = 0; i < b->items; i++) {
        struct item item;
        void *p;

        if (take(b, &item, sizeof item, e) < 0 ||
            !(p = place_item(s, &d, d->shift, item.key, item.bytes, e)) ||
            take(b, p, padded(item.bytes), e) < 0)
            return -1;
    }
    return deal(s, d, e);
}

static int emit_deal(struct shuffle *s, struct deal *d, shuffle_each each, void *arg,
                     struct ten_err *e)
{
    int rc = 0;

    for (int i = 0; i < BUCKETS && rc == 0; i++) {
        struct bucket *b = &d->bucket[i];

        if (!b->file)
            continue;
        if (fflush(b->file) != 0 || fseeko(b->file, 0, SEEK_SET) != 0)
            return disk(e, b->bytes);
        if (cost(b->bytes, b->items) <= s->memory || b->items == 1 || d->shift == 0) {
            if ((rc = load(s, b, e)) == 0)
                rc = emit_arena(s, each, arg, e);
        } else {
            struct deal *next = deal_new(d->shift - DIGIT);

            rc = deal_again(s, b, next, e);
            bucket_close(b);
            if (rc == 0)
                rc = emit_deal(s, next, each, arg, e);
            deal_free(next);
        }
        bucket_close(b);
    }
    return rc;
}

int shuffle_emit(struct shuffle *s, shuffle_each each, void *arg, struct ten_err *e)
{
    if (!s->first)
        return emit_arena(s, each, arg, e);
    return deal(s, s->first, e) < 0 ? -1 : emit_deal(s, s->first, each, arg, e);
}
