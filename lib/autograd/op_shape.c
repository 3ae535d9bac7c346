/* Shapes and strides: the values stay, or move without arithmetic. */
#include "autograd/op.h"
#include "autograd/ops.h"
#include "base/mem.h"
#include "tensor/elementwise.h"

#include <assert.h>
#include <string.h>

static int64_t whole_dims(const struct var *x, int rank, const int64_t *dim, int64_t *to)
{
    int64_t known = 1;
    int open = -1;
    for (int i = 0; i < rank; i++) {
        to[i] = dim[i];
        if (dim[i] < 0)
            open = i;
        else
            known *= dim[i];
    }
    if (open >= 0)
        to[open] = known ? tensor_count(&x->v) / known : 0;
    return dims_count(rank, to);
}

/* ---- Copies -------------------------------------------------------------------------------------- */

static void compact_forward(const struct call *c) { tensor_copy(&c->out[0]->v, &c->in[0]->v); }

static void pass_on(struct tape *t, const struct call *c, struct var *const *dy) { tape_add_grad(t, c->in[0], dy[0]); }

static struct var *compact_example(struct example *e, struct tape *t, int i)
{
    static const int64_t dim[][3] = {{3, 4, 5}, {1, 7, 1}, {0, 3, 2}, {40, 50, 33}};
    return i < 4 ? op_compact(t, example_loose(e, t, EX_NORMAL, SHAPE(dim[i][0], dim[i][1], dim[i][2]))) : NULL;
}

const struct op compact_op = {.name = "compact", .forward = compact_forward, .backward = pass_on, .example = compact_example};

struct var *op_compact(struct tape *t, struct var *x)
{
    return tape_call1(t, &compact_op, &x, 1, shape_of(x), NULL, 0);
}

struct var *tape_compact(struct tape *t, struct var *x) { return tensor_contiguous(&x->v) ? x : op_compact(t, x); }

/* ---- Reshape ---------------------------------------------------------------------------------------- */

static void reshape_backward(struct tape *t, const struct call *c, struct var *const *dy)
{
    tape_add_grad(t, c->in[0], op_reshape(t, dy[0], c->in[0]->v.rank, c->in[0]->v.dim));
}

static struct var *reshape_example(struct example *e, struct tape *t, int i)
{
    switch (i) {
    case 0: return op_reshape(t, example_input(e, t, EX_NORMAL, SHAPE(2, 3, 4)), DIMS(4, -1));
    case 1: return op_reshape(t, example_loose(e, t, EX_NORMAL, SHAPE(2, 3, 4)), DIMS(24));
    case 2: return op_reshape(t, example_input(e, t, EX_NORMAL, SHAPE(0, 3)), DIMS(3, 0, 2));
    default: return NULL;
    }
}

const struct op reshape_op = {.name = "reshape", .backward = reshape_backward, .example = reshape_example};

struct var *op_reshape(struct tape *t, struct var *x, int rank, const int64_t *dim)
{
    int64_t to[TEN_MAX_RANK];
    const int64_t n = whole_dims(x, rank, dim, to);
    assert(n == tensor_count(&x->v));
    (void)n;
    x = tape_compact(t, x);
    struct var *y = tape_view(t, &reshape_op, x, tensor_reshape(&x->v, rank, to), NULL, 0);
    if (x->sink.data && tensor_contiguous(&x->sink))
        y->sink = tensor_reshape(&x->sink, rank, to);
    y->version = x->version;
    return y;
}

/* ---- Permute ------------------------------------------------------------------------------------------ */

struct permute_arg { int perm[TEN_MAX_RANK]; };

static void permute_backward(struct tape *t, const struct call *c, struct var *const *dy)
{
    const struct permute_arg *a = c->arg;
    int back[TEN_MAX_RANK];
    for (int i = 0; i < dy[0]->v.rank; i++)
        back[a->perm[i]] = i;
    tape_add_grad(t, c->in[0], op_permute(t, dy[0], back));
}

static struct var *permute_example(struct example *e, struct tape *t, int i)
{
    switch (i) {
    case 0: return op_permute(t, example_input(e, t, EX_NORMAL, SHAPE(2, 3, 4)), (const int[]){2, 0, 1});
    case 1: return op_permute(t, example_loose(e, t, EX_NORMAL, SHAPE(2, 1, 5, 3)), (const int[]){0, 2, 3, 1});
    case 2: return op_permute(t, example_input(e, t, EX_NORMAL, SHAPE(3, 0)), (const int[]){1, 0});
    default: return NULL;
    }
}

const struct op permute_op = {.name = "permute", .backward = permute_backward, .example = permute_example};

struct var *op_permute(struct tape *t, struct var *x, const int *perm)
{
    struct permute_arg a = {{0}};
    memcpy(a.perm, perm, x->v.rank * sizeof *perm);
    struct var *y = tape_view(t, &permute_op, x, tensor_permute(&x->v, perm), &a, sizeof a);
    if (x->sink.data)
        y->sink = tensor_permute(&x->sink, perm);
    return y;
}

struct var *op_transpose(struct tape *t, struct var *x, int a, int b)
{
    int perm[TEN_MAX_RANK];
    for (int i = 0; i < x->v.rank; i++)
        perm[i] = i == a ? b : i == b ? a : i;
    return op_permute(t, x, perm);
}

/* ---- Slices ------------------------------------------------------------------------------------------- */

struct slice_arg { int axis; int64_t first, n; };

static void slice_backward(struct tape *t, const struct call *c, struct var *const *dy)
{
    const struct slice_arg *a = c->arg;
    tape_add_grad(t, c->in[0], op_unslice(t, dy[0], a->axis, a->first, c->in[0]->v.dim[a->axis]));
}

static struct var *slice_example(struct example *e, struct tape *t, int i)
{
    switch (i) {
    case 0: return op_slice(t, example_input(e, t, EX_NORMAL, SHAPE(5, 4)), 0, 1, 3);
    case 1: return op_slice(t, example_loose(e, t, EX_NORMAL, SHAPE(3, 6, 2)), 1, 0, 4);
    case 2: return op_slice(t, example_input(e, t, EX_NORMAL, SHAPE(3, 4)), 1, 2, 0);
    default: return NULL;
    }
}

const struct op slice_op = {.name = "slice", .backward = slice_backward, .example = slice_example};

struct var *op_slice(struct tape *t, struct var *x, int axis, int64_t first, int64_t n)
{
    const struct slice_arg a = {axis, first, n};
    struct var *y = tape_view(t, &slice_op, x, tensor_slice(&x->v, axis, first, n, 1), &a, sizeof a);
    if (x->sink.data)
        y->sink = tensor_slice(&x->sink, axis, first, n, 1);
    if (first == 0)
        y->version = x->version;
    return y;
}

static void unslice_forward(const struct call *c)
{
    const struct slice_arg *a = c->arg;
    tensor_fill(&c->out[0]->v, 0);
    struct tensor part = tensor_slice(&c->out[0]->v, a->axis, a->first, c->in[0]->v.dim[a->axis], 1);
    tensor_copy(&part, &c->in[0]->v);
    tensor_drop(&part);
}

static void unslice_backward(struct tape *t, const struct call *c, struct var *const *dy)
{
    const struct slice_arg *a = c->arg;
    tape_add_grad(t, c->in[0], op_slice(t, dy[0], a->axis, a->first, c->in[0]->v.dim[a->axis]));
}

static struct var *unslice_example(struct example *e, struct tape *t, int i)
{
    switch (i) {
    case 0: return op_unslice(t, example_input(e, t, EX_NORMAL, SHAPE(3, 4)), 0, 1, 5);
    case 1: return op_unslice(t, example_loose(e, t, EX_NORMAL, SHAPE(3, 2, 2)), 1, 0, 4);
    case 2: return op_unslice(t, example_input(e, t, EX_NORMAL, SHAPE(3, 0)), 1, 2, 4);
    default: return NULL;
    }
}

const struct op unslice_op = {.name = "unslice", .forward = unslice_forward, .backward = unslice_backward, .example = unslice_example};

struct var *op_unslice(struct tape *t, struct var *x, int axis, int64_t first, int64_t whole)
{
    const struct slice_arg a = {axis, first, whole};
    struct shape s = shape_of(x);
    assert(first + s.dim[axis] <= whole);
    s.dim[axis] = whole;
    return tape_call1(t, &unslice_op, &x, 1, s, &a, sizeof a);
}

/* ---- Concatenation -------------------------------------------------------------------------------------- */

static void concat_forward(const struct call *c)
{
    const int axis = *(const int *)c->arg;
    int64_t at = 0;
    for (int i = 0; i < c->nin; i++) {
        const int64_t n = c->in[i]->v.dim[axis];
        struct tensor part = tensor_slice(&c->out[0]->v, axis, at, n, 1);
        tensor_copy(&part, &c->in[i]->v);
        tensor_drop(&part);
        at += n;
    }
}

static void concat_backward(struct tape *t, const struct call *c, struct var *const *dy)
{
    const int axis = *(const int *)c->arg;
    int64_t at = 0;
    for (int i = 0; i < c->nin; i++) {
        const int64_t n = c->in[i]->v.dim[axis];
        if (tape_wants(t, c->in[i]))
            tape_add_grad(t, c->in[i], op_slice(t, dy[0], axis, at, n));
        at += n;
    }
}

static struct var *concat_example(struct example *e, struct tape *t, int i)
{
    static const int64_t width[][3] = {{2, 3, 1}, {4, 0, 2}, {5, 5, 5}};
    struct var *x[3];
    if (i >= 3)
        return NULL;
    for (int k = 0; k < 3; k++)
        x[k] = i == 2 ? example_loose(e, t, EX_NORMAL, SHAPE(width[i][k], 3)) : example_input(e, t, EX_NORMAL, SHAPE(2, width[i][k], 3));
    return op_concat(t, x, 3, i == 2 ? 0 : 1);
}

const struct op concat_op = {.name = "concat", .forward = concat_forward, .backward = concat_backward, .example = concat_example};

struct var *op_concat(struct tape *t, struct var *const *x, int n, int axis)
{
    struct shape s = shape_of(x[0]);
    for (int i = 1; i < n; i++)
        s.dim[axis] += x[i]->v.dim[axis];
    return tape_call1(t, &concat_op, x, n, s, &axis, sizeof axis);
}

/* ---- Reversal --------------------------------------------------------------------------------------------- */

static void flip_forward(const struct call *c)
{
    const int axis = *(const int *)c->arg;
    struct tensor back = c->in[0]->v;
    if (back.dim[axis] > 0) {
        back.f += (back.dim[axis] - 1) * back.stride[axis];
        back.stride[axis] = -back.stride[axis];
    }
    tensor_copy(&c->out[0]->v, &back);
}

static void flip_backward(struct tape *t, const struct call *c, struct var *const *dy)
{
    tape_add_grad(t, c->in[0], op_flip(t, dy[0], *(const int *)c->arg));
}

static struct var *flip_example(struct example *e, struct tape *t, int i)
{
    switch (i) {
    case 0: return op_flip(t, example_input(e, t, EX_NORMAL, SHAPE(2, 3, 4)), 1);
    case 1: return op_flip(t, example_loose(e, t, EX_NORMAL, SHAPE(5, 2)), 0);
    case 2: return op_flip(t, example_input(e, t, EX_NORMAL, SHAPE(2, 0)), 1);
    default: return NULL;
    }
}

const struct op flip_op = {.name = "flip", .forward = flip_forward, .backward = flip_backward, .example = flip_example};

struct var *op_flip(struct tape *t, struct var *x, int axis)
{
    return tape_call1(t, &flip_op, &x, 1, shape_of(x), &axis, sizeof axis);
}
