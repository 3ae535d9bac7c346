#include "video/groups.h"

#include "base/fail.h"
#include "base/mem.h"
#include "stream/parcel.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct clip_reader {
    struct ten_reader *in;
    struct ten_record next;                         /* of the group to come; name NULL: none */
    int n, room;                                    /* records of this group, */
    void **block;                                   /* and where they are kept */
    struct ten_record *rec;
    bool seen;
    struct ten_err failure;                         /* of the record behind this group */
};

struct clip_reader *clip_reader_new(struct ten_reader *in)
{
    struct clip_reader *r = xcalloc(1, sizeof *r);
    r->in = in;
    return r;
}

void clip_reader_free(struct clip_reader *r)
{
    if (!r)
        return;
    for (int i = 0; i < r->room; i++)
        free(r->block[i]);
    free(r->block);
    free(r->rec);
    free(r);
}

static void keep(struct clip_reader *r, const struct ten_record *rec)
{
    if (r->n == r->room) {
        r->room += 4;
        r->block = xrealloc(r->block, (size_t)r->room * sizeof *r->block);
        r->rec = xrealloc(r->rec, (size_t)r->room * sizeof *r->rec);
        memset(r->block + r->n, 0, 4 * sizeof *r->block);
    }
    void **block = &r->block[r->n];
    *block = xrealloc(*block, (size_t)parcel_bytes(rec));
    parcel_pack(*block, rec);
    parcel_unpack(&r->rec[r->n], *block);
    r->rec[r->n].offset = rec->offset;
    r->rec[r->n++].group = rec->group;
}

/* All records of the next group: 1, 0 at the end, -1.  Where one group ends is known by the start
 * of the next; what came before a failure is handed out before it is reported. */
static int read_group(struct clip_reader *r, struct ten_err *e)
{
    int rc = 1;
    r->n = 0;
    if (r->failure.code) {
        *e = r->failure;
        return -1;
    }
    if (r->next.name)
        keep(r, &r->next);
    r->next.name = NULL;
    while ((rc = ten_next(r->in, &r->next, &r->failure)) > 0) {
        if (r->n > 0 && r->next.group != r->rec[0].group)
            return 1;
        keep(r, &r->next);
    }
    r->next.name = NULL;
    if (rc < 0 && r->n == 0)
        *e = r->failure;
    return r->n > 0 ? 1 : rc;
}

static int check_clip(const struct ten_record *rec, struct ten_err *e)
{
    const int64_t *d = rec->shape.dim;
    char text[192];
    if (rec->type == TEN_U8 && rec->shape.rank == 5 && d[1] > 0 && d[2] > 0 && d[3] > 0 && d[4] > 0)
        return 0;
    return fail(e, TEN_E_DATA, "byte %" PRId64 ": clip: %s%s: expected u8 [N,T,H,W,C]", rec->offset,
                ten_type_name(rec->type), ten_shape_text(&rec->shape, text));
}

static int check_label(const struct ten_record *rec, int64_t n, struct ten_err *e)
{
    char text[192];
    if (rec->type == TEN_I32 && rec->shape.rank == 1 && rec->shape.dim[0] == n)
        return 0;
    return fail(e, TEN_E_DATA, "byte %" PRId64 ": label: %s%s: expected i32[%" PRId64 "], one for "
                "each clip", rec->offset, ten_type_name(rec->type),
                ten_shape_text(&rec->shape, text), n);
}

/* Sort the records of r into g, the clips at number `clip`. */
static int sort_records(struct clip_reader *r, struct clip_group *g, int clip, struct ten_err *e)
{
    const int64_t n = r->rec[clip].shape.dim[0];
    *g = (struct clip_group){.clip = r->rec[clip], .column = r->rec};
    for (int i = 0; i < r->n; i++) {
        struct ten_record *rec = &r->rec[i];
        const bool row = rec->shape.rank > 0 && rec->shape.dim[0] == n &&
                         ten_elem_size(rec->type) > 0;
        if (i == clip)
            continue;
        if (strcmp(rec->name, "label") == 0) {
            if (check_label(rec, n, e) < 0)
                return -1;
            g->label = rec->data;
        }
        if (row)
            r->rec[g->columns++] = *rec;
        else
            g->other++;
    }
    return 1;
}

int clip_reader_next(struct clip_reader *r, struct clip_group *g, struct ten_err *e)
{
    int rc;
    while ((rc = read_group(r, e)) > 0)
        for (int i = 0; i < r->n; i++)
            if (strcmp(r->rec[i].name, "clip") == 0) {
                r->seen = true;
                return check_clip(&r->rec[i], e) < 0 ? -1 : sort_records(r, g, i, e);
            }
    if (rc == 0 && !r->seen)
        return fail(e, TEN_E_DATA, "standard input: no record clip: expected clips u8 [N,T,H,W,C]");
    return rc;
}

/* ---- Writing -------------------------------------------------------------------------------- */

/* Rows of rec, each `each` times. */
static int write_repeated(const struct ten_record *rec, struct ten_writer *out, int64_t each,
                          int64_t group, struct ten_err *e)
{
    const int64_t n = rec->shape.dim[0];
    const size_t row = n > 0 ? (size_t)(ten_bytes(rec) / n) : 0;
    struct ten_record to = *rec;
    char *copy = xmalloc(row * (size_t)(n * each) + 1);
    for (int64_t i = 0; i < n * each; i++)
        memcpy(copy + (size_t)i * row, (const char *)rec->data + (size_t)(i / each) * row, row);
    to.data = copy;
    to.shape.dim[0] = n * each;
    to.group = group;
    const int rc = ten_write(out, &to, e);
    free(copy);
    return rc;
}

int clip_group_write(const struct clip_group *g, struct ten_writer *out, struct ten_record *record,
                     int64_t each, int64_t group, struct ten_err *e)
{
    record->group = group;
    record->group_attrs = g->clip.group_attrs;
    record->history = g->clip.history;
    int rc = ten_write(out, record, e);
    for (int i = 0; rc == 0 && i < g->columns; i++)
        rc = write_repeated(&g->column[i], out, each, group, e);
    return rc;
}
