/*
 * NPY, NumPy's file of one array (numpy.lib.format, versions 1.0, 2.0 and 3.0):
 *
 *     0  \x93NUMPY        magic
 *     6  major, minor     1.0, 2.0 or 3.0
 *     8  header length    u16 in version 1, else u32; little-endian
 *        header           a Python dict of 'descr', 'fortran_order' and 'shape'
 *        elements         in the order and byte order that the header names
 */
#ifndef FORMATS_NPY_H
#define FORMATS_NPY_H

#include "base/source.h"
#include "stream/ten.h"

struct npy {
    enum ten_type type;
    struct ten_shape shape;
    bool swapped;                   /* big-endian elements */
    bool fortran;                   /* the first axis runs fastest */
    const void *data;               /* the elements as the file has them, unaligned */
    int64_t bytes;                  /* of data */
};

/*
 * Read the array that starts here: 1, 0 at the end of the input, -1 with *e set.  Arrays may
 * follow each other in one input.  a->data lives until the next call on src; memory grows with
 * what arrives.  An array of more than max_bytes (0: no limit) is refused before it is read.
 */
int npy_read(struct source *src, struct npy *a, int64_t max_bytes, struct ten_err *e);

/* Whether the elements must go through npy_arrange() to be those of a tensor. */
bool npy_arranged(const struct npy *a);
/* Such elements, in row-major order and little-endian, into dst of a->bytes bytes. */
void npy_arrange(void *restrict dst, const struct npy *a);

enum { NPY_MAX_HEADER = 65535, NPY_WRITTEN = 512 };

/*
 * The bytes before the elements of a row-major array into h, as numpy.save writes them, a
 * multiple of 64: how many.  type must have an NPY counterpart, see npy_element().
 */
int npy_header(char h[NPY_WRITTEN], enum ten_type type, const struct ten_shape *shape);

/* The type to convert to before writing, which holds every value of `type`: the type itself where
 * NPY knows it, else f32 for bf16, u8 for u4, u2 and utf8, i8 for i4 and i2. */
enum ten_type npy_element(enum ten_type type);

#endif
