/*
 * Plain bytes gather in a buffer: those taken before are forgotten when the next are asked for, and
 * it grows by doubling while a piece does not fit, so it follows what comes out and not what is
 * wanted.
 */
#include "formats/gunzip.h"

#include "base/fail.h"
#include "base/mem.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { INPUT = 64 << 10, FIRST_ROOM = 256 << 10, GZIP = 16 };

struct gunzip {
    struct source *src;
    bool packed, ended;
    z_stream z;
    unsigned char *buffer;
    size_t start, stop, room;       /* buffer[start..stop) is not yet taken */
    int64_t offset;
};

struct gunzip *gunzip_new(struct source *src, struct ten_err *e)
{
    struct gunzip *g = xcalloc(1, sizeof *g);
    const void *p;
    const int64_t got = source_peek(src, &p, 2, e);

    g->src = src;
    g->packed = got == 2 && memcmp(p, "\x1f\x8b", 2) == 0;
    if (got >= 0 && (!g->packed || inflateInit2(&g->z, MAX_WBITS + GZIP) == Z_OK))
        return g;
    if (got >= 0)
        fail(e, TEN_E_DATA, "%s: out of memory: zlib needs some", source_name(src));
    free(g);
    return NULL;
}

void gunzip_free(struct gunzip *g)
{
    if (!g)
        return;
    if (g->packed)
        inflateEnd(&g->z);
    free(g->buffer);
    free(g);
}

int64_t gunzip_offset(const struct gunzip *g)
{
    return g->offset;
}

/* Give zlib more to read: 1, 0 at the end of the input, -1 with *e set. */
static int feed(struct gunzip *g, struct ten_err *e)
{
    const void *p;
    int64_t got;

    if (g->z.avail_in > 0)
        return 1;
    if ((got = source_take(g->src, &p, INPUT, e)) <= 0)
        return (int)got;
    g->z.next_in = (unsigned char *)p;
    g->z.avail_in = (unsigned)got;
    return 1;
}

/* After a member: another one, or zeros and the end. */
static int next_member(struct gunzip *g, struct ten_err *e)
{
    int rc;

    while ((rc = feed(g, e)) > 0 && *g->z.next_in == 0) {
        g->z.next_in++;
        g->z.avail_in--;
    }
    g->ended = rc == 0;
    if (rc > 0)
        inflateReset(&g->z);
    return rc < 0 ? -1 : 0;
}

static int inflate_more(struct gunzip *g, struct ten_err *e)
{
    const int64_t at = source_offset(g->src);
    const unsigned room = (unsigned)(g->room - g->stop < 1u << 30 ? g->room - g->stop : 1u << 30);
    const int more = feed(g, e);
    int rc;

    if (more < 0)
        return -1;
    if (more == 0)
        return fail(e, TEN_E_DATA, "%s: byte %" PRId64 ": gzip: the input ends here: expected the "
                    "rest of it", source_name(g->src), at);
    g->z.next_out = g->buffer + g->stop;
    g->z.avail_out = room;
    rc = inflate(&g->z, Z_NO_FLUSH);
    g->stop += room - g->z.avail_out;
    if (rc == Z_STREAM_END)
        return next_member(g, e);
    if (rc != Z_OK)
        return fail(e, TEN_E_DATA, "%s: byte %" PRId64 ": gzip: damaged: %s: expected whole "
                    "members", source_name(g->src), source_offset(g->src) - g->z.avail_in,
                    g->z.msg ? g->z.msg : "no data");
    return 0;
}

int64_t gunzip_take(struct gunzip *g, const void **p, int64_t want, struct ten_err *e)
{
    if (!g->packed) {
        const int64_t n = source_take(g->src, p, want, e);

        g->offset += n > 0 ? n : 0;
        return n;
    }
    if (g->start > 0 && g->stop > g->start)
        memmove(g->buffer, g->buffer + g->start, g->stop - g->start);
    g->stop -= g->start;
    g->start = 0;
    while ((int64_t)g->stop < want && !g->ended) {
        if (g->stop == g->room) {
            g->room = g->room ? 2 * g->room : FIRST_ROOM;
            g->buffer = xrealloc(g->buffer, g->room);
        }
        if (inflate_more(g, e) < 0)
            return -1;
    }
    const int64_t n = (int64_t)g->stop < want ? (int64_t)g->stop : want;
    *p = g->buffer ? g->buffer : (const void *)"";
    g->start = (size_t)n;
    g->offset += n;
    return n;
}
