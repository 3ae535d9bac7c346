/* Inner products of tensors of any types. */
#ifndef TENSOR_DOT_H
#define TENSOR_DOT_H

#include "stream/ten.h"

/* <a,b>, <a,a> and <b,b>, products and sums in f64. */
struct dot { double ab, aa, bb; };

/*
 * Over n elements of a, of type at, and of b, of type bt (utf8 counts as u8).  Sums are taken over
 * blocks of fixed size and added in block order, so the thread count does not change a bit.
 * Rounding: at most (DOT_BLOCK/DOT_LANES + n/DOT_BLOCK + DOT_LANES) * 2^-53 * sqrt(aa*bb).
 * Multi-threaded.  Memory: 24 bytes for every DOT_BLOCK elements.
 */
enum { DOT_BLOCK = 4096, DOT_LANES = 8 };
struct dot dot_any(const void *a, enum ten_type at, const void *b, enum ten_type bt, int64_t n);

#endif
