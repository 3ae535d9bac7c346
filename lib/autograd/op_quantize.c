/* Fake quantisation (tensor/quantize.h), and what else goes straight through. */
#include "autograd/op.h"
#include "autograd/ops.h"
#include "autograd/ops_compress.h"
#include "base/mem.h"
#include "tensor/quantize.h"
#include "tensor/reduce.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

/* ---- Any value ----------------------------------------------------------------------------------- */

enum { FROM, VALUE };

static void straight_forward(const struct call *c) { tensor_copy(&c->out[0]->v, &c->in[VALUE]->v); }
static void straight_backward(struct tape *t, const struct call *c, struct var *const *dy)
{
    tape_add_grad(t, c->in[FROM], dy[0]);
}

/* Values that are what a gradient of 1 comes from: a copy. */
static struct var *straight_example(struct example *e, struct tape *t, int i)
{
    static const struct shape shapes[] = {
        {TEN_F32, 2, {3, 5}}, {TEN_F32, 3, {2, 0, 3}}, {TEN_F32, 2, {170, 130}}};
    if (i > 2)
        return NULL;
    struct var *x = example_loose(e, t, EX_NORMAL, shapes[i]);
    return op_straight_through(t, tape_stop(t, x), x);
}

const struct op straight_op = {
    .name = "straight_through", .forward = straight_forward, .backward = straight_backward,
    .example = straight_example
};

struct var *op_straight_through(struct tape *t, struct var *y, struct var *x)
{
    struct var *in[2] = {x, y};
    assert(tensor_same_shape(&x->v, &y->v));
    return tape_call1(t, &straight_op, in, 2, shape_of(x), NULL, 0);
}

/* ---- Even levels: x, range -> y ------------------------------------------------------------------ */

enum { X, RANGE };

struct quantize_arg {
    struct quantize_options o;
    int64_t outer, chans, inner;
};

static struct quantizer quantizer_of(const struct quantize_options *o, const float *range, int64_t c)
{
    switch (o->kind) {
    case QUANTIZE_SYMMETRIC: return quantizer_symmetric(range[c], o->bits);
    case QUANTIZE_UNSIGNED:  return quantizer_unsigned(range[c], o->bits);
    default:                 return quantizer_affine(range[2 * c], range[2 * c + 1], o->bits);
    }
}

/* free(): the quantizers, one of each channel. */
static struct quantizer *quantizers(const struct quantize_arg *a, const float *range)
{
    struct quantizer *q = xmalloc(sizeof *q * (a->chans + 1));
    for (int64_t c = 0; c < a->chans; c++)
        q[c] = quantizer_of(&a->o, range, c);
    return q;
}

static void quantize_forward(const struct call *c)
{
    const struct quantize_arg *a = c->arg;
    struct quantizer *q = quantizers(a, c->in[RANGE]->v.f);
    quantize_fake(&(struct quantize){a->outer, a->chans, a->inner, q}, c->out[0]->v.f, c->in[X]->v.f);
    free(q);
}

static void range_gradient(const struct quantize_arg *a, float *to, const struct quantize_sums *s)
{
    const int sign_bits = a->o.kind == QUANTIZE_SYMMETRIC;
    const double n = (1 << (a->o.bits - sign_bits)) - 1;
    for (int64_t c = 0; c < a->chans; c++) {
        const double rounding = a->o.slope == QUANTIZE_STEP ? s[c].inside / n : 0;
        switch (a->o.kind) {
        case QUANTIZE_SYMMETRIC: to[c] = (float)(s[c].above - s[c].below + rounding); break;
        case QUANTIZE_UNSIGNED:  to[c] = (float)(s[c].above + rounding); break;
        case QUANTIZE_AFFINE:    to[2 * c] = (float)s[c].below, to[2 * c + 1] = (float)s[c].above; break;
        }
    }
}

/* dy, x, range -> dx and, where it is wanted, drange */
static void quantize_back_forward(const struct call *c)
{
    const struct quantize_arg *a = c->arg;
    const bool ranged = c->out[1]->v.rank > 0;
    struct quantizer *q = quantizers(a, c->in[2]->v.f);
    struct quantize_sums *sums = ranged ? xcalloc(a->chans + 1, sizeof *sums) : NULL;
    quantize_back(&(struct quantize){a->outer, a->chans, a->inner, q}, c->out[0]->v.f, sums, c->in[0]->v.f,
                  c->in[1]->v.f, a->o.slope == QUANTIZE_PASS);
    if (ranged)
        range_gradient(a, c->out[1]->v.f, sums);
    free(sums);
    free(q);
}
static const struct op quantize_back_op = {.name = "quantize_back", .forward = quantize_back_forward};

static void quantize_backward(struct tape *t, const struct call *c, struct var *const *dy)
{
    const struct quantize_arg *a = c->arg;
    struct var *x = c->in[X], *range = c->in[RANGE];
    const bool ranged = tape_wants(t, range);
    if (a->o.slope == QUANTIZE_PASS && !ranged) {
        tape_add_grad(t, x, dy[0]);
        return;
    }
    struct var *in[3] = {tape_compact(t, dy[0]), x, range};
    const struct shape out[2] = {shape_of(x), ranged ? shape_of(range) : (struct shape){.type = TEN_F32}};
    const struct call *back = tape_call(t, &quantize_back_op, in, 3, out, 2, a, sizeof *a);
    if (tape_wants(t, x))
        tape_add_grad(t, x, back->out[0]);
    if (ranged)
        tape_add_grad(t, range, back->out[1]);
}

/* With so many levels that the function is its clip, whose derivative the gradient is. */
static struct var *quantize_example(struct example *e, struct tape *t, int i)
{
    struct quantize_options o = {.bits = QUANTIZE_BITS};
    switch (i) {
    case 0:
        return op_quantize(t, example_input(e, t, EX_DISTINCT, SHAPE(3, 5)),
                           example_input(e, t, EX_POSITIVE, SHAPE(1)), &o);
    case 1:
        o.per_channel = true;
        return op_quantize(t, example_loose(e, t, EX_NONZERO, SHAPE(4, 3, 2)),
                           op_affine(t, example_input(e, t, EX_UNIT, SHAPE(4)), 0.02f, 0.05f), &o);
    case 2:
        o = (struct quantize_options){QUANTIZE_UNSIGNED, QUANTIZE_BITS, true, 2, QUANTIZE_STEP};
        return op_quantize(t, example_input(e, t, EX_NONZERO, SHAPE(5, 3, 7)),
                           op_affine(t, example_input(e, t, EX_UNIT, SHAPE(7)), 0.02f, 0.05f), &o);
    case 3:
        o.kind = QUANTIZE_AFFINE;
        return op_quantize(t, op_scale(t, example_input(e, t, EX_UNIT, SHAPE(0, 3)), 1),
                           example_input(e, t, EX_UNIT, SHAPE(2)), &o);
    case 4:
        o.slope = QUANTIZE_STEP;
        return op_quantize(t, example_input(e, t, EX_NONZERO, SHAPE(170, 130)),
                           op_affine(t, example_input(e, t, EX_UNIT, SHAPE(1)), 0.02f, 0.05f), &o);
    case 5:
        o.per_channel = true;
        o.axis = 1;
        return op_quantize(t, example_input(e, t, EX_NONZERO, SHAPE(700, 33)),
                           op_affine(t, example_input(e, t, EX_UNIT, SHAPE(33)), 0.02f, 0.05f), &o);
    default: return NULL;
    }
}

const struct op quantize_op = {
    .name = "quantize", .forward = quantize_forward, .backward = quantize_backward, .once = true,
    .saves = SAVES_IN(X) | SAVES_IN(RANGE), .example = quantize_example
};

struct var *op_quantize(struct tape *t, struct var *x, struct var *range, const struct quantize_options *o)
{
    if (o->bits == 0)
        return x;
    struct var *in[2] = {tape_compact(t, x), tape_compact(t, range)};
    struct quantize_arg a = {*o, 1, 1, tensor_count(&x->v)};
    if (o->per_channel)
        a = (struct quantize_arg){*o, dims_count(o->axis, x->v.dim), x->v.dim[o->axis],
                                  dims_count(x->v.rank - o->axis - 1, x->v.dim + o->axis + 1)};
    assert(tensor_count(&range->v) == a.chans * (o->kind == QUANTIZE_AFFINE ? 2 : 1));
    assert(o->kind != QUANTIZE_AFFINE || o->slope != QUANTIZE_STEP);
    return tape_call1(t, &quantize_op, in, 2, shape_of(x), &a, sizeof a);
}

struct var *op_tanh_weight(struct tape *t, struct var *w)
{
    struct var *h = tape_compact(t, op_tanh(t, w));
    const int64_t n = tensor_count(&h->v);
    float lo, hi;
    reduce(&lo, REDUCE_MIN, h->v.f, 1, n, 1);
    reduce(&hi, REDUCE_MAX, h->v.f, 1, n, 1);
    const float most = fmaxf(-lo, hi);
    return op_scale(t, h, most > 0 ? 1 / most : 1);
}
