/*
 * A group's column is one piece of bytes, wherever it lies; a sample is found by its group (binary
 * search in the numbers of the groups' first samples) and its place in the piece.
 */
#include "nn/samples.h"

#include "base/arena.h"
#include "base/fail.h"
#include "base/files.h"
#include "base/mem.h"
#include "base/tempfile.h"
#include "stream/rows.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Bytes: of pieces; compared to know a mapped piece; between those that are compared. */
enum { ALIGN = 64, SPOT = 64, STRIDE = 1 << 20 };

/* A file's bytes in memory; {0} is none. */
struct mapped { unsigned char *p; int64_t size; };

/* Where a piece is: at p, or, when p is NULL, `at` bytes into the temporary file. */
struct piece { const unsigned char *p; int64_t at; };

/* What all subsets share. */
struct store {
    atomic_int refs;
    int columns;
    struct samples_column *column;      /* [columns]; texts are the store's */
    char *group_attrs, *history;
    int64_t groups, group_room, count;
    int64_t *first;                     /* [groups]: number of a group's first sample */
    struct piece *piece;                /* [groups][columns] */

    struct mapped file, spill;
    int64_t start;                      /* of the stream in the file */
    int64_t trusted;                    /* bytes of the file that need no comparison any more */
    struct arena arena;                 /* pieces in memory */
    int64_t memory;                     /* that they may take */
    int spill_fd;                       /* -1: nothing had to go to disk */
    int64_t spilled;                    /* bytes */
};

struct samples { struct store *store; int64_t *index, n; };     /* index NULL: all */

/* ---- Opening -------------------------------------------------------------------------------- */

static int64_t default_memory(void)
{
    return (int64_t)sysconf(_SC_PHYS_PAGES) / 4 * sysconf(_SC_PAGESIZE);
}

/* Map the file at path, which is regular, from where its reader starts.  Without luck everything is
 * copied.  Nothing else is opened: a second reader of a named pipe would break it. */
static void map_path(struct store *t, const char *path)
{
    const bool standard = strcmp(path, "-") == 0;
    struct stat st;

    if ((standard ? fstat(0, &st) : stat(path, &st)) < 0 || !S_ISREG(st.st_mode))
        return;
    const int fd = standard ? 0 : open(path, O_RDONLY | O_CLOEXEC);
    const int64_t at = fd < 0 ? -1 : lseek(fd, 0, SEEK_CUR);

    if (at >= 0 && at < st.st_size && at % ALIGN == 0) {
        void *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);

        if (p != MAP_FAILED) {
            t->file = (struct mapped){p, st.st_size};
            t->start = at;
        }
    }
    if (!standard && fd >= 0)
        close(fd);
}

static void learn_columns(struct store *t, const struct rows *rows)
{
    t->columns = rows->columns;
    t->column = xcalloc((size_t)t->columns, sizeof *t->column);
    for (int c = 0; c < t->columns; c++) {
        const struct ten_record *rec = &rows->rec[c];
        struct samples_column *to = &t->column[c];

        *to = (struct samples_column){.name = xstrdup(rec->name), .type = rec->type,
                                      .attrs = rec->attrs ? xstrdup(rec->attrs) : NULL};
        to->shape.rank = rec->shape.rank - 1;
        to->count = 1;
        for (int i = 0; i < to->shape.rank; i++)
            to->count *= to->shape.dim[i] = rec->shape.dim[i + 1];
        to->bytes = rows->bits[c] / 8;
    }
    t->group_attrs = rows->group_attrs ? xstrdup(rows->group_attrs) : NULL;
    t->history = rows->history ? xstrdup(rows->history) : NULL;
}

static int check_columns(const struct rows *rows, struct ten_err *e)
{
    char text[192];

    for (int c = 0; c < rows->columns; c++)
        if (rows->bits[c] % 8 != 0)
            return fail(e, TEN_E_DATA, "%.60s: %s%s: expected samples of whole bytes",
                        rows->rec[c].name, ten_type_name(rows->rec[c].type),
                        ten_shape_text(&rows->rec[c].shape, text));
    return 0;
}

/* ---- Keeping pieces ------------------------------------------------------------------------- */

/*
 * The bytes of a plain record in the mapped file; NULL when they are not there.  A record ends with
 * its payload, zeros and a checksum of 8 bytes, padded to a multiple of 64 (ten(5)).  In case the path
 * names another file by now, the first bytes are compared, of one piece in STRIDE bytes: to touch every
 * page of the map took 60 % of the time to open a stream of 4 KiB samples.
 */
static const unsigned char *in_file(struct store *t, const struct ten_record *rec)
{
    const int64_t n = ten_bytes(rec), section = (n + 8 + ALIGN - 1) / ALIGN * ALIGN;
    const int64_t end = t->start + rec->offset + rec->stored, at = end - section;

    if (!t->file.p || rec->zstd || end > t->file.size)
        return NULL;
    if (at >= t->trusted) {
        if (memcmp(t->file.p + at, rec->data, (size_t)(n < SPOT ? n : SPOT)) != 0)
            return NULL;
        t->trusted = at + STRIDE;
    }
    return t->file.p + at;
}

static int no_space(const struct store *t, struct ten_err *e)
{
    return fail(e, TEN_E_DATA, "%s: %s: expected temporary space for the samples that memory does "
                "not take, of which %lld bytes are here; TMPDIR names another folder",
                temp_folder(), strerror(errno), (long long)t->spilled);
}

static int spill(struct store *t, struct piece *to, const void *data, int64_t n, struct ten_err *e)
{
    static const unsigned char zeros[ALIGN];

    if (t->spill_fd < 0 && (t->spill_fd = temp_file(e)) < 0)
        return -1;
    *to = (struct piece){NULL, t->spilled};
    if (write_all(t->spill_fd, data, (size_t)n) < 0 ||
        write_all(t->spill_fd, zeros, (size_t)((ALIGN - n % ALIGN) % ALIGN)) < 0)
        return no_space(t, e);
    t->spilled += (n + ALIGN - 1) / ALIGN * ALIGN;
    return 0;
}

static int keep(struct store *t, struct piece *to, const struct ten_record *rec, struct ten_err *e)
{
    static const unsigned char nothing[1];
    const int64_t n = ten_bytes(rec);

    *to = (struct piece){n > 0 ? in_file(t, rec) : nothing, 0};
    if (to->p)
        return 0;
    if (n > t->memory - (int64_t)t->arena.used)
        return spill(t, to, rec->data, n, e);
    to->p = memcpy(arena_alloc(&t->arena, (size_t)n), rec->data, (size_t)n);
    return 0;
}

static int add_group(struct store *t, const struct rows *rows, struct ten_err *e)
{
    if (t->groups == 0 && t->columns == 0) {
        if (check_columns(rows, e) < 0)
            return -1;
        learn_columns(t, rows);
    }
    if (rows->n == 0)
        return 0;
    if (t->groups == t->group_room) {
        t->group_room = 2 * t->group_room + 16;
        t->first = xrealloc(t->first, (size_t)t->group_room * sizeof *t->first);
        t->piece = xrealloc(t->piece, (size_t)t->group_room * (size_t)t->columns * sizeof *t->piece);
    }
    for (int c = 0; c < t->columns; c++)
        if (keep(t, &t->piece[t->groups * t->columns + c], &rows->rec[c], e) < 0)
            return -1;
    t->first[t->groups++] = t->count;
    t->count += rows->n;
    return 0;
}

static int map_spill(struct store *t, struct ten_err *e)
{
    if (t->spill_fd < 0)
        return 0;
    void *p = mmap(NULL, (size_t)t->spilled, PROT_READ, MAP_SHARED, t->spill_fd, 0);
    if (p == MAP_FAILED)
        return no_space(t, e);
    t->spill = (struct mapped){p, t->spilled};
    for (int64_t i = 0; i < t->groups * t->columns; i++)
        if (!t->piece[i].p)
            t->piece[i].p = t->spill.p + t->piece[i].at;
    return 0;
}

static int read_all(struct store *t, struct ten_reader *in, struct ten_err *e)
{
    struct rows_reader *r = rows_reader_new(in);
    struct rows rows;
    int rc;

    while ((rc = rows_next(r, &rows, e)) > 0)
        if ((rc = add_group(t, &rows, e)) < 0)
            break;
    rows_reader_free(r);
    if (rc == 0 && t->count == 0)
        return fail(e, TEN_E_DATA, "no samples in the stream: expected one at least");
    return rc < 0 ? -1 : map_spill(t, e);
}

/* ---- Life ------------------------------------------------------------------------------------ */

static void store_drop(struct store *t)
{
    if (atomic_fetch_sub(&t->refs, 1) > 1)
        return;
    for (int c = 0; c < t->columns; c++) {
        free((char *)t->column[c].name);
        free((char *)t->column[c].attrs);
    }
    if (t->file.p)
        munmap(t->file.p, (size_t)t->file.size);
    if (t->spill.p)
        munmap(t->spill.p, (size_t)t->spill.size);
    if (t->spill_fd >= 0)
        close(t->spill_fd);
    arena_free(&t->arena);
    free(t->column);
    free(t->group_attrs);
    free(t->history);
    free(t->first);
    free(t->piece);
    free(t);
}

/* Put the stream's name before messages that lack it: those about its contents. */
static void blame(const char *path, struct ten_err *e)
{
    struct ten_err said = *e;

    if (strcmp(path, "-") != 0 && strncmp(e->text, path, strlen(path)) != 0)
        fail(e, said.code, "%s: %s", path, said.text);
}

struct samples *samples_open(const char *path, struct ten_reader *in,
                             const struct samples_options *opt, struct ten_err *e)
{
    struct store *t = xcalloc(1, sizeof *t);
    struct samples *s = NULL;
    struct ten_reader *own = NULL;

    t->refs = 1;
    t->spill_fd = -1;
    t->memory = opt && opt->memory > 0 ? opt->memory : default_memory();
    map_path(t, path);                                  /* before reading moves a shared position */
    if (!in)
        in = own = ten_open(path, NULL, e);
    if (in && read_all(t, in, e) == 0) {
        s = xcalloc(1, sizeof *s);
        *s = (struct samples){.store = t, .n = t->count};
    } else {
        blame(path, e);
        store_drop(t);
    }
    ten_close(own);
    return s;
}

struct samples *samples_subset(const struct samples *s, const int64_t *index, int64_t n)
{
    struct samples *sub = xcalloc(1, sizeof *sub);

    *sub = (struct samples){s->store, xmalloc((size_t)(n > 0 ? n : 1) * sizeof *index), n};
    for (int64_t i = 0; i < n; i++) {
        assert(index[i] >= 0 && index[i] < s->n);
        sub->index[i] = samples_number(s, index[i]);
    }
    atomic_fetch_add(&s->store->refs, 1);
    return sub;
}

void samples_close(struct samples *s)
{
    if (!s)
        return;
    store_drop(s->store);
    free(s->index);
    free(s);
}

/* ---- Asking ---------------------------------------------------------------------------------- */

int64_t samples_count(const struct samples *s) { return s->n; }
const char *samples_group_attrs(const struct samples *s) { return s->store->group_attrs; }
const char *samples_history(const struct samples *s) { return s->store->history; }
int64_t samples_number(const struct samples *s, int64_t i) { return s->index ? s->index[i] : i; }

const struct samples_column *samples_columns(const struct samples *s, int *n)
{
    *n = s->store->columns;
    return s->store->column;
}

int samples_find(const struct samples *s, const char *name)
{
    for (int c = 0; c < s->store->columns; c++)
        if (strcmp(s->store->column[c].name, name) == 0)
            return c;
    return -1;
}

int samples_pictures(const struct samples *s)
{
    const int image = samples_find(s, "image");

    return image >= 0 ? image : samples_find(s, "clip");
}

int samples_need(const struct samples *s, const char *name, struct ten_err *e)
{
    const int c = samples_find(s, name);
    char all[200] = "";

    if (c >= 0)
        return c;
    for (int i = 0; i < s->store->columns && strlen(all) < 120; i++) {
        strcat(all, i > 0 ? ", " : "");
        strncat(all, s->store->column[i].name, 60);
    }
    return fail(e, TEN_E_DATA, "%.60s: no such record: expected it beside %s", name, all);
}

const void *samples_row(const struct samples *s, int c, int64_t i)
{
    const struct store *t = s->store;
    const int64_t number = samples_number(s, i);
    int64_t lo = 0, hi = t->groups;                     /* first[lo] <= number < first[hi] */

    while (hi - lo > 1) {
        const int64_t mid = lo + (hi - lo) / 2;

        if (t->first[mid] <= number)
            lo = mid;
        else
            hi = mid;
    }
    return t->piece[lo * t->columns + c].p + (number - t->first[lo]) * t->column[c].bytes;
}
