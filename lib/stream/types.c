/* Element types, shapes, and the arithmetic of the wire that reader and writer share. */
#include "stream/wire.h"

#include "base/fail.h"

#include <stdio.h>
#include <string.h>
#include <xxhash.h>

static const struct { const char *name; int bits; } types[TEN_TYPES] = {
    [TEN_F32] = {"f32", 32}, [TEN_F64] = {"f64", 64}, [TEN_F16] = {"f16", 16},
    [TEN_BF16] = {"bf16", 16}, [TEN_I8] = {"i8", 8}, [TEN_U8] = {"u8", 8},
    [TEN_I16] = {"i16", 16}, [TEN_U16] = {"u16", 16}, [TEN_I32] = {"i32", 32},
    [TEN_U32] = {"u32", 32}, [TEN_I64] = {"i64", 64}, [TEN_U64] = {"u64", 64},
    [TEN_BOOL] = {"bool", 8}, [TEN_U4] = {"u4", 4}, [TEN_I4] = {"i4", 4},
    [TEN_U2] = {"u2", 2}, [TEN_I2] = {"i2", 2}, [TEN_UTF8] = {"utf8", 8},
};

static bool known(enum ten_type type)
{
    return (int)type >= 1 && type < TEN_TYPES;
}

const char *ten_type_name(enum ten_type type)
{
    return known(type) ? types[type].name : "?";
}

enum ten_type ten_type_parse(const char *name)
{
    for (int t = 1; t < TEN_TYPES; t++)
        if (strcmp(types[t].name, name) == 0)
            return (enum ten_type)t;
    return (enum ten_type)0;
}

int ten_elem_bits(enum ten_type type)
{
    return known(type) ? types[type].bits : 0;
}

size_t ten_elem_size(enum ten_type type)
{
    return (size_t)ten_elem_bits(type) / 8;
}

char *ten_shape_text(const struct ten_shape *shape, char text[192])
{
    int n = 1;

    text[0] = '[';
    for (int i = 0; i < shape->rank && i < TEN_MAX_RANK; i++)
        n += snprintf(text + n, 192 - n, i ? ",%lld" : "%lld", (long long)shape->dim[i]);
    text[n] = ']';
    text[n + 1] = 0;
    return text;
}

int64_t ten_count(const struct ten_record *rec)
{
    int64_t n = 1;

    for (int i = 0; i < rec->shape.rank; i++)
        n *= rec->shape.dim[i];
    return n;
}

int64_t ten_bytes(const struct ten_record *rec)
{
    const int bits = ten_elem_bits(rec->type);
    const int64_t n = ten_count(rec);

    return bits >= 8 ? n * (bits / 8) : n / (8 / bits) + (n % (8 / bits) != 0);
}

int64_t wire_payload(enum ten_type type, const struct ten_shape *shape, struct ten_err *e)
{
    int64_t product = 1;
    bool empty = false;
    char text[192];

    if (!known(type))
        return fail(e, TEN_E_DATA, "type: %d: expected 1 to %d", (int)type, TEN_TYPES - 1);
    if (shape->rank < 0 || shape->rank > TEN_MAX_RANK)
        return fail(e, TEN_E_DATA, "rank: %d: expected 0 to %d", shape->rank, TEN_MAX_RANK);
    for (int i = 0; i < shape->rank; i++) {
        if (shape->dim[i] < 0)
            return fail(e, TEN_E_DATA, "dims: %s: expected none below 0", ten_shape_text(shape, text));
        if (shape->dim[i] == 0)
            empty = true;
        else if (__builtin_mul_overflow(product, shape->dim[i], &product))
            return fail(e, TEN_E_DATA, "dims: %s: expected a product below 2^63",
                        ten_shape_text(shape, text));
    }
    if (empty)
        return 0;

    const int bits = types[type].bits;
    int64_t bytes;
    if (bits < 8)
        return product / (8 / bits) + (product % (8 / bits) != 0);
    if (__builtin_mul_overflow(product, (int64_t)(bits / 8), &bytes) || bytes >= WIRE_MAX_PAYLOAD)
        return fail(e, TEN_E_DATA, "dims: %s of %s: expected less than 2^62 bytes",
                    ten_shape_text(shape, text), types[type].name);
    return bytes;
}

int ten_check_shape(enum ten_type type, const struct ten_shape *shape, struct ten_err *e)
{
    return wire_payload(type, shape, e) < 0 ? -1 : 0;
}

size_t wire_identity(const void *header)
{
    const unsigned char *h = header;

    return AT_DIMS - AT_TYPE + 8 * (size_t)h[AT_RANK] + h[AT_NAME] + get_u32(h + AT_ATTRS) +
           get_u32(h + AT_GROUP_ATTRS);
}

uint64_t wire_digest(uint64_t digest, const void *header, size_t identity, uint64_t payload_sum)
{
    unsigned char pair[16];

    put_u64(pair, XXH3_64bits((const unsigned char *)header + AT_TYPE, identity));
    put_u64(pair + 8, payload_sum);
    return XXH3_64bits_withSeed(pair, sizeof pair, digest);
}

/* Bytes of the UTF-8 sequence at s, at most n long; 0 when it is none (overlong forms, surrogates
 * and code points above 10FFFF included). */
static size_t utf8_length(const unsigned char *s, size_t n)
{
    const size_t want = s[0] < 0x80 ? 1 : s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3
                      : s[0] < 0xf5 ? 4 : 0;

    if (want == 0 || want > n)
        return 0;
    for (size_t i = 1; i < want; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
        (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
        return 0;
    return want;
}

bool wire_text_ok(const unsigned char *s, size_t n, bool strict)
{
    for (size_t i = 0; i < n; ) {
        const size_t step = utf8_length(s + i, n - i);

        if (step == 0 || s[i] == 0 || (strict && (s[i] < ' ' || s[i] == 0x7f)))
            return false;
        i += step;
    }
    return true;
}

bool wire_json_ok(const unsigned char *s, size_t n, const char *end)
{
    const size_t m = strlen(end);

    return n > m && s[0] == '{' && memcmp(s + n - m, end, m) == 0 && wire_text_ok(s, n, false);
}

bool wire_spare_bits_ok(enum ten_type type, int64_t count, const void *data)
{
    const int bits = ten_elem_bits(type), per = bits < 8 ? 8 / bits : 1;
    const int used = (int)(count % per) * bits;

    return used == 0 || ((const unsigned char *)data)[count / per] >> used == 0;
}
