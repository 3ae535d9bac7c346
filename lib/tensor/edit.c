#include "tensor/edit.h"

#include "base/fail.h"
#include "base/mem.h"
#include "stream/attrs.h"
#include "tensor/cast.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

/* ---- What is to be done ------------------------------------------------------------------- */

/* Take "NAME:" off the front; a slice starts with a number, and that is none. */
static const char *take_name(struct edit *edit, const char *text)
{
    const char *colon = strchr(text, ':'), *equals = strchr(text, '=');

    if (!colon ||
        (edit->kind == EDIT_SLICE && strspn(text, "-0123456789") == (size_t)(colon - text)))
        return text;
    if (edit->kind == EDIT_SET_ATTR && equals && equals < colon)
        return text;
    edit->name = xasprintf("%.*s", (int)(colon - text), text);
    return colon + 1;
}

static int parse_shape(struct ten_shape *shape, const char *text, struct ten_err *e)
{
    const char *p = text;
    int open = 0;

    *shape = (struct ten_shape){0};
    while (*p) {
        char *end;

        errno = 0;
        const int64_t v = strtoll(p, &end, 10);
        open += v == -1;
        if (end == p || errno != 0 || (*end != 0 && *end != ',') || (*end == ',' && end[1] == 0) ||
            v < -1 || open > 1 || shape->rank == TEN_MAX_RANK)
            return fail(e, TEN_E_USAGE,
                        "%s: no shape: expected up to %d dims with commas between, one of "
                        "which may be -1",
                        text, TEN_MAX_RANK);
        shape->dim[shape->rank++] = v;
        p = *end ? end + 1 : end;
    }
    return 0;
}

static int parse_value(struct edit *edit, const char *text, struct ten_err *e)
{
    const char *equals = strchr(text, '=');
    json_error_t why;

    if (!equals || equals == text)
        return fail(e, TEN_E_USAGE, "%s: expected KEY=JSON", text);
    edit->value = json_loads(equals + 1, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &why);
    if (!edit->value)
        return fail(e, TEN_E_USAGE, "%s: %s: expected KEY=JSON, where a text is \"quoted\"", text,
                    why.text);
    edit->text = xasprintf("%.*s", (int)(equals - text), text);
    return 0;
}

static int parse_rename(struct edit *edit, const char *text, struct ten_err *e)
{
    const char *equals = strchr(text, '=');

    if (!equals || equals == text || equals[1] == 0 || strlen(equals + 1) > TEN_MAX_NAME)
        return fail(e, TEN_E_USAGE, "%s: expected OLD=NEW, names of 1 to %d bytes", text,
                    TEN_MAX_NAME);
    edit->name = xasprintf("%.*s", (int)(equals - text), text);
    edit->text = xstrdup(equals + 1);
    return 0;
}

static int parse_rest(struct edit *edit, const char *text, struct ten_err *e)
{
    switch (edit->kind) {
    case EDIT_SLICE:
        return slice_parse(&edit->slice, text, e);
    case EDIT_CAST:
        edit->type = ten_type_parse(text);
        return edit->type ? 0
                          : fail(e, TEN_E_USAGE,
                                 "%s: no such type: expected one of those in ten(5), "
                                 "such as f32 or u8",
                                 text);
    case EDIT_RESHAPE:
        return parse_shape(&edit->shape, text, e);
    case EDIT_RENAME:
        return parse_rename(edit, text, e);
    case EDIT_SET_ATTR:
    case EDIT_SET_GROUP_ATTR:
        return parse_value(edit, text, e);
    case EDIT_DROP_ATTR:
    case EDIT_DROP_GROUP_ATTR:
        edit->text = xstrdup(text);
        return *text ? 0 : fail(e, TEN_E_USAGE, "expected the key of an attribute");
    }
    return 0;
}

int edit_parse(struct edit *edit, enum edit_kind kind, const char *text, struct ten_err *e)
{
    *edit = (struct edit){.kind = kind};
    if (kind != EDIT_RENAME && kind != EDIT_SET_GROUP_ATTR && kind != EDIT_DROP_GROUP_ATTR)
        text = take_name(edit, text);
    if (parse_rest(edit, text, e) == 0)
        return 0;
    edit_free(edit);
    return -1;
}

void edit_free(struct edit *edit)
{
    free(edit->name);
    free(edit->text);
    json_decref(edit->value);
    *edit = (struct edit){0};
}

void edit_work_free(struct edit_work *w)
{
    free(w->buffer[0].p);
    free(w->buffer[1].p);
    free(w->attrs);
    free(w->group_attrs);
}

/* ---- Doing it ----------------------------------------------------------------------------- */

/* Room for the changed record's data: the buffer that does not hold the present ones. */
static void *other_buffer(struct edit_work *w, const struct ten_record *rec, int64_t bytes)
{
    const int i = rec->data == w->buffer[0].p;

    if (!w->buffer[i].p || (size_t)bytes > w->buffer[i].room) {
        free(w->buffer[i].p);
        w->buffer[i].p = xaligned((size_t)bytes);
        w->buffer[i].room = (size_t)bytes;
    }
    return w->buffer[i].p;
}

static void replace(struct ten_record *rec, const struct ten_record *by)
{
    *rec = *by;
    rec->summed = NULL;
}

static int apply_slice(const struct edit *edit, struct ten_record *rec, struct edit_work *w,
                       struct ten_err *e)
{
    struct ten_record new = *rec;
    struct slice s;
    void *data;

    if (slice_resolve(&s, &edit->slice, &rec->shape, e) < 0)
        return -1;
    new.shape.dim[s.axis] = s.count;
    data = other_buffer(w, rec, ten_bytes(&new));
    slice_copy(data, rec->data, rec->type, &rec->shape, &s);
    new.data = data;
    replace(rec, &new);
    return 0;
}

static int apply_cast(const struct edit *edit, struct ten_record *rec, struct edit_work *w,
                      struct ten_err *e)
{
    struct ten_record new = *rec;
    void *data;

    if (edit->type == rec->type)
        return 0;
    if (ten_check_shape(edit->type, &rec->shape, e) < 0)
        return -1;
    new.type = edit->type;
    data = other_buffer(w, rec, ten_bytes(&new));
    cast(data, new.type, rec->data, rec->type, ten_count(rec));
    new.data = data;
    replace(rec, &new);
    return 0;
}

static int apply_reshape(const struct edit *edit, struct ten_record *rec, struct ten_err *e)
{
    const int64_t n = ten_count(rec);
    struct ten_shape shape = edit->shape;
    char from[192], to[192];
    int64_t product = 1;
    int open = -1;
    bool ok = true;

    for (int i = 0; i < shape.rank; i++) {
        if (shape.dim[i] == -1)
            open = i;
        else
            ok = ok && mul_i64(product, shape.dim[i], &product);
    }
    if (ok && open >= 0 && product > 0 && n % product == 0) {
        shape.dim[open] = n / product;
        product = n;
    } else if (open >= 0) {
        ok = false;
    }
    if (!ok || product != n)
        return fail(e, TEN_E_DATA, "%s does not reshape to %s: expected as many elements",
                    ten_shape_text(&rec->shape, from), ten_shape_text(&edit->shape, to));
    if (ten_check_shape(rec->type, &shape, e) < 0)      /* zeros hide a product that does not fit */
        return -1;
    rec->shape = shape;
    return 0;
}

/* The attributes in *text with one key changed; *kept is where the new text is held. */
static int apply_attr(const struct edit *edit, const char **text, char **kept, struct ten_err *e)
{
    json_t *json = attrs_parse(*text, "attributes", e);
    char *new;

    if (!json)
        return -1;
    if (edit->value)
        json_object_set(json, edit->text, edit->value);
    else
        json_object_del(json, edit->text);
    new = json_object_size(json) > 0 ? attrs_text(json) : NULL;
    json_decref(json);
    free(*kept);
    *text = *kept = new;
    return 0;
}

static int apply(const struct edit *edit, struct ten_record *rec, struct edit_work *w,
                 struct ten_err *e)
{
    switch (edit->kind) {
    case EDIT_SLICE:            return apply_slice(edit, rec, w, e);
    case EDIT_CAST:             return apply_cast(edit, rec, w, e);
    case EDIT_RESHAPE:          return apply_reshape(edit, rec, e);
    case EDIT_RENAME:           rec->name = edit->text; return 0;
    case EDIT_SET_ATTR:
    case EDIT_DROP_ATTR:        return apply_attr(edit, &rec->attrs, &w->attrs, e);
    case EDIT_SET_GROUP_ATTR:
    case EDIT_DROP_GROUP_ATTR:  return apply_attr(edit, &rec->group_attrs, &w->group_attrs, e);
    }
    return 0;
}

int edit_apply(struct edit *edits, int n, struct ten_record *rec, struct edit_work *w,
               struct ten_err *e)
{
    const char *name = rec->name;

    for (int i = 0; i < n; i++) {
        struct ten_err why = {0};

        if (edits[i].name && (edits[i].kind == EDIT_RENAME ? strcmp(edits[i].name, name)
                                                           : fnmatch(edits[i].name, name, 0)) != 0)
            continue;
        edits[i].used = true;
        if (apply(&edits[i], rec, w, &why) < 0)
            return fail(e, TEN_E_DATA, "byte %lld: %.60s: %s", (long long)rec->offset, name,
                        why.text);
    }
    return 0;
}
