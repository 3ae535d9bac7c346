/* Where and by how much the values of two tensors differ. */
#ifndef TENSOR_COMPARE_H
#define TENSOR_COMPARE_H

#include "stream/ten.h"

/*
 * Values a and b agree when
 *
 *     a == b,  or  |a - b| <= atol + rtol |b| and |a - b| is finite,
 *     or both are NaN and nan_equal is set.
 */
struct tolerance { double atol, rtol; bool nan_equal; };

struct difference {
    int64_t count;                  /* values that do not agree; the rest says something if > 0 */
    int64_t first, worst;           /* their first, and the first of those farthest apart */
    double absolute, relative;      /* of the worst: |a - b| and |a - b| / |b|; infinite for a NaN */
};

/*
 * Compare n values of one type.  64-bit integers are compared as such, not as doubles.  The
 * thread count does not change the result; equal bytes are passed at the speed of memory.
 */
void compare(struct difference *d, const void *a, const void *b, enum ten_type type, int64_t n,
             const struct tolerance *t);

#endif
