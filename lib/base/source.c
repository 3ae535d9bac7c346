/*
 * One window of bytes, whatever the input is: `bytes` points at byte number `base` of it, and
 * everything up to byte number `end` is there.  Of memory the window is the whole; of a file or a
 * pipe it is a buffer that moves on, and grows when one piece must hold more.  Where that would be
 * much more and the input is a regular file, the window becomes a mapping of all of it.
 *
 * Measured over 1 GB in the page cache, one core: blocks of 64 KiB come at 7.5 GB/s by way of the
 * buffer and at 2.3 out of a mapping, whose pages cost a fault each; lines of 60 bytes at 4.0 and
 * 1.2.  A mapping in turn needs no memory for what it holds.
 *
 * The digest follows what was taken at a short distance, so that it is cheap to ask for at any
 * time: at most HASH_STEP bytes are left to hash then.
 */
#include "base/source.h"

#include "base/fail.h"
#include "base/files.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#define XXH_STATIC_LINKING_ONLY                 /* a hash state as a member */
#include <xxhash.h>

enum {
    FIRST_ROOM = 256 << 10,
    HASH_STEP = 64 << 10,
    MAP_BLOCK = 16 << 20,                       /* asked for at once, this makes us map the file */
    DROP_STEP = 8 << 20,                        /* mapped bytes given back at a time */
};

struct source {
    char *name;
    int fd;                                     /* -1: the window is the whole */
    bool own_fd, ended;

    const unsigned char *bytes;
    int64_t base, end;                          /* byte numbers */
    int64_t offset, hashed, lines;              /* taken; of these hashed */
    XXH3_state_t hash;

    unsigned char *buffer;
    int64_t room;
    off_t start;                                /* where byte number 0 lies in a regular file */
    void *map;
    size_t map_bytes, dropped;                  /* dropped: bytes of map, whole pages */
    int64_t taken;                              /* where the previous take began */
};

static struct source *new_source(const char *name)
{
    struct source *s = xaligned(sizeof *s);     /* the hash state asks for 64 bytes */

    memset(s, 0, sizeof *s);
    s->name = xstrdup(name);
    s->fd = -1;
    s->ended = true;
    XXH3_64bits_reset(&s->hash);
    return s;
}

struct source *source_memory(const char *name, const void *bytes, size_t size)
{
    struct source *s = new_source(name);

    s->bytes = bytes;
    s->end = (int64_t)size;
    return s;
}

struct source *source_open(const char *path, struct ten_err *e)
{
    const bool standard = strcmp(path, "-") == 0;
    struct source *s = new_source(standard ? "standard input" : path);
    struct stat st = {0};

    s->fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    s->own_fd = !standard && s->fd >= 0;
    if (s->fd >= 0 && fstat(s->fd, &st) == 0 && !S_ISDIR(st.st_mode)) {
        s->start = S_ISREG(st.st_mode) ? lseek(s->fd, 0, SEEK_CUR) : -1;
        if (s->start < 0)
            fd_enlarge_pipe(s->fd);
        else
            posix_fadvise(s->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
        s->ended = false;
        return s;
    }
    if (s->fd >= 0 && S_ISDIR(st.st_mode))
        errno = EISDIR;
    fail(e, TEN_E_DATA, "%s: %s: expected a file to read", s->name, strerror(errno));
    source_close(s);
    return NULL;
}

void source_close(struct source *s)
{
    if (!s)
        return;
    if (s->map)
        munmap(s->map, s->map_bytes);
    if (s->own_fd)
        close(s->fd);
    free(s->buffer);
    free(s->name);
    free(s);
}

const char *source_name(const struct source *s)
{
    return s->name;
}

int64_t source_offset(const struct source *s)
{
    return s->offset;
}

int64_t source_line_number(const struct source *s)
{
    return s->lines;
}

static const unsigned char *byte(const struct source *s, int64_t offset)
{
    return s->bytes + (offset - s->base);
}

/* Give back the mapped pages before the next byte to hash, so that a file of any size is read in
 * little memory; a page that is looked at again after all comes back from the file. */
static void drop_pages(struct source *s)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    const size_t here = (size_t)(byte(s, s->hashed) - (const unsigned char *)s->map) / page * page;

    if (here - s->dropped < DROP_STEP)
        return;
    madvise((char *)s->map + s->dropped, here - s->dropped, MADV_DONTNEED);
    s->dropped = here;
}

/* The same for the previous take, whose pages came back when the caller used them. */
static void drop_previous(struct source *s)
{
    const unsigned char *from = s->map ? byte(s, s->taken) : NULL;

    if (!s->map || from < (const unsigned char *)s->map || s->offset - s->taken < DROP_STEP)
        return;
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    const size_t start = (size_t)(from - (const unsigned char *)s->map) / page * page;
    if (start < s->dropped)
        madvise((char *)s->map + start, s->dropped - start, MADV_DONTNEED);
}

/* Hash what was taken. */
static void absorb(struct source *s)
{
    while (s->hashed < s->offset) {
        const int64_t left = s->offset - s->hashed, n = left < DROP_STEP ? left : DROP_STEP;

        XXH3_64bits_update(&s->hash, byte(s, s->hashed), (size_t)n);
        s->hashed += n;
        if (s->map)
            drop_pages(s);
    }
}

static void take(struct source *s, int64_t n)
{
    s->offset += n;
    if (s->offset - s->hashed >= HASH_STEP)
        absorb(s);
}

uint64_t source_digest(const struct source *s)
{
    XXH3_state_t now;

    XXH3_copyState(&now, &s->hash);
    if (s->offset > s->hashed)
        XXH3_64bits_update(&now, byte(s, s->hashed), (size_t)(s->offset - s->hashed));
    return XXH3_64bits_digest(&now);
}

/* Room behind the end of the window: forget what was taken, and grow where that is not enough. */
static void make_room(struct source *s)
{
    const int64_t kept = s->end - s->offset;

    absorb(s);
    if (s->offset > s->base && kept < s->room / 2) {
        memmove(s->buffer, byte(s, s->offset), (size_t)kept);
        s->base = s->offset;
    } else if (s->end - s->base == s->room) {
        s->room = s->room ? 2 * s->room : FIRST_ROOM;
        s->buffer = xrealloc(s->buffer, (size_t)s->room);
    }
    s->bytes = s->buffer;
}

/* One read: the window grows, or the input has ended. */
static int read_more(struct source *s, struct ten_err *e)
{
    ssize_t n;

    make_room(s);
    const int64_t used = s->end - s->base;
    while ((n = read(s->fd, s->buffer + used, (size_t)(s->room - used))) < 0) {
        if (errno == EAGAIN)
            poll(&(struct pollfd){.fd = s->fd, .events = POLLIN}, 1, -1);
        else if (errno != EINTR)
            return fail(e, TEN_E_DATA, "%s: byte %" PRId64 ": %s: expected more to read", s->name,
                        s->end, strerror(errno));
    }
    s->end += n;
    s->ended = n == 0;
    return 0;
}

/* Put a mapping in the place of the buffer, if that much is left of a regular file. */
static void map_file(struct source *s)
{
    struct stat st;
    void *map;

    if (s->start < 0 || fstat(s->fd, &st) < 0 || st.st_size - s->start - s->offset <= MAP_BLOCK)
        return;
    map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, s->fd, 0);
    if (map == MAP_FAILED)
        return;
    madvise(map, (size_t)st.st_size, MADV_SEQUENTIAL);
    absorb(s);
    free(s->buffer);
    s->buffer = NULL;
    s->map = map;
    s->map_bytes = (size_t)st.st_size;
    s->bytes = (const unsigned char *)map + s->start;
    s->base = 0;
    s->end = st.st_size - s->start;
    s->ended = true;
}

int64_t source_peek(struct source *s, const void **p, int64_t want, struct ten_err *e)
{
    if (want > MAP_BLOCK && !s->ended)
        map_file(s);
    while (s->end - s->offset < want && !s->ended)
        if (read_more(s, e) < 0)
            return -1;

    const int64_t there = s->end - s->offset;
    *p = there > 0 ? byte(s, s->offset) : (const void *)"";
    return there < want ? there : want;
}

int64_t source_take(struct source *s, const void **p, int64_t want, struct ten_err *e)
{
    drop_previous(s);

    const int64_t n = source_peek(s, p, want, e);

    if (n > 0) {
        s->taken = s->offset;
        take(s, n);
    }
    return n;
}

int64_t source_rest(struct source *s, const void **p, struct ten_err *e)
{
    return source_take(s, p, INT64_MAX, e);
}

int source_read(struct source *s, void *dst, int64_t want, const char *what, struct ten_err *e)
{
    const int64_t start = s->offset;
    unsigned char *to = dst;

    for (int64_t got = 0; got < want; ) {
        const int64_t left = want - got;
        const void *p;
        const int64_t n = source_take(s, &p, left < FIRST_ROOM ? left : FIRST_ROOM, e);

        if (n < 0)
            return -1;
        if (n == 0)
            return fail(e, TEN_E_DATA, "%s: byte %" PRId64 ": ends after %" PRId64 " of %" PRId64
                        " bytes of %s: expected the whole of it", s->name, start, got, want, what);
        memcpy(to + got, p, (size_t)n);
        got += n;
    }
    return 0;
}

/* How far it is to the next newline, looking at `limit` bytes at most; -1 when there is none. */
static int64_t find_newline(struct source *s, int64_t limit, struct ten_err *e, bool *failed)
{
    const void *p;

    for (int64_t seen = 0; ; ) {
        const int64_t there = s->end - s->offset, n = there < limit ? there : limit;
        const unsigned char *at = n > seen ? byte(s, s->offset) : NULL;
        const unsigned char *newline = at ? memchr(at + seen, '\n', (size_t)(n - seen)) : NULL;

        if (newline)
            return newline - at;
        if (n == limit || s->ended)
            return -1;
        seen = n;
        if (source_peek(s, &p, n + 1, e) < 0) {
            *failed = true;
            return -1;
        }
    }
}

int source_line(struct source *s, const char **line, int64_t *length, int64_t max,
                struct ten_err *e)
{
    /* The longest good line has \r\n behind it. */
    const int64_t limit = max < INT64_MAX - 2 ? max + 2 : max;
    bool failed = false;
    const int64_t found = find_newline(s, limit, e, &failed);

    if (failed)
        return -1;

    const int64_t there = s->end - s->offset;
    int64_t n = found >= 0 ? found : there < limit ? there : limit;
    if (found < 0 && n == 0)
        return 0;

    const char *text = (const char *)byte(s, s->offset);
    const int64_t taken = found >= 0 ? n + 1 : n;
    if (found >= 0 && n > 0 && text[n - 1] == '\r')
        n--;
    if (n > max)
        return fail(e, TEN_E_DATA, "%s: line %" PRId64 ": is longer than %" PRId64 " bytes: "
                    "expected a newline before", s->name, s->lines + 1, max);
    *line = text;
    *length = n;
    s->lines++;
    take(s, taken);
    return 1;
}
