/*
 * Dense tensors in memory: f32 numbers, or i32 indices and labels.  Row-major, images NHWC.
 * A tensor is a view of a block: slices, transposes and broadcasts of one share its block and
 * differ in strides.
 */
#ifndef TENSOR_TENSOR_H
#define TENSOR_TENSOR_H

#include "stream/ten.h"
#include "tensor/memory.h"

#include <stdbool.h>
#include <stdint.h>

struct tensor {
    enum ten_type type;                             /* TEN_F32 or TEN_I32 */
    int rank;
    int64_t dim[TEN_MAX_RANK];
    int64_t stride[TEN_MAX_RANK];                   /* in elements; 0 along a broadcast axis */
    union { float *f; int32_t *i; void *data; };    /* first element */
    struct block *block;                            /* what data points into, held; NULL: borrowed */
};

/* A new contiguous tensor, not cleared. */
struct tensor tensor_new(struct memory *m, enum ten_type type, int rank, const int64_t *dim);
/* A contiguous tensor over memory that stays the caller's and outlives it. */
struct tensor tensor_over(void *data, enum ten_type type, int rank, const int64_t *dim);
/* Give up the block; *t is empty then. */
void tensor_drop(struct tensor *t);

int64_t tensor_count(const struct tensor *t);       /* elements */
int64_t dims_count(int rank, const int64_t *dim);
bool tensor_contiguous(const struct tensor *t);
bool tensor_same_shape(const struct tensor *a, const struct tensor *b);
/* The tensor, contiguous, as a record of that name; data and name stay whose they are. */
struct ten_record tensor_record(const char *name, const struct tensor *t);
/* "[2,3]" into text, which is returned. */
char *tensor_shape_text(const struct tensor *t, char text[192]);

/* ---- Views: they hold the block of t --------------------------------------------------------- */

/* The same elements in another shape of as many; t is contiguous. */
struct tensor tensor_reshape(const struct tensor *t, int rank, const int64_t *dim);
/* Elements first .. first+n-1 of an axis, every step-th. */
struct tensor tensor_slice(const struct tensor *t, int axis, int64_t first, int64_t n, int64_t step);
/* Axis i of the result is axis perm[i] of t. */
struct tensor tensor_permute(const struct tensor *t, const int *perm);
/* t as if it had this shape, by the rules of broadcasting: axes are matched from the last one on,
 * and an axis of 1, or one that t lacks, is repeated.  dim must be such a shape. */
struct tensor tensor_broadcast(const struct tensor *t, int rank, const int64_t *dim);
/* The shape two operands are broadcast to, into dim and *rank; false when there is none. */
bool broadcast_dims(const struct tensor *a, const struct tensor *b, int *rank, int64_t *dim);

/* ---- Contents ---------------------------------------------------------------------------------- */

/* dst = src, of the same type and shape, any strides (of dst: none 0).  Multi-threaded. */
void tensor_copy(struct tensor *dst, const struct tensor *src);
/* t itself, held once more, when it is contiguous, else a contiguous copy. */
struct tensor tensor_compact(struct memory *m, const struct tensor *t);
void tensor_fill(struct tensor *t, float value);    /* f32, contiguous */

#endif
