#include "formats/npy.h"

#include "base/fail.h"
#include "formats/bytes.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char magic[6] = "\x93NUMPY";

static const struct { const char *code; enum ten_type type; } types[] = {
    {"f2", TEN_F16}, {"f4", TEN_F32}, {"f8", TEN_F64},
    {"i1", TEN_I8},  {"i2", TEN_I16}, {"i4", TEN_I32}, {"i8", TEN_I64},
    {"u1", TEN_U8},  {"u2", TEN_U16}, {"u4", TEN_U32}, {"u8", TEN_U64}, {"b1", TEN_BOOL},
};
enum { NTYPES = sizeof types / sizeof *types };

/* ---- The header: a Python literal ------------------------------------------------------------ */

struct text {
    const char *start, *p, *end;
    const char *name;               /* of the input, for messages */
    int64_t offset;                 /* of start in the input */
    struct ten_err *e;
};

static int bad(const struct text *t, const char *field, const char *expected)
{
    return fail(t->e, TEN_E_DATA, "%s: byte %" PRId64 ": %s: expected %s", t->name,
                t->offset + (t->p - t->start), field, expected);
}

static void skip_space(struct text *t)
{
    while (t->p < t->end && strchr(" \t\r\n\f", *t->p) && *t->p)
        t->p++;
}

/* Take c, and space before it, when it is what comes next. */
static bool next_is(struct text *t, char c)
{
    skip_space(t);
    if (t->p == t->end || *t->p != c)
        return false;
    t->p++;
    return true;
}

static bool word_is(struct text *t, const char *word)
{
    const size_t n = strlen(word);

    skip_space(t);
    if ((size_t)(t->end - t->p) < n || memcmp(t->p, word, n) != 0)
        return false;
    t->p += n;
    return true;
}

/* A string in single or double quotes, without escapes, into s. */
static int take_string(struct text *t, char s[16], const char *field)
{
    skip_space(t);
    const char *q = t->p < t->end && (*t->p == '\'' || *t->p == '"')
                  ? memchr(t->p + 1, *t->p, (size_t)(t->end - t->p - 1)) : NULL;
    const size_t n = q ? (size_t)(q - t->p - 1) : 0;

    if (!q || memchr(t->p, '\\', n + 1))
        return bad(t, field, "a string");
    if (n > 15)
        return bad(t, field, "at most 15 characters");
    memcpy(s, t->p + 1, n);
    s[n] = 0;
    t->p = q + 1;
    return 0;
}

static int take_descr(struct text *t, struct npy *a)
{
    char s[16];

    skip_space(t);
    if (t->p < t->end && *t->p == '[')
        return bad(t, "descr: a structured type", "one number an element, such as '<f4'; save its "
                   "fields one by one");
    const char *at = t->p;
    if (take_string(t, s, "descr") < 0)
        return -1;
    for (int i = 0; i < NTYPES; i++) {
        if (strchr("<>|=", s[0]) && s[0] && strcmp(s + 1, types[i].code) == 0) {
            a->type = types[i].type;
            a->swapped = s[0] == '>' && ten_elem_size(a->type) > 1;
            return 0;
        }
    }
    return fail(t->e, TEN_E_DATA, "%s: byte %" PRId64 ": descr: '%s': expected a type of 1 to 8 "
                "bytes that is a number or bool, such as '<f4', '|u1' or '|b1'", t->name,
                t->offset + (at - t->start), s);
}

static int take_order(struct text *t, struct npy *a)
{
    a->fortran = word_is(t, "True");
    return a->fortran || word_is(t, "False") ? 0 : bad(t, "fortran_order", "True or False");
}

/* Digits, as Python has them: no zeros in front.  NumPy under Python 2 wrote an L behind. */
static int take_dim(struct text *t, int64_t *dim)
{
    const char *start = t->p;

    for (*dim = 0; t->p < t->end && *t->p >= '0' && *t->p <= '9'; t->p++)
        if (__builtin_mul_overflow(*dim, (int64_t)10, dim) ||
            __builtin_add_overflow(*dim, (int64_t)(*t->p - '0'), dim))
            return bad(t, "shape", "numbers below 2^63");
    if (t->p == start || (*start == '0' && t->p > start + 1))
        return bad(t, "shape", "whole numbers");
    if (t->p < t->end && *t->p == 'L')
        t->p++;
    return 0;
}

/* (), (3,), (3, 4), (3, 4,) */
static int take_shape(struct text *t, struct npy *a)
{
    bool comma = true;

    a->shape.rank = 0;
    if (!next_is(t, '('))
        return bad(t, "shape", "a tuple");
    while (!next_is(t, ')')) {
        if (!comma)
            return bad(t, "shape", "a comma or )");
        if (a->shape.rank == TEN_MAX_RANK)
            return bad(t, "shape: more than 8 dims", "at most 8; reshape it");
        if (take_dim(t, &a->shape.dim[a->shape.rank]) < 0)
            return -1;
        a->shape.rank++;
        comma = next_is(t, ',');
    }
    if (a->shape.rank == 1 && !comma)
        return bad(t, "shape", "a tuple, with a comma behind its one number");
    return 0;
}

static int parse_header(struct text *t, struct npy *a)
{
    static const char *const keys[] = {"descr", "fortran_order", "shape"};
    static int (*const take[])(struct text *, struct npy *) = {take_descr, take_order, take_shape};
    bool seen[3] = {false}, comma = true;
    char key[16];

    if (!next_is(t, '{'))
        return bad(t, "header", "a Python dict");
    while (!next_is(t, '}')) {
        int k = 0;

        if (!comma)
            return bad(t, "header", "a comma or }");
        if (take_string(t, key, "header") < 0)
            return -1;
        while (k < 3 && strcmp(key, keys[k]) != 0)
            k++;
        if (k == 3 || seen[k] || !next_is(t, ':'))
            return bad(t, "header", "descr, fortran_order and shape, once each");
        if (take[k](t, a) < 0)
            return -1;
        seen[k] = true;
        comma = next_is(t, ',');
    }
    skip_space(t);
    if (t->p < t->end)
        return bad(t, "header", "nothing behind the dict");
    if (!seen[0] || !seen[1] || !seen[2])
        return bad(t, "header", "descr, fortran_order and shape, once each");
    return 0;
}

/* ---- Reading --------------------------------------------------------------------------------- */

/* Bytes up to the elements, of which `fixed` come before the dict; 0 at the end of the input. */
static int64_t header_size(struct source *src, int *fixed, struct ten_err *e)
{
    const int64_t at = source_offset(src);
    const void *p;
    const int64_t got = source_peek(src, &p, 12, e);
    const unsigned char *b = p;

    if (got <= 0)
        return got;
    if (memcmp(b, magic, got < 6 ? (size_t)got : 6) != 0)
        return fail(e, TEN_E_DATA, "%s: byte %" PRId64 ": magic: expected an array as numpy.save "
                    "writes it", source_name(src), at);
    if (got >= 8 && (b[6] < 1 || b[6] > 3 || b[7] != 0))
        return fail(e, TEN_E_DATA, "%s: byte %" PRId64 ": version: %d.%d: expected 1.0, 2.0 or 3.0",
                    source_name(src), at + 6, b[6], b[7]);
    if (got < 12)
        return fail(e, TEN_E_DATA, "%s: byte %" PRId64 ": header: ends after %" PRId64 " bytes: "
                    "expected the whole of it", source_name(src), at, got);

    const int64_t n = b[6] == 1 ? b[8] | b[9] << 8
                    : b[8] | b[9] << 8 | b[10] << 16 | (int64_t)b[11] << 24;
    *fixed = b[6] == 1 ? 10 : 12;
    if (n > NPY_MAX_HEADER)
        return fail(e, TEN_E_DATA, "%s: byte %" PRId64 ": header: %" PRId64 " bytes: expected at "
                    "most %d", source_name(src), at + 8, n, NPY_MAX_HEADER);
    return *fixed + n;
}

static int take_elements(struct source *src, struct npy *a, int64_t max_bytes, struct ten_err *e)
{
    const struct ten_record rec = {.type = a->type, .shape = a->shape};
    const int64_t at = source_offset(src);
    char text[192];
    int64_t got;

    if (ten_check_shape(a->type, &a->shape, e) < 0)
        return fail(e, TEN_E_DATA, "%s: shape: %s: expected elements that fit 62 bits of bytes",
                    source_name(src), ten_shape_text(&a->shape, text));
    a->bytes = ten_bytes(&rec);
    if (max_bytes > 0 && a->bytes > max_bytes)
        return fail(e, TEN_E_DATA, "%s: shape: %s: %" PRId64 " bytes: expected at most %" PRId64
                    " (--max-record)", source_name(src), ten_shape_text(&a->shape, text),
                    a->bytes, max_bytes);
    if ((got = source_take(src, &a->data, a->bytes, e)) < 0)
        return -1;
    if (got < a->bytes)
        return fail(e, TEN_E_DATA, "%s: byte %" PRId64 ": elements: ends after %" PRId64 " of "
                    "%" PRId64 " bytes: expected %s%s", source_name(src), at, got, a->bytes,
                    ten_type_name(a->type), ten_shape_text(&a->shape, text));
    if (a->type == TEN_BOOL && (got = find_not_bool(a->data, a->bytes)) >= 0)
        return fail(e, TEN_E_DATA, "%s: byte %" PRId64 ": elements: %d: expected 0 or 1 as bool",
                    source_name(src), at + got, ((const unsigned char *)a->data)[got]);
    return 0;
}

int npy_read(struct source *src, struct npy *a, int64_t max_bytes, struct ten_err *e)
{
    const int64_t at = source_offset(src);
    int fixed = 0;
    const int64_t size = header_size(src, &fixed, e);
    const void *p;
    int64_t got;

    if (size <= 0)
        return (int)size;
    if ((got = source_take(src, &p, size, e)) < 0)
        return -1;
    if (got < size)
        return fail(e, TEN_E_DATA, "%s: byte %" PRId64 ": header: ends after %" PRId64 " of "
                    "%" PRId64 " bytes: expected the whole of it", source_name(src), at, got, size);

    const char *dict = (const char *)p + fixed;
    struct text t = {dict, dict, (const char *)p + size, source_name(src), at + fixed, e};
    *a = (struct npy){0};
    return parse_header(&t, a) < 0 || take_elements(src, a, max_bytes, e) < 0 ? -1 : 1;
}

bool npy_arranged(const struct npy *a)
{
    return a->swapped || (a->fortran && a->shape.rank > 1);
}

void npy_arrange(void *restrict dst, const struct npy *a)
{
    const int elem = (int)ten_elem_size(a->type);
    const bool reversed = a->fortran && a->shape.rank > 1;

    if (reversed)
        reverse_axes(dst, a->data, elem, &a->shape);
    if (a->swapped)
        swap_bytes(dst, reversed ? dst : a->data, elem, a->bytes / elem);
}

/* ---- Writing --------------------------------------------------------------------------------- */

enum ten_type npy_element(enum ten_type type)
{
    switch (type) {
    case TEN_BF16:                          return TEN_F32;
    case TEN_U4: case TEN_U2: case TEN_UTF8: return TEN_U8;
    case TEN_I4: case TEN_I2:               return TEN_I8;
    default:                                return type;
    }
}

int npy_header(char h[NPY_WRITTEN], enum ten_type type, const struct ten_shape *shape)
{
    const char *code = "";
    int n = 10;

    for (int i = 0; i < NTYPES; i++)
        if (types[i].type == type)
            code = types[i].code;
    n += snprintf(h + n, NPY_WRITTEN - 10, "{'descr': '%c%s', 'fortran_order': False, 'shape': (",
                  ten_elem_size(type) > 1 ? '<' : '|', code);
    for (int i = 0; i < shape->rank; i++)
        n += snprintf(h + n, (size_t)(NPY_WRITTEN - n), "%s%" PRId64, i > 0 ? ", " : "",
                      shape->dim[i]);
    n += snprintf(h + n, (size_t)(NPY_WRITTEN - n), "%s), }", shape->rank == 1 ? "," : "");

    const int size = (n + 1 + 63) / 64 * 64;
    memset(h + n, ' ', (size_t)(size - n));
    h[size - 1] = '\n';
    memcpy(h, magic, 6);
    memcpy(h + 6, (unsigned char[]){1, 0, (size - 10) & 255, (size - 10) >> 8}, 4);
    return size;
}
