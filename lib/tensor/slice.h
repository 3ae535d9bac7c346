/* Parts of a tensor along one axis, chosen as Python chooses. */
#ifndef TENSOR_SLICE_H
#define TENSOR_SLICE_H

#include "stream/ten.h"

/* AXIS:START:STOP[:STEP] as written.  Negative axes, starts and stops count from the end. */
struct slice_spec {
    int64_t axis, start, stop, step;    /* step is not 0 */
    bool has_start, has_stop;
};

/* What it means for one shape: indices start, start+step ... of `axis`, count of them. */
struct slice { int axis; int64_t start, step, count; };

/* The spec in text (all of it): 0, or -1 with *e set, TEN_E_USAGE. */
int slice_parse(struct slice_spec *spec, const char *text, struct ten_err *e);

/* Bounds beyond the ends mean the ends, as in Python.  -1 with *e set: there is no such axis. */
int slice_resolve(struct slice *s, const struct slice_spec *spec, const struct ten_shape *shape,
                  struct ten_err *e);

/*
 * dst[..., i, ...] = src[..., start + i*step, ...] along the axis: the slice of a tensor `src` of
 * this type and shape.  The shape of dst differs in dim[axis] = count; packed types start on a
 * byte, and dst's unused bits are zero.  Moves bytes, computes nothing; may not overlap.
 */
void slice_copy(void *restrict dst, const void *restrict src, enum ten_type type,
                const struct ten_shape *shape, const struct slice *s);

#endif
