#include "formats/safetensors.h"

#include "base/fail.h"
#include "base/mem.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const struct { const char *name; enum ten_type type; } types[] = {
    {"F64", TEN_F64}, {"F32", TEN_F32}, {"F16", TEN_F16}, {"BF16", TEN_BF16},
    {"I64", TEN_I64}, {"I32", TEN_I32}, {"I16", TEN_I16}, {"I8", TEN_I8},
    {"U64", TEN_U64}, {"U32", TEN_U32}, {"U16", TEN_U16}, {"U8", TEN_U8}, {"BOOL", TEN_BOOL},
};
enum { NTYPES = sizeof types / sizeof *types };

const char *safetensors_type_name(enum ten_type type)
{
    for (int i = 0; i < NTYPES; i++)
        if (types[i].type == type)
            return types[i].name;
    return NULL;
}

enum ten_type safetensors_element(enum ten_type type)
{
    switch (type) {
    case TEN_U4: case TEN_U2: case TEN_UTF8: return TEN_U8;
    case TEN_I4: case TEN_I2:               return TEN_I8;
    default:                                return type;
    }
}

/* ---- Reading --------------------------------------------------------------------------------- */

/* What is read, for messages. */
struct place { const char *file, *tensor; struct ten_err *e; };

static int bad(const struct place *at, const char *field, const char *expected)
{
    return fail(at->e, TEN_E_DATA, "%s: tensor %.80s: %s: expected %s", at->file, at->tensor,
                field, expected);
}

static int read_type(const struct place *at, const json_t *json, struct safetensor *t)
{
    const char *name = json_string_value(json);

    for (int i = 0; name && i < NTYPES; i++)
        if (strcmp(name, types[i].name) == 0)
            t->type = types[i].type;
    if (t->type == 0)
        return fail(at->e, TEN_E_DATA, "%s: tensor %.80s: dtype: %.20s: expected F64, F32, F16, "
                    "BF16, I64 to I8, U64 to U8 or BOOL", at->file, at->tensor,
                    name ? name : "no string");
    return 0;
}

static int read_shape(const struct place *at, const json_t *json, struct safetensor *t)
{
    const size_t rank = json_array_size(json);

    if (!json_is_array(json) || rank > TEN_MAX_RANK)
        return bad(at, "shape", "an array of at most 8 dims");
    t->shape.rank = (int)rank;
    for (size_t i = 0; i < rank; i++) {
        const json_t *dim = json_array_get(json, i);

        if (!json_is_integer(dim) || json_integer_value(dim) < 0)
            return bad(at, "shape", "whole numbers from 0");
        t->shape.dim[i] = json_integer_value(dim);
    }
    struct ten_err why;
    return ten_check_shape(t->type, &t->shape, &why) == 0 ? 0
         : bad(at, "shape", "less than 2^62 bytes");
}

static int read_offsets(const struct place *at, const json_t *json, struct safetensor *t)
{
    const json_t *begin = json_array_get(json, 0), *end = json_array_get(json, 1);
    const struct ten_record rec = {.type = t->type, .shape = t->shape};
    char text[192];

    if (json_array_size(json) != 2 || !json_is_integer(begin) || !json_is_integer(end))
        return bad(at, "data_offsets", "two whole numbers");
    t->begin = json_integer_value(begin);
    t->end = json_integer_value(end);
    if (t->begin < 0 || t->end < t->begin || t->end - t->begin != ten_bytes(&rec))
        return fail(at->e, TEN_E_DATA, "%s: tensor %.80s: data_offsets: %" PRId64 " to "
                    "%" PRId64 ": expected %" PRId64 " bytes for %s%s", at->file, at->tensor,
                    t->begin, t->end, ten_bytes(&rec), ten_type_name(t->type),
                    ten_shape_text(&t->shape, text));
    return 0;
}

static int read_tensor(const char *file, const char *name, const json_t *json, struct safetensor *t,
                       struct ten_err *e)
{
    const struct place at = {file, name, e};

    *t = (struct safetensor){.name = name};
    if (!json_is_object(json) || json_object_size(json) != 3)
        return bad(&at, "header", "dtype, shape and data_offsets");
    return read_type(&at, json_object_get(json, "dtype"), t) < 0 ||
           read_shape(&at, json_object_get(json, "shape"), t) < 0 ? -1
         : read_offsets(&at, json_object_get(json, "data_offsets"), t);
}

static int read_metadata(const char *file, const json_t *json, struct ten_err *e)
{
    const char *key;
    json_t *value;

    if (!json_is_object(json))
        return fail(e, TEN_E_DATA, "%s: __metadata__: expected an object of strings", file);
    json_object_foreach((json_t *)json, key, value)
        if (!json_is_string(value))
            return fail(e, TEN_E_DATA, "%s: __metadata__: %.80s: expected a string", file, key);
    return 0;
}

/* Empty tensors stand before the one whose data starts where they lie. */
static int by_place(const void *a, const void *b)
{
    const struct safetensor *x = a, *y = b;

    if (x->begin != y->begin)
        return x->begin < y->begin ? -1 : 1;
    if (x->end != y->end)
        return x->end < y->end ? -1 : 1;
    return strcmp(x->name, y->name);
}

static int check_places(const char *file, const struct safetensors *s, struct ten_err *e)
{
    int64_t end = 0;

    for (int64_t i = 0; i < s->n; i++) {
        const struct safetensor *t = &s->tensors[i];

        if (t->begin != end)
            return fail(e, TEN_E_DATA, "%s: tensor %.80s: data_offsets: starts at %" PRId64 ": "
                        "expected %" PRId64 ", where the one before ends", file, t->name,
                        t->begin, end);
        end = t->end;
    }
    return 0;
}

static json_t *read_json(struct source *src, struct ten_err *e)
{
    const char *file = source_name(src);
    const void *p;
    unsigned char size[8];
    json_error_t why;
    int64_t n = 0, got;
    json_t *json;

    if (source_read(src, size, 8, "a safetensors file", e) < 0)
        return NULL;
    for (int i = 7; i >= 0; i--)
        n = n > SAFETENSORS_MAX_HEADER ? n : n << 8 | size[i];
    if (n < 2 || n > SAFETENSORS_MAX_HEADER) {
        fail(e, TEN_E_DATA, "%s: byte 0: header bytes: expected 2 to %d, as in a safetensors "
             "file", file, SAFETENSORS_MAX_HEADER);
        return NULL;
    }
    if ((got = source_take(src, &p, n, e)) < 0)
        return NULL;
    if (got < n || *(const char *)p != '{') {
        fail(e, TEN_E_DATA, "%s: byte 8: header: %s: expected %" PRId64 " bytes of JSON", file,
             got < n ? "the input ends in it" : "no object", n);
        return NULL;
    }
    json = json_loadb(p, (size_t)n, JSON_REJECT_DUPLICATES, &why);
    if (!json)
        fail(e, TEN_E_DATA, "%s: byte %d: header: %s: expected JSON", file, why.position + 8,
             why.text);
    return json;
}

int safetensors_header(struct source *src, struct safetensors *s, struct ten_err *e)
{
    const char *file = source_name(src), *name;
    json_t *json;

    *s = (struct safetensors){.json = read_json(src, e)};
    if (!s->json)
        return -1;
    s->tensors = xcalloc(json_object_size(s->json), sizeof *s->tensors);
    json_object_foreach(s->json, name, json) {
        if (strcmp(name, "__metadata__") == 0) {
            s->metadata = json;
            if (read_metadata(file, json, e) < 0)
                return -1;
        } else if (read_tensor(file, name, json, &s->tensors[s->n++], e) < 0) {
            return -1;
        }
    }
    qsort(s->tensors, (size_t)s->n, sizeof *s->tensors, by_place);
    return check_places(file, s, e);
}

void safetensors_free(struct safetensors *s)
{
    free(s->tensors);
    json_decref(s->json);
}

/* ---- Writing --------------------------------------------------------------------------------- */

static json_t *tensor_json(const struct safetensor *t)
{
    json_t *shape = json_array();

    for (int i = 0; i < t->shape.rank; i++)
        json_array_append_new(shape, json_integer(t->shape.dim[i]));
    return json_pack("{s:s, s:o, s:[I,I]}", "dtype", safetensors_type_name(t->type), "shape", shape,
                     "data_offsets", (json_int_t)t->begin, (json_int_t)t->end);
}

int64_t safetensors_header_text(const struct safetensors *s, char **header, struct ten_err *e)
{
    json_t *all = json_object();
    int bad = 0;

    if (s->metadata)
        json_object_set(all, "__metadata__", (json_t *)s->metadata);
    for (int64_t i = 0; i < s->n; i++)
        bad |= json_object_set_new(all, s->tensors[i].name, tensor_json(&s->tensors[i]));

    char *text = bad ? NULL : json_dumps(all, JSON_COMPACT);
    const size_t n = text ? strlen(text) : 0, padded = (n + 7) / 8 * 8;
    json_decref(all);
    if (!text || padded > SAFETENSORS_MAX_HEADER) {
        free(text);
        return fail(e, TEN_E_DATA, "header: %zu bytes: expected at most %d, of UTF-8", padded,
                    SAFETENSORS_MAX_HEADER);
    }
    char *h = *header = xmalloc(8 + padded);
    for (int i = 0; i < 8; i++)
        h[i] = (char)(padded >> 8 * i);
    memcpy(h + 8, text, n);
    memset(h + 8 + n, ' ', padded - n);
    free(text);
    return 8 + (int64_t)padded;
}
