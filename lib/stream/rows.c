#include "stream/rows.h"

#include "base/bits.h"
#include "base/fail.h"
#include "base/mem.h"
#include "stream/attrs.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Growing memory of one column. */
struct buffer { unsigned char *p; int64_t room; };

static void buffer_need(struct buffer *b, int64_t bytes)
{
    if (bytes <= b->room)
        return;
    b->room = bytes > 2 * b->room ? bytes : 2 * b->room;
    b->p = xrealloc(b->p, (size_t)b->room);
}

static char *copy_text(const char *s)
{
    return s ? xstrdup(s) : NULL;
}

/* ---- Reading ------------------------------------------------------------------------------ */

struct rows_reader {
    struct ten_reader *in;
    bool started;
    int ahead;                          /* what ten_next said of `next`, when `looked` */
    bool looked;
    struct ten_record next;
    int64_t group;                      /* of the rows handed out last */

    /* The first group: names, types, shapes and attributes of all; of its texts, copies. */
    int columns;
    struct ten_record *like;
    int64_t *bits;
    char *group_attrs, *history;

    struct ten_record *rec;             /* of the current group */
    struct buffer *buffer;
};

struct rows_reader *rows_reader_new(struct ten_reader *in)
{
    struct rows_reader *r = xcalloc(1, sizeof *r);

    r->in = in;
    return r;
}

void rows_reader_free(struct rows_reader *r)
{
    for (int c = 0; c < r->columns; c++) {
        free((char *)r->like[c].name);
        free((char *)r->like[c].attrs);
        free(r->buffer[c].p);
    }
    free(r->like);
    free(r->bits);
    free(r->rec);
    free(r->buffer);
    free(r->group_attrs);
    free(r->history);
    free(r);
}

static int look(struct rows_reader *r, struct ten_err *e)
{
    if (!r->looked)
        r->ahead = ten_next(r->in, &r->next, e);
    r->looked = true;
    return r->ahead;
}

__attribute__((format(printf, 3, 4)))
static int bad(const struct ten_record *rec, struct ten_err *e, const char *fmt, ...)
{
    char why[300];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(why, sizeof why, fmt, ap);
    va_end(ap);
    return fail(e, TEN_E_DATA, "byte %" PRId64 ": %.60s: %s", rec->offset, rec->name, why);
}

/* Content whose first axis does not count samples. */
static int check_kind(const struct ten_record *rec, struct ten_err *e)
{
    static const char *const sparse[] = {"csr", "csc", "coo"};
    json_t *json = attrs_parse(rec->group_attrs, "group attributes", e);
    const char *kind;
    int rc = 0;

    if (!json)
        return -1;
    kind = json_string_value(json_object_get(json, "kind"));
    for (size_t i = 0; kind && i < sizeof sparse / sizeof sparse[0]; i++)
        if (strcmp(kind, sparse[i]) == 0)
            rc = bad(rec, e, "a sparse matrix (%s): expected samples along the first axis", kind);
    json_decref(json);
    return rc;
}

/* A record of the first group: legal by itself, and as long as its neighbours? */
static int check_first(const struct rows_reader *r, const struct ten_record *rec, struct ten_err *e)
{
    const size_t n = strlen(rec->name);
    char text[192];

    if (rec->shape.rank == 0)
        return bad(rec, e, "a scalar: expected samples along the first axis");
    if (n >= 7 && strcmp(rec->name + n - 7, "offsets") == 0)
        return bad(rec, e, "ragged data: expected samples of one size along the first axis");
    if (r->columns == ROWS_MAX_COLUMNS)
        return bad(rec, e, "more than %d records in the group: expected samples, not a model",
                   ROWS_MAX_COLUMNS);
    if (r->columns > 0 && rec->shape.dim[0] != r->like[0].shape.dim[0])
        return bad(rec, e, "%s: expected %" PRId64 " samples, as in %.60s",
                   ten_shape_text(&rec->shape, text), r->like[0].shape.dim[0], r->like[0].name);
    return r->columns == 0 ? check_kind(rec, e) : 0;
}

static int sample_bits(const struct ten_record *rec, int64_t *bits, struct ten_err *e)
{
    bool ok = true;

    *bits = ten_elem_bits(rec->type);
    for (int i = 1; i < rec->shape.rank && ok; i++)
        ok = mul_i64(*bits, rec->shape.dim[i], bits);
    return ok ? 0 : bad(rec, e, "one sample is too large: expected less than 2^60 bytes");
}

static void copy_data(struct buffer *b, struct ten_record *rec)
{
    const int64_t bytes = ten_bytes(rec);

    buffer_need(b, bytes > 0 ? bytes : 1);
    if (bytes > 0)
        memcpy(b->p, rec->data, (size_t)bytes);
    if (rec->summed == rec->data)
        rec->summed = b->p;
    rec->data = b->p;
}

static int add_column(struct rows_reader *r, struct ten_err *e)
{
    const size_t n = (size_t)r->columns + 1;
    int64_t bits;

    if (check_first(r, &r->next, e) < 0 || sample_bits(&r->next, &bits, e) < 0)
        return -1;
    r->like = xrealloc(r->like, n * sizeof *r->like);
    r->bits = xrealloc(r->bits, n * sizeof *r->bits);
    r->rec = xrealloc(r->rec, n * sizeof *r->rec);
    r->buffer = xrealloc(r->buffer, n * sizeof *r->buffer);

    struct ten_record *like = &r->like[r->columns];
    *like = r->next;
    like->name = xstrdup(r->next.name);
    like->attrs = copy_text(r->next.attrs);
    r->bits[r->columns] = bits;
    r->buffer[r->columns] = (struct buffer){0};
    copy_data(&r->buffer[r->columns], like);
    r->rec[r->columns++] = *like;
    return 0;
}

/* All of the first group is copied: where it ends shows only in the record behind it. */
static int read_first(struct rows_reader *r, struct ten_err *e)
{
    int rc;

    while ((rc = look(r, e)) > 0 && (r->columns == 0 || r->next.group == r->group)) {
        if (r->columns == 0) {
            r->group = r->next.group;
            r->group_attrs = copy_text(r->next.group_attrs);
            r->history = copy_text(r->next.history);
        }
        if (add_column(r, e) < 0)
            return -1;
        r->looked = false;
    }
    return r->columns > 0 ? 1 : rc;
}

static bool same_json(const char *a, const char *b)
{
    struct ten_err ignored;
    json_t *x, *y;
    bool same;

    if (!a || !b || strcmp(a, b) == 0)
        return (a != NULL) == (b != NULL);
    x = attrs_parse(a, "", &ignored);
    y = attrs_parse(b, "", &ignored);
    same = x && y && json_equal(x, y);
    json_decref(x);
    json_decref(y);
    return same;
}

/* Does r->next belong to column c of a stream like this? */
static int check_like(const struct rows_reader *r, int c, struct ten_err *e)
{
    const struct ten_record *rec = &r->next, *like = &r->like[c];
    char got[192], want[192];
    bool same = rec->type == like->type && rec->shape.rank == like->shape.rank;

    if (strcmp(rec->name, like->name) != 0)
        return bad(rec, e, "expected %.60s, as in the first group", like->name);
    for (int i = 1; i < like->shape.rank && same; i++)
        same = rec->shape.dim[i] == like->shape.dim[i];
    if (!same)
        return bad(rec, e, "%s%s: expected samples of one kind, as in the first group: %s%s",
                   ten_type_name(rec->type), ten_shape_text(&rec->shape, got),
                   ten_type_name(like->type), ten_shape_text(&like->shape, want));
    if (c > 0 && rec->shape.dim[0] != r->rec[0].shape.dim[0])
        return bad(rec, e, "%s: expected %" PRId64 " samples, as in %.60s",
                   ten_shape_text(&rec->shape, got), r->rec[0].shape.dim[0], r->like[0].name);
    if (!same_json(rec->attrs, like->attrs))
        return bad(rec, e, "attributes differ: expected those of the first group");
    if (c == 0 && !same_json(rec->group_attrs, r->group_attrs))
        return bad(rec, e, "group attributes differ: expected those of the first group");
    return 0;
}

static int read_like(struct rows_reader *r, struct rows *rows, struct ten_err *e)
{
    int64_t group = 0;

    for (int c = 0; c < r->columns; c++) {
        const int rc = look(r, e);

        if (rc < 0 || (rc == 0 && c == 0))
            return rc;
        if (c == 0 && r->next.group == r->group)
            return bad(&r->next, e,
                       "one record too many: expected %d in each group, as in the first",
                       r->columns);
        if (rc == 0 || (c > 0 && r->next.group != group))
            return bad(&r->rec[c - 1], e,
                       "its group ends here: expected %d records, as in the first group",
                       r->columns);
        if (check_like(r, c, e) < 0)
            return -1;
        group = r->next.group;
        r->looked = false;
        r->rec[c] = r->next;
        r->rec[c].name = r->like[c].name;
        r->rec[c].attrs = r->like[c].attrs;
        if (c < r->columns - 1)
            copy_data(&r->buffer[c], &r->rec[c]);
    }
    r->group = group;
    rows->group_attrs = r->next.group_attrs;
    rows->history = r->next.history;
    return 1;
}

int rows_next(struct rows_reader *r, struct rows *rows, struct ten_err *e)
{
    int rc;

    if (!r->started) {
        r->started = true;
        rc = read_first(r, e);
        rows->group_attrs = r->group_attrs;
        rows->history = r->history;
    } else if (r->columns == 0) {
        rc = look(r, e);
    } else {
        /* The last column lies with the reader from now on. */
        free(r->buffer[r->columns - 1].p);
        r->buffer[r->columns - 1] = (struct buffer){0};
        rc = read_like(r, rows, e);
    }
    if (rc <= 0)
        return rc;
    rows->columns = r->columns;
    rows->rec = r->rec;
    rows->bits = r->bits;
    rows->n = r->rec[0].shape.dim[0];
    return 1;
}

void rows_like(const struct rows_reader *r, struct rows *rows)
{
    *rows = (struct rows){.columns = r->columns, .rec = r->like, .bits = r->bits,
                          .group_attrs = r->group_attrs, .history = r->history};
}

/* ---- Writing ------------------------------------------------------------------------------ */

struct rows_writer {
    struct ten_writer *out;
    int64_t size, groups, waiting, count;
    int columns;
    struct buffer *buffer;
    /* Of the sample that waits longest. */
    struct ten_record *like;
    int64_t *bits;
    char *group_attrs, *history;
};

struct rows_writer *rows_writer_new(struct ten_writer *out, int64_t size)
{
    struct rows_writer *w = xcalloc(1, sizeof *w);

    w->out = out;
    w->size = size;
    return w;
}

void rows_writer_free(struct rows_writer *w)
{
    if (!w)
        return;
    for (int c = 0; c < w->columns; c++) {
        free((char *)w->like[c].name);
        free((char *)w->like[c].attrs);
        free(w->buffer[c].p);
    }
    free(w->buffer);
    free(w->like);
    free(w->bits);
    free(w->group_attrs);
    free(w->history);
    free(w);
}

int64_t rows_count(const struct rows_writer *w)
{
    return w->count;
}

static void learn_columns(struct rows_writer *w, const struct rows *rows)
{
    const size_t n = (size_t)rows->columns;

    w->columns = rows->columns;
    w->buffer = xcalloc(n, sizeof *w->buffer);
    w->like = xcalloc(n, sizeof *w->like);
    w->bits = xcalloc(n, sizeof *w->bits);
    memcpy(w->bits, rows->bits, n * sizeof *w->bits);
    for (int c = 0; c < w->columns; c++)
        w->like[c] = (struct ten_record){.name = xstrdup(rows->rec[c].name),
                                         .type = rows->rec[c].type,
                                         .shape = rows->rec[c].shape,
                                         .attrs = copy_text(rows->rec[c].attrs)};
}

/* Write n samples of *rec as column of the group that is due. */
static int write_column(struct rows_writer *w, struct ten_record rec, int64_t n,
                        const char *group_attrs, const char *history, struct ten_err *e)
{
    rec.shape.dim[0] = n;
    rec.group = w->groups;
    rec.group_attrs = group_attrs;
    rec.history = history;
    return ten_write(w->out, &rec, e);
}

/* Samples can go out from where they are, when each starts on a byte, or all of them go. */
static bool in_place(const struct rows *rows, int64_t n)
{
    bool bytes = true;

    for (int c = 0; c < rows->columns; c++)
        bytes = bytes && rows->bits[c] % 8 == 0;
    return bytes || n == rows->n;
}

static int write_through(struct rows_writer *w, const struct rows *rows, int64_t first, int64_t n,
                         struct ten_err *e)
{
    for (int c = 0; c < rows->columns; c++) {
        struct ten_record rec = rows->rec[c];

        rec.data = (const char *)rec.data + first * rows->bits[c] / 8;
        if (write_column(w, rec, n, rows->group_attrs, rows->history, e) < 0)
            return -1;
    }
    w->groups++;
    w->count += n;
    return 0;
}

static void append(struct rows_writer *w, const struct rows *rows, int64_t first, int64_t n)
{
    if (w->waiting == 0) {
        free(w->group_attrs);
        free(w->history);
        w->group_attrs = copy_text(rows->group_attrs);
        w->history = copy_text(rows->history);
    }
    for (int c = 0; c < w->columns; c++) {
        const int64_t bits = w->bits[c], to = w->waiting * bits, end = to + n * bits;
        const int64_t bytes = end / 8 + (end % 8 != 0);

        buffer_need(&w->buffer[c], bytes > 0 ? bytes : 1);
        copy_bits(w->buffer[c].p, to, rows->rec[c].data, first * bits, n * bits);
    }
    w->waiting += n;
    w->count += n;
}

int rows_flush(struct rows_writer *w, struct ten_err *e)
{
    const int64_t n = w->waiting;

    w->waiting = 0;
    for (int c = 0; c < w->columns && n > 0; c++) {
        const int64_t used = n * w->bits[c] % 8;
        struct ten_record rec = w->like[c];

        if (used != 0)                                  /* unused bits of the last byte are zero */
            w->buffer[c].p[n * w->bits[c] / 8] &= (unsigned char)((1 << used) - 1);
        rec.data = w->buffer[c].p;
        if (write_column(w, rec, n, w->group_attrs, w->history, e) < 0)
            return -1;
    }
    w->groups += n > 0;
    return 0;
}

int rows_write(struct rows_writer *w, const struct rows *rows, int64_t first, int64_t n,
               struct ten_err *e)
{
    if (w->columns == 0)
        learn_columns(w, rows);
    assert(w->columns == rows->columns && first >= 0 && first + n <= rows->n);
    while (n > 0) {
        int64_t some = w->size - w->waiting < n ? w->size - w->waiting : n;

        if (w->waiting == 0 && some == w->size && in_place(rows, some)) {
            if (write_through(w, rows, first, some, e) < 0)
                return -1;
        } else {
            append(w, rows, first, some);
            if (w->waiting == w->size && rows_flush(w, e) < 0)
                return -1;
        }
        first += some;
        n -= some;
    }
    return 0;
}

/* ---- One sample as a block of bytes -------------------------------------------------------- */

static int64_t column_bytes(const struct rows *rows, int c)
{
    return rows->bits[c] / 8 + (rows->bits[c] % 8 != 0);
}

int64_t row_bytes(const struct rows *rows)
{
    int64_t n = 0;

    for (int c = 0; c < rows->columns; c++)
        n += column_bytes(rows, c);
    return n;
}

void row_pack(void *block, const struct rows *rows, int64_t i)
{
    unsigned char *p = block;

    for (int c = 0; c < rows->columns; c++) {
        if (rows->bits[c] % 8 != 0)
            p[rows->bits[c] / 8] = 0;
        copy_bits(p, 0, rows->rec[c].data, i * rows->bits[c], rows->bits[c]);
        p += column_bytes(rows, c);
    }
}

void row_unpack(struct rows *one, const struct rows *rows, const void *block)
{
    const unsigned char *p = block;

    one->columns = rows->columns;
    one->n = 1;
    one->group_attrs = rows->group_attrs;
    one->history = rows->history;
    for (int c = 0; c < rows->columns; c++) {
        one->bits[c] = rows->bits[c];
        one->rec[c] = rows->rec[c];
        one->rec[c].shape.dim[0] = 1;
        one->rec[c].data = p;
        one->rec[c].summed = NULL;
        p += column_bytes(rows, c);
    }
}
