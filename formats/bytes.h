/* Moving elements about without looking at their values. */
#ifndef FORMATS_BYTES_H
#define FORMATS_BYTES_H

#include "stream/ten.h"

/* dst[i] = src[i] with its bytes in reverse order, i < n; elem is 1, 2, 4 or 8 bytes.
 * dst and src are the same or do not overlap, and need no alignment. */
void swap_bytes(void *dst, const void *src, int elem, int64_t n);

/*
 * Column-major to row-major: dst[i0,i1,...] = src[...,i1,i0] for dst of the given shape, whose
 * product of non-zero dims fits int64_t.  elem is 1, 2, 4 or 8 bytes; no overlap, no alignment.
 */
void reverse_axes(void *restrict dst, const void *restrict src, int elem,
                  const struct ten_shape *shape);

/* Number of the first byte that is neither 0 nor 1; -1 when there is none. */
int64_t find_not_bool(const void *bytes, int64_t n);

#endif
