#include "image/augmenter.h"

#include "base/fail.h"
#include "base/mem.h"
#include "image/pixels.h"
#include "stream/attrs.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 16 << 20 };                  /* bytes of transformed images written together */

bool augmenter_lists(const char *list, const char *name)
{
    const size_t n = strlen(name);

    for (const char *at = list; at && *at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
        if (strncmp(at, name, n) == 0 && (at[n] == 0 || at[n] == ','))
            return true;
    return false;
}

/* "byte B: NAME: TYPE[SHAPE]: expected ..." */
__attribute__((format(printf, 3, 4)))
static int unexpected(const struct ten_record *rec, struct ten_err *e, const char *fmt, ...)
{
    char shape[192], want[192];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(want, sizeof want, fmt, ap);
    va_end(ap);
    return fail(e, TEN_E_DATA, "byte %lld: %s: %s%s: expected %s", (long long)rec->offset,
                rec->name, ten_type_name(rec->type), ten_shape_text(&rec->shape, shape), want);
}

static void *room(void **p, int64_t *have, int64_t bytes)
{
    if (!*p || bytes > *have) {
        free(*p);
        *p = xaligned((size_t)bytes);
        *have = bytes;
    }
    return *p;
}

/* ---- Groups ------------------------------------------------------------------------------- */

/* *value = what the group says under key, else what was told; both must agree. */
static int agree(const char **value, const json_t *json, const char *key, const char *told,
                 const struct ten_record *rec, struct ten_err *e)
{
    const json_t *said = json_object_get(json, key);

    *value = said ? json_string_value(said) : told;
    if (said && !*value)
        return fail(e, TEN_E_DATA, "byte %lld: group attribute %s: not a string: expected what "
                    "augment wrote", (long long)rec->offset, key);
    if (said && told && strcmp(*value, told) != 0)
        return fail(e, TEN_E_DATA, "byte %lld: group attribute %s: is \"%.100s\": expected "
                    "\"%.100s\", as the option has it", (long long)rec->offset, key, *value, told);
    return 0;
}

static int read_attributes(struct augmenter *a, json_t *json, const struct ten_record *rec,
                           struct ten_err *e)
{
    const char *policy, *color;
    struct ten_err why;

    if (agree(&policy, json, "augment", a->policy, rec, e) < 0
        || agree(&color, json, "augment_color_on", a->color_on, rec, e) < 0)
        return -1;
    a->color = color ? xstrdup(color) : NULL;
    if (policy && augment_parse(&a->ops, policy, &why) < 0)
        return fail(e, TEN_E_DATA, "byte %lld: group attribute augment: %.200s",
                    (long long)rec->offset, why.text);
    if (!policy)                                    /* an error once there are images */
        a->ops.n = -1;
    if (a->mode == AUGMENT_ADJOINT) {
        json_object_del(json, "augment");
        json_object_del(json, "augment_color_on");
    }
    return 0;
}

static int write_attributes(struct augmenter *a, json_t *json, const struct ten_record *rec,
                            struct ten_err *e)
{
    const char *policy = a->policy ? a->policy : AUGMENTER_POLICY;

    if (json_object_get(json, "augment"))
        return fail(e, TEN_E_DATA, "byte %lld: group attribute augment: already augmented: "
                    "expected images as they were before", (long long)rec->offset);
    json_object_set_new(json, "augment", json_string(policy));
    if (a->color_on) {
        json_object_set_new(json, "augment_color_on", json_string(a->color_on));
        a->color = xstrdup(a->color_on);
    }
    return augment_parse(&a->ops, policy, e);
}

static int start_group(struct augmenter *a, const struct ten_record *rec, struct ten_err *e)
{
    json_t *json = attrs_parse(rec->group_attrs, "group attributes", e);
    int rc;

    if (!json)
        return -1;
    free(a->attrs);
    free(a->color);
    a->attrs = a->color = NULL;
    a->from.step += a->records > 0;
    a->group = rec->group;
    a->n = a->h = a->w = a->have = 0;
    rc = (a->mode == AUGMENT_FORWARD ? write_attributes : read_attributes)(a, json, rec, e);
    if (json_object_size(json) > 0)
        a->attrs = attrs_text(json);
    json_decref(json);
    return rc;
}

/* ---- Draws -------------------------------------------------------------------------------- */

static int read_draws(struct augmenter *a, int which, const struct ten_record *rec,
                      struct ten_err *e)
{
    const struct augment_column *c = &augment_columns[which];
    const struct ten_shape *s = &rec->shape;
    const int rank = c->width > 1 ? 2 : 1;

    if (rec->type != c->type || s->rank != rank || (rank == 2 && s->dim[1] != c->width))
        return unexpected(rec, e, "%s[N%s]", ten_type_name(c->type), rank == 2 ? ",2" : "");
    if (a->have && s->dim[0] != a->n)
        return unexpected(rec, e, "%lld draws, as many as before", (long long)a->n);
    if (a->h > 0 || a->have & 1u << which)
        return unexpected(rec, e, "draws once, before the images of their group");
    if (!a->have) {
        a->n = s->dim[0];
        room((void **)&a->draw, &a->draw_room, a->n * (int64_t)sizeof *a->draw);
        memset(a->draw, 0, (size_t)a->n * sizeof *a->draw);
    }
    augment_put(a->draw, rec->data, a->n, which);
    a->have |= 1u << which;
    return 0;
}

/* They may start the group that `images` come from, so they carry its history too. */
static int write_draws(struct augmenter *a, int which, const struct ten_record *images,
                       struct ten_writer *out, struct ten_err *e)
{
    const struct augment_column *c = &augment_columns[which];
    struct ten_record rec = {
        .name = c->name, .type = c->type, .shape = {c->width > 1 ? 2 : 1, {a->n, c->width}},
        .group = images->group, .group_attrs = a->attrs, .history = images->history,
    };

    rec.data = room(&a->scratch, &a->scratch_room, ten_bytes(&rec));
    augment_get(a->scratch, a->draw, a->n, which);
    return ten_write(out, &rec, e);
}

static int make_draws(struct augmenter *a, const struct ten_record *rec, struct ten_writer *out,
                      struct ten_err *e)
{
    int rc = 0;

    a->n = rec->shape.dim[0];
    room((void **)&a->draw, &a->draw_room, a->n * (int64_t)sizeof *a->draw);
    augment_draw(a->draw, a->n, rec->shape.dim[1], rec->shape.dim[2], &a->ops, &a->from);
    a->from.first += a->n;
    for (int i = 0; i < a->ops.n && rc == 0; i++)
        rc = write_draws(a, (int)a->ops.op[i], rec, out, e);
    return rc < 0 ? rc : write_draws(a, AUGMENT_APPLIED, rec, out, e);
}

static int check_draws(const struct augmenter *a, const struct ten_record *rec, struct ten_err *e)
{
    struct ten_err why;

    if (a->ops.n < 0)
        return fail(e, TEN_E_DATA, "byte %lld: %s: no policy: expected the group attribute "
                    "augment, or --policy", (long long)rec->offset, rec->name);
    for (int i = 0; i <= a->ops.n; i++) {
        const int which = i < a->ops.n ? (int)a->ops.op[i] : AUGMENT_APPLIED;

        if (!(a->have & 1u << which))
            return fail(e, TEN_E_DATA, "byte %lld: %s: no %s before it in its group: expected the "
                        "draws that augment wrote", (long long)rec->offset, rec->name,
                        augment_columns[which].name);
    }
    if (augment_check(a->draw, a->n, rec->shape.dim[1], rec->shape.dim[2], &why) < 0)
        return fail(e, TEN_E_DATA, "byte %lld: %s: draws of %.200s", (long long)rec->offset,
                    rec->name, why.text);
    return 0;
}

/* ---- Images ------------------------------------------------------------------------------- */

static int check_images(const struct augmenter *a, const struct ten_record *rec, bool geometry,
                        struct ten_err *e)
{
    const bool forward = a->mode == AUGMENT_FORWARD;
    const bool type = geometry ? ten_elem_size(rec->type) > 0
                               : rec->type == TEN_F32 || (forward && rec->type == TEN_U8);
    const int64_t *dim = rec->shape.dim;

    if (!type)
        return unexpected(rec, e, "%s", geometry ? "an unpacked type" : forward ? "u8 or f32"
                                                                               : "f32");
    if (rec->shape.rank != 4)
        return unexpected(rec, e, "[N,H,W,C]");
    if (dim[1] < 1 || dim[1] > AUGMENT_MAX_SIDE || dim[2] < 1 || dim[2] > AUGMENT_MAX_SIDE
        || dim[3] < 1)
        return unexpected(rec, e, "sides from 1 to %d and a channel", AUGMENT_MAX_SIDE);
    if (a->h > 0 && (dim[0] != a->n || dim[1] != a->h || dim[2] != a->w))
        return unexpected(rec, e, "[%lld,%lld,%lld,C], like the first images of the group",
                          (long long)a->n, (long long)a->h, (long long)a->w);
    if (a->have && dim[0] != a->n)
        return unexpected(rec, e, "%lld images, one for each draw", (long long)a->n);
    return 0;
}

/* n samples of rec from sample i on into y. */
static void transform(const struct augmenter *a, const struct ten_record *rec, bool geometry, void *y,
                      int64_t i, int64_t n)
{
    const struct augment_policy moves = augment_geometry(&a->ops);
    const bool grey = a->color && !augmenter_lists(a->color, rec->name);
    const int64_t dim[] = {n, rec->shape.dim[1], rec->shape.dim[2], rec->shape.dim[3]};
    const int64_t sample = dim[1] * dim[2] * dim[3];
    const size_t elem = ten_elem_size(rec->type);
    const void *x = (const char *)rec->data + (size_t)(i * sample) * elem;

    if (geometry) {
        augment_move(a->mode, y, x, elem, dim, &a->ops, a->draw + i);
        return;
    }
    if (rec->type == TEN_U8) {
        pixels_to_f32(y, x, n * sample);
        x = y;
    }
    augment_apply(a->mode, y, x, dim, grey ? &moves : &a->ops, a->draw + i);
}

/* The transformed images, in blocks of a size that depends on theirs alone: those of u8 would take
 * four times the memory of the record. */
static int write_images(struct augmenter *a, const struct ten_record *rec, bool geometry,
                        struct ten_writer *out, struct ten_err *e)
{
    const int64_t *dim = rec->shape.dim, n = dim[0];
    struct ten_record y = *rec;

    y.group_attrs = a->attrs;
    y.type = geometry ? rec->type : TEN_F32;
    if (n == 0)                                     /* the other dims can be of any size */
        return ten_write(out, &y, e);

    const int64_t sample = dim[1] * dim[2] * dim[3] * (int64_t)ten_elem_size(y.type);
    const int64_t block = sample < BLOCK ? BLOCK / sample : 1;
    void *part = room(&a->scratch, &a->scratch_room, (n < block ? n : block) * sample);

    if (ten_write_start(out, &y, e) < 0)
        return -1;
    for (int64_t i = 0; i < n; i += block) {
        const int64_t m = n - i < block ? n - i : block;

        transform(a, rec, geometry, part, i, m);
        if (ten_write_part(out, part, m * sample, e) < 0)
            return -1;
    }
    return 0;
}

static int column_of(const char *name)
{
    int which = 0;

    while (which < AUGMENT_COLUMNS && strcmp(augment_columns[which].name, name) != 0)
        which++;
    return which;
}

int augmenter_record(struct augmenter *a, const struct ten_record *rec, struct ten_writer *out,
                     struct ten_err *e)
{
    const bool forward = a->mode == AUGMENT_FORWARD;
    const bool geometry = augmenter_lists(a->geometry_only, rec->name);
    const int which = column_of(rec->name);
    struct ten_record r = *rec;

    if ((a->records == 0 || rec->group != a->group) && start_group(a, rec, e) < 0)
        return -1;
    a->records++;
    r.group_attrs = a->attrs;
    if (which < AUGMENT_COLUMNS) {
        if (forward)
            return unexpected(rec, e, "images that are not augmented yet");
        if (read_draws(a, which, rec, e) < 0)
            return -1;
        return a->mode == AUGMENT_ADJOINT ? 0 : ten_write(out, &r, e);
    }
    if (geometry || strcmp(rec->name, a->record) == 0 || augmenter_lists(a->pairs, rec->name)) {
        if (check_images(a, rec, geometry, e) < 0)
            return -1;
        if (a->h == 0 && (forward ? make_draws(a, rec, out, e) : check_draws(a, rec, e)) < 0)
            return -1;
        a->h = rec->shape.dim[1];
        a->w = rec->shape.dim[2];
        a->images++;
        return write_images(a, rec, geometry, out, e);
    }
    return ten_write(out, &r, e);
}

void augmenter_free(struct augmenter *a)
{
    free(a->attrs);
    free(a->color);
    free(a->draw);
    free(a->scratch);
}
