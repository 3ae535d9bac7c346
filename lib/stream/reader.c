/*
 * Reading.  A file that the caller wants mapped is handed out in place.  Anything else is read through a
 * buffer whose fill position keeps the stream's alignment, so that small records are handed out in
 * place too; large payloads are read past it into memory that grows with what arrives.
 *
 * Every record is a multiple of 64 bytes, and so is every amount taken from the input.
 */
#include "stream/wire.h"

#include "base/fail.h"
#include "base/hash.h"
#include "stream/chunks.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    BUFFER = 256 << 10,
    PIECE = 256 << 10,                      /* read and hashed while it is in the cache */
    FIRST_ROOM = 1 << 20,                   /* of a payload, doubled as bytes arrive */
    KEEP_MAPPED = 16 << 20,                 /* pages behind the reader that stay resident */
};

struct ten_reader {
    int fd;
    bool own_fd, failed, ended;             /* ended: an end mark was the last thing read */
    char *name;                             /* "" for standard input, else with ": " behind it */
    struct ten_options opt;
    struct ten_input input;
    struct ten_writer *tied;

    /* Input: map[0..map_size) of a file, or buffer[start..stop) of a pipe. */
    unsigned char *map, *buffer;
    int64_t map_size, map_from, dropped;    /* map_from: where in the map reading started */
    int64_t offset;                         /* of the next byte in the stream */
    int start, stop;

    /* The record being read, and the group and segment it belongs to. */
    int64_t record, group, segment_records;
    uint64_t segment_digest;
    unsigned char *header;
    size_t header_room;
    char record_name[TEN_MAX_NAME + 1];
    char *attrs, *group_attrs, *history;
    unsigned char *payload;                 /* 64-byte aligned */
    int64_t payload_room;
    struct {                                /* of a payload that is read in parts */
        int64_t left, packed, ready, at, stored;        /* bytes; below, "Payloads in parts" */
        uint64_t count;
        enum ten_type type;
        bool zstd;
    } part;
    struct unpacker *unpacker;
    unsigned char *stored[UNPACK_BATCH];    /* chunks read from a pipe */
    size_t stored_room[UNPACK_BATCH];
    XXH3_state_t *hash;
};

/* ---- Input ------------------------------------------------------------------------------- */

static int no_memory(struct ten_err *e, int64_t bytes)
{
    return fail(e, TEN_E_DATA, "out of memory: %" PRId64 " bytes needed", bytes);
}

/* A failure of this record's `what`, at `at` bytes into the stream; why and what would be right
 * are the rest of the line. */
__attribute__((format(printf, 5, 6)))
static int bad(struct ten_reader *r, struct ten_err *e, int64_t at, const char *what,
               const char *fmt, ...)
{
    char why[256];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(why, sizeof why, fmt, ap);
    va_end(ap);
    return fail(e, TEN_E_DATA, "%srecord %" PRId64 "%s%s: byte %" PRId64 ": %s: %s", r->name, r->record,
                r->record_name[0] ? " " : "", r->record_name, at, what, why);
}

/* Read up to n bytes, at least one; 0 at the end of the input. */
static int64_t read_some(struct ten_reader *r, void *to, size_t n, struct ten_err *e)
{
    ssize_t got;

    if (r->tied && poll(&(struct pollfd){.fd = r->fd, .events = POLLIN}, 1, 0) == 0 &&
        ten_flush(r->tied, e) < 0)
        return -1;
    do
        got = read(r->fd, to, n);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return fail(e, TEN_E_DATA, "%s%s: expected a tensor stream", r->name, strerror(errno));
    return got;
}

/* Make n <= BUFFER bytes available in one piece, or all there are: *p and their number. */
static int64_t look(struct ten_reader *r, const unsigned char **p, int64_t n, struct ten_err *e)
{
    if (r->map) {
        const int64_t at = r->map_from + r->offset, left = r->map_size - at;

        *p = r->map + at;
        return left < n ? left : n;
    }
    if (r->start + n > BUFFER) {
        memmove(r->buffer, r->buffer + r->start, (size_t)(r->stop - r->start));
        r->stop -= r->start;
        r->start = 0;
    }
    while (r->stop - r->start < n) {
        const int64_t got = read_some(r, r->buffer + r->stop, (size_t)(BUFFER - r->stop), e);

        if (got < 0)
            return -1;
        if (got == 0)
            break;
        r->stop += (int)got;
    }
    *p = r->buffer + r->start;
    return r->stop - r->start < n ? r->stop - r->start : n;
}

static void take(struct ten_reader *r, int64_t n)
{
    r->offset += n;
    if (!r->map)
        r->start += (int)n;
    /* An empty buffer is filled from its start: positions stay multiples of 64 there. */
    if (!r->map && r->start == r->stop)
        r->start = r->stop = 0;
}

/* Copy n bytes to `to`; fewer at the end of the input. */
static int64_t take_into(struct ten_reader *r, void *to, int64_t n, struct ten_err *e)
{
    const int64_t left = r->map ? r->map_size - r->map_from - r->offset : r->stop - r->start;
    int64_t done = left < n ? left : n;

    memcpy(to, r->map ? r->map + r->map_from + r->offset : r->buffer + r->start, (size_t)done);
    take(r, done);
    while (!r->map && done < n) {
        const int64_t got = read_some(r, (char *)to + done, (size_t)(n - done), e);

        if (got < 0)
            return -1;
        if (got == 0)
            break;
        done += got;
        r->offset += got;
    }
    return done;
}

static int cut(struct ten_reader *r, const char *what, struct ten_err *e)
{
    return bad(r, e, r->offset, what, "the input ends here: expected the rest of the stream");
}

/* Room for `need` bytes of payload, contents kept. */
static int payload_room(struct ten_reader *r, int64_t need, int64_t total, struct ten_err *e)
{
    int64_t room = r->payload_room > FIRST_ROOM ? r->payload_room : FIRST_ROOM;
    void *p;

    if (need <= r->payload_room)
        return 0;
    while (room < need)
        room = room > INT64_MAX / 2 ? need : 2 * room;
    if (room > total && total >= need)
        room = total;
    /* mremap moves pages instead of copying, and takes no memory for pages not yet written. */
    if (r->payload_room == 0)
        p = mmap(NULL, (size_t)room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    else
        p = mremap(r->payload, (size_t)r->payload_room, (size_t)room, MREMAP_MAYMOVE);
    if (p == MAP_FAILED)
        return no_memory(e, room);
    madvise(p, (size_t)room, MADV_HUGEPAGE);
    r->payload = p;
    r->payload_room = room;
    return 0;
}

/* ---- Opening ------------------------------------------------------------------------------ */

static int map_input(struct ten_reader *r, struct ten_err *e)
{
    struct stat st;
    const int64_t at = lseek(r->fd, 0, SEEK_CUR);

    if (fstat(r->fd, &st) < 0)
        return fail(e, TEN_E_DATA, "%s%s: expected a tensor stream", r->name, strerror(errno));
    if (S_ISDIR(st.st_mode))
        return fail(e, TEN_E_DATA, "%sis a directory: expected a tensor stream",
                    *r->name ? r->name : "standard input: ");
    if (r->opt.map && S_ISREG(st.st_mode) && at >= 0 && at < st.st_size && at % WIRE_ALIGN == 0) {
        void *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, r->fd, 0);

        if (p != MAP_FAILED) {
            madvise(p, (size_t)st.st_size, MADV_SEQUENTIAL);
            r->map = p;
            r->map_size = st.st_size;
            r->map_from = r->dropped = at;
            return 0;
        }
    }
    if (posix_memalign((void **)&r->buffer, WIRE_ALIGN, BUFFER) != 0)
        return no_memory(e, BUFFER);
    fcntl(r->fd, F_SETPIPE_SZ, 1 << 20);        /* fewer wake-ups; refused for what is no pipe */
    return 0;
}

struct ten_reader *ten_open_fd(int fd, const char *name, const struct ten_options *opt,
                               struct ten_err *e)
{
    const bool standard = !*name || strcmp(name, "-") == 0;
    struct ten_reader *r = calloc(1, sizeof *r);

    if (!r || !(r->name = calloc(1, strlen(name) + 3)) || !(r->hash = XXH3_createState()) ||
        !(r->input.name = strdup(standard ? "-" : name))) {
        no_memory(e, sizeof *r);
        ten_close(r);
        return NULL;
    }
    if (!standard)
        strcat(strcpy(r->name, name), ": ");
    r->fd = fd;
    r->input.bytes = -1;
    r->group = -1;
    r->ended = true;
    if (opt)
        r->opt = *opt;
    if (map_input(r, e) < 0) {
        ten_close(r);
        return NULL;
    }
    return r;
}

struct ten_reader *ten_open(const char *path, const struct ten_options *opt, struct ten_err *e)
{
    const bool standard = strcmp(path, "-") == 0;
    const int fd = standard ? 0 : open(path, O_RDONLY | O_CLOEXEC);
    struct ten_reader *r;

    if (fd < 0) {
        fail(e, TEN_E_DATA, "%s: %s: expected a tensor stream", path, strerror(errno));
        return NULL;
    }
    r = ten_open_fd(fd, path, opt, e);
    if (r)
        r->own_fd = !standard;
    else if (!standard)
        close(fd);
    return r;
}

void ten_close(struct ten_reader *r)
{
    if (!r)
        return;
    unpacker_free(r->unpacker);
    /* The next program on a descriptor of a file starts behind what was taken here. */
    if (r->map) {
        munmap(r->map, (size_t)r->map_size);
        lseek(r->fd, r->map_from + r->offset, SEEK_SET);
    } else if (r->stop > r->start) {
        lseek(r->fd, r->start - r->stop, SEEK_CUR);
    }
    if (r->payload)
        munmap(r->payload, (size_t)r->payload_room);
    for (int i = 0; i < UNPACK_BATCH; i++)
        free(r->stored[i]);
    if (r->own_fd)
        close(r->fd);
    XXH3_freeState(r->hash);
    free(r->buffer);
    free(r->header);
    free(r->attrs);
    free(r->group_attrs);
    free(r->history);
    free((char *)r->input.name);
    free(r->name);
    free(r);
}

void ten_reader_input(void *reader, struct ten_input *now)
{
    *now = ((const struct ten_reader *)reader)->input;
}

void ten_tie(struct ten_reader *r, struct ten_writer *w)
{
    r->tied = w;
}

/* ---- The header --------------------------------------------------------------------------- */

/* The whole header in r->header: its size, 0 at the end of the stream, -1 with *e set. */
static int64_t read_header(struct ten_reader *r, struct ten_err *e)
{
    const unsigned char *p;
    const int64_t at = r->offset, got = look(r, &p, WIRE_ALIGN, e);
    int64_t size, done;

    if (got < 0)
        return -1;
    if (got == 0 && at == 0)
        return fail(e, TEN_E_DATA, "%sempty input: expected a tensor stream", r->name);
    if (got == 0 && r->ended)
        return 0;
    if (memcmp(p, WIRE_MAGIC, got < 8 ? (size_t)got : 8) != 0)
        return at == 0 ? fail(e, TEN_E_DATA, "%sbyte 0: not a tensor stream: expected one that starts "
                              "with \\x89TEN; ten-gen, png2ten and others make them", r->name)
                       : bad(r, e, at, "magic", "no record starts here: expected \\x89TEN");
    if (got < WIRE_ALIGN)
        return cut(r, "header", e);
    size = get_u32(p + AT_HEADER);
    if (size < WIRE_ALIGN || size > WIRE_MAX_HEADER || size % WIRE_ALIGN != 0)
        return bad(r, e, at + AT_HEADER, "header bytes", "%" PRId64 ": expected a multiple of 64 from 64 "
                   "to %d", size, WIRE_MAX_HEADER);
    for (int64_t have = 0; have < size; have += done) {
        /* Memory for what has arrived, not for what is claimed. */
        const int64_t piece = size - have < BUFFER ? size - have : BUFFER;

        if ((size_t)(have + piece) > r->header_room) {
            const size_t room = 2 * (size_t)(have + piece);
            unsigned char *h = realloc(r->header, room);

            if (!h)
                return no_memory(e, (int64_t)room);
            r->header = h;
            r->header_room = room;
        }
        if ((done = take_into(r, r->header + have, piece, e)) < 0)
            return -1;
        if (done < piece)
            return cut(r, "header", e);
    }
    return size;
}

/* A text field of n bytes at *p, which is moved behind it: a copy in *text (NULL when empty).
 * end: how it must end. */
static int take_text(struct ten_reader *r, char **text, const unsigned char **p, size_t n,
                     const char *end, const char *what, struct ten_err *e)
{
    free(*text);
    *text = NULL;
    if (n == 0)
        return 0;
    if (!wire_json_ok(*p, n, end))
        return bad(r, e, r->offset, what, "not an object: expected JSON in UTF-8");
    if (!(*text = malloc(n + 1)))
        return no_memory(e, (int64_t)n);
    memcpy(*text, *p, n);
    (*text)[n] = 0;
    *p += n;
    return 0;
}

/* Lengths, reserved bits and version of a header that has passed its checksum. */
static int check_fixed(struct ten_reader *r, const unsigned char *h, int64_t size, int64_t at,
                       struct ten_err *e)
{
    const size_t used = AT_TYPE + wire_identity(h) + get_u32(h + AT_HISTORY);

    if (h[AT_VERSION] != WIRE_VERSION)
        return bad(r, e, at + AT_VERSION, "version", "%d: expected %d, the one this program reads",
                   h[AT_VERSION], WIRE_VERSION);
    if (h[AT_CODEC] > CODEC_ZSTD)
        return bad(r, e, at + AT_CODEC, "codec", "%d: expected 0 or 1", h[AT_CODEC]);
    if (h[AT_RESERVED] != 0)
        return bad(r, e, at + AT_RESERVED, "reserved", "%d: expected 0", h[AT_RESERVED]);
    if (h[AT_FLAGS] & ~FLAG_GROUP)
        return bad(r, e, at + AT_FLAGS, "flags", "%d: expected 0 or 1", h[AT_FLAGS]);
    if (h[AT_RANK] > TEN_MAX_RANK)
        return bad(r, e, at + AT_RANK, "rank", "%d: expected 0 to 8", h[AT_RANK]);
    if ((used + WIRE_ALIGN - 1) / WIRE_ALIGN * WIRE_ALIGN != (size_t)size)
        return bad(r, e, at + AT_HEADER, "header bytes", "%" PRId64 " for %zu bytes of fields: expected "
                   "the next multiple of 64", size, used);
    for (size_t i = used; i < (size_t)size; i++)
        if (h[i] != 0)
            return bad(r, e, at + (int64_t)i, "header padding", "%d: expected 0", h[i]);
    return 0;
}

/* The end mark: forget the segment. */
static int end_segment(struct ten_reader *r, const unsigned char *h, int64_t at, struct ten_err *e)
{
    if (h[AT_CODEC] || get_u32(h + AT_HISTORY) || h[AT_TYPE] || h[AT_RANK] != 2 || h[AT_FLAGS] ||
        h[AT_NAME] || get_u32(h + AT_ATTRS) || get_u32(h + AT_GROUP_ATTRS) || get_u64(h + AT_PAYLOAD))
        return bad(r, e, at, "end mark", "holds more than count and digest");
    if (get_u64(h + AT_DIMS) != (uint64_t)r->segment_records)
        return bad(r, e, at + AT_DIMS, "end mark", "it counts %" PRIu64 " records: %" PRId64 " were here",
                   get_u64(h + AT_DIMS), r->segment_records);
    if (get_u64(h + AT_DIMS + 8) != r->segment_digest)
        return bad(r, e, at + AT_DIMS + 8, "end mark", "digest differs: records were lost or exchanged");
    r->segment_records = 0;
    r->segment_digest = 0;
    r->ended = true;
    return 0;
}

/* Fields of a record's header into *rec and r. */
static int parse_header(struct ten_reader *r, struct ten_record *rec, int64_t at, struct ten_err *e)
{
    const unsigned char *h = r->header, *p = h + AT_DIMS + 8 * h[AT_RANK];
    const bool first = h[AT_FLAGS] & FLAG_GROUP, tensor = h[AT_KIND] == KIND_TENSOR;
    const size_t name = h[AT_NAME], group_attrs = get_u32(h + AT_GROUP_ATTRS);
    const size_t history = get_u32(h + AT_HISTORY);
    const int64_t payload = (int64_t)get_u64(h + AT_PAYLOAD);
    struct ten_err why;

    memset(rec, 0, sizeof *rec);
    if (name == 0 || !wire_text_ok(p, name, true))
        return bad(r, e, at + (p - h), "name", "%s: expected 1 to 255 bytes of UTF-8 without control "
                   "characters", name ? "not text" : "empty");
    memcpy(r->record_name, p, name);
    r->record_name[name] = 0;
    p += name;

    rec->type = (enum ten_type)h[AT_TYPE];
    rec->shape.rank = h[AT_RANK];
    for (int i = 0; i < rec->shape.rank; i++)
        rec->shape.dim[i] = (int64_t)get_u64(h + AT_DIMS + 8 * i);
    if (payload < 0 || payload >= WIRE_MAX_PAYLOAD)
        return bad(r, e, at + AT_PAYLOAD, "payload bytes", "%" PRId64 ": expected 0 to 2^62 - 1", payload);
    if (tensor) {
        const int64_t want = wire_payload(rec->type, &rec->shape, &why);

        if (want < 0)
            return bad(r, e, at + AT_TYPE, "shape", "%s", why.text);
        if (payload != want)
            return bad(r, e, at + AT_PAYLOAD, "payload bytes", "%" PRId64 ": expected %" PRId64
                       " by type and shape", payload, want);
    }
    if (r->opt.max_record > 0 && payload > r->opt.max_record)
        return bad(r, e, at + AT_PAYLOAD, "payload bytes", "%" PRId64 ": expected at most the limit, %"
                   PRId64, payload, r->opt.max_record);

    if (r->segment_records == 0 && !first)
        return bad(r, e, at + AT_FLAGS, "flags", "0: expected 1, a segment starts with a group");
    if (!first && (group_attrs > 0 || history > 0))
        return bad(r, e, at + AT_GROUP_ATTRS, "group attributes", "expected none after a group's first "
                   "record");
    if (take_text(r, &r->attrs, &p, get_u32(h + AT_ATTRS), "}", "attributes", e) < 0)
        return -1;
    if (first && (take_text(r, &r->group_attrs, &p, group_attrs, "}", "group attributes", e) < 0 ||
                  take_text(r, &r->history, &p, history, "}\n", "history", e) < 0))
        return -1;
    r->group += first;
    rec->name = r->record_name;
    rec->attrs = r->attrs;
    rec->group = r->group;
    rec->group_attrs = r->group_attrs;
    rec->history = r->history;
    rec->offset = at;
    rec->zstd = h[AT_CODEC] == CODEC_ZSTD;
    return 0;
}

/* ---- The payload -------------------------------------------------------------------------- */

/* Zeros and checksum behind a payload of `stored` bytes. */
static int read_trailer(struct ten_reader *r, int64_t stored, uint64_t sum, struct ten_err *e)
{
    const int64_t zeros = wire_padding(stored), at = r->offset;
    unsigned char tail[WIRE_ALIGN + 8];
    const int64_t got = take_into(r, tail, zeros + 8, e);

    if (got < 0)
        return -1;
    if (got < zeros + 8)
        return cut(r, "payload checksum", e);
    for (int i = 0; i < zeros; i++)
        if (tail[i] != 0)
            return bad(r, e, at + i, "padding", "%d: expected 0", tail[i]);
    if (get_u64(tail + zeros) != sum)
        return bad(r, e, at - stored, "payload", "checksum differs: the data were changed after they "
                   "were written");
    return 0;
}

static int read_plain(struct ten_reader *r, int64_t n, const void **data, uint64_t *sum,
                      struct ten_err *e)
{
    const int64_t section = n + wire_padding(n) + 8;
    const unsigned char *p;

    if (r->map || section <= BUFFER) {                  /* handed out where it lies */
        const int64_t got = look(r, &p, section, e);

        if (got < 0)
            return -1;
        if (got < section) {
            take(r, got);
            return cut(r, "payload", e);
        }
        *data = p;
        *sum = XXH3_64bits(p, (size_t)n);
        r->offset += n;                                 /* the trailer follows in the same place */
        if (!r->map)
            r->start += (int)n;
        if (read_trailer(r, n, *sum, e) < 0)
            return -1;
        return 0;
    }
    XXH3_64bits_reset(r->hash);
    for (int64_t have = 0; have < n; have += PIECE) {
        const int64_t piece = n - have < PIECE ? n - have : PIECE;
        int64_t got;

        if (payload_room(r, have + piece, n, e) < 0 ||
            (got = take_into(r, r->payload + have, piece, e)) < 0)
            return -1;
        if (got < piece)
            return cut(r, "payload", e);
        XXH3_64bits_update(r->hash, r->payload + have, (size_t)piece);
    }
    *data = r->payload;
    *sum = XXH3_64bits_digest(r->hash);
    return read_trailer(r, n, *sum, e);
}

/* `size` bytes of a chunk: in the map, or copied into slot i. */
static const void *chunk_bytes(struct ten_reader *r, int i, uint32_t size, struct ten_err *e)
{
    const unsigned char *p = NULL;

    if (r->map) {
        if (look(r, &p, size, e) < (int64_t)size) {
            cut(r, "chunk", e);
            return NULL;
        }
        take(r, size);
        return p;
    }
    for (int64_t have = 0; have < size; ) {             /* memory as bytes arrive */
        const int64_t piece = size - have < FIRST_ROOM ? size - have : FIRST_ROOM;
        int64_t got;

        if ((size_t)(have + piece) > r->stored_room[i]) {
            unsigned char *q = realloc(r->stored[i], (size_t)(have + piece));

            if (!q) {
                no_memory(e, have + piece);
                return NULL;
            }
            r->stored[i] = q;
            r->stored_room[i] = (size_t)(have + piece);
        }
        if ((got = take_into(r, r->stored[i] + have, piece, e)) < piece) {
            if (got >= 0)
                cut(r, "chunk", e);
            return NULL;
        }
        have += piece;
    }
    return r->stored[i];
}

/* Wait for the chunks under way; at[i] is where the i-th starts. */
static int finish_chunks(struct ten_reader *r, const int64_t *at, struct ten_err *e)
{
    const char *why;
    const int which = unpacker_wait(r->unpacker, &why);

    return which ? bad(r, e, at[which - 1], "chunk", "%s: expected what was written", why) : 0;
}

/* What stands before a chunk: bytes when unpacked, bytes stored, checksum. */
struct chunk_head { uint32_t raw, size; uint64_t sum; };

static int read_chunk_head(struct ten_reader *r, int64_t left, struct chunk_head *c,
                           struct ten_err *e)
{
    unsigned char h[WIRE_CHUNK_HEADER];
    const int64_t at = r->offset, got = take_into(r, h, sizeof h, e);

    if (got < 0)
        return -1;
    if (got < WIRE_CHUNK_HEADER)
        return cut(r, "chunk", e);
    *c = (struct chunk_head){.size = get_u32(h), .raw = get_u32(h + 4), .sum = get_u64(h + 8)};
    if (c->raw < 1 || c->raw > WIRE_MAX_CHUNK || c->raw > left)
        return bad(r, e, at + 4, "chunk", "%" PRIu32 " raw bytes: expected 1 to %" PRId64, c->raw,
                   left < WIRE_MAX_CHUNK ? left : WIRE_MAX_CHUNK);
    if (c->size < 1 || c->size > 2 * (int64_t)WIRE_MAX_CHUNK)
        return bad(r, e, at, "chunk", "%" PRIu32 " stored bytes: expected 1 to %d", c->size,
                   2 * WIRE_MAX_CHUNK);
    return 0;
}

static int read_chunks(struct ten_reader *r, int64_t n, int64_t *stored, struct ten_err *e)
{
    int64_t at[UNPACK_BATCH], have = 0;
    int used = 0;

    if (!r->unpacker && !(r->unpacker = unpacker_new(r->opt.threads)))
        return no_memory(e, 1 << 20);
    *stored = 0;
    while (have < n) {
        struct chunk_head h;
        const void *bytes;

        at[used] = r->offset;
        if (read_chunk_head(r, n - have, &h, e) < 0)
            return -1;
        /* Growing may move the payload, so the chunks under way come first. */
        if (have + h.raw > r->payload_room && used > 0) {
            const int64_t here = at[used];

            if (finish_chunks(r, at, e) < 0)
                return -1;
            at[0] = here;
            used = 0;
        }
        if (!(bytes = chunk_bytes(r, used, h.size, e)) || payload_room(r, have + h.raw, n, e) < 0)
            return -1;
        unpacker_chunk(r->unpacker, r->payload + have, h.raw, bytes, h.size, h.sum,
                       have + h.raw == n);
        have += h.raw;
        *stored += WIRE_CHUNK_HEADER + h.size;
        if (++used == UNPACK_BATCH) {
            if (finish_chunks(r, at, e) < 0)
                return -1;
            used = 0;
        }
    }
    return finish_chunks(r, at, e);
}

static int read_payload(struct ten_reader *r, struct ten_record *rec, struct ten_err *e)
{
    const int64_t n = (int64_t)get_u64(r->header + AT_PAYLOAD);
    int64_t stored = n;
    int rc;

    rec->data = r->header;                              /* of nothing, but never NULL */
    if (n > 0 && rec->zstd) {
        /* Whatever happens, no thread may still write when this returns. */
        if ((rc = read_chunks(r, n, &stored, e)) < 0 && r->unpacker)
            unpacker_wait(r->unpacker, &(const char *){NULL});
        if (rc < 0)
            return -1;
        rec->data = r->payload;
        rec->sum = XXH3_64bits(r->payload, (size_t)n);
        if (read_trailer(r, stored, rec->sum, e) < 0)
            return -1;
    } else if (n > 0 && read_plain(r, n, &rec->data, &rec->sum, e) < 0) {
        return -1;
    }
    if (r->header[AT_KIND] == KIND_TENSOR && n > 0 &&
        !wire_spare_bits_ok(rec->type, ten_count(rec), rec->data))
        return bad(r, e, r->offset, "payload", "unused bits of the last byte are set: expected 0");
    rec->summed = rec->data;
    rec->sum_bytes = n;
    return 0;
}

/* ---- Records ------------------------------------------------------------------------------ */

/* Let go of mapped pages that lie behind, so that a file larger than memory can be read. */
static void drop_behind(struct ten_reader *r)
{
    const int64_t here = (r->map_from + r->offset) & ~(int64_t)4095;

    r->dropped = (r->dropped + 4095) & ~(int64_t)4095;
    if (r->map && here - r->dropped >= KEEP_MAPPED) {
        madvise(r->map + r->dropped, (size_t)(here - r->dropped), MADV_DONTNEED);
        r->dropped = here;
    }
}

/* At the end of the stream the memory goes back: a program may have many open. */
static void release_payload(struct ten_reader *r)
{
    if (r->payload)
        munmap(r->payload, (size_t)r->payload_room);
    r->payload = NULL;
    r->payload_room = 0;
}

/* Everything of a record but its payload: 1, 0 at the end of the stream, -1. *kind tells which. */
static int next_header(struct ten_reader *r, struct ten_record *rec, int *kind, struct ten_err *e)
{
    const int64_t at = r->offset;
    int64_t size;

    r->record_name[0] = 0;
    if ((size = read_header(r, e)) <= 0)
        return (int)size;
    if (get_u64(r->header + AT_SUM) != XXH3_64bits(r->header + AT_VERSION, (size_t)size - AT_VERSION))
        return bad(r, e, at + AT_SUM, "header checksum", "differs: the header was changed after it was "
                   "written");
    if (check_fixed(r, r->header, size, at, e) < 0)
        return -1;
    *kind = r->header[AT_KIND];
    if (*kind == KIND_END)
        return end_segment(r, r->header, at, e) < 0 ? -1 : 1;
    r->ended = false;
    return parse_header(r, rec, at, e) < 0 ? -1 : 1;
}

/* A record whose payload has this checksum has been read to its end. */
static void count_record(struct ten_reader *r, uint64_t sum)
{
    r->segment_digest = wire_digest(r->segment_digest, r->header, wire_identity(r->header), sum);
    r->input.digest = wire_digest(r->input.digest, r->header, wire_identity(r->header), sum);
    r->segment_records++;
    r->input.records++;
    r->record++;
}

/* One record of any kind: 1, 0 at the end of the stream, -1. */
static int next_record(struct ten_reader *r, struct ten_record *rec, int *kind, struct ten_err *e)
{
    const int rc = next_header(r, rec, kind, e);

    if (rc <= 0 || *kind == KIND_END)
        return rc;
    if (read_payload(r, rec, e) < 0)
        return -1;
    rec->stored = r->offset - rec->offset;
    count_record(r, rec->sum);
    return 1;
}

static bool not_ready(const struct ten_reader *r, struct ten_err *e)
{
    if (r->failed)
        fail(e, TEN_E_DATA, "%sreading after a failure", r->name);
    else if (r->part.left > 0)
        fail(e, TEN_E_DATA, "%sreading on within a record: expected its other %" PRId64 " bytes first",
             r->name, r->part.left);
    return r->failed || r->part.left > 0;
}

int ten_next(struct ten_reader *r, struct ten_record *rec, struct ten_err *e)
{
    int rc, kind = KIND_END;

    if (not_ready(r, e))
        return -1;
    do {
        drop_behind(r);
        rc = next_record(r, rec, &kind, e);
    } while (rc > 0 && kind != KIND_TENSOR);
    if (rc == 0)
        release_payload(r);
    r->failed = rc < 0;
    return rc;
}

/* ---- Payloads in parts --------------------------------------------------------------------
 * part.left bytes are not handed out yet.  Of a compressed payload the bytes ready .. of a chunk
 * lie unpacked at payload + at, and `packed` bytes of the payload are in chunks not read yet. */

static int next_chunk(struct ten_reader *r, struct ten_err *e)
{
    const int64_t at = r->offset;
    struct chunk_head h;
    const void *bytes;

    if (!r->unpacker && !(r->unpacker = unpacker_new(r->opt.threads)))
        return no_memory(e, 1 << 20);
    if (read_chunk_head(r, r->part.packed, &h, e) < 0 ||
        !(bytes = chunk_bytes(r, 0, h.size, e)) || payload_room(r, h.raw, h.raw, e) < 0)
        return -1;
    unpacker_chunk(r->unpacker, r->payload, h.raw, bytes, h.size, h.sum, true);
    if (finish_chunks(r, &at, e) < 0)
        return -1;
    r->part.at = 0;
    r->part.ready = h.raw;
    r->part.packed -= h.raw;
    r->part.stored += WIRE_CHUNK_HEADER + h.size;
    return 0;
}

/* n bytes of what a compressed payload holds. */
static int unpack_part(struct ten_reader *r, unsigned char *data, int64_t n, struct ten_err *e)
{
    while (n > 0) {
        if (r->part.ready == 0 && next_chunk(r, e) < 0)
            return -1;
        const int64_t piece = n < r->part.ready ? n : r->part.ready;
        memcpy(data, r->payload + r->part.at, (size_t)piece);
        r->part.at += piece;
        r->part.ready -= piece;
        data += piece;
        n -= piece;
    }
    return 0;
}

static int copy_part(struct ten_reader *r, unsigned char *data, int64_t n, struct ten_err *e)
{
    const int64_t got = take_into(r, data, n, e);

    if (got < 0)
        return -1;
    r->part.stored += n;
    return got < n ? cut(r, "payload", e) : 0;
}

/* Elements of the last byte of a packed payload, when it is not full. */
static bool last_byte_ok(const struct ten_reader *r, const unsigned char *last)
{
    const uint64_t each = 8 / (uint64_t)ten_elem_bits(r->part.type);

    return ten_elem_size(r->part.type) > 0 || r->part.count % each == 0 ||
           wire_spare_bits_ok(r->part.type, (int64_t)(r->part.count % each), last);
}

static int end_parts(struct ten_reader *r, const unsigned char *last, struct ten_err *e)
{
    const uint64_t sum = XXH3_64bits_digest(r->hash);

    if (last && read_trailer(r, r->part.stored, sum, e) < 0)
        return -1;
    if (last && !last_byte_ok(r, last))
        return bad(r, e, r->offset, "payload", "unused bits of the last byte are set: expected 0");
    count_record(r, last ? sum : 0);
    return 0;
}

int ten_next_start(struct ten_reader *r, struct ten_record *rec, struct ten_err *e)
{
    int rc, kind = KIND_END;

    if (not_ready(r, e))
        return -1;
    do {
        drop_behind(r);
        rc = next_header(r, rec, &kind, e);
    } while (rc > 0 && kind != KIND_TENSOR);
    if (rc > 0) {
        r->part.left = r->part.packed = ten_bytes(rec);
        r->part.ready = r->part.stored = 0;
        r->part.count = (uint64_t)ten_count(rec);
        r->part.type = rec->type;
        r->part.zstd = rec->zstd;
        XXH3_64bits_reset(r->hash);
        if (r->part.left == 0 && end_parts(r, NULL, e) < 0)
            rc = -1;
    }
    if (rc == 0)
        release_payload(r);
    r->failed = rc < 0;
    return rc;
}

int ten_read_part(struct ten_reader *r, void *data, int64_t bytes, struct ten_err *e)
{
    if (bytes > r->part.left)
        return fail(e, TEN_E_DATA, "%s%" PRId64 " bytes of a payload: expected at most the %" PRId64
                    " to come", r->name, bytes, r->part.left);
    if (r->failed)
        return fail(e, TEN_E_DATA, "%sreading after a failure", r->name);
    drop_behind(r);
    for (int64_t have = 0; !r->failed && have < bytes; have += PIECE) {
        const int64_t piece = bytes - have < PIECE ? bytes - have : PIECE;
        unsigned char *to = (unsigned char *)data + have;

        r->failed = (r->part.zstd ? unpack_part : copy_part)(r, to, piece, e) < 0;
        if (!r->failed)
            XXH3_64bits_update(r->hash, to, (size_t)piece);
    }
    r->part.left -= bytes;
    if (!r->failed && bytes > 0 && r->part.left == 0)
        r->failed = end_parts(r, (unsigned char *)data + bytes - 1, e) < 0;
    return r->failed ? -1 : 0;
}
