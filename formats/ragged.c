#include "formats/ragged.h"

#include "base/fail.h"
#include "base/mem.h"
#include "base/utf8.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void ragged_append(struct ragged *r, const char *text, int64_t n)
{
    if (r->size + n > r->room || !r->bytes) {
        r->room = 2 * (r->size + n) + 64;
        r->bytes = xrealloc(r->bytes, (size_t)r->room);
    }
    if (n > 0)
        memcpy(r->bytes + r->size, text, (size_t)n);
    r->size += n;
    r->offset[r->n] = r->size;
}

void ragged_add(struct ragged *r, const char *text, int64_t n)
{
    if (r->n + 2 > r->offset_room) {
        r->offset_room = 2 * r->offset_room + 64;
        r->offset = xrealloc(r->offset, (size_t)r->offset_room * sizeof *r->offset);
        r->offset[0] = 0;
    }
    r->n++;
    ragged_append(r, text, n);
}

void ragged_clear(struct ragged *r)
{
    r->n = r->size = 0;
}

int ragged_write(struct ten_writer *out, const struct ragged *r, const char *name, const char *offsets,
                 const char *attrs, int64_t group, struct ten_err *e)
{
    static const int64_t none[1];
    const struct ten_record bytes = {.name = name, .type = TEN_UTF8, .shape = {1, {r->size}}, .attrs = attrs,
                                     .data = r->size > 0 ? r->bytes : "", .group = group};
    const struct ten_record starts = {.name = offsets, .type = TEN_I64, .shape = {1, {r->n + 1}},
                                      .data = r->offset ? r->offset : none, .group = group};

    return ten_write(out, &bytes, e) < 0 ? -1 : ten_write(out, &starts, e);
}

void ragged_free(struct ragged *r)
{
    free(r->bytes);
    free(r->offset);
    *r = (struct ragged){0};
}

static int check_kind(const struct ten_record *rec, enum ten_type type, bool again, struct ten_err *e)
{
    if (rec->type == type && rec->shape.rank == 1 && !again)
        return 0;
    return fail(e, TEN_E_DATA, "%s: %s of rank %d%s: expected %s of rank 1, once a group", rec->name,
                ten_type_name(rec->type), rec->shape.rank, again ? ", again" : "", ten_type_name(type));
}

int ragged_take_bytes(struct ragged *r, const struct ten_record *rec, struct ten_err *e)
{
    if (check_kind(rec, TEN_UTF8, r->bytes != NULL, e) < 0)
        return -1;
    r->size = rec->shape.dim[0];
    r->bytes = xmalloc((size_t)r->size);
    if (r->size > 0)
        memcpy(r->bytes, rec->data, (size_t)r->size);
    return 0;
}

int ragged_take_offsets(struct ragged *r, const struct ten_record *rec, struct ten_err *e)
{
    if (check_kind(rec, TEN_I64, r->offset != NULL, e) < 0)
        return -1;
    if (rec->shape.dim[0] == 0)
        return fail(e, TEN_E_DATA, "%s: no element: expected one more than there are texts", rec->name);
    r->n = rec->shape.dim[0] - 1;
    r->offset = xmalloc((size_t)ten_bytes(rec));
    memcpy(r->offset, rec->data, (size_t)ten_bytes(rec));
    return 0;
}

int ragged_check(const struct ragged *r, const char *name, struct ten_err *e)
{
    if (!r->bytes || !r->offset)
        return fail(e, TEN_E_DATA, "%s: %s missing: expected the text and its offsets in one group", name,
                    r->bytes ? "offsets are" : "the text is");
    if (r->offset[0] != 0 || r->offset[r->n] != r->size)
        return fail(e, TEN_E_DATA, "%s: offsets run from %" PRId64 " to %" PRId64 ": expected 0 to %" PRId64,
                    name, r->offset[0], r->offset[r->n], r->size);
    for (int64_t i = 0; i < r->n; i++) {
        if (r->offset[i] < 0 || r->offset[i] > r->offset[i + 1] || r->offset[i + 1] > r->size)
            return fail(e, TEN_E_DATA, "%s: offsets fall after text %" PRId64 ": expected them to rise",
                        name, i);
        const char *end = r->bytes + r->offset[i + 1];
        if (utf8_end(r->bytes + r->offset[i], end) != end)
            return fail(e, TEN_E_DATA, "%s: text %" PRId64 " is not UTF-8: expected UTF-8", name, i);
    }
    return 0;
}
