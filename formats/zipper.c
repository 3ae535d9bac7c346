#include "formats/zip.h"

#include "base/fail.h"
#include "base/mem.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum {
    UTF8_NAMES = 1 << 11,               /* general purpose flag */
    DATE = 1 << 5 | 1,                  /* 1980-01-01, the first there is */
    PLAIN = 20, WITH_64 = 45,           /* versions needed to extract: 2.0, 4.5 */
};

/* A record of the archive on its way out. */
struct record { unsigned char b[80]; size_t n; };

static void put(struct record *r, int bytes, uint64_t v)
{
    for (int i = 0; i < bytes; i++)
        r->b[r->n++] = (unsigned char)(v >> 8 * i);
}

static int write_out(struct zipper *z, const void *p, size_t n, struct ten_err *e)
{
    if (fwrite(p, 1, n, z->to) < n)
        return fail(e, TEN_E_DATA, "output: %s: the archive is incomplete", strerror(errno));
    z->offset += (int64_t)n;
    return 0;
}

static void reserve(struct zip_buffer *b, size_t used, size_t n)
{
    if (used + n <= b->room)
        return;
    b->room = 2 * (used + n);
    b->p = xrealloc(b->p, b->room);
}

struct member { uint64_t size, stored, offset; uint32_t crc; bool deflated; };

static uint64_t low(uint64_t v) { return v < UINT32_MAX ? v : UINT32_MAX; }

/* What local header and directory entry have in common. */
static void put_common(struct record *r, const struct member *m, bool big, size_t name, int extra)
{
    put(r, 2, big ? WITH_64 : PLAIN);
    put(r, 2, UTF8_NAMES);
    put(r, 2, m->deflated ? Z_DEFLATED : 0);
    put(r, 2, 0);                                       /* time */
    put(r, 2, DATE);
    put(r, 4, m->crc);
    put(r, 4, big ? UINT32_MAX : m->stored);
    put(r, 4, big ? UINT32_MAX : m->size);
    put(r, 2, name);
    put(r, 2, (uint64_t)extra);
}

static int write_local(struct zipper *z, const struct member *m, const char *name,
                       struct ten_err *e)
{
    const bool big = m->size >= UINT32_MAX || m->stored >= UINT32_MAX;
    struct record r = {.n = 0}, extra = {.n = 0};

    if (big) {
        put(&extra, 2, 1);
        put(&extra, 2, 16);
        put(&extra, 8, m->size);
        put(&extra, 8, m->stored);
    }
    put(&r, 4, 0x04034b50);
    put_common(&r, m, big, strlen(name), (int)extra.n);
    return write_out(z, r.b, r.n, e) < 0 || write_out(z, name, strlen(name), e) < 0 ? -1
         : write_out(z, extra.b, extra.n, e);
}

static void add_entry(struct zipper *z, const struct member *m, const char *name)
{
    const bool big = m->size >= UINT32_MAX || m->stored >= UINT32_MAX;
    const bool far = m->offset >= UINT32_MAX;
    struct record r = {.n = 0}, extra = {.n = 0};
    const size_t n = strlen(name);

    if (big || far) {
        put(&extra, 2, 1);
        put(&extra, 2, (big ? 16 : 0) + (far ? 8 : 0));
        if (big) {
            put(&extra, 8, m->size);
            put(&extra, 8, m->stored);
        }
        if (far)
            put(&extra, 8, m->offset);
    }
    put(&r, 4, 0x02014b50);
    put(&r, 2, WITH_64);                                /* made by */
    put_common(&r, m, big, n, (int)extra.n);
    put(&r, 2, 0);                                      /* comment */
    put(&r, 2, 0);                                      /* disk */
    put(&r, 2, 0);                                      /* attributes, of MS-DOS */
    put(&r, 4, 0);
    put(&r, 4, low(m->offset));
    reserve(&z->directory, z->directory_bytes, r.n + n + extra.n);
    unsigned char *p = z->directory.p + z->directory_bytes;
    p = (unsigned char *)memcpy(p, r.b, r.n) + r.n;
    p = (unsigned char *)memcpy(p, name, n) + n;
    memcpy(p, extra.b, extra.n);
    z->directory_bytes += r.n + n + extra.n;
    z->members++;
}

/* zlib counts in unsigned int. */
static unsigned piece(size_t n)
{
    return n < 1u << 30 ? (unsigned)n : 1u << 30;
}

/* Feed a part of the member to zlib. */
static int deflate_piece(z_stream *s, struct zip_buffer *b, size_t *used, const void *p, size_t n,
                         int last)
{
    int rc = Z_OK;

    s->next_in = (unsigned char *)p;
    do {
        const unsigned given = piece(n);
        const int flush = last && given == n ? Z_FINISH : Z_NO_FLUSH;

        s->avail_in = given;
        do {
            reserve(b, *used, 64 << 10);
            const unsigned room = piece(b->room - *used);
            s->next_out = b->p + *used;
            s->avail_out = room;
            rc = deflate(s, flush);
            *used += room - s->avail_out;
        } while (s->avail_out == 0 && rc == Z_OK);
        n -= given;
    } while (n > 0);
    return rc;
}

/* The member deflated into z->packed: its bytes; none when zlib has no memory. */
static size_t pack(struct zipper *z, const void *head, size_t head_bytes, const void *data,
                   size_t data_bytes)
{
    z_stream s = {0};
    size_t used = 0;

    if (deflateInit2(&s, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY))
        return 0;
    deflate_piece(&s, &z->packed, &used, head, head_bytes, 0);
    if (deflate_piece(&s, &z->packed, &used, data, data_bytes, 1) != Z_STREAM_END)
        used = 0;
    deflateEnd(&s);
    return used;
}

int zipper_add(struct zipper *z, const char *name, const void *head, size_t head_bytes,
               const void *data, size_t data_bytes, struct ten_err *e)
{
    struct member m = {.size = head_bytes + data_bytes, .offset = (uint64_t)z->offset,
                       .deflated = z->deflate};

    m.crc = (uint32_t)crc32_z(crc32_z(0, head, head_bytes), data, data_bytes);
    m.stored = z->deflate ? pack(z, head, head_bytes, data, data_bytes) : m.size;
    if (z->deflate && m.stored == 0)
        return fail(e, TEN_E_DATA, "%s: out of memory: zlib needs some", name);
    if (write_local(z, &m, name, e) < 0)
        return -1;
    add_entry(z, &m, name);
    if (z->deflate)
        return write_out(z, z->packed.p, m.stored, e);
    return write_out(z, head, head_bytes, e) < 0 ? -1 : write_out(z, data, data_bytes, e);
}

int zipper_finish(struct zipper *z, struct ten_err *e)
{
    const uint64_t start = (uint64_t)z->offset, n = (uint64_t)z->members;
    const uint64_t bytes = z->directory_bytes;
    struct record r = {.n = 0};

    if (write_out(z, z->directory.p ? z->directory.p : (void *)"", bytes, e) < 0)
        return -1;
    if (start >= UINT32_MAX || n >= UINT16_MAX || bytes >= UINT32_MAX) {
        put(&r, 4, 0x06064b50);                         /* 64-bit end record */
        put(&r, 8, 44);                                 /* bytes that follow */
        put(&r, 2, WITH_64);
        put(&r, 2, WITH_64);
        put(&r, 8, 0);                                  /* disks */
        put(&r, 8, n);
        put(&r, 8, n);
        put(&r, 8, bytes);
        put(&r, 8, start);
        put(&r, 4, 0x07064b50);                         /* its locator */
        put(&r, 4, 0);
        put(&r, 8, start + bytes);
        put(&r, 4, 1);
        if (write_out(z, r.b, r.n, e) < 0)
            return -1;
        r.n = 0;
    }
    put(&r, 4, 0x06054b50);                             /* end record */
    put(&r, 4, 0);                                      /* disks */
    put(&r, 2, n < UINT16_MAX ? n : UINT16_MAX);
    put(&r, 2, n < UINT16_MAX ? n : UINT16_MAX);
    put(&r, 4, low(bytes));
    put(&r, 4, low(start));
    put(&r, 2, 0);                                      /* comment */
    return write_out(z, r.b, r.n, e);
}

void zipper_free(struct zipper *z)
{
    free(z->directory.p);
    free(z->packed.p);
}
