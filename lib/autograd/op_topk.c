/* The largest along the last axis; the way back puts gradients where elements were taken from. */
#include "autograd/op.h"
#include "autograd/ops.h"
#include "autograd/ops_topk.h"
#include "tensor/gather.h"
#include "tensor/topk.h"

#include <assert.h>
#include <string.h>

enum { VALUE, INDEX };

static int64_t width(const struct var *x) { return x->v.dim[x->v.rank - 1]; }
static int64_t rows(const struct var *x) { return dims_count(x->v.rank - 1, x->v.dim); }

static void topk_forward(const struct call *c)
{
    topk(c->out[VALUE]->v.f, c->out[INDEX]->v.i, c->in[0]->v.f, rows(c->in[0]), width(c->in[0]),
         width(c->out[VALUE]));
}

static void topk_slope(const struct call *c)
{
    const struct var *dy = c->in[0], *index = c->in[1];
    memset(c->out[0]->v.f, 0, tensor_count(&c->out[0]->v) * sizeof(float));
    scatter_last(c->out[0]->v.f, dy->v.f, index->v.i, rows(dy), width(c->out[0]), width(dy));
}

/* The way back of going back takes again. */
static void topk_slope_backward(struct tape *t, const struct call *c, struct var *const *r)
{
    struct var *dy = c->in[0], *index = c->in[1];
    struct var *flat = op_reshape(t, r[0], DIMS(rows(dy), width(c->out[0])));
    struct var *taken = op_take(t, flat, op_reshape(t, index, DIMS(rows(dy), width(dy))));
    tape_add_grad(t, dy, op_reshape(t, taken, dy->v.rank, dy->v.dim));
}
static const struct op topk_slope_op = {
    .name = "topk_back", .forward = topk_slope, .backward = topk_slope_backward, .saves = SAVES_IN(1)
};

static void topk_backward(struct tape *t, const struct call *c, struct var *const *dy)
{
    struct var *in[2] = {tape_compact(t, dy[VALUE]), c->out[INDEX]};
    tape_add_grad(t, c->in[0], tape_call1(t, &topk_slope_op, in, 2, shape_of(c->in[0]), NULL, 0));
}

static struct var *topk_example(struct example *e, struct tape *t, int i)
{
    switch (i) {
    case 0: return op_topk(t, example_input(e, t, EX_DISTINCT, SHAPE(3, 7)), 3, NULL);
    case 1: return op_topk(t, example_loose(e, t, EX_DISTINCT, SHAPE(2, 3, 5)), 5, NULL);
    case 2: return op_topk(t, example_input(e, t, EX_DISTINCT, SHAPE(0, 5)), 2, NULL);
    case 3: return op_topk(t, example_input(e, t, EX_DISTINCT, SHAPE(9)), 1, NULL);
    case 4: return op_topk(t, example_input(e, t, EX_DISTINCT, SHAPE(2, 4)), 0, NULL);
    case 5: return op_topk(t, example_input(e, t, EX_DISTINCT, SHAPE(70, 601)), 10, NULL);
    default: return NULL;
    }
}

const struct op topk_op = {
    .name = "topk", .forward = topk_forward, .backward = topk_backward, .saves = SAVES_RESULT(INDEX),
    .example = topk_example
};

struct var *op_topk(struct tape *t, struct var *x, int64_t k, struct var **index)
{
    struct shape out[2] = {shape_of(x), shape_of(x)};
    assert(k >= 0 && k <= width(x) && width(x) <= INT32_MAX);
    out[VALUE].dim[x->v.rank - 1] = out[INDEX].dim[x->v.rank - 1] = k;
    out[INDEX].type = TEN_I32;
    x = tape_compact(t, x);
    const struct call *c = tape_call(t, &topk_op, &x, 1, out, 2, NULL, 0);
    if (index)
        *index = c->out[INDEX];
    return c->out[VALUE];
}
