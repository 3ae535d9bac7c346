/*
 * Sizes, filters and frames of images: each a sparse matrix for rows and one for columns
 * (tensor/resample.h), made when they are used; the way back uses their transposes.
 */
#include "autograd/op.h"
#include "autograd/ops.h"
#include "autograd/ops_image.h"

#include <assert.h>

/* How an axis of `in` elements is made another one. */
struct axis {
    enum { NEAREST, LINEAR, CORNERS, FIR, PAD } kind;
    int64_t in, out;                    /* out: of the resizing ones */
    struct fir_axis fir;                /* of PAD: before and after alone */
    enum resample_edge edge;
};
struct resample_arg { struct axis y, x; bool transposed; };

static struct resample_axis *straight(const struct axis *a)
{
    const struct fir_axis *f = &a->fir;
    switch (a->kind) {
    case NEAREST: return resample_nearest(a->in, a->out);
    case LINEAR:  return resample_linear(a->in, a->out, false);
    case CORNERS: return resample_linear(a->in, a->out, true);
    case FIR:     return resample_fir(a->in, f->up, f->down, f->before, f->after, f->k, f->taps);
    default:      return resample_pad(a->in, f->before, f->after, a->edge);
    }
}

static struct resample_axis *made(const struct axis *a, bool transposed)
{
    struct resample_axis *one = straight(a), *other;
    if (!transposed)
        return one;
    other = resample_transpose(one);
    resample_axis_free(one);
    return other;
}

static int64_t result(const struct axis *a, bool transposed)
{
    const struct fir_axis *f = &a->fir;
    const int64_t room = a->in * f->up + f->before + f->after - f->taps;
    if (transposed)
        return a->in;
    if (a->kind == FIR)
        return room < 0 ? 0 : room / f->down + 1;
    if (a->kind == PAD)
        return a->in + f->before + f->after > 0 ? a->in + f->before + f->after : 0;
    return a->out;
}

static void resample_forward(const struct call *c)
{
    const struct resample_arg *a = c->arg;
    const struct tensor *in = &c->in[0]->v;
    struct resample_axis *y = made(&a->y, a->transposed), *x = made(&a->x, a->transposed);
    assert(y->in == in->dim[1] && y->out == c->out[0]->v.dim[1]);
    assert(x->in == in->dim[2] && x->out == c->out[0]->v.dim[2]);
    resample(y, x, c->out[0]->v.f, in->f, in->dim[0], in->dim[3], false);
    resample_axis_free(y);
    resample_axis_free(x);
}

static struct var *resampled(struct tape *t, const struct op *op, struct var *x, const struct resample_arg *a)
{
    assert(x->v.rank == 4);
    x = tape_compact(t, x);
    const int64_t h = result(&a->y, a->transposed), w = result(&a->x, a->transposed);
    const struct shape out = SHAPE(x->v.dim[0], h, w, x->v.dim[3]);
    return tape_call1(t, op, &x, 1, out, a, sizeof *a);
}

static void resample_backward(struct tape *t, const struct call *c, struct var *const *dy)
{
    struct resample_arg a = *(const struct resample_arg *)c->arg;
    a.transposed = !a.transposed;
    tape_add_grad(t, c->in[0], resampled(t, c->op, dy[0], &a));
}

#define RESAMPLE(fn) \
    const struct op fn##_op = { \
        .name = #fn, .forward = resample_forward, .backward = resample_backward, .example = fn##_example \
    };

/* ---- Size ------------------------------------------------------------------------------------ */

static struct var *nearest_example(struct example *e, struct tape *t, int i)
{
    switch (i) {
    case 0: return op_resize_nearest(t, example_input(e, t, EX_NORMAL, SHAPE(2, 3, 4, 3)), 6, 8);
    case 1: return op_resize_nearest(t, example_loose(e, t, EX_NORMAL, SHAPE(1, 5, 7, 2)), 3, 9);
    case 2: return op_resize_nearest(t, example_input(e, t, EX_NORMAL, SHAPE(0, 2, 2, 3)), 4, 4);
    case 3: return op_resize_nearest(t, example_input(e, t, EX_NORMAL, SHAPE(3, 17, 13, 19)), 34, 26);
    default: return NULL;
    }
}
RESAMPLE(nearest)

static struct var *bilinear_example(struct example *e, struct tape *t, int i)
{
    switch (i) {
    case 0: return op_resize_bilinear(t, example_input(e, t, EX_NORMAL, SHAPE(2, 3, 4, 3)), 6, 8, false);
    case 1: return op_resize_bilinear(t, example_loose(e, t, EX_NORMAL, SHAPE(1, 5, 7, 2)), 3, 9, true);
    case 2: return op_resize_bilinear(t, example_input(e, t, EX_NORMAL, SHAPE(2, 1, 1, 1)), 3, 1, false);
    case 3: return op_resize_bilinear(t, example_input(e, t, EX_NORMAL, SHAPE(0, 2, 2, 3)), 4, 4, true);
    case 4: return op_resize_bilinear(t, example_input(e, t, EX_NORMAL, SHAPE(3, 17, 13, 19)), 40, 21, false);
    case 5: return op_resize_bilinear(t, example_input(e, t, EX_NORMAL, SHAPE(2, 31, 33, 3)), 64, 65, false);
    default: return NULL;
    }
}
RESAMPLE(bilinear)

static struct var *resized(struct tape *t, const struct op *op, struct var *x, int kind, int64_t h, int64_t w)
{
    const struct resample_arg a = {.y = {.kind = kind, .in = x->v.dim[1], .out = h},
                                   .x = {.kind = kind, .in = x->v.dim[2], .out = w}};
    return resampled(t, op, x, &a);
}

struct var *op_resize_nearest(struct tape *t, struct var *x, int64_t h, int64_t w)
{
    return resized(t, &nearest_op, x, NEAREST, h, w);
}

struct var *op_resize_bilinear(struct tape *t, struct var *x, int64_t h, int64_t w, bool align_corners)
{
    return resized(t, &bilinear_op, x, align_corners ? CORNERS : LINEAR, h, w);
}

/* ---- Filters --------------------------------------------------------------------------------- */

/* Up, down, blur, an odd one, nothing in, nothing out, wide. */
static struct var *upfirdn_example(struct example *e, struct tape *t, int i)
{
    static const struct fir_axis up = {2, 1, 2, 1, 4, {0.25f, 0.75f, 0.75f, 0.25f}};
    static const struct fir_axis down = {1, 2, 1, 1, 4, {0.25f, 0.5f, 0.2f, 0.1f}};
    static const struct fir_axis blur = {1, 1, 2, 1, 4, {0.1f, 0.4f, 0.3f, 0.2f}};
    static const struct fir_axis odd = {3, 2, -1, 4, 5, {1, -2, 3, 0.5f, 0.25f}};
    switch (i) {
    case 0: return op_upfirdn(t, example_input(e, t, EX_NORMAL, SHAPE(2, 3, 4, 3)), &up, &up);
    case 1: return op_upfirdn(t, example_loose(e, t, EX_NORMAL, SHAPE(1, 6, 7, 2)), &down, &down);
    case 2: return op_upfirdn(t, example_input(e, t, EX_NORMAL, SHAPE(2, 4, 3, 5)), &blur, &odd);
    case 3: return op_upfirdn(t, example_input(e, t, EX_NORMAL, SHAPE(0, 2, 2, 3)), &up, &down);
    case 4: return op_upfirdn(t, example_input(e, t, EX_NORMAL, SHAPE(1, 1, 1, 2)), &down, &down);
    case 5: return op_upfirdn(t, example_input(e, t, EX_NORMAL, SHAPE(2, 17, 33, 20)), &up, &blur);
    case 6: return op_upfirdn(t, example_input(e, t, EX_NORMAL, SHAPE(2, 33, 65, 3)), &up, &down);
    default: return NULL;
    }
}
RESAMPLE(upfirdn)

struct var *op_upfirdn(struct tape *t, struct var *x, const struct fir_axis *y_axis,
                       const struct fir_axis *x_axis)
{
    const struct resample_arg a = {.y = {.kind = FIR, .in = x->v.dim[1], .fir = *y_axis},
                                   .x = {.kind = FIR, .in = x->v.dim[2], .fir = *x_axis}};
    assert(y_axis->taps <= FIR_TAPS && x_axis->taps <= FIR_TAPS);
    return resampled(t, &upfirdn_op, x, &a);
}

/* ---- Frames ---------------------------------------------------------------------------------- */

static struct var *pad_example(struct example *e, struct tape *t, int i)
{
    static const struct padding uneven = {1, 2, 3, 0}, both = {2, -1, -2, 1}, crop = {-1, -1, 0, -2};
    switch (i) {
    case 0: return op_pad(t, example_input(e, t, EX_NORMAL, SHAPE(2, 3, 4, 3)), &uneven, RESAMPLE_ZERO);
    case 1: return op_pad(t, example_loose(e, t, EX_NORMAL, SHAPE(1, 5, 7, 2)), &uneven, RESAMPLE_REFLECT);
    case 2: return op_pad(t, example_input(e, t, EX_NORMAL, SHAPE(2, 1, 4, 5)), &uneven, RESAMPLE_REPLICATE);
    case 3: return op_pad(t, example_input(e, t, EX_NORMAL, SHAPE(2, 4, 5, 1)), &both, RESAMPLE_REFLECT);
    case 4: return op_pad(t, example_input(e, t, EX_NORMAL, SHAPE(2, 4, 5, 3)), &crop, RESAMPLE_ZERO);
    case 5: return op_pad(t, example_input(e, t, EX_NORMAL, SHAPE(0, 4, 5, 3)), &uneven, RESAMPLE_ZERO);
    case 6: return op_pad(t, example_input(e, t, EX_NORMAL, SHAPE(3, 33, 31, 16)), &uneven, RESAMPLE_REFLECT);
    default: return NULL;
    }
}
RESAMPLE(pad)

struct var *op_pad(struct tape *t, struct var *x, const struct padding *p, enum resample_edge edge)
{
    const struct fir_axis y = {.before = p->top, .after = p->bottom};
    const struct fir_axis x_axis = {.before = p->left, .after = p->right};
    const struct resample_arg a = {.y = {.kind = PAD, .in = x->v.dim[1], .fir = y, .edge = edge},
                                   .x = {.kind = PAD, .in = x->v.dim[2], .fir = x_axis, .edge = edge}};
    return resampled(t, &pad_op, x, &a);
}

struct var *op_crop(struct tape *t, struct var *x, int64_t top, int64_t left, int64_t h, int64_t w)
{
    return op_slice(t, op_slice(t, x, 1, top, h), 2, left, w);
}
