/* Pooling: linear once it is known which element of a window is the largest. */
#include "autograd/op.h"
#include "autograd/ops.h"
#include "tensor/pool2d.h"

/* ---- Maxima ------------------------------------------------------------------------------------------ */

static struct var *spread_max(struct tape *t, struct var *dy, struct var *arg, const struct pool2d *d);
static struct var *take_max(struct tape *t, struct var *x, struct var *arg, const struct pool2d *d);

static struct shape small(const struct pool2d *d) { return SHAPE(d->n, d->y.out, d->x.out, d->c); }
static struct shape large(const struct pool2d *d) { return SHAPE(d->n, d->y.in, d->x.in, d->c); }

static void max_pool_forward(const struct call *c) { pool_max(c->arg, c->out[0]->v.f, c->out[1]->v.i, c->in[0]->v.f); }
static void max_pool_backward(struct tape *t, const struct call *c, struct var *const *dy)
{
    tape_add_grad(t, c->in[0], spread_max(t, dy[0], c->out[1], c->arg));
}

static void spread_forward(const struct call *c) { pool_max_back(c->arg, c->out[0]->v.f, c->in[0]->v.f, c->in[1]->v.i); }
static void spread_backward(struct tape *t, const struct call *c, struct var *const *r)
{
    tape_add_grad(t, c->in[0], take_max(t, r[0], c->in[1], c->arg));
}

static void take_forward(const struct call *c) { pool_max_take(c->arg, c->out[0]->v.f, c->in[0]->v.f, c->in[1]->v.i); }
static void take_backward(struct tape *t, const struct call *c, struct var *const *r)
{
    tape_add_grad(t, c->in[0], spread_max(t, r[0], c->in[1], c->arg));
}

static const struct op spread_op = {.name = "max_pool_spread", .forward = spread_forward, .backward = spread_backward, .saves = SAVES_IN(1)};
static const struct op take_op = {.name = "max_pool_take", .forward = take_forward, .backward = take_backward, .saves = SAVES_IN(1)};

static struct var *spread_max(struct tape *t, struct var *dy, struct var *arg, const struct pool2d *d)
{
    struct var *in[2] = {tape_compact(t, dy), arg};
    return tape_call1(t, &spread_op, in, 2, large(d), d, sizeof *d);
}

static struct var *take_max(struct tape *t, struct var *x, struct var *arg, const struct pool2d *d)
{
    struct var *in[2] = {tape_compact(t, x), arg};
    return tape_call1(t, &take_op, in, 2, small(d), d, sizeof *d);
}

/* ---- Averages ------------------------------------------------------------------------------------------ */

static struct var *spread_average(struct tape *t, struct var *dy, const struct pool2d *d);
static struct var *take_average(struct tape *t, struct var *x, const struct pool2d *d);

static void average_forward(const struct call *c) { pool_average(c->arg, c->out[0]->v.f, c->in[0]->v.f); }
static void average_backward(struct tape *t, const struct call *c, struct var *const *dy)
{
    tape_add_grad(t, c->in[0], spread_average(t, dy[0], c->arg));
}
static void spread_average_forward(const struct call *c) { pool_average_back(c->arg, c->out[0]->v.f, c->in[0]->v.f); }
static void spread_average_backward(struct tape *t, const struct call *c, struct var *const *r)
{
    tape_add_grad(t, c->in[0], take_average(t, r[0], c->arg));
}
static const struct op spread_average_op = {.name = "average_pool_spread", .forward = spread_average_forward, .backward = spread_average_backward};

static struct var *spread_average(struct tape *t, struct var *dy, const struct pool2d *d)
{
    dy = tape_compact(t, dy);
    return tape_call1(t, &spread_average_op, &dy, 1, large(d), d, sizeof *d);
}

/* ---- Examples and ops -------------------------------------------------------------------------------------- */

static struct var *max_pool_example(struct example *e, struct tape *t, int i)
{
    switch (i) {
    case 0: return op_max_pool(t, example_input(e, t, EX_DISTINCT, SHAPE(2, 4, 6, 3)), 2, 2, 0);
    case 1: return op_max_pool(t, example_loose(e, t, EX_DISTINCT, SHAPE(1, 7, 5, 2)), 3, 2, 1);
    case 2: return op_max_pool(t, example_input(e, t, EX_DISTINCT, SHAPE(0, 4, 4, 2)), 2, 2, 0);
    case 3: return op_max_pool_up(t, example_input(e, t, EX_DISTINCT, SHAPE(2, 6, 5, 3)), 3, 2);
    default: return NULL;
    }
}
static struct var *average_pool_example(struct example *e, struct tape *t, int i)
{
    switch (i) {
    case 0: return op_average_pool(t, example_input(e, t, EX_NORMAL, SHAPE(2, 4, 6, 3)), 2, 2, 0);
    case 1: return op_average_pool(t, example_loose(e, t, EX_NORMAL, SHAPE(1, 7, 5, 2)), 3, 2, 1);
    case 2: return op_global_average(t, example_input(e, t, EX_NORMAL, SHAPE(3, 4, 5, 40)));
    case 3: return op_average_pool(t, example_input(e, t, EX_NORMAL, SHAPE(2, 4, 4, 0)), 2, 2, 0);
    default: return NULL;
    }
}

const struct op max_pool_op = {.name = "max_pool", .forward = max_pool_forward, .backward = max_pool_backward, .saves = SAVES_RESULT(1), .example = max_pool_example};
const struct op average_pool_op = {.name = "average_pool", .forward = average_forward, .backward = average_backward, .example = average_pool_example};

static struct var *take_average(struct tape *t, struct var *x, const struct pool2d *d)
{
    x = tape_compact(t, x);
    return tape_call1(t, &average_pool_op, &x, 1, small(d), d, sizeof *d);
}

static struct pool2d square(const struct var *x, int64_t kernel, int64_t stride, int64_t pad)
{
    return (struct pool2d){.n = x->v.dim[0], .c = x->v.dim[3], .y = pool_sliding(x->v.dim[1], kernel, stride, pad, pad),
                           .x = pool_sliding(x->v.dim[2], kernel, stride, pad, pad), .count_padding = true};
}

static struct var *max_pool(struct tape *t, struct var *x, const struct pool2d *d)
{
    struct shape out[2] = {small(d), small(d)};
    out[1].type = TEN_I32;
    x = tape_compact(t, x);
    return tape_call(t, &max_pool_op, &x, 1, out, 2, d, sizeof *d)->out[0];
}

struct var *op_max_pool(struct tape *t, struct var *x, int64_t kernel, int64_t stride, int64_t pad)
{
    const struct pool2d d = square(x, kernel, stride, pad);
    return max_pool(t, x, &d);
}

/* Elements that lack for the last window. */
static int64_t lacking(int64_t in, int64_t kernel, int64_t stride)
{
    return in < kernel ? kernel - in : (stride - (in - kernel) % stride) % stride;
}

struct var *op_max_pool_up(struct tape *t, struct var *x, int64_t kernel, int64_t stride)
{
    const int64_t h = x->v.dim[1], w = x->v.dim[2];
    const struct pool2d d = {.n = x->v.dim[0], .c = x->v.dim[3],
                             .y = pool_sliding(h, kernel, stride, 0, lacking(h, kernel, stride)),
                             .x = pool_sliding(w, kernel, stride, 0, lacking(w, kernel, stride))};
    return max_pool(t, x, &d);
}

struct var *op_average_pool(struct tape *t, struct var *x, int64_t kernel, int64_t stride, int64_t pad)
{
    const struct pool2d d = square(x, kernel, stride, pad);
    return take_average(t, x, &d);
}

struct var *op_global_average(struct tape *t, struct var *x)
{
    const struct pool2d d = {.n = x->v.dim[0], .c = x->v.dim[3], .y = pool_adaptive(x->v.dim[1], 1), .x = pool_adaptive(x->v.dim[2], 1)};
    return op_reshape(t, take_average(t, x, &d), DIMS(d.n, d.c));
}
