#include "formats/zip.h"

#include "base/fail.h"
#include "base/mem.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum {
    LOCAL = 0x04034b50, LOCAL_BYTES = 30,
    ENTRY = 0x02014b50, ENTRY_BYTES = 46,
    END = 0x06054b50, END_BYTES = 22,
    LOCATOR = 0x07064b50, LOCATOR_BYTES = 20,
    END64 = 0x06064b50, END64_BYTES = 56,
    EXTRA64 = 1,
    FIRST_ROOM = 64 << 10,
};

static uint32_t u16(const unsigned char *p) { return p[0] | (uint32_t)p[1] << 8; }
static uint32_t u32(const unsigned char *p) { return u16(p) | u16(p + 2) << 16; }
static uint64_t u64(const unsigned char *p) { return u32(p) | (uint64_t)u32(p + 4) << 32; }

static int bad(const struct unzip *z, int64_t at, const char *what, const char *expected,
               struct ten_err *e)
{
    return fail(e, TEN_E_DATA, "%s: byte %" PRId64 ": %s: expected %s", z->name, at, what,
                expected);
}

/* True when n bytes at `at` lie before `end`; at comes out of the file. */
static bool inside(uint64_t at, uint64_t n, int64_t end)
{
    return at <= (uint64_t)end && n <= (uint64_t)end - at;
}

/* ---- The directory --------------------------------------------------------------------------- */

/* The end record is the last thing but for a comment of up to 65535 bytes; it holds its length. */
static int64_t find_end(const struct unzip *z)
{
    for (int64_t n = 0; n <= 65535; n++) {
        const int64_t at = z->size - END_BYTES - n;

        if (at < 0)
            return -1;
        if (u32(z->bytes + at) == END && u16(z->bytes + at + 20) == n)
            return at;
    }
    return -1;
}

/* The 64-bit end record stands before a locator, which stands before the end record. */
static int find_end64(const struct unzip *z, int64_t end, uint64_t *at, struct ten_err *e)
{
    const int64_t locator = end - LOCATOR_BYTES;

    if (locator < 0 || u32(z->bytes + locator) != LOCATOR)
        return 0;
    *at = u64(z->bytes + locator + 8);
    if (!inside(*at, END64_BYTES, locator) || u32(z->bytes + *at) != END64)
        return bad(z, locator, "directory", "the place of a 64-bit end record", e);
    return 1;
}

int unzip_open(struct unzip *z, const char *name, const void *bytes, int64_t size,
               struct ten_err *e)
{
    *z = (struct unzip){.name = name, .bytes = bytes, .size = size};

    const int64_t end = find_end(z);
    if (end < 0)
        return bad(z, size, size == 0 ? "empty input" : "the end of a ZIP archive is missing",
                   "a whole archive, as numpy.savez writes it", e);

    const unsigned char *p = z->bytes + end;
    uint64_t members = u16(p + 10), bytes_there = u32(p + 12), start = u32(p + 16), at = 0;
    bool one_disk = u16(p + 4) == 0 && u16(p + 6) == 0 && u16(p + 8) == u16(p + 10);
    int64_t limit = end;
    const int rc = find_end64(z, end, &at, e);
    if (rc < 0)
        return -1;
    if (rc > 0) {
        p = z->bytes + at;
        limit = (int64_t)at;
        one_disk = u32(p + 16) == 0 && u32(p + 20) == 0 && u64(p + 24) == u64(p + 32);
        members = u64(p + 32);
        bytes_there = u64(p + 40);
        start = u64(p + 48);
    }
    if (!one_disk)
        return bad(z, end, "directory: on several disks", "an archive in one file", e);
    if (!inside(start, bytes_there, limit) || members > bytes_there / ENTRY_BYTES)
        return bad(z, end, "directory", "one that lies in the archive", e);
    z->members = (int64_t)members;
    z->entry = z->directory = (int64_t)start;
    z->size = (int64_t)(start + bytes_there);
    return 0;
}

/* Sizes and offset of 0xffffffff stand in the 64-bit extra field, in this order. */
static bool read_extra64(const unsigned char *p, const unsigned char *end, uint64_t *v[3])
{
    while (end - p >= 4 && end - p - 4 >= (ptrdiff_t)u16(p + 2)) {
        const unsigned char *q = p + 4, *stop = q + u16(p + 2);

        if (u16(p) == EXTRA64) {
            for (int i = 0; i < 3; i++) {
                if (*v[i] != UINT32_MAX)
                    continue;
                if (stop - q < 8)
                    return false;
                *v[i] = u64(q);
                q += 8;
            }
            return true;
        }
        p = stop;
    }
    return *v[0] != UINT32_MAX && *v[1] != UINT32_MAX && *v[2] != UINT32_MAX;
}

/* The data stands behind the local header, which must be about the same member. */
static int find_data(struct unzip *z, struct zip_member *m, uint64_t local, struct ten_err *e)
{
    const size_t n = strlen(m->name);

    if (!inside(local, LOCAL_BYTES + n, z->directory) || u32(z->bytes + local) != LOCAL ||
        u16(z->bytes + local + 26) != n || memcmp(z->bytes + local + LOCAL_BYTES, m->name, n) != 0)
        return bad(z, (int64_t)(local < (uint64_t)z->size ? local : (uint64_t)z->size),
                   "member", "the header that the directory names", e);
    if (local < (uint64_t)z->free)
        return bad(z, (int64_t)local, "member: overlaps the one before", "members in order", e);

    const uint64_t data = local + LOCAL_BYTES + n + u16(z->bytes + local + 28);
    if (!inside(data, (uint64_t)m->stored, z->directory))
        return bad(z, (int64_t)local, "member: longer than the archive",
                   "all of it before the directory", e);
    m->offset = (int64_t)data;
    z->free = m->offset + m->stored;
    return 0;
}

int unzip_next(struct unzip *z, struct zip_member *m, struct ten_err *e)
{
    const unsigned char *p = z->bytes + z->entry;

    if (z->index == z->members)
        return 0;
    if (!inside((uint64_t)z->entry, ENTRY_BYTES, z->size) || u32(p) != ENTRY)
        return bad(z, z->entry, "directory", "an entry", e);

    const uint32_t name = u16(p + 28), extra = u16(p + 30), comment = u16(p + 32);
    if (!inside((uint64_t)z->entry, (uint64_t)ENTRY_BYTES + name + extra + comment, z->size))
        return bad(z, z->entry, "directory: entry longer than the directory", "all of it", e);
    if (name == 0 || name >= sizeof m->name || memchr(p + ENTRY_BYTES, 0, name))
        return bad(z, z->entry + ENTRY_BYTES, "directory: name",
                   "1 to 255 bytes without a zero byte", e);
    memcpy(m->name, p + ENTRY_BYTES, name);
    m->name[name] = 0;

    uint64_t stored = u32(p + 20), size = u32(p + 24), local = u32(p + 42);
    uint64_t *sizes[] = {&size, &stored, &local};
    if (!read_extra64(p + ENTRY_BYTES + name, p + ENTRY_BYTES + name + extra, sizes))
        return bad(z, z->entry, "directory: entry", "64-bit sizes in its extra field", e);
    if (u16(p + 8) & 1)
        return bad(z, z->entry, "directory: entry: encrypted", "a plain archive", e);
    if (u16(p + 10) != 0 && u16(p + 10) != Z_DEFLATED)
        return bad(z, z->entry + 10, "directory: entry: compression method",
                   "stored or deflated members", e);
    m->deflated = u16(p + 10) == Z_DEFLATED;
    if (stored > INT64_MAX || size > INT64_MAX || (!m->deflated && stored != size))
        return bad(z, z->entry, "directory: entry", "sizes that agree", e);
    m->stored = (int64_t)stored;
    m->size = (int64_t)size;
    m->crc = u32(p + 16);
    if (find_data(z, m, local, e) < 0)
        return -1;
    z->entry += ENTRY_BYTES + name + extra + comment;
    z->index++;
    return 1;
}

/* ---- Members --------------------------------------------------------------------------------- */

static void grow(struct zip_buffer *b, size_t used)
{
    if (used < b->room)
        return;
    b->room = b->room ? 2 * b->room : FIRST_ROOM;
    b->p = xrealloc(b->p, b->room);
}

/* zlib counts in unsigned int. */
static unsigned piece(size_t n)
{
    return n < 1u << 30 ? (unsigned)n : 1u << 30;
}

/* Everything in one zlib stream that ends with the member: bytes out, or -1. */
static int64_t unpack(z_stream *s, const struct zip_member *m, const unsigned char *from,
                      struct zip_buffer *b)
{
    size_t in = (size_t)m->stored, out = 0;
    int rc = Z_OK;

    s->next_in = (unsigned char *)from;
    while (rc == Z_OK) {
        grow(b, out);
        s->next_out = b->p + out;
        const unsigned given = piece(in), room = piece(b->room - out);
        s->avail_in = given;
        s->avail_out = room;
        rc = inflate(s, Z_NO_FLUSH);
        in -= given - s->avail_in;
        out += room - s->avail_out;
        if (out > (size_t)m->size)
            return -1;
    }
    return rc == Z_STREAM_END && in == 0 && out == (size_t)m->size ? (int64_t)out : -1;
}

const void *unzip_data(const struct unzip *z, const struct zip_member *m, struct zip_buffer *b,
                       struct ten_err *e)
{
    const unsigned char *p = z->bytes + m->offset;

    if (m->deflated) {
        z_stream s = {0};

        if (inflateInit2(&s, -MAX_WBITS) != Z_OK) {
            fail(e, TEN_E_DATA, "%s: out of memory: zlib needs some", m->name);
            return NULL;
        }
        const int64_t got = unpack(&s, m, p, b);
        inflateEnd(&s);
        if (got < 0) {
            fail(e, TEN_E_DATA, "%s: byte %" PRId64 ": %s: damaged: expected %" PRId64 " deflated "
                 "bytes that make %" PRId64, z->name, m->offset, m->name, m->stored, m->size);
            return NULL;
        }
        p = b->p;
    }
    if (crc32_z(0, p, (size_t)m->size) != m->crc) {
        fail(e, TEN_E_DATA, "%s: byte %" PRId64 ": %s: checksum differs: expected the bytes that "
             "were stored", z->name, m->offset, m->name);
        return NULL;
    }
    return p;
}
