/*
 * Writing: small things are gathered in a buffer, large payloads go out straight from the caller's
 * memory behind it (writev).  A payload whose checksum is not known is hashed and written piece by
 * piece, so that it comes from memory once.  Writing a payload by a thread while the next is read
 * was tried and left: on two cores the program behind a pipe needs the second one (0.7 to 0.9 times
 * as fast).
 */
#include "stream/wire.h"

#include "base/fail.h"
#include "base/hash.h"
#include "stream/chunks.h"
#include "stream/provenance.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

enum {
    BUFFER = 64 << 10,
    DIRECT = 16 << 10,                  /* larger payloads are not copied into the buffer */
    PIECE = 256 << 10,                  /* hashed and written while it is in the cache */
};

struct ten_writer {
    int fd;
    char *name;
    bool failed, started, finished;
    int64_t group, records, written;    /* written: bytes */
    uint64_t digest;
    unsigned char *header;
    size_t header_room;
    unsigned char buffer[BUFFER];
    size_t buffered;
    struct packer *packer;
    struct {
        int64_t bytes, left;            /* of its payload: all, and still to come */
        enum ten_type type;
        int64_t count;
        bool known;                     /* sum is; else it grows in hash */
        uint64_t sum;
    } record;                           /* the one being written */
    struct text provenance, line;       /* the entry's start; the entry of this group */
    struct input { ten_input_fn now; void *of; } *inputs;
    int ninputs;
    XXH3_state_t *hash;
};

static int put_all(struct ten_writer *w, struct iovec *v, int n, struct ten_err *e)
{
    while (n > 0) {
        ssize_t done = writev(w->fd, v, n);

        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return fail(e, TEN_E_DATA, "%s: %s: the output is incomplete", w->name, strerror(errno));
        w->written += done;
        for (; n > 0 && (size_t)done >= v->iov_len; n--, v++)
            done -= (ssize_t)v->iov_len;
        if (n > 0) {
            v->iov_base = (char *)v->iov_base + done;
            v->iov_len -= (size_t)done;
        }
    }
    return 0;
}

static int flush(struct ten_writer *w, const void *more, size_t n, struct ten_err *e)
{
    struct iovec v[2] = {{w->buffer, w->buffered}, {(void *)more, n}};

    w->buffered = 0;
    return put_all(w, v, 2, e);
}

static int put(struct ten_writer *w, const void *bytes, size_t n, struct ten_err *e)
{
    if (n > DIRECT)
        return flush(w, bytes, n, e);
    if (w->buffered + n > BUFFER && flush(w, NULL, 0, e) < 0)
        return -1;
    if (n > 0)
        memcpy(w->buffer + w->buffered, bytes, n);
    w->buffered += n;
    return 0;
}

static int sink(void *arg, const void *bytes, size_t n, struct ten_err *e)
{
    return put(arg, bytes, n, e);
}

struct ten_writer *ten_create_fd(int fd, const char *name, const struct ten_options *opt,
                                 struct ten_err *e)
{
    static const struct ten_options none;
    struct ten_writer *w = calloc(1, sizeof *w);

    opt = opt ? opt : &none;
    if (w) {
        w->fd = fd;
        w->name = strdup(strcmp(name, "-") == 0 || !*name ? "standard output" : name);
        w->hash = XXH3_createState();
        if (opt->zstd > 0)
            w->packer = packer_new(opt->zstd, opt->threads, sink, w);
    }
    if (!w || !w->name || !w->hash || (opt->zstd > 0 && !w->packer)) {
        fail(e, TEN_E_DATA, "%s: out of memory: %zu bytes needed for a writer", name, sizeof *w);
        ten_discard(w);
        return NULL;
    }
    fcntl(fd, F_SETPIPE_SZ, 1 << 20);           /* fewer wake-ups; refused for what is no pipe */
    return w;
}

void ten_discard(struct ten_writer *w)
{
    if (!w)
        return;
    packer_free(w->packer);
    XXH3_freeState(w->hash);
    free(w->provenance.p);
    free(w->line.p);
    free(w->inputs);
    free(w->header);
    free(w->name);
    free(w);
}

void ten_writer_provenance(struct ten_writer *w, const struct ten_provenance *p)
{
    w->provenance.n = 0;
    provenance_start(&w->provenance, p);
}

void ten_writer_input(struct ten_writer *w, ten_input_fn now, void *of)
{
    struct input *list = realloc(w->inputs, (size_t)(w->ninputs + 1) * sizeof *list);

    if (!list) {
        w->provenance.failed = true;
        return;
    }
    w->inputs = list;
    w->inputs[w->ninputs++] = (struct input){now, of};
}

/* Length of a JSON field, or -1 with *e set. */
static int64_t field(const char *text, const char *what, const char *end, struct ten_err *e)
{
    const size_t n = text ? strlen(text) : 0;

    if (n > WIRE_MAX_HEADER / 4)
        return fail(e, TEN_E_DATA, "%s: %zu bytes: expected at most %d", what, n, WIRE_MAX_HEADER / 4);
    if (n > 0 && !wire_json_ok((const unsigned char *)text, n, end))
        return fail(e, TEN_E_DATA, "%s: not an object: expected JSON in UTF-8", what);
    return (int64_t)n;
}

/* The header in w->header, without digest but with checksum: its length, or -1 with *e set. */
static int64_t build_header(struct ten_writer *w, const struct ten_record *rec, bool first,
                            int64_t payload, struct ten_err *e)
{
    const size_t name = rec->name ? strlen(rec->name) : 0;
    const char *group_attrs = first ? rec->group_attrs : NULL;
    const char *history = first ? rec->history : NULL;
    const size_t own = first ? w->line.n : 0;
    int64_t attrs_n, group_n, history_n;

    if (name == 0 || name > TEN_MAX_NAME || !wire_text_ok((const unsigned char *)rec->name, name, true))
        return fail(e, TEN_E_DATA, "name: %.40s: expected 1 to 255 bytes of UTF-8 without control "
                    "characters", rec->name ? rec->name : "");
    if ((attrs_n = field(rec->attrs, "attributes", "}", e)) < 0 ||
        (group_n = field(group_attrs, "group attributes", "}", e)) < 0 ||
        (history_n = field(history, "history", "}\n", e)) < 0)
        return -1;

    const size_t used = AT_DIMS + 8 * (size_t)rec->shape.rank + name + (size_t)attrs_n +
                        (size_t)group_n + (size_t)history_n + own;
    const size_t size = (used + WIRE_ALIGN - 1) / WIRE_ALIGN * WIRE_ALIGN;
    if (size > WIRE_MAX_HEADER)
        return fail(e, TEN_E_DATA, "%.40s: header of %zu bytes: expected at most %d", rec->name, size,
                    WIRE_MAX_HEADER);
    if (size > w->header_room) {
        free(w->header);
        w->header_room = 0;
        if (!(w->header = malloc(2 * size)))
            return fail(e, TEN_E_DATA, "out of memory: %zu bytes needed for a header", 2 * size);
        w->header_room = 2 * size;
    }

    unsigned char *h = w->header, *p;
    memset(h, 0, size);
    memcpy(h, WIRE_MAGIC, sizeof WIRE_MAGIC);
    h[AT_VERSION] = WIRE_VERSION;
    h[AT_KIND] = KIND_TENSOR;
    h[AT_CODEC] = w->packer && payload > 0 ? CODEC_ZSTD : CODEC_PLAIN;
    put_u32(h + AT_HEADER, (uint32_t)size);
    put_u32(h + AT_HISTORY, (uint32_t)((size_t)history_n + own));
    h[AT_TYPE] = (unsigned char)rec->type;
    h[AT_RANK] = (unsigned char)rec->shape.rank;
    h[AT_FLAGS] = first ? FLAG_GROUP : 0;
    h[AT_NAME] = (unsigned char)name;
    put_u32(h + AT_ATTRS, (uint32_t)attrs_n);
    put_u32(h + AT_GROUP_ATTRS, (uint32_t)group_n);
    put_u64(h + AT_PAYLOAD, (uint64_t)payload);
    for (int i = 0; i < rec->shape.rank; i++)
        put_u64(h + AT_DIMS + 8 * i, (uint64_t)rec->shape.dim[i]);
    p = h + AT_DIMS + 8 * rec->shape.rank;
    p = (unsigned char *)memcpy(p, rec->name, name) + name;
    if (attrs_n > 0)
        p = (unsigned char *)memcpy(p, rec->attrs, attrs_n) + attrs_n;
    if (group_n > 0)
        p = (unsigned char *)memcpy(p, group_attrs, group_n) + group_n;
    if (history_n > 0)
        p = (unsigned char *)memcpy(p, history, history_n) + history_n;
    if (own > 0)
        memcpy(p, w->line.p, own);
    put_u64(h + AT_SUM, XXH3_64bits(h + AT_VERSION, size - AT_VERSION));
    return (int64_t)size;
}

/* This program's history entry for the group that starts now, in w->line. */
static void write_entry(struct ten_writer *w)
{
    w->line.n = 0;
    text_add(&w->line, w->provenance.p, w->provenance.n);
    for (int i = 0; i < w->ninputs; i++) {
        struct ten_input now;

        w->inputs[i].now(w->inputs[i].of, &now);
        provenance_input(&w->line, &now, i == 0);
    }
    text_format(&w->line, "]}\n");
}

/* ---- Records ------------------------------------------------------------------------------ */

/* The header of a record whose payload is to come. */
static int start(struct ten_writer *w, const struct ten_record *rec, struct ten_err *e)
{
    const bool first = !w->started || rec->group != w->group;
    const int64_t payload = wire_payload(rec->type, &rec->shape, e);
    int64_t size;

    if (payload < 0)
        return -1;
    if (first && w->provenance.n > 0)
        write_entry(w);
    if (w->line.failed || w->provenance.failed)
        return fail(e, TEN_E_DATA, "history: out of memory");
    if ((size = build_header(w, rec, first, payload, e)) < 0)
        return -1;
    w->record.bytes = w->record.left = payload;
    w->record.type = rec->type;
    w->record.count = ten_count(rec);
    w->record.known = payload == 0;
    w->record.sum = 0;
    w->group = rec->group;
    w->started = true;
    return w->packer ? packer_bytes(w->packer, w->header, (size_t)size, e)
                     : put(w, w->header, (size_t)size, e);
}

/* All of the payload has been seen: zeros and checksum. */
static int end(struct ten_writer *w, struct ten_err *e)
{
    const uint64_t sum = w->record.known ? w->record.sum : XXH3_64bits_digest(w->hash);
    const size_t zeros = (size_t)wire_padding(w->record.bytes);
    unsigned char tail[WIRE_ALIGN + 8] = {0};

    w->digest = wire_digest(w->digest, w->header, wire_identity(w->header), sum);
    w->records++;
    if (w->record.bytes == 0)
        return 0;
    put_u64(tail + zeros, sum);
    return w->packer ? packer_end(w->packer, sum, e) : put(w, tail, zeros + 8, e);
}

static int put_part(struct ten_writer *w, const char *data, size_t n, struct ten_err *e)
{
    return w->packer ? packer_part(w->packer, data, (int64_t)n, e) : put(w, data, n, e);
}

/* Bytes of the payload, the last of which end the record. */
static int part(struct ten_writer *w, const char *data, int64_t n, struct ten_err *e)
{
    w->record.left -= n;
    if (w->record.known && n > 0 && put_part(w, data, (size_t)n, e) < 0)
        return -1;
    for (int64_t at = 0; !w->record.known && at < n; at += PIECE) {
        const size_t piece = n - at < PIECE ? (size_t)(n - at) : PIECE;

        XXH3_64bits_update(w->hash, data + at, piece);
        if (put_part(w, data + at, piece, e) < 0)
            return -1;
    }
    return w->record.left == 0 ? end(w, e) : 0;
}

static int write_record(struct ten_writer *w, const struct ten_record *rec, struct ten_err *e)
{
    const int64_t n = ten_check_shape(rec->type, &rec->shape, e) < 0 ? -1 : ten_bytes(rec);

    if (n < 0)
        return -1;
    if (n > 0 && !wire_spare_bits_ok(rec->type, ten_count(rec), rec->data))
        return fail(e, TEN_E_DATA, "%.40s: unused bits of the last byte: expected 0", rec->name);
    if (start(w, rec, e) < 0)
        return -1;
    if (rec->summed && rec->summed == rec->data && rec->sum_bytes == n) {
        w->record.known = true;
        w->record.sum = n > 0 ? rec->sum : 0;
    } else if (n > 0 && n <= PIECE) {
        w->record.known = true;
        w->record.sum = XXH3_64bits(rec->data, (size_t)n);
    } else if (n > 0) {
        XXH3_64bits_reset(w->hash);
    }
    return part(w, rec->data, n, e);
}

/* What every call that writes begins with. */
static int ready(struct ten_writer *w, const char *doing, struct ten_err *e)
{
    if (w->failed || w->finished)
        return fail(e, TEN_E_DATA, "%s: %s after %s", w->name, doing, w->failed ? "a failure" : "the end");
    return 0;
}

/* And those that may not come in the middle of a record. */
static int between(struct ten_writer *w, const char *doing, struct ten_err *e)
{
    if (ready(w, doing, e) < 0)
        return -1;
    if (w->record.left == 0)
        return 0;
    w->failed = true;
    return fail(e, TEN_E_DATA, "%s: %s within a record: expected %lld more bytes of it", w->name, doing,
                (long long)w->record.left);
}

int ten_write(struct ten_writer *w, const struct ten_record *rec, struct ten_err *e)
{
    if (between(w, "writing", e) < 0)
        return -1;
    w->failed = write_record(w, rec, e) < 0;
    return w->failed ? -1 : 0;
}

int ten_write_start(struct ten_writer *w, const struct ten_record *rec, struct ten_err *e)
{
    if (between(w, "writing", e) < 0)
        return -1;
    XXH3_64bits_reset(w->hash);
    w->failed = start(w, rec, e) < 0 || (w->record.bytes == 0 && end(w, e) < 0);
    return w->failed ? -1 : 0;
}

int ten_write_part(struct ten_writer *w, const void *data, int64_t bytes, struct ten_err *e)
{
    if (ready(w, "writing", e) < 0)
        return -1;
    if (bytes == 0)
        return 0;
    w->failed = true;
    if (bytes > w->record.left)
        return fail(e, TEN_E_DATA, "%s: %lld bytes of a payload: expected at most the %lld to come",
                    w->name, (long long)bytes, (long long)w->record.left);
    /* Only the last byte has unused bits; the elements before it fill bytes. */
    const int last = ((const unsigned char *)data)[bytes - 1];
    const int bits = ten_elem_bits(w->record.type), used = (int)(w->record.count % 8 * bits % 8);
    if (bytes == w->record.left && used > 0 && last >> used != 0)
        return fail(e, TEN_E_DATA, "%s: unused bits of the last byte: expected 0", w->name);
    w->failed = part(w, data, bytes, e) < 0;
    return w->failed ? -1 : 0;
}

int ten_flush(struct ten_writer *w, struct ten_err *e)
{
    if (w->finished)
        return 0;
    if (ready(w, "flushing", e) < 0)
        return -1;
    w->failed = (w->packer && packer_flush(w->packer, e) < 0) || flush(w, NULL, 0, e) < 0;
    return w->failed ? -1 : 0;
}

int64_t ten_written(const struct ten_writer *w) { return w->written; }

int ten_finish(struct ten_writer *w, struct ten_err *e)
{
    unsigned char h[WIRE_ALIGN] = {0};

    if (between(w, "ending", e) < 0)
        return -1;
    memcpy(h, WIRE_MAGIC, sizeof WIRE_MAGIC);
    h[AT_VERSION] = WIRE_VERSION;
    h[AT_KIND] = KIND_END;
    put_u32(h + AT_HEADER, WIRE_ALIGN);
    h[AT_RANK] = 2;
    put_u64(h + AT_DIMS, (uint64_t)w->records);
    put_u64(h + AT_DIMS + 8, w->digest);
    put_u64(h + AT_SUM, XXH3_64bits(h + AT_VERSION, WIRE_ALIGN - AT_VERSION));
    w->finished = true;
    w->failed = (w->packer && packer_flush(w->packer, e) < 0) || put(w, h, sizeof h, e) < 0 ||
                flush(w, NULL, 0, e) < 0;
    return w->failed ? -1 : 0;
}
