/*
 * The queue of the packer is a ring of items in stream order.  An item is done at once (bytes, the
 * trailer of a payload) or when a worker has compressed it.  The caller's thread takes done items
 * from the front and gives them to the sink: it never waits while the ring has room, and the
 * workers never wait for the sink until the ring is full.
 */
#include "stream/chunks.h"

#include "base/fail.h"
#include "base/hash.h"
#include "base/pool.h"
#include "stream/wire.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

struct item {
    enum { ITEM_BYTES, ITEM_CHUNK, ITEM_TRAILER } kind;
    struct packer *packer;
    bool done, failed;
    unsigned char *in, *out;                    /* chunk bytes before and after */
    size_t in_room, out_room, n;                /* n: bytes in `in`, then bytes in `out` */
    uint64_t sum;                               /* of a trailer */
};

struct packer {
    int level;
    size_t chunk;                               /* raw bytes */
    chunk_sink sink;
    void *arg;
    struct pool *pool;
    pthread_mutex_t lock;
    pthread_cond_t done;
    struct item *ring;
    int room, first, used;
    ZSTD_CCtx **contexts;                       /* idle ones: one a worker, and one for the caller, */
    int idle, threads;                          /* in which pool_run works when memory is short */
    int64_t stored;                             /* of the payload being drained */
    unsigned char *gather;                      /* the start of the next chunk */
    size_t gathered, gather_room;
};

struct packer *packer_new(int level, int threads, chunk_sink sink, void *arg)
{
    struct packer *p = calloc(1, sizeof *p);

    if (!p)
        return NULL;
    p->level = level;
    p->chunk = (size_t)1 << (level < 10 ? 20 : 22);
    p->sink = sink;
    p->arg = arg;
    p->threads = threads > 1 ? threads : 1;
    p->room = p->threads > 1 ? 4 * p->threads : 1;
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->done, NULL);
    p->pool = pool_new(p->threads);
    p->ring = calloc(p->room, sizeof *p->ring);
    p->contexts = calloc(p->threads + 1, sizeof *p->contexts);
    if (!p->pool || !p->ring || !p->contexts) {
        packer_free(p);
        return NULL;
    }
    for (int i = 0; i < p->room; i++)
        p->ring[i].packer = p;
    for (; p->idle < p->threads + 1; p->idle++)
        if (!(p->contexts[p->idle] = ZSTD_createCCtx())) {
            packer_free(p);
            return NULL;
        }
    return p;
}

void packer_free(struct packer *p)
{
    if (!p)
        return;
    if (p->pool)
        pool_wait(p->pool);
    pool_free(p->pool);
    for (int i = 0; p->contexts && i < p->idle; i++)
        ZSTD_freeCCtx(p->contexts[i]);
    for (int i = 0; p->ring && i < p->room; i++) {
        free(p->ring[i].in);
        free(p->ring[i].out);
    }
    free(p->gather);
    free(p->contexts);
    free(p->ring);
    pthread_mutex_destroy(&p->lock);
    pthread_cond_destroy(&p->done);
    free(p);
}

/* Worker: in -> out with the chunk's header in front. */
static void compress_item(void *arg)
{
    struct item *it = arg;
    struct packer *p = it->packer;
    ZSTD_CCtx *context;

    pthread_mutex_lock(&p->lock);
    context = p->contexts[--p->idle];
    pthread_mutex_unlock(&p->lock);

    const size_t n = ZSTD_compressCCtx(context, it->out + WIRE_CHUNK_HEADER,
                                       it->out_room - WIRE_CHUNK_HEADER, it->in, it->n, p->level);
    if (!ZSTD_isError(n)) {
        put_u32(it->out, (uint32_t)n);
        put_u32(it->out + 4, (uint32_t)it->n);
        put_u64(it->out + 8, XXH3_64bits_withSeed(it->out + WIRE_CHUNK_HEADER, n, it->n));
    }

    pthread_mutex_lock(&p->lock);
    p->contexts[p->idle++] = context;
    it->failed = ZSTD_isError(n);
    it->n = WIRE_CHUNK_HEADER + n;
    it->done = true;
    pthread_cond_signal(&p->done);
    pthread_mutex_unlock(&p->lock);
}

static bool grow(unsigned char **p, size_t *room, size_t need)
{
    unsigned char *q;

    if (need <= *room)
        return true;
    if (!(q = realloc(*p, need)))
        return false;
    *p = q;
    *room = need;
    return true;
}

/* Give the first item to the sink; it is done. */
static int drain_first(struct packer *p, struct ten_err *e)
{
    static const unsigned char zeros[WIRE_ALIGN];
    struct item *it = &p->ring[p->first];

    p->first = (p->first + 1) % p->room;
    p->used--;
    switch (it->kind) {
    case ITEM_BYTES:
        return p->sink(p->arg, it->in, it->n, e);
    case ITEM_CHUNK:
        if (it->failed)
            return fail(e, TEN_E_DATA, "zstd: out of memory: level %d needs more", p->level);
        p->stored += (int64_t)it->n;
        return p->sink(p->arg, it->out, it->n, e);
    default:
        if (p->sink(p->arg, zeros, (size_t)wire_padding(p->stored), e) < 0)
            return -1;
        p->stored = 0;
        return p->sink(p->arg, &it->sum, sizeof it->sum, e);
    }
}

/* Drain what is done at the front; with `until` >= 0 also wait until no more than that is left. */
static int drain(struct packer *p, int until, struct ten_err *e)
{
    while (p->used > 0) {
        pthread_mutex_lock(&p->lock);
        while (!p->ring[p->first].done && p->used > until)
            pthread_cond_wait(&p->done, &p->lock);
        const bool done = p->ring[p->first].done;
        pthread_mutex_unlock(&p->lock);
        if (!done)
            return 0;
        if (drain_first(p, e) < 0)
            return -1;
    }
    return 0;
}

/* A free item at the end of the queue; NULL with *e set. */
static struct item *next_item(struct packer *p, size_t in, size_t out, struct ten_err *e)
{
    if (drain(p, p->room - 1, e) < 0)
        return NULL;

    struct item *it = &p->ring[(p->first + p->used) % p->room];
    if (!grow(&it->in, &it->in_room, in) || !grow(&it->out, &it->out_room, out)) {
        fail(e, TEN_E_DATA, "zstd: out of memory: %zu more bytes needed", in + out);
        return NULL;
    }
    it->done = it->failed = false;
    p->used++;
    return it;
}

int packer_bytes(struct packer *p, const void *bytes, size_t n, struct ten_err *e)
{
    struct item *it = next_item(p, n, 0, e);

    if (!it)
        return -1;
    it->kind = ITEM_BYTES;
    memcpy(it->in, bytes, n);
    it->n = n;
    it->done = true;
    return 0;
}

/* The gathered bytes as a chunk; they change places with an older buffer. */
static int submit(struct packer *p, struct ten_err *e)
{
    struct item *it = next_item(p, 0, WIRE_CHUNK_HEADER + ZSTD_compressBound(p->gathered), e);

    if (!it)
        return -1;

    unsigned char *const old = it->in;
    const size_t old_room = it->in_room;
    it->kind = ITEM_CHUNK;
    it->in = p->gather;
    it->in_room = p->gather_room;
    it->n = p->gathered;
    p->gather = old;
    p->gather_room = old_room;
    p->gathered = 0;
    pool_run(p->pool, compress_item, it);
    return 0;
}

int packer_part(struct packer *p, const void *data, int64_t n, struct ten_err *e)
{
    const unsigned char *from = data;

    while (n > 0) {
        const size_t left = p->chunk - p->gathered, piece = n < (int64_t)left ? (size_t)n : left;

        if (!grow(&p->gather, &p->gather_room, p->gathered + piece))
            return fail(e, TEN_E_DATA, "zstd: out of memory: %zu more bytes needed", piece);
        memcpy(p->gather + p->gathered, from, piece);
        p->gathered += piece;
        from += piece;
        n -= (int64_t)piece;
        if (p->gathered == p->chunk && submit(p, e) < 0)
            return -1;
    }
    return 0;
}

int packer_end(struct packer *p, uint64_t sum, struct ten_err *e)
{
    struct item *it;

    if ((p->gathered > 0 && submit(p, e) < 0) || !(it = next_item(p, 0, 0, e)))
        return -1;
    it->kind = ITEM_TRAILER;
    it->sum = sum;
    it->done = true;
    return 0;
}

int packer_flush(struct packer *p, struct ten_err *e)
{
    return drain(p, 0, e);
}

struct job {
    struct unpacker *unpacker;
    void *dst;
    const void *stored;
    uint32_t raw, n;
    uint64_t sum;
    const char *why;                            /* NULL: good */
};

struct unpacker {
    struct pool *pool;
    struct job jobs[UNPACK_BATCH];
    int used;
    pthread_mutex_t lock;
    ZSTD_DCtx **contexts;                       /* as the packer's */
    int idle, threads;
};

struct unpacker *unpacker_new(int threads)
{
    struct unpacker *u = calloc(1, sizeof *u);

    if (!u)
        return NULL;
    u->threads = threads > 1 ? threads : 1;
    pthread_mutex_init(&u->lock, NULL);
    u->pool = pool_new(u->threads);
    u->contexts = calloc(u->threads + 1, sizeof *u->contexts);
    for (; u->contexts && u->idle < u->threads + 1; u->idle++)
        if (!(u->contexts[u->idle] = ZSTD_createDCtx()))
            break;
    if (!u->pool || !u->contexts || u->idle < u->threads + 1) {
        unpacker_free(u);
        return NULL;
    }
    return u;
}

void unpacker_free(struct unpacker *u)
{
    if (!u)
        return;
    if (u->pool)
        pool_wait(u->pool);
    pool_free(u->pool);
    for (int i = 0; i < u->idle; i++)
        ZSTD_freeDCtx(u->contexts[i]);
    free(u->contexts);
    pthread_mutex_destroy(&u->lock);
    free(u);
}

static void unpack(void *arg)
{
    struct job *j = arg;
    struct unpacker *u = j->unpacker;
    ZSTD_DCtx *context;
    size_t n;

    if (XXH3_64bits_withSeed(j->stored, j->n, j->raw) != j->sum) {
        j->why = "checksum differs";
        return;
    }
    pthread_mutex_lock(&u->lock);
    context = u->contexts[--u->idle];
    pthread_mutex_unlock(&u->lock);
    n = ZSTD_decompressDCtx(context, j->dst, j->raw, j->stored, j->n);
    pthread_mutex_lock(&u->lock);
    u->contexts[u->idle++] = context;
    pthread_mutex_unlock(&u->lock);
    if (ZSTD_isError(n))
        j->why = ZSTD_getErrorName(n);
    else if (n != j->raw || ZSTD_findFrameCompressedSize(j->stored, j->n) != j->n)
        j->why = "not one zstd frame of the stated size";
}

void unpacker_chunk(struct unpacker *u, void *dst, uint32_t raw, const void *stored, uint32_t n,
                    uint64_t sum, bool last)
{
    struct job *j = &u->jobs[u->used++];

    *j = (struct job){u, dst, stored, raw, n, sum, NULL};
    if (last)
        unpack(j);
    else
        pool_run(u->pool, unpack, j);
}

int unpacker_wait(struct unpacker *u, const char **why)
{
    const int used = u->used;

    pool_wait(u->pool);
    u->used = 0;
    for (int i = 0; i < used; i++)
        if ((*why = u->jobs[i].why))
            return i + 1;
    return 0;
}
