/* Arithmetic, element by element. */
#include "autograd/op.h"
#include "autograd/ops.h"
#include "tensor/elementwise.h"

#include <assert.h>
#include <math.h>

/* ---- Two operands -------------------------------------------------------------------------------- */

static void binary_forward(const struct call *c);
static struct var *binary(struct tape *t, const struct op *op, enum binary kind, struct var *x, struct var *y)
{
    struct var *in[2] = {x, y};
    struct shape out = {.type = TEN_F32};
    const bool fits = broadcast_dims(&x->v, &y->v, &out.rank, out.dim);
    assert(fits);
    (void)fits;
    return tape_call1(t, op, in, 2, out, &kind, sizeof kind);
}

static void binary_forward(const struct call *c)
{
    tensor_binary(&c->out[0]->v, *(const enum binary *)c->arg, &c->in[0]->v, &c->in[1]->v);
}

/* g is the gradient in the broadcast shape. */
static void add_summed(struct tape *t, struct var *x, struct var *g) { tape_add_grad(t, x, op_sum_to(t, g, x->v.rank, x->v.dim)); }

static void add_backward(struct tape *t, const struct call *c, struct var *const *dy)
{
    for (int i = 0; i < 2; i++)
        if (tape_wants(t, c->in[i]))
            add_summed(t, c->in[i], dy[0]);
}

static void sub_backward(struct tape *t, const struct call *c, struct var *const *dy)
{
    if (tape_wants(t, c->in[0]))
        add_summed(t, c->in[0], dy[0]);
    if (tape_wants(t, c->in[1]))
        add_summed(t, c->in[1], op_neg(t, dy[0]));
}

static void mul_backward(struct tape *t, const struct call *c, struct var *const *dy)
{
    for (int i = 0; i < 2; i++)
        if (tape_wants(t, c->in[i]))
            add_summed(t, c->in[i], op_mul(t, dy[0], c->in[1 - i]));
}

/* d(x/y) = dx/y - (x/y) dy/y */
static void div_backward(struct tape *t, const struct call *c, struct var *const *dy)
{
    struct var *g = op_div(t, dy[0], c->in[1]);
    if (tape_wants(t, c->in[0]))
        add_summed(t, c->in[0], g);
    if (tape_wants(t, c->in[1]))
        add_summed(t, c->in[1], op_neg(t, op_mul(t, g, c->out[0])));
}

static const struct op compare_op = {.name = "compare", .forward = binary_forward};

/* 1 where a > b, 1/2 where both are equal: a constant. */
static struct var *share(struct tape *t, struct var *a, struct var *b)
{
    return op_add(t, binary(t, &compare_op, BINARY_GT, a, b), op_scale(t, binary(t, &compare_op, BINARY_EQ, a, b), 0.5f));
}

static void max_backward(struct tape *t, const struct call *c, struct var *const *dy)
{
    const bool largest = *(const enum binary *)c->arg == BINARY_MAX;
    struct var *const *x = c->in;
    for (int i = 0; i < 2; i++)
        if (tape_wants(t, x[i]))
            add_summed(t, x[i], op_mul(t, dy[0], largest ? share(t, x[i], x[1 - i]) : share(t, x[1 - i], x[i])));
}

/* Equal shapes, a row, a column, a scalar, both sides repeated, gaps, nothing, many. */
static struct var *binary_example(struct example *e, struct tape *t, int i, struct var *(*op)(struct tape *, struct var *, struct var *), enum example_values kind)
{
    switch (i) {
    case 0: return op(t, example_input(e, t, kind, SHAPE(3, 4)), example_input(e, t, kind, SHAPE(3, 4)));
    case 1: return op(t, example_input(e, t, kind, SHAPE(2, 3, 5)), example_input(e, t, kind, SHAPE(5)));
    case 2: return op(t, example_input(e, t, kind, SHAPE(3, 1)), example_input(e, t, kind, SHAPE(3, 7)));
    case 3: return op(t, example_input(e, t, kind, SHAPE(2, 1, 3)), example_input(e, t, kind, SHAPE(4, 1)));
    case 4: return op(t, example_loose(e, t, kind, SHAPE(3, 5)), example_loose(e, t, kind, SHAPE(3, 5)));
    case 5: return op(t, example_input(e, t, kind, SHAPE(0, 4)), example_input(e, t, kind, SHAPE(4)));
    case 6: return op(t, example_input(e, t, kind, SHAPE(9)), op_reshape(t, example_input(e, t, kind, SHAPE(1)), 0, NULL));
    case 7: return op(t, example_input(e, t, kind, SHAPE(65, 33, 17)), example_input(e, t, kind, SHAPE(33, 17)));
    default: return NULL;
    }
}

#define BINARY(fn, KIND, saved, values) \
    static struct var *fn##_example(struct example *e, struct tape *t, int i) { return binary_example(e, t, i, op_##fn, values); } \
    const struct op fn##_op = {.name = #fn, .forward = binary_forward, .backward = fn##_backward, .saves = saved, .example = fn##_example}; \
    struct var *op_##fn(struct tape *t, struct var *x, struct var *y) { return binary(t, &fn##_op, KIND, x, y); }

#define min_backward max_backward
BINARY(add, BINARY_ADD, SAVES_NONE, EX_NORMAL)
BINARY(sub, BINARY_SUB, SAVES_NONE, EX_NORMAL)
BINARY(mul, BINARY_MUL, SAVES_IN(0) | SAVES_IN(1), EX_NORMAL)
BINARY(div, BINARY_DIV, SAVES_IN(1) | SAVES_RESULT(0), EX_POSITIVE)
BINARY(max, BINARY_MAX, SAVES_IN(0) | SAVES_IN(1), EX_DISTINCT)
BINARY(min, BINARY_MIN, SAVES_IN(0) | SAVES_IN(1), EX_DISTINCT)

/* ---- One operand ------------------------------------------------------------------------------------- */

static void unary_forward(const struct call *c) { tensor_unary(&c->out[0]->v, c->arg, &c->in[0]->v); }

static struct var *unary(struct tape *t, const struct op *op, struct var *x, enum unary kind, float a, float b)
{
    const struct unary_op f = {kind, a, b};
    return tape_call1(t, op, &x, 1, shape_of(x), &f, sizeof f);
}

/* dy f'(x) in one pass, from what was saved of y = f(x). */
static void slope_forward(const struct call *c)
{
    tensor_unary_back(&c->out[0]->v, c->arg, &c->in[0]->v, c->in[1] ? &c->in[1]->v : NULL);
}
static const struct op slope_op = {.name = "slope", .forward = slope_forward};

static struct var *times_slope(struct tape *t, const struct call *c, struct var *dy)
{
    const struct unary_op *f = c->arg;
    const enum unary_saved saved = unary_saves(f->kind);
    struct var *in[2] = {dy, saved == SAVED_X ? c->in[0] : saved == SAVED_Y ? c->out[0] : NULL};
    return tape_call1(t, &slope_op, in, 2, shape_of(dy), f, sizeof *f);
}

/* f'(x) where it is constant between corners: a constant. */
static struct var *flat_slope(struct tape *t, const struct call *c)
{
    struct tensor one = tensor_new(tape_memory(t), TEN_F32, c->in[0]->v.rank, c->in[0]->v.dim);
    tensor_fill(&one, 1);
    return tape_stop(t, times_slope(t, c, tape_input(t, one)));
}

/* f'(x) written with ops, for derivatives of derivatives. */
typedef struct var *(*slope_fn)(struct tape *t, const struct call *c, struct var *x, struct var *y);

static void go_by(struct tape *t, const struct call *c, struct var *dy, slope_fn slope)
{
    if (tape_recording(t))
        tape_add_grad(t, c->in[0], op_mul(t, dy, slope ? slope(t, c, c->in[0], c->out[0]) : flat_slope(t, c)));
    else
        tape_add_grad(t, c->in[0], times_slope(t, c, dy));
}

#define SLOPE(fn, expression) \
    static struct var *fn##_slope(struct tape *t, const struct call *c, struct var *x, struct var *y) { (void)t; (void)c; (void)x; (void)y; return expression; }

SLOPE(exp, y)
SLOPE(log, op_reciprocal(t, x))
SLOPE(sqrt, op_scale(t, op_reciprocal(t, y), 0.5f))
SLOPE(rsqrt, op_scale(t, op_mul(t, op_square(t, y), y), -0.5f))
SLOPE(square, op_scale(t, x, 2))
SLOPE(reciprocal, op_neg(t, op_square(t, y)))
SLOPE(sin, op_cos(t, x))
SLOPE(cos, op_neg(t, op_sin(t, x)))
SLOPE(tanh, op_affine(t, op_square(t, y), -1, 1))
SLOPE(sigmoid, op_mul(t, y, op_affine(t, y, -1, 1)))
SLOPE(softplus, op_affine(t, op_exp(t, op_neg(t, y)), -1, 1))    /* sigmoid(x) = 1 - exp(-y) */

/* (x s(x))' = s + y (1 - s) */
static struct var *swish_slope(struct tape *t, const struct call *c, struct var *x, struct var *y)
{
    (void)c;
    struct var *s = op_sigmoid(t, x);
    return op_add(t, s, op_mul(t, y, op_affine(t, s, -1, 1)));
}

/* Phi(x) + x phi(x), from the kernel; its derivative is phi(x) (2 - x^2). */
static void gelu_slope_forward(const struct call *c)
{
    float one = 1;
    const struct tensor dy = tensor_over(&one, TEN_F32, 0, NULL);
    tensor_unary_back(&c->out[0]->v, c->arg, &dy, &c->in[0]->v);
}

static void gelu_slope_backward(struct tape *t, const struct call *c, struct var *const *dy)
{
    struct var *square = op_square(t, c->in[0]);
    struct var *density = op_scale(t, op_exp(t, op_scale(t, square, -0.5f)), 0x1.988454p-2f);       /* 1/sqrt(2 pi) */
    tape_add_grad(t, c->in[0], op_mul(t, dy[0], op_mul(t, density, op_affine(t, square, -1, 2))));
}
static const struct op gelu_slope_op = {
    .name = "gelu_slope", .forward = gelu_slope_forward, .backward = gelu_slope_backward, .saves = SAVES_IN(0)
};

static struct var *gelu_slope(struct tape *t, const struct call *c, struct var *x, struct var *y)
{
    (void)y;
    return tape_call1(t, &gelu_slope_op, &x, 1, shape_of(x), c->arg, sizeof(struct unary_op));
}

static void hswish_compose(struct tape *t, const struct call *c, struct var **out)
{
    out[0] = op_mul(t, c->in[0], op_hsigmoid(t, c->in[0]));
}

static struct var *power_slope(struct tape *t, const struct call *c, struct var *x, struct var *y)
{
    (void)y;
    const float a = ((const struct unary_op *)c->arg)->a;
    return op_scale(t, op_power(t, x, a - 1), a);
}

static struct var *unary_example(struct example *e, struct tape *t, int i, struct var *(*op)(struct tape *, struct var *), enum example_values kind)
{
    switch (i) {
    case 0: return op(t, example_input(e, t, kind, SHAPE(3, 5)));
    case 1: return op(t, example_loose(e, t, kind, SHAPE(2, 3, 7)));
    case 2: return op(t, example_input(e, t, kind, SHAPE(3, 0)));
    case 3: return op(t, example_input(e, t, kind, SHAPE(41, 999)));
    default: return NULL;
    }
}

/* saved: what the kernel and the slope in ops read. */
#define UNARY_OP(fn, slope, saved, values, made, composed) \
    static void fn##_backward(struct tape *t, const struct call *c, struct var *const *dy) { go_by(t, c, dy[0], slope); } \
    static struct var *fn##_of(struct tape *t, struct var *x) { return made; } \
    static struct var *fn##_example(struct example *e, struct tape *t, int i) { return unary_example(e, t, i, fn##_of, values); } \
    const struct op fn##_op = {.name = #fn, .forward = unary_forward, .backward = fn##_backward, .saves = saved, .compose = composed, .example = fn##_example};
/* Without constants. */
#define UNARY(fn, KIND, slope, saved, values) \
    UNARY_OP(fn, slope, saved, values, op_##fn(t, x), NULL) \
    struct var *op_##fn(struct tape *t, struct var *x) { return unary(t, &fn##_op, x, KIND, 0, 0); }

#define X SAVES_IN(0)
#define Y SAVES_RESULT(0)
UNARY(exp, UNARY_EXP, exp_slope, Y, EX_NORMAL)
UNARY(log, UNARY_LOG, log_slope, X, EX_POSITIVE)
UNARY(sqrt, UNARY_SQRT, sqrt_slope, Y, EX_POSITIVE)
UNARY(rsqrt, UNARY_RSQRT, rsqrt_slope, Y, EX_POSITIVE)
UNARY(square, UNARY_SQUARE, square_slope, X, EX_NORMAL)
UNARY(reciprocal, UNARY_RECIPROCAL, reciprocal_slope, Y, EX_POSITIVE)
UNARY(sin, UNARY_SIN, sin_slope, X, EX_NORMAL)
UNARY(cos, UNARY_COS, cos_slope, X, EX_NORMAL)
UNARY(tanh, UNARY_TANH, tanh_slope, Y, EX_NORMAL)
UNARY(sigmoid, UNARY_SIGMOID, sigmoid_slope, Y, EX_NORMAL)
UNARY(softplus, UNARY_SOFTPLUS, softplus_slope, Y, EX_NORMAL)
UNARY(swish, UNARY_SWISH, swish_slope, X | Y, EX_NORMAL)
UNARY(abs, UNARY_ABS, NULL, X, EX_NONZERO)
UNARY(relu, UNARY_RELU, NULL, Y, EX_NONZERO)
UNARY(relu6, UNARY_RELU6, NULL, Y, EX_NONZERO)
UNARY(hsigmoid, UNARY_HSIGMOID, NULL, Y, EX_NORMAL)
UNARY_OP(hswish, NULL, X, EX_NORMAL, op_hswish(t, x), hswish_compose)
UNARY_OP(gelu, gelu_slope, X, EX_NORMAL, op_gelu(t, x), NULL)
UNARY_OP(leaky, NULL, Y, EX_NONZERO, op_leaky(t, x, 0.2f), NULL)
UNARY_OP(clamp, NULL, X, EX_DISTINCT, op_clamp(t, x, -0.45f, 0.75f), NULL)
UNARY_OP(power, power_slope, X, EX_POSITIVE, op_power(t, x, 2.5f), NULL)

struct var *op_hswish(struct tape *t, struct var *x) { return unary(t, &hswish_op, x, UNARY_HSWISH, 0, 0); }
struct var *op_gelu(struct tape *t, struct var *x) { return unary(t, &gelu_op, x, UNARY_GELU, 0, 0); }
struct var *op_leaky(struct tape *t, struct var *x, float slope) { return unary(t, &leaky_op, x, UNARY_LEAKY, slope, 0); }
struct var *op_clamp(struct tape *t, struct var *x, float lo, float hi) { return unary(t, &clamp_op, x, UNARY_CLAMP, lo, hi); }
struct var *op_power(struct tape *t, struct var *x, float exponent) { return unary(t, &power_op, x, UNARY_POWER, exponent, 0); }

/* a x + b */
static void affine_backward(struct tape *t, const struct call *c, struct var *const *dy)
{
    tape_add_grad(t, c->in[0], op_scale(t, dy[0], ((const struct unary_op *)c->arg)->a));
}
static struct var *tripled(struct tape *t, struct var *x) { return op_affine(t, x, 3, -1); }
static struct var *affine_example(struct example *e, struct tape *t, int i) { return unary_example(e, t, i, tripled, EX_NORMAL); }
const struct op affine_op = {.name = "affine", .forward = unary_forward, .backward = affine_backward, .example = affine_example};
struct var *op_affine(struct tape *t, struct var *x, float scale, float shift) { return unary(t, &affine_op, x, UNARY_AFFINE, scale, shift); }
struct var *op_scale(struct tape *t, struct var *x, float scale) { return op_affine(t, x, scale, 0); }
struct var *op_neg(struct tape *t, struct var *x) { return op_scale(t, x, -1); }
