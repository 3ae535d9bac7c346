/*
 * Names and layouts of other frameworks.  A map has a line for each kind of tensor:
 *
 *     # theirs                 ours                    layouts
 *     module.conv*.weight      conv*.weight            oihw
 *     *.num_batches_tracked    -
 *     *                        *                       oihw oiw
 *
 * The first line whose left side fits counts.  Up to four `*` stand for any characters, dots
 * included, as few as possible, and come in the same order on the right; `-` there drops the
 * tensor.  A name that no line fits stays as it is.  A layout says how their axes are ordered and
 * is for tensors of that rank; those of other ranks pass as they are:
 *
 *     oihw    convolution [K,C,R,S] -> [K,R,S,C]
 *     iohw    transposed convolution [C,K,R,S] -> [C,R,S,K]: the weight of the convolution that it
 *             is the transpose of (tensor/conv.h), so the same exchange as oihw
 *     oiw     one-dimensional convolution [K,C,S] -> [K,1,S,C]
 *     oidhw   three-dimensional convolution [K,C,D,R,S] -> [K,D,R,S,C]
 *     oi1hw   one of a single frame [K,C,1,R,S] -> [K,R,S,C]
 *     t       matrix [A,B] -> [B,A]
 *
 * `spread` among the layouts: where ours has another number of inputs C, theirs are averaged and
 * the mean stands for each of ours, as networks of optical flow and of
 * differences of frames start from those of colours (Wang et al., "TSN", arXiv 1608.00859).
 */
#ifndef NN_NAMEMAP_H
#define NN_NAMEMAP_H

#include "base/source.h"
#include "stream/ten.h"

struct namemap;

/* NULL with *e set (TEN_E_DATA; the text names the line). */
struct namemap *namemap_read(struct source *src, struct ten_err *e);
void namemap_free(struct namemap *map);             /* NULL is allowed */

/* What a tensor becomes. */
struct mapped {
    char name[TEN_MAX_NAME + 1];                    /* "": it is dropped */
    struct ten_shape shape;
    bool moved;                                     /* the order of elements changes */
    bool spread;                                    /* the last axis may have another size */
    /* For each axis, the old one (-1: none, of size 1) and its stride in elements. */
    int axis[TEN_MAX_RANK];
    int64_t stride[TEN_MAX_RANK];
};

/*
 * From their name and shape to ours, and back.  On the way back, the first line counts whose right
 * side fits and which leads from the name it gives to this one again.  map NULL: nothing changes.
 * 0, or -1 with *e set when the new name is too long.
 */
int namemap_import(const struct namemap *map, const char *name, const struct ten_shape *shape,
                   struct mapped *to, struct ten_err *e);
int namemap_export(const struct namemap *map, const char *name, const struct ten_shape *shape,
                   struct mapped *to, struct ten_err *e);

/* The elements of the old tensor in the order of the new one; they do not overlap. */
void namemap_move(float *restrict dst, const float *restrict src, const struct mapped *to);

/* Each of `rows` rows of n inputs as m times its mean. */
void namemap_spread(float *restrict dst, int64_t m, const float *restrict src, int64_t n, int64_t rows);

#endif
