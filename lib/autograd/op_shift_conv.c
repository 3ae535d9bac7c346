/*
 * A convolution of S x, S the temporal shift (tensor/shift.h), without S x as a value: with x
 * shifted in place for as long as the kernel reads it, with channels read from the frame that they
 * come from, or with rows of S x made where a product or a piece of a convolution needs them, and
 * kept for the way back or made again.  The way back of x
 * shifts the gradient by S', piece by piece, as it is added to what other readers of x have given, or
 * where it lies.
 */
#include "autograd/op.h"
#include "autograd/ops_video.h"
#include "tensor/conv.h"
#include "tensor/shift.h"

#include <assert.h>

struct shift_conv {
    struct conv g;                      /* first: counts read it (models/work.c) */
    struct shift s;
    struct conv_geometry geometry;
    bool fused;
    bool shifted;                       /* what the weight gradient is given is S x */
};
enum { X, W, BIAS };
enum { Y, SHIFTED };                    /* the second where S x is kept for the way back */

/* ---- In place -------------------------------------------------------------------------------- */

/* Shift x, and keep what left the clip for back(). */
static struct block *there(struct tape *t, const struct shift *s, float *x)
{
    struct block *lost =
        block_new(tape_memory(t), (size_t)(s->n * s->hw * (s->fold + s->back)) * sizeof *x);
    shift_in_place(x, s, lost->data, NULL);
    return lost;
}

static void back(const struct shift *s, float *x, struct block *lost)
{
    struct shift r = *s;
    r.step = -r.step;
    shift_in_place(x, &r, NULL, lost->data);
    block_drop(lost);
}

/* ---- Forward and back ------------------------------------------------------------------------ */

static void shift_conv_forward(const struct call *c)
{
    const struct shift_conv *a = c->arg;
    float *y = c->out[0]->v.f, *x = c->in[X]->v.f;
    const float *w = c->in[W]->v.f, *bias = c->in[BIAS] ? c->in[BIAS]->v.f : NULL;
    struct conv g = a->g;
    g.version = tape_mode(c->tape)->training ? 0 : c->in[W]->version;
    if (a->fused) {
        conv_shifted_forward(tape_plans(c->tape), &g, &a->s, y,
                             c->nout > SHIFTED ? c->out[SHIFTED]->v.f : NULL, x, w, bias);
        return;
    }
    struct block *lost = there(c->tape, &a->s, x);
    conv_forward(tape_plans(c->tape), &g, y, x, w, bias);
    back(&a->s, x, lost);
}

static void weight(struct tape *t, const struct shift_conv *a, float *dw, float *x, const float *dy,
                   bool add)
{
    if (a->shifted) {
        conv_weight(tape_plans(t), &a->g, dw, x, dy, add);
        return;
    }
    if (a->fused) {
        conv_shifted_weight(tape_plans(t), &a->g, &a->s, dw, x, dy, add);
        return;
    }
    struct block *lost = there(t, &a->s, x);
    conv_weight(tape_plans(t), &a->g, dw, x, dy, add);
    back(&a->s, x, lost);
}

static void data_forward(const struct call *c)
{
    const struct shift_conv *a = c->arg;
    conv_shifted_data(tape_plans(c->tape), &a->g, &a->s, c->out[0]->v.f, c->in[0]->v.f,
                      c->in[1]->v.f);
}
static const struct op data_op = {.name = "shift_conv_data", .forward = data_forward};

static void weight_forward(const struct call *c)
{
    weight(c->tape, c->arg, c->out[0]->v.f, c->in[0]->v.f, c->in[1]->v.f, false);
}
static const struct op weight_op = {.name = "shift_conv_weight", .forward = weight_forward};

static void add_weight(struct tape *t, const struct call *c, struct var *dy)
{
    struct shift_conv a = *(const struct shift_conv *)c->arg;
    struct var *w = c->in[W], *in[2] = {c->in[X], dy};
    if (!tape_wants(t, w))
        return;
    a.shifted = c->nout > SHIFTED;
    if (a.shifted)
        in[0] = c->out[SHIFTED];
    struct tensor *sink = tape_sink(t, w, false);
    if (sink)
        weight(t, &a, sink->f, in[0]->v.f, dy->v.f, true);
    else
        tape_add_grad(t, w, tape_call1(t, &weight_op, in, 2, shape_of(w), &a, sizeof a));
}

/* Where the gradient of x has begun, by adding to it. */
static void add_data(struct tape *t, const struct call *c, struct var *dy)
{
    const struct shift_conv *a = c->arg;
    struct var *x = c->in[X], *in[2] = {dy, c->in[W]};
    if (!tape_wants(t, x))
        return;
    struct tensor *so_far = tape_partial(t, x);
    if (so_far && conv_adds_shift(tape_plans(t), &a->g))
        conv_shifted_add(tape_plans(t), &a->g, &a->s, so_far->f, dy->v.f, c->in[W]->v.f);
    else
        tape_add_grad(t, x, tape_call1(t, &data_op, in, 2, shape_of(x), a, sizeof *a));
}

static void shift_conv_backward(struct tape *t, const struct call *c, struct var *const *dy)
{
    struct var *dense = tape_compact(t, dy[0]);
    add_data(t, c, dense);
    add_weight(t, c, dense);
    if (c->in[BIAS] && tape_wants(t, c->in[BIAS]))
        tape_add_grad(t, c->in[BIAS], op_sum_to(t, dy[0], 1, c->in[BIAS]->v.dim));
}

/* From the two ops, which can be differentiated twice. */
static void shift_conv_compose(struct tape *t, const struct call *c, struct var **out)
{
    const struct shift_conv *a = c->arg;
    struct var *x = op_shift(t, c->in[X], a->s.t, a->s.fold, a->s.back);
    out[0] = op_conv(t, x, c->in[W], c->in[BIAS], &a->geometry);
}

static int64_t shift_conv_macs(const struct call *c)
{
    const struct conv *g = c->arg;
    return g->n * conv_p(g) * conv_q(g) * g->k * g->r * g->s * (g->c / g->groups);
}

/* ---- Examples -------------------------------------------------------------------------------- */

struct shift_case {
    int64_t n, h, c, k, r;
    struct conv_geometry g;
    struct shift_options o;
    bool bias;
};
#define SAME {.top = 1, .left = 1, .bottom = 1, .right = 1}
static const struct shift_case cases[] = {
    {6, 3, 8, 5, 1, {0}, {3, 1, 1, SHIFT_FUSED}, true},
    {8, 4, 16, 4, 1, {0}, {4, 2, 2, SHIFT_FUSED}, false},
    {4, 5, 8, 3, 3, SAME, {2, 0, 3, SHIFT_IN_PLACE}, true},
    {6, 6, 8, 4, 3, {.stride_h = 2, .stride_w = 2, .top = 1, .left = 1, .bottom = 1, .right = 1},
     {3, 1, 1, SHIFT_IN_PLACE}, false},
    {2, 3, 7, 2, 1, {0}, {1, 3, 4, SHIFT_IN_PLACE}, true},
    {2, 3, 7, 2, 1, {0}, {1, 3, 4, SHIFT_FUSED}, false},
    {0, 3, 8, 2, 1, {0}, {4, 1, 1, SHIFT_FUSED}, true},
    {0, 3, 8, 2, 3, SAME, {4, 1, 1, SHIFT_IN_PLACE}, true},
    {4, 4, 6, 4, 3, SAME, {4, 1, 2, SHIFT_COPY}, false},
    {16, 16, 24, 20, 1, {0}, {8, 3, 3, SHIFT_AUTO}, false},
    {6, 6, 8, 4, 3, {.stride_h = 2, .stride_w = 2, .top = 1, .left = 1, .bottom = 1, .right = 1},
     {3, 1, 1, SHIFT_FUSED}, true},
};

static struct var *shift_conv_example(struct example *e, struct tape *t, int i)
{
    if (i >= (int)(sizeof cases / sizeof cases[0]))
        return NULL;
    const struct shift_case *c = &cases[i];
    return op_shift_conv(
        t, (i % 2 ? example_loose : example_input)(e, t, EX_NORMAL, SHAPE(c->n, c->h, c->h, c->c)),
        example_input(e, t, EX_NORMAL, SHAPE(c->k, c->r, c->r, c->c)),
        c->bias ? example_input(e, t, EX_NORMAL, SHAPE(c->k)) : NULL, &c->g, &c->o);
}

const struct op shift_conv_op = {
    .name = "shift_conv", .forward = shift_conv_forward, .backward = shift_conv_backward,
    .compose = shift_conv_compose, .saves = SAVES_IN(X) | SAVES_IN(W) | SAVES_RESULT(SHIFTED),
    .macs = shift_conv_macs,
    .example = shift_conv_example
};

/* ---- The op ---------------------------------------------------------------------------------- */

static int64_t or1(int64_t n) { return n ? n : 1; }

static struct shift_conv arg_of(const struct tape_mode *mode, const struct var *x,
                                const struct var *w, const struct conv_geometry *g,
                                const struct shift_options *o)
{
    const int64_t *d = x->v.dim, *k = w->v.dim;
    return (struct shift_conv){
        .g = {.n = d[0], .h = d[1], .w = d[2], .c = d[3], .k = k[0], .r = k[1], .s = k[2],
              .sh = or1(g->stride_h), .sw = or1(g->stride_w),
              .dh = or1(g->dilation_h), .dw = or1(g->dilation_w),
              .top = g->top, .left = g->left, .bottom = g->bottom, .right = g->right,
              .groups = or1(g->groups), .exact = mode->exact_conv},
        .s = {.n = d[0] / o->frames, .t = o->frames, .hw = d[1] * d[2], .c = d[3],
              .fold = o->fold, .back = o->back, .step = 1, .elem = sizeof(float)},
        .geometry = *g,
    };
}

/* Memory that is not the tape's may not be written to, not even for a while. */
static bool is_ours(const struct var *x) { return x->v.block && !x->param; }

struct var *op_shift_conv(struct tape *t, struct var *x, struct var *w, struct var *bias,
                          const struct conv_geometry *g, const struct shift_options *o)
{
    struct shift_conv a = arg_of(tape_mode(t), x, w, g, o);
    assert(a.g.c == w->v.dim[3] * a.g.groups);
    a.fused = (o->impl == SHIFT_AUTO || o->impl == SHIFT_FUSED) &&
              conv_fuses_shift(tape_plans(t), &a.g, bias != NULL);
    struct var *in[3] = {tape_compact(t, x), tape_compact(t, w),
                         bias ? tape_compact(t, bias) : NULL};
    const bool copies =
        o->impl == SHIFT_COPY || (!a.fused && (o->impl == SHIFT_AUTO || !is_ours(in[X])));
    if (copies)
        return op_conv(t, op_shift(t, x, o->frames, o->fold, o->back), w, bias, g);
    const struct shape out[2] = {SHAPE(a.g.n, conv_p(&a.g), conv_q(&a.g), a.g.k), shape_of(in[X])};
    const bool keeps = o->impl == SHIFT_AUTO && tape_mode(t)->record && conv_keeps_shift(tape_plans(t), &a.g);
    return tape_call(t, &shift_conv_op, in, 3, out, keeps ? 2 : 1, &a, sizeof a)->out[Y];
}
