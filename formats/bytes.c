#include "formats/bytes.h"

#include <string.h>

enum {
    TILE = 32,          /* of 8-byte elements, with its transpose, fits the L1 cache */
    STRETCH = 4096,     /* bytes looked at before asking whether all were good */
};

/* memcpy of a fixed size is how C loads from any address; both loops vectorise to a shuffle. */
#define SWAP_LOOP(word, swap) do { \
    for (int64_t i = 0; i < n; i++) { \
        word v; \
        memcpy(&v, from + i * (int64_t)sizeof v, sizeof v); \
        v = swap(v); \
        memcpy(to + i * (int64_t)sizeof v, &v, sizeof v); \
    } } while (0)

void swap_bytes(void *dst, const void *src, int elem, int64_t n)
{
    const char *from = src;
    char *to = dst;

    switch (elem) {
    case 2:  SWAP_LOOP(uint16_t, __builtin_bswap16); break;
    case 4:  SWAP_LOOP(uint32_t, __builtin_bswap32); break;
    case 8:  SWAP_LOOP(uint64_t, __builtin_bswap64); break;
    default: memmove(dst, src, (size_t)n); break;
    }
}

/* One plane: to[r * to_row + c] = from[c * from_row + r]; rows r, columns c of `to`. */
struct plane { int64_t rows, cols, to_row, from_row; };

#define TILE_LOOP(word) do { \
    for (int64_t r = r0; r < r1; r++) \
        for (int64_t c = c0; c < c1; c++) \
            memcpy(to + (r * p->to_row + c) * (int64_t)sizeof(word), \
                   from + (c * p->from_row + r) * (int64_t)sizeof(word), sizeof(word)); \
    } while (0)

static void transpose(char *restrict to, const char *restrict from, int elem, const struct plane *p)
{
    for (int64_t r0 = 0; r0 < p->rows; r0 += TILE)
        for (int64_t c0 = 0; c0 < p->cols; c0 += TILE) {
            const int64_t r1 = r0 + TILE < p->rows ? r0 + TILE : p->rows;
            const int64_t c1 = c0 + TILE < p->cols ? c0 + TILE : p->cols;

            switch (elem) {
            case 1: TILE_LOOP(uint8_t); break;
            case 2: TILE_LOOP(uint16_t); break;
            case 4: TILE_LOOP(uint32_t); break;
            case 8: TILE_LOOP(uint64_t); break;
            }
        }
}

/* The first and the last axis change places as planes, one for every index of the axes between. */
void reverse_axes(void *restrict dst, const void *restrict src, int elem,
                  const struct ten_shape *shape)
{
    const int last = shape->rank - 1;
    int64_t to_step[TEN_MAX_RANK], from_step[TEN_MAX_RANK], index[TEN_MAX_RANK] = {0};
    int64_t n = 1, to = 0, from = 0;
    int axis;

    for (int i = last; i >= 0; n *= shape->dim[i--])
        to_step[i] = n;
    if (n == 0)
        return;
    if (last < 1) {
        memcpy(dst, src, (size_t)(n * elem));
        return;
    }
    n = 1;
    for (int i = 0; i <= last; n *= shape->dim[i++])
        from_step[i] = n;

    const struct plane p = {shape->dim[0], shape->dim[last], to_step[0], from_step[last]};
    do {
        transpose((char *)dst + to * elem, (const char *)src + from * elem, elem, &p);
        for (axis = last - 1; axis > 0; axis--) {
            to += to_step[axis];
            from += from_step[axis];
            if (++index[axis] < shape->dim[axis])
                break;
            index[axis] = 0;
            to -= to_step[axis] * shape->dim[axis];
            from -= from_step[axis] * shape->dim[axis];
        }
    } while (axis > 0);
}

int64_t find_not_bool(const void *bytes, int64_t n)
{
    const unsigned char *b = bytes;

    for (int64_t at = 0; at < n; at += STRETCH) {
        const int64_t end = n - at < STRETCH ? n : at + STRETCH;
        unsigned char any = 0;

        for (int64_t i = at; i < end; i++)
            any |= b[i];
        if (any > 1)
            for (int64_t i = at; ; i++)
                if (b[i] > 1)
                    return i;
    }
    return -1;
}
