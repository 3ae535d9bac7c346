/* Light and dynamic convolution (tensor/lightconv.h), and the gated unit before it (tensor/glu.h). */
#include "autograd/op.h"
#include "autograd/ops.h"
#include "autograd/ops_language.h"
#include "tensor/glu.h"
#include "tensor/lightconv.h"

#include <assert.h>

static int64_t width(const struct var *x) { return x->v.dim[x->v.rank - 1]; }
static int64_t rows(const struct var *x) { return dims_count(x->v.rank - 1, x->v.dim); }

/* ---- Gates --------------------------------------------------------------------------------------- */

static void glu_forward(const struct call *c)
{
    glu(c->out[0]->v.f, c->in[0]->v.f, rows(c->in[0]), width(c->in[0]) / 2);
}
static void glu_slope(const struct call *c)
{
    glu_back(c->out[0]->v.f, c->in[0]->v.f, c->in[1]->v.f, rows(c->in[1]), width(c->in[1]) / 2);
}
static const struct op glu_slope_op = {.name = "glu_back", .forward = glu_slope};

static void glu_backward(struct tape *t, const struct call *c, struct var *const *dy)
{
    struct var *in[2] = {tape_compact(t, dy[0]), c->in[0]};
    tape_add_grad(t, c->in[0], tape_call1(t, &glu_slope_op, in, 2, shape_of(c->in[0]), NULL, 0));
}

static void glu_compose(struct tape *t, const struct call *c, struct var **out)
{
    struct var *x = c->in[0];
    const int last = x->v.rank - 1;
    const int64_t half = width(x) / 2;
    out[0] = op_mul(t, op_slice(t, x, last, 0, half), op_sigmoid(t, op_slice(t, x, last, half, half)));
}

static struct var *glu_example(struct example *e, struct tape *t, int i)
{
    switch (i) {
    case 0: return op_glu(t, example_input(e, t, EX_NORMAL, SHAPE(3, 10)));
    case 1: return op_glu(t, example_loose(e, t, EX_NORMAL, SHAPE(2, 3, 6)));
    case 2: return op_glu(t, example_input(e, t, EX_NORMAL, SHAPE(0, 4)));
    case 3: return op_glu(t, example_input(e, t, EX_NORMAL, SHAPE(130, 402)));
    default: return NULL;
    }
}
const struct op glu_op = {
    .name = "glu", .forward = glu_forward, .backward = glu_backward, .compose = glu_compose,
    .saves = SAVES_IN(0), .example = glu_example
};

struct var *op_glu(struct tape *t, struct var *x)
{
    struct shape out = shape_of(x);
    assert(width(x) % 2 == 0);
    out.dim[out.rank - 1] /= 2;
    x = tape_compact(t, x);
    return tape_call1(t, &glu_op, &x, 1, out, NULL, 0);
}

/* ---- Taps ---------------------------------------------------------------------------------------- */

static void taps_forward(const struct call *c)
{
    lightconv_softmax(c->out[0]->v.f, c->in[0]->v.f, rows(c->in[0]), width(c->in[0]));
}
static void taps_slope(const struct call *c)
{
    lightconv_softmax_back(c->out[0]->v.f, c->in[1]->v.f, c->in[0]->v.f, rows(c->in[1]), width(c->in[1]));
}
static const struct op taps_slope_op = {.name = "tap_softmax_back", .forward = taps_slope};

/* y (dy - sum y dy), in ops where it is to be differentiated again. */
static void taps_backward(struct tape *t, const struct call *c, struct var *const *dy)
{
    struct var *y = c->out[0], *in[2] = {tape_compact(t, dy[0]), y};
    if (!tape_recording(t)) {
        tape_add_grad(t, c->in[0], tape_call1(t, &taps_slope_op, in, 2, shape_of(c->in[0]), NULL, 0));
        return;
    }
    struct var *mean = op_sum(t, op_mul(t, dy[0], y), 1u << (y->v.rank - 1), true);
    tape_add_grad(t, c->in[0], op_mul(t, y, op_sub(t, dy[0], mean)));
}

static struct var *taps_example(struct example *e, struct tape *t, int i)
{
    switch (i) {
    case 0: return op_tap_softmax(t, example_input(e, t, EX_NORMAL, SHAPE(2, 3)));
    case 1: return op_tap_softmax(t, example_loose(e, t, EX_NORMAL, SHAPE(2, 3, 2, 7)));
    case 2: return op_tap_softmax(t, example_input(e, t, EX_NORMAL, SHAPE(0, 2, 3)));
    case 3: return op_tap_softmax(t, example_input(e, t, EX_NORMAL, SHAPE(3, 67, 4, 31)));
    default: return NULL;
    }
}
const struct op tap_softmax_op = {
    .name = "tap_softmax", .forward = taps_forward, .backward = taps_backward,
    .saves = SAVES_RESULT(0), .example = taps_example
};

struct var *op_tap_softmax(struct tape *t, struct var *x)
{
    x = tape_compact(t, x);
    return tape_call1(t, &tap_softmax_op, &x, 1, shape_of(x), NULL, 0);
}

/* ---- The convolution ----------------------------------------------------------------------------- */

enum { X, TAPS, LENGTHS };

static struct lightconv whole(const struct lightconv *without, const struct var *lengths)
{
    struct lightconv l = *without;
    l.lengths = lengths ? lengths->v.i : NULL;
    return l;
}

static void lightconv_op_forward(const struct call *c)
{
    const struct lightconv l = whole(c->arg, c->in[LENGTHS]);
    lightconv_forward(&l, c->out[0]->v.f, c->in[X]->v.f, c->in[TAPS]->v.f);
}

/* dy, the other operand, lengths */
static void data_forward(const struct call *c)
{
    const struct lightconv l = whole(c->arg, c->in[2]);
    lightconv_data(&l, c->out[0]->v.f, c->in[0]->v.f, c->in[1]->v.f);
}
static void weight_forward(const struct call *c)
{
    const struct lightconv l = whole(c->arg, c->in[2]);
    lightconv_weight(&l, c->out[0]->v.f, c->in[1]->v.f, c->in[0]->v.f);
}
static const struct op data_op = {.name = "lightconv_data", .forward = data_forward},
                       weight_op = {.name = "lightconv_weight", .forward = weight_forward};

static void lightconv_backward(struct tape *t, const struct call *c, struct var *const *dy)
{
    struct var *g = tape_compact(t, dy[0]);
    for (int i = 0; i < 2; i++) {
        struct var *in[3] = {g, c->in[i == X ? TAPS : X], c->in[LENGTHS]};
        if (tape_wants(t, c->in[i]))
            tape_add_grad(t, c->in[i],
                          tape_call1(t, i == X ? &data_op : &weight_op, in, 3, shape_of(c->in[i]), c->arg,
                                     sizeof(struct lightconv)));
    }
}

static int64_t lightconv_macs(const struct call *c)
{
    return tensor_count(&c->in[X]->v) * ((const struct lightconv *)c->arg)->k;
}

static struct var *lightconv_example(struct example *e, struct tape *t, int i)
{
    struct lightconv_options o = {.softmax = true};
    switch (i) {
    case 0:
        return op_lightconv(t, example_input(e, t, EX_NORMAL, SHAPE(2, 5, 6)),
                            example_input(e, t, EX_NORMAL, SHAPE(3, 3)), &o);
    case 1:
        o.causal = true;
        return op_lightconv(t, example_loose(e, t, EX_NORMAL, SHAPE(2, 3, 4)),
                            example_loose(e, t, EX_NORMAL, SHAPE(2, 3, 2, 7)), &o);
    case 2:
        o.dropout = 0.3f;
        o.lengths = example_index(e, t, 5, SHAPE(3));
        return op_lightconv(t, example_input(e, t, EX_NORMAL, SHAPE(3, 5, 4)),
                            example_input(e, t, EX_NORMAL, SHAPE(3, 5, 2, 3)), &o);
    case 3:
        o.softmax = false;
        return op_lightconv(t, example_input(e, t, EX_NORMAL, SHAPE(1, 4, 3)),
                            example_input(e, t, EX_NORMAL, SHAPE(1, 4)), &o);
    case 4:
        return op_lightconv(t, example_input(e, t, EX_NORMAL, SHAPE(0, 4, 4)),
                            example_input(e, t, EX_NORMAL, SHAPE(0, 4, 2, 3)), &o);
    case 5:
        o.causal = true;
        return op_lightconv(t, example_input(e, t, EX_NORMAL, SHAPE(2, 70, 64)),
                            example_input(e, t, EX_NORMAL, SHAPE(2, 70, 4, 15)), &o);
    default: return NULL;
    }
}

const struct op lightconv_op = {
    .name = "lightconv", .forward = lightconv_op_forward, .backward = lightconv_backward,
    .macs = lightconv_macs, .once = true, .saves = SAVES_IN(X) | SAVES_IN(TAPS) | SAVES_IN(LENGTHS),
    .example = lightconv_example
};

struct var *op_lightconv(struct tape *t, struct var *x, struct var *taps, const struct lightconv_options *o)
{
    if (o->softmax)
        taps = op_tap_softmax(t, taps);
    taps = tape_compact(t, op_dropout(t, taps, o->dropout));
    const int r = taps->v.rank;
    const int64_t k = taps->v.dim[r - 1], heads = taps->v.dim[r - 2];
    const struct lightconv l = {
        .b = x->v.dim[0], .t = x->v.dim[1], .c = x->v.dim[2], .h = heads, .k = k,
        .pad = o->causal ? k - 1 : (k - 1) / 2, .dynamic = r == 4,
    };
    assert(x->v.rank == 3 && (r == 2 || r == 4) && l.c % heads == 0);
    assert(r == 2 || (taps->v.dim[0] == l.b && taps->v.dim[1] == l.t));
    struct var *in[3] = {tape_compact(t, x), taps, o->lengths};
    return tape_call1(t, &lightconv_op, in, 3, shape_of(x), &l, sizeof l);
}
