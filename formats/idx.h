/*
 * IDX, the files of the MNIST data sets:
 *
 *     0  0, 0, type, rank       type: 8 u8, 9 i8, 11 i16, 12 i32, 13 f32, 14 f64
 *     4  dims                   rank times u32
 *        elements               row-major
 *
 * All numbers are big-endian.
 */
#ifndef FORMATS_IDX_H
#define FORMATS_IDX_H

#include "formats/gunzip.h"
#include "stream/ten.h"

enum { IDX_MAX_HEADER = 4 + 4 * TEN_MAX_RANK };

struct idx {
    enum ten_type type;
    struct ten_shape shape;         /* rank 1 to 8; only the first dim may be 0 */
    int64_t item;                   /* bytes of one index of the first dim */
};

/* Read up to the elements; name is the file's, for messages.  0, or -1 with *e set. */
int idx_read_header(struct gunzip *g, const char *name, struct idx *h, struct ten_err *e);

/* Take the elements of the next n indices of the first dim: *p points at n * item bytes until the
 * next call.  0, or -1 with *e set when the input ends before. */
int idx_take(struct gunzip *g, const char *name, const struct idx *h, int64_t n, const void **p,
             struct ten_err *e);
/* Nothing must follow: 0, or -1 with *e set. */
int idx_end(struct gunzip *g, const char *name, struct ten_err *e);

/* y [n,h+2*pad,w+2*pad] = x [n,h,w] with a border of zeros. */
void idx_pad(uint8_t *restrict y, const uint8_t *restrict x, int64_t n, int64_t h, int64_t w,
             int64_t pad);

/* The header of a file into text: its bytes; 0 when IDX has no such type or dims above 2^32-1. */
int idx_header(unsigned char text[IDX_MAX_HEADER], enum ten_type type,
               const struct ten_shape *shape);

#endif
