/*
 * Arithmetic element by element on f32 tensors.
 *
 * Operands have any strides, 0 (broadcast) among them; results have any strides but 0, and are whole
 * before the function returns.  A result may be one of the operands, element upon element; else they
 * do not overlap.  Multi-threaded; the thread count does not change a bit.  Nothing here can fail.
 * NaN gives NaN.  Errors of the functions are those of simd_math.h.
 */
#ifndef TENSOR_ELEMENTWISE_H
#define TENSOR_ELEMENTWISE_H

#include "tensor/tensor.h"

/* ---- Of two operands --------------------------------------------------------------------------- */

enum binary {
    BINARY_ADD, BINARY_SUB, BINARY_MUL, BINARY_DIV,
    BINARY_MAX, BINARY_MIN,
    BINARY_POW,                         /* a^b, as C's pow */
    BINARY_GT, BINARY_GE, BINARY_EQ,    /* 1 where a > b, a >= b, a == b, else 0 (with NaN: 0) */
};

/* y = a op b, each broadcast to the shape of y. */
void tensor_binary(struct tensor *y, enum binary op, const struct tensor *a, const struct tensor *b);

/* y = a x + b y, x broadcast to the shape of y.  With b = 0, y is not read. */
void tensor_axpby(struct tensor *y, float a, const struct tensor *x, float b);
/* y += a x */
void tensor_accumulate(struct tensor *y, const struct tensor *x, float a);

/* ---- Of one operand ------------------------------------------------------------------------------ */

enum unary {
    UNARY_COPY,                         /* x: no activation */
    UNARY_NEG, UNARY_ABS,
    UNARY_SIGN,                         /* -1, 0 or 1 */
    UNARY_SQUARE, UNARY_SQRT,
    UNARY_RSQRT,                        /* 1 / sqrt(x) */
    UNARY_RECIPROCAL,
    UNARY_EXP, UNARY_LOG, UNARY_SIN, UNARY_COS,
    UNARY_ROUND,                        /* halves to even */
    UNARY_FLOOR,
    UNARY_AFFINE,                       /* a x + b */
    UNARY_CLAMP,                        /* a <= x <= b */
    UNARY_POWER,                        /* x^a */
    UNARY_RELU,                         /* max(x, 0) */
    UNARY_LEAKY,                        /* x, below 0 a x; a >= 0 */
    UNARY_RELU6,                        /* clamp(x, 0, 6) */
    UNARY_HSIGMOID,                     /* clamp(x+3, 0, 6) / 6 */
    UNARY_HSWISH,                       /* x clamp(x+3, 0, 6) / 6 */
    UNARY_TANH,
    UNARY_SIGMOID,                      /* 1 / (1 + exp(-x)) */
    UNARY_SOFTPLUS,                     /* ln(1 + exp(x)) */
    UNARY_SWISH,                        /* x sigmoid(x) */
    UNARY_GELU,                         /* x (1 + erf(x/sqrt(2))) / 2; error 3e-7 |x| */
    UNARY_GELU_TANH,                    /* x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) / 2 */
};
/* A function with its constants; {0} is UNARY_COPY. */
struct unary_op { enum unary kind; float a, b; };

/* y = f(x), x broadcast to the shape of y. */
void tensor_unary(struct tensor *y, const struct unary_op *f, const struct tensor *x);

/*
 * dx = dy f'(x)
 *
 * computed from what unary_saves() says was saved of y = f(x): y where that is enough, so that the
 * way back need not keep x.  At corners the derivative is the one of the flat side (relu6, clamp
 * inside its limits and at them: 1), of abs and sign 0 at 0.
 */
enum unary_saved { SAVED_NOTHING, SAVED_X, SAVED_Y };
enum unary_saved unary_saves(enum unary kind);
/* saved: x or y; for SAVED_NOTHING, NULL. */
void tensor_unary_back(struct tensor *dx, const struct unary_op *f, const struct tensor *dy, const struct tensor *saved);

/* ---- Chains in one pass ---------------------------------------------------------------------------- */

/*
 * y[r,c] = f(x[r,c] * scale[c] + shift[c] + add[r,c])      x, y, add [R,C], scale, shift [C]
 *
 * scale, shift and add may be NULL, and are left out then; scale does not come without shift.
 * A bias with an activation, a residual sum, a batch norm of known statistics.  y may be x or add.
 */
struct chain { const float *scale, *shift, *add; struct unary_op f; };
void elementwise_chain(float *y, const struct chain *k, const float *x, int64_t rows, int64_t chans);

#endif
