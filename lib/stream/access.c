#include "stream/access.h"

#include "base/fail.h"
#include "base/hash.h"
#include "base/mem.h"
#include "stream/chunks.h"
#include "stream/wire.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct access { const unsigned char *map; int64_t size; char *path; };

static int damaged(const struct access *a, int64_t at, const char *what, struct ten_err *e)
{
    return fail(e, TEN_E_DATA, "%s: byte %" PRId64 ": %s", a->path, at, what);
}

static int map_file(struct access *a, int fd, struct ten_err *e)
{
    struct stat st;
    if (fd < 0 || fstat(fd, &st) < 0)
        return fail(e, TEN_E_DATA, "%s: %s: expected a tensor stream", a->path, strerror(errno));
    if (!S_ISREG(st.st_mode) || st.st_size == 0)
        return fail(e, TEN_E_DATA, "%s: %s: expected a tensor stream in a file", a->path,
                    S_ISREG(st.st_mode) ? "empty" : "no regular file");
    void *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
    if (p == MAP_FAILED)
        return fail(e, TEN_E_DATA, "%s: %s: expected a file to map", a->path, strerror(errno));
    a->map = p;
    a->size = st.st_size;
    return 0;
}

struct access *access_open(const char *path, struct ten_err *e)
{
    struct access *a = xcalloc(1, sizeof *a);
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    a->path = xstrdup(path);
    const int rc = map_file(a, fd, e);
    if (fd >= 0)
        close(fd);
    if (rc == 0)
        return a;
    access_close(a);
    return NULL;
}

void access_close(struct access *a)
{
    if (!a)
        return;
    if (a->map)
        munmap((void *)a->map, (size_t)a->size);
    free(a->path);
    free(a);
}

int64_t access_size(const struct access *a) { return a->size; }

/* ---- Headers -------------------------------------------------------------------------------- */

/* Whether a good header starts at byte `at`. */
static bool has_header(const struct access *a, int64_t at)
{
    if (at < 0 || at % WIRE_ALIGN != 0 || at > a->size - WIRE_ALIGN)
        return false;
    const unsigned char *h = a->map + at;
    const int64_t size = get_u32(h + AT_HEADER);
    return memcmp(h, WIRE_MAGIC, sizeof WIRE_MAGIC) == 0 && size >= WIRE_ALIGN &&
           size <= a->size - at && size % WIRE_ALIGN == 0 &&
           get_u64(h + AT_SUM) == XXH3_64bits(h + AT_VERSION, (size_t)size - AT_VERSION);
}

int access_find(const struct access *a, int64_t at, struct access_record *rec, struct ten_err *e)
{
    if (!has_header(a, at))
        return damaged(a, at, "no record starts here: expected an undamaged header", e);
    const unsigned char *h = a->map + at, *p = h + AT_DIMS + 8 * h[AT_RANK];
    const int64_t size = get_u32(h + AT_HEADER);
    if (h[AT_VERSION] != WIRE_VERSION || h[AT_KIND] != KIND_TENSOR || h[AT_RANK] > TEN_MAX_RANK ||
        h[AT_CODEC] > CODEC_ZSTD || AT_TYPE + (int64_t)wire_identity(h) > size)
        return damaged(a, at, "no tensor of this version: expected one", e);
    *rec = (struct access_record){
        .type = (enum ten_type)h[AT_TYPE], .shape.rank = h[AT_RANK],
        .zstd = h[AT_CODEC] == CODEC_ZSTD,
        .attrs = (const char *)p + h[AT_NAME], .attrs_bytes = get_u32(h + AT_ATTRS),
        .payload = at + size, .bytes = (int64_t)get_u64(h + AT_PAYLOAD),
    };
    memcpy(rec->name, p, h[AT_NAME]);
    for (int i = 0; i < rec->shape.rank; i++)
        rec->shape.dim[i] = (int64_t)get_u64(h + AT_DIMS + 8 * i);
    const int64_t want = wire_payload(rec->type, &rec->shape, e);
    return want < 0 ? -1 : want == rec->bytes ? 0
                    : damaged(a, at, "payload bytes: expected what type and shape say", e);
}

/* ---- Payloads ------------------------------------------------------------------------------- */

struct parts { const int64_t *from; int64_t parts, n; unsigned char *to; };

/* Copy what parts ask of raw, bytes have .. have+size of the payload. */
static void give(const struct parts *p, const unsigned char *raw, int64_t have, int64_t size)
{
    for (int64_t i = 0; i < p->parts; i++) {
        const int64_t lo = p->from[i] > have ? p->from[i] : have;
        const int64_t end = p->from[i] + p->n, hi = end < have + size ? end : have + size;
        if (lo < hi)
            memcpy(p->to + i * p->n + (lo - p->from[i]), raw + (lo - have), (size_t)(hi - lo));
    }
}

static bool wanted(const struct parts *p, int64_t have, int64_t size)
{
    for (int64_t i = 0; i < p->parts; i++)
        if (p->from[i] < have + size && p->from[i] + p->n > have)
            return true;
    return false;
}

static int read_plain(const struct access *a, const struct access_record *rec,
                      const struct parts *p, struct ten_err *e)
{
    const int64_t sum = rec->payload + rec->bytes + wire_padding(rec->bytes);
    if (sum > a->size - 8)
        return damaged(a, rec->payload, "the file ends within a payload: expected all of it", e);
    if (XXH3_64bits(a->map + rec->payload, (size_t)rec->bytes) != get_u64(a->map + sum))
        return damaged(a, rec->payload, "payload: checksum differs: expected what was written", e);
    give(p, a->map + rec->payload, 0, rec->bytes);
    return 0;
}

/* The chunk at byte `at`, of at most `left` bytes of payload: its bytes unpacked, or -1. */
static int64_t chunk_size(const struct access *a, int64_t at, int64_t left, struct ten_err *e)
{
    if (at > a->size - WIRE_CHUNK_HEADER)
        return damaged(a, at, "the file ends within a payload: expected all of it", e);
    const int64_t size = get_u32(a->map + at), raw = get_u32(a->map + at + 4);
    if (size < 1 || size > a->size - at - WIRE_CHUNK_HEADER || raw < 1 || raw > left ||
        raw > WIRE_MAX_CHUNK)
        return damaged(a, at, "chunk: sizes are wrong: expected what was written", e);
    return raw;
}

static int read_chunks(const struct access *a, const struct access_record *rec,
                       const struct parts *p, struct unpacker *u, struct ten_err *e)
{
    unsigned char *raw = NULL;
    int64_t at = rec->payload, room = 0, size = 0;
    int rc = 0;
    for (int64_t have = 0; rc == 0 && have < rec->bytes; have += size) {
        const char *why;
        if ((size = chunk_size(a, at, rec->bytes - have, e)) < 0) {
            rc = -1;
            break;
        }
        const uint32_t stored = get_u32(a->map + at);
        if (wanted(p, have, size)) {
            if (size > room)
                raw = xrealloc(raw, (size_t)(room = size));
            unpacker_chunk(u, raw, (uint32_t)size, a->map + at + WIRE_CHUNK_HEADER, stored,
                           get_u64(a->map + at + 8), true);
            if (unpacker_wait(u, &why) != 0)
                rc = damaged(a, at, "chunk: checksum differs: expected what was written", e);
            else
                give(p, raw, have, size);
        }
        at += WIRE_CHUNK_HEADER + stored;
    }
    free(raw);
    return rc;
}

int access_read(const struct access *a, const struct access_record *rec, const int64_t *from,
                int64_t parts, int64_t n, void *to, struct ten_err *e)
{
    const struct parts p = {from, parts, n, to};
    for (int64_t i = 0; i < parts; i++)
        assert(from[i] >= 0 && from[i] <= rec->bytes - n);
    if (rec->bytes == 0 || parts == 0 || n == 0)
        return 0;
    if (!rec->zstd)
        return read_plain(a, rec, &p, e);
    struct unpacker *u = unpacker_new(1);
    if (!u)
        return fail(e, TEN_E_DATA, "out of memory");
    const int rc = read_chunks(a, rec, &p, u, e);
    unpacker_free(u);
    return rc;
}
