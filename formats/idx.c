#include "formats/idx.h"

#include "base/fail.h"

#include <inttypes.h>
#include <string.h>

static const struct { unsigned char code; enum ten_type type; } types[] = {
    {8, TEN_U8}, {9, TEN_I8}, {11, TEN_I16}, {12, TEN_I32}, {13, TEN_F32}, {14, TEN_F64},
};
enum { NTYPES = sizeof types / sizeof *types };

static int take_exactly(struct gunzip *g, const char *name, const char *what, int64_t n,
                        const void **p, struct ten_err *e)
{
    const int64_t at = gunzip_offset(g), got = gunzip_take(g, p, n, e);

    if (got < 0)
        return -1;
    if (got < n)
        return fail(e, TEN_E_DATA, "%s: byte %" PRId64 ": %s: ends after %" PRId64 " of %" PRId64
                    " bytes: expected the whole of it", name, at, what, got, n);
    return 0;
}

static int read_dims(struct gunzip *g, const char *name, struct idx *h, struct ten_err *e)
{
    struct ten_record item = {.type = h->type, .shape = {.rank = h->shape.rank - 1}};
    char text[192];
    const void *p;

    if (take_exactly(g, name, "dims", 4 * h->shape.rank, &p, e) < 0)
        return -1;
    for (int i = 0; i < h->shape.rank; i++) {
        const unsigned char *b = (const unsigned char *)p + 4 * i;

        h->shape.dim[i] = (int64_t)b[0] << 24 | b[1] << 16 | b[2] << 8 | b[3];
        if (i > 0 && h->shape.dim[i] == 0)
            return fail(e, TEN_E_DATA, "%s: byte %d: dims: 0: expected at least 1", name,
                        4 + 4 * i);
    }
    memcpy(item.shape.dim, h->shape.dim + 1, (size_t)item.shape.rank * sizeof *item.shape.dim);
    /* A first dim of 0 makes any shape legal, so an item is checked by itself. */
    if (ten_check_shape(h->type, &h->shape, e) < 0 || ten_check_shape(h->type, &item.shape, e) < 0)
        return fail(e, TEN_E_DATA, "%s: byte 4: dims: %s: expected less than 2^62 bytes", name,
                    ten_shape_text(&h->shape, text));
    h->item = ten_bytes(&item);
    return 0;
}

int idx_read_header(struct gunzip *g, const char *name, struct idx *h, struct ten_err *e)
{
    const void *p;

    *h = (struct idx){0};
    if (take_exactly(g, name, "header of an IDX file", 4, &p, e) < 0)
        return -1;
    const unsigned char *b = p;
    for (int i = 0; i < NTYPES; i++)
        if (types[i].code == b[2])
            h->type = types[i].type;
    if (b[0] != 0 || b[1] != 0 || h->type == 0 || b[3] < 1 || b[3] > TEN_MAX_RANK)
        return fail(e, TEN_E_DATA, "%s: byte 0: header: %02x %02x %02x %02x: expected 00 00, a "
                    "type 08, 09 or 0b to 0e, and a rank 01 to 08, as in an IDX file", name, b[0],
                    b[1], b[2], b[3]);
    h->shape.rank = b[3];
    return read_dims(g, name, h, e);
}

int idx_take(struct gunzip *g, const char *name, const struct idx *h, int64_t n, const void **p,
             struct ten_err *e)
{
    return take_exactly(g, name, "elements", n * h->item, p, e);
}

int idx_end(struct gunzip *g, const char *name, struct ten_err *e)
{
    const int64_t at = gunzip_offset(g);
    const void *p;
    const int64_t got = gunzip_take(g, &p, 1, e);

    if (got > 0)
        return fail(e, TEN_E_DATA, "%s: byte %" PRId64 ": more elements than the dims say: "
                    "expected the end", name, at);
    return (int)got;
}

void idx_pad(uint8_t *restrict y, const uint8_t *restrict x, int64_t n, int64_t h, int64_t w,
             int64_t pad)
{
    const int64_t wide = w + 2 * pad, plane = (h + 2 * pad) * wide;

    memset(y, 0, (size_t)(n * plane));
    for (int64_t i = 0; i < n; i++)
        for (int64_t r = 0; r < h; r++)
            memcpy(y + i * plane + (r + pad) * wide + pad, x + (i * h + r) * w, (size_t)w);
}

int idx_header(unsigned char text[IDX_MAX_HEADER], enum ten_type type,
               const struct ten_shape *shape)
{
    memset(text, 0, 4);
    text[3] = (unsigned char)shape->rank;
    for (int i = 0; i < NTYPES; i++)
        if (types[i].type == type)
            text[2] = types[i].code;
    if (text[2] == 0 || shape->rank < 1)
        return 0;
    for (int i = 0; i < shape->rank; i++) {
        if (shape->dim[i] > UINT32_MAX)
            return 0;
        for (int k = 0; k < 4; k++)
            text[4 + 4 * i + k] = (unsigned char)(shape->dim[i] >> (24 - 8 * k));
    }
    return 4 + 4 * shape->rank;
}
