/*
 * Convolutions.  Forward F(x,w), data gradient D(dy,w) and weight gradient W(x,dy) are linear in both
 * arguments and each other's transposes:
 *
 *     d<F(x,w), r>  = <dx, D(r,w)> + <dw, W(x,r)>
 *     d<D(y,w), r>  = <dy, F(r,w)> + <dw, W(r,y)>
 *     d<W(x,y), r>  = <dx, D(y,r)> + <dy, F(x,r)>
 *
 * so the three ops are each other's way back, to any order.
 */
#include "autograd/op.h"
#include "autograd/ops.h"
#include "tensor/conv.h"
#include "tensor/elementwise.h"

#include <assert.h>

extern const struct op conv_op, conv_transpose_op, conv_weight_op;

static struct var *forward_of(struct tape *t, struct var *x, struct var *w, struct var *bias, const struct conv *g);
static struct var *data_of(struct tape *t, struct var *dy, struct var *w, struct var *bias, const struct conv *g);
static struct var *weight_of(struct tape *t, struct var *x, struct var *dy, const struct conv *g);

/* The gradient of the weights, straight into its place where there is one. */
static void add_weight(struct tape *t, struct var *w, struct var *x, struct var *dy, const struct conv *g)
{
    struct tensor *sink = tape_sink(t, w, false);
    if (!tape_wants(t, w))
        return;
    if (!sink) {
        tape_add_grad(t, w, weight_of(t, x, dy, g));
        return;
    }
    x = tape_compact(t, x);
    dy = tape_compact(t, dy);
    conv_weight(tape_plans(t), g, sink->f, x->v.f, dy->v.f, true);
}

static void add_bias(struct tape *t, struct var *bias, struct var *dy)
{
    if (tape_wants(t, bias))
        tape_add_grad(t, bias, op_sum_to(t, dy, 1, bias->v.dim));
}

/* What is made of weights (transforms, other layouts) is kept between calls while they stay the same: at inference.
 * In training each is used once before the next step changes it, and would take several times its memory. */
static struct conv versioned(const struct call *c, int weight)
{
    struct conv g = *(const struct conv *)c->arg;
    g.version = tape_mode(c->tape)->training ? 0 : c->in[weight]->version;
    return g;
}

/* ---- F ------------------------------------------------------------------------------------------------ */

static void conv_op_forward(const struct call *c)
{
    const struct conv g = versioned(c, 1);
    conv_forward(tape_plans(c->tape), &g, c->out[0]->v.f, c->in[0]->v.f, c->in[1]->v.f, c->in[2] ? c->in[2]->v.f : NULL);
}

static void conv_op_backward(struct tape *t, const struct call *c, struct var *const *dy)
{
    struct var *x = c->in[0], *w = c->in[1];
    if (tape_wants(t, x))
        tape_add_grad(t, x, data_of(t, dy[0], w, NULL, c->arg));
    add_weight(t, w, x, dy[0], c->arg);
    add_bias(t, c->in[2], dy[0]);
}

/* ---- D -------------------------------------------------------------------------------------------------- */

static void conv_data_forward(const struct call *c)
{
    const struct conv g = versioned(c, 1);
    conv_data(tape_plans(c->tape), &g, c->out[0]->v.f, c->in[0]->v.f, c->in[1]->v.f, c->in[2] ? c->in[2]->v.f : NULL);
}

static void conv_data_backward(struct tape *t, const struct call *c, struct var *const *r)
{
    struct var *dy = c->in[0], *w = c->in[1];
    if (tape_wants(t, dy))
        tape_add_grad(t, dy, forward_of(t, r[0], w, NULL, c->arg));
    add_weight(t, w, r[0], dy, c->arg);
    add_bias(t, c->in[2], r[0]);
}

/* ---- W --------------------------------------------------------------------------------------------------- */

static void conv_weight_forward(const struct call *c)
{
    conv_weight(tape_plans(c->tape), c->arg, c->out[0]->v.f, c->in[0]->v.f, c->in[1]->v.f, false);
}

static void conv_weight_backward(struct tape *t, const struct call *c, struct var *const *r)
{
    struct var *x = c->in[0], *dy = c->in[1];
    if (tape_wants(t, x))
        tape_add_grad(t, x, data_of(t, dy, r[0], NULL, c->arg));
    if (tape_wants(t, dy))
        tape_add_grad(t, dy, forward_of(t, x, r[0], NULL, c->arg));
}

/* The same products in all three directions: padding counts, as in the papers. */
static int64_t conv_macs(const struct call *c)
{
    const struct conv *g = c->arg;
    return g->n * conv_p(g) * conv_q(g) * g->k * g->r * g->s * (g->c / g->groups);
}

/* ---- Examples ---------------------------------------------------------------------------------------------- */

struct conv_case { int64_t n, h, w, c, k, r, s; struct conv_geometry g; bool bias; };
static const struct conv_case cases[] = {
    {1, 5, 4, 2, 3, 3, 3, {.top = 1, .left = 1, .bottom = 1, .right = 1}, true},
    {2, 8, 8, 3, 4, 3, 3, {.top = 1, .left = 1, .bottom = 1, .right = 1}, false},
    {2, 7, 6, 2, 2, 3, 3, {.stride_h = 2, .stride_w = 2, .top = 1, .left = 1, .bottom = 1, .right = 1}, true},
    {1, 6, 5, 4, 6, 1, 1, {0}, true},
    {1, 6, 6, 4, 2, 1, 1, {.stride_h = 2, .stride_w = 2}, false},
    {2, 6, 6, 4, 4, 3, 3, {.top = 1, .left = 1, .bottom = 1, .right = 1, .groups = 4}, true},
    {1, 6, 6, 4, 6, 3, 3, {.top = 1, .left = 1, .bottom = 1, .right = 1, .groups = 2}, false},
    {1, 9, 9, 2, 2, 3, 3, {.top = 2, .left = 2, .bottom = 2, .right = 2, .dilation_h = 2, .dilation_w = 2}, false},
    {1, 6, 7, 1, 2, 4, 4, {.stride_h = 2, .stride_w = 2, .top = 1, .left = 1, .bottom = 1, .right = 1}, true},
    {2, 1, 9, 3, 2, 1, 5, {.left = 2, .right = 2}, true},
    {1, 5, 5, 2, 2, 3, 3, {.top = 0, .left = 1, .bottom = 2, .right = 0}, false},
    {0, 5, 5, 2, 2, 3, 3, {.top = 1, .left = 1, .bottom = 1, .right = 1}, true},
};
enum { CASES = sizeof cases / sizeof cases[0] };

static struct var *conv_example(struct example *e, struct tape *t, int i)
{
    if (i >= CASES)
        return NULL;
    const struct conv_case *c = &cases[i];
    const int64_t groups = c->g.groups ? c->g.groups : 1;
    return op_conv(t, (i % 2 ? example_loose : example_input)(e, t, EX_NORMAL, SHAPE(c->n, c->h, c->w, c->c)),
                   example_input(e, t, EX_NORMAL, SHAPE(c->k, c->r, c->s, c->c / groups)),
                   c->bias ? example_input(e, t, EX_NORMAL, SHAPE(c->k)) : NULL, &c->g);
}

static struct conv whole(const struct var *x, const struct var *w, const struct conv_geometry *g, int64_t h, int64_t width, int64_t channels, bool exact);

static struct var *conv_transpose_example(struct example *e, struct tape *t, int i)
{
    if (i >= CASES)
        return NULL;
    const struct conv_case *c = &cases[i];
    const int64_t groups = c->g.groups ? c->g.groups : 1;
    struct var *w = example_input(e, t, EX_NORMAL, SHAPE(c->k, c->r, c->s, c->c / groups));
    const struct conv g = whole(NULL, w, &c->g, c->h, c->w, c->c, false);
    return op_conv_transpose(t, example_loose(e, t, EX_NORMAL, SHAPE(c->n, conv_p(&g), conv_q(&g), c->k)), w,
                             c->bias ? example_input(e, t, EX_NORMAL, SHAPE(c->c)) : NULL, &c->g, c->h, c->w);
}

static struct var *conv_weight_example(struct example *e, struct tape *t, int i)
{
    if (i >= CASES)
        return NULL;
    const struct conv_case *c = &cases[i];
    const int64_t groups = c->g.groups ? c->g.groups : 1;
    struct var *w = example_index(e, t, 1, SHAPE(c->k, c->r, c->s, c->c / groups));     /* for its shape alone */
    struct conv g = whole(NULL, w, &c->g, c->h, c->w, c->c, false);
    g.n = c->n;
    return weight_of(t, example_input(e, t, EX_NORMAL, SHAPE(c->n, c->h, c->w, c->c)),
                     example_input(e, t, EX_NORMAL, SHAPE(c->n, conv_p(&g), conv_q(&g), c->k)), &g);
}

/* ---- The ops -------------------------------------------------------------------------------------------------- */

const struct op conv_op = {
    .name = "conv", .forward = conv_op_forward, .backward = conv_op_backward,
    .saves = SAVES_IN(0) | SAVES_IN(1), .macs = conv_macs, .example = conv_example
};
const struct op conv_transpose_op = {
    .name = "conv_transpose", .forward = conv_data_forward, .backward = conv_data_backward,
    .saves = SAVES_IN(0) | SAVES_IN(1), .macs = conv_macs, .example = conv_transpose_example
};
const struct op conv_weight_op = {
    .name = "conv_weight", .forward = conv_weight_forward, .backward = conv_weight_backward,
    .saves = SAVES_IN(0) | SAVES_IN(1), .macs = conv_macs, .example = conv_weight_example
};

static int64_t or1(int64_t n) { return n ? n : 1; }

static struct conv whole(const struct var *x, const struct var *w, const struct conv_geometry *g, int64_t h, int64_t width, int64_t channels, bool exact)
{
    return (struct conv){
        .n = x ? x->v.dim[0] : 0, .h = h, .w = width, .c = channels,
        .k = w->v.dim[0], .r = w->v.dim[1], .s = w->v.dim[2],
        .sh = or1(g->stride_h), .sw = or1(g->stride_w), .dh = or1(g->dilation_h), .dw = or1(g->dilation_w),
        .top = g->top, .left = g->left, .bottom = g->bottom, .right = g->right, .groups = or1(g->groups), .exact = exact,
    };
}

static struct var *forward_of(struct tape *t, struct var *x, struct var *w, struct var *bias, const struct conv *g)
{
    struct var *in[3] = {tape_compact(t, x), tape_compact(t, w), bias ? tape_compact(t, bias) : NULL};
    return tape_call1(t, &conv_op, in, 3, SHAPE(g->n, conv_p(g), conv_q(g), g->k), g, sizeof *g);
}

static struct var *data_of(struct tape *t, struct var *dy, struct var *w, struct var *bias, const struct conv *g)
{
    struct var *in[3] = {tape_compact(t, dy), tape_compact(t, w), bias ? tape_compact(t, bias) : NULL};
    return tape_call1(t, &conv_transpose_op, in, 3, SHAPE(g->n, g->h, g->w, g->c), g, sizeof *g);
}

static struct var *weight_of(struct tape *t, struct var *x, struct var *dy, const struct conv *g)
{
    struct var *in[2] = {tape_compact(t, x), tape_compact(t, dy)};
    return tape_call1(t, &conv_weight_op, in, 2, SHAPE(g->k, g->r, g->s, g->c / g->groups), g, sizeof *g);
}

struct var *op_conv(struct tape *t, struct var *x, struct var *w, struct var *bias, const struct conv_geometry *geometry)
{
    const struct conv g = whole(x, w, geometry, x->v.dim[1], x->v.dim[2], x->v.dim[3], tape_mode(t)->exact_conv);
    assert(g.c == w->v.dim[3] * g.groups);
    return forward_of(t, x, w, bias, &g);
}

struct var *op_conv_transpose(struct tape *t, struct var *x, struct var *w, struct var *bias, const struct conv_geometry *geometry, int64_t h, int64_t w_out)
{
    const struct conv g = whole(x, w, geometry, h, w_out, w->v.dim[3] * or1(geometry->groups), tape_mode(t)->exact_conv);
    assert(conv_p(&g) == x->v.dim[1] && conv_q(&g) == x->v.dim[2] && g.k == x->v.dim[3]);
    return data_of(t, x, w, bias, &g);
}

struct var *op_conv2d(struct tape *t, struct var *x, struct var *w, struct var *bias, int64_t stride, int64_t pad)
{
    return op_conv(t, x, w, bias, &(struct conv_geometry){.stride_h = stride, .stride_w = stride,
                   .top = pad, .left = pad, .bottom = pad, .right = pad});
}
