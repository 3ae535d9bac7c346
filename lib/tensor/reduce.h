/*
 * Sums, extremes and their like along axes of f32 tensors.
 *
 * Multi-threaded; work is cut into blocks whose size depends on the shape alone and joined in order,
 * so the thread count does not change a bit.  Nothing here can fail; work space comes from xmalloc()
 * and is small beside the operand.  With nothing to reduce, sums are 0 and extremes NaN (index -1).
 */
#ifndef TENSOR_REDUCE_H
#define TENSOR_REDUCE_H

#include "tensor/tensor.h"

enum reduce {
    REDUCE_SUM, REDUCE_MEAN,
    REDUCE_SQUARES,                     /* sum x^2 */
    REDUCE_MAX, REDUCE_MIN,             /* NaN if there is one */
};

/*
 * y[o,i] = over j of x[o,j,i]          x [outer,n,inner], y [outer,inner], contiguous
 *
 * Sums: at most 16 terms, or 16 in each of 64 lanes, are added in f32 and the rest in f64, so the
 * error stays below 24 * 2^-24 times the sum of the terms' magnitudes, however many there are.
 */
void reduce(float *y, enum reduce op, const float *x, int64_t outer, int64_t n, int64_t inner);

/* index[o,i] = the j of the maximum or the minimum, the first of several, and the first NaN if there is one;
 * y as reduce(), or NULL. */
void reduce_index(float *y, int32_t *index, enum reduce op, const float *x, int64_t outer, int64_t n, int64_t inner);

/* Sum, and sum of squares, of everything, with the error of reduce(); n elements. */
double reduce_all(enum reduce op, const float *x, int64_t n);

/*
 * y = x reduced over the axes of bit mask `axes`, which are 1 in y or are missing there; x of any
 * strides, y contiguous.  Neighbours are one axis here; axes apart are reduced one after the other, the
 * last first.  m lends space for what lies between.
 */
void tensor_reduce(struct memory *m, struct tensor *y, enum reduce op, const struct tensor *x, unsigned axes);

/* The adjoint of broadcasting: x summed down to the shape of y, which could have been broadcast to
 * that of x.  With equal shapes it is a copy.  y contiguous. */
void tensor_sum_to(struct memory *m, struct tensor *y, const struct tensor *x);

/* y[r,i] = x[r,0] + .. + x[r,i], in f64; x, y [rows,n].  y may be x. */
void reduce_running_sum(float *y, const float *x, int64_t rows, int64_t n);

#endif
