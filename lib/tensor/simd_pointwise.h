/* Functions of enum unary and enum binary on one element, for loops in which the kind is a constant:
 * the compiler keeps one arm of the switch. */
#ifndef TENSOR_SIMD_POINTWISE_H
#define TENSOR_SIMD_POINTWISE_H

#include "tensor/elementwise.h"
#include "tensor/simd_math.h"

#include <math.h>

/* Bodies that are written once and compiled for every kind. */
#define EACH_KIND static inline __attribute__((always_inline))

/* Kinds that come as activations, in the order of enum unary. */
#define ACTIVATIONS(X) X(UNARY_COPY) X(UNARY_RELU) X(UNARY_LEAKY) X(UNARY_RELU6) X(UNARY_HSIGMOID) X(UNARY_HSWISH) \
    X(UNARY_TANH) X(UNARY_SIGMOID) X(UNARY_SOFTPLUS) X(UNARY_SWISH) X(UNARY_GELU) X(UNARY_GELU_TANH)

static const float root_half = 0x1.6a09e6p-1f;                  /* sqrt(1/2) */
static const float gelu_root = 0x1.988454p-1f, gelu_cube = 0.044715f;   /* sqrt(2/pi) */

EACH_KIND float clamp(float x, float lo, float hi) { return at_most(hi, at_least(lo, x)); }

/* Phi(x), the normal distribution's, and phi(x), its density. */
EACH_KIND float normal_below(float x) { return 0.5f + 0.5f * simd_erf(x * root_half); }
EACH_KIND float normal_density(float x) { return 0x1.988454p-2f * simd_exp(-0.5f * x * x); }

EACH_KIND float unary_value(enum unary kind, float a, float b, float x)
{
    switch (kind) {
    case UNARY_COPY:       return x;
    case UNARY_NEG:        return -x;
    case UNARY_ABS:        return magnitude(x);
    case UNARY_SIGN:       return pick(x > 0.0f, 1.0f, pick(x < 0.0f, -1.0f, x));
    case UNARY_SQUARE:     return x * x;
    case UNARY_SQRT:       return sqrtf(x);
    case UNARY_RSQRT:      return 1.0f / sqrtf(x);
    case UNARY_RECIPROCAL: return 1.0f / x;
    case UNARY_EXP:        return simd_exp(x);
    case UNARY_LOG:        return simd_log(x);
    case UNARY_SIN:        return simd_sin(x);
    case UNARY_COS:        return simd_cos(x);
    case UNARY_ROUND:      return rintf(x);
    case UNARY_FLOOR:      return floorf(x);
    case UNARY_AFFINE:     return a * x + b;
    case UNARY_CLAMP:      return clamp(x, a, b);
    case UNARY_POWER:      return simd_pow(x, a);
    case UNARY_RELU:       return at_least(0.0f, x);
    case UNARY_LEAKY:      return x * pick(x < 0.0f, a, 1.0f);
    case UNARY_RELU6:      return clamp(x, 0.0f, 6.0f);
    case UNARY_HSIGMOID:   return clamp(x + 3.0f, 0.0f, 6.0f) / 6.0f;
    case UNARY_HSWISH:     return x * clamp(x + 3.0f, 0.0f, 6.0f) / 6.0f;
    case UNARY_TANH:       return simd_tanh(x);
    case UNARY_SIGMOID:    return simd_sigmoid(x);
    case UNARY_SOFTPLUS:   return simd_softplus(x);
    case UNARY_SWISH:      return x * simd_sigmoid(x);
    case UNARY_GELU:       return x * normal_below(x);
    case UNARY_GELU_TANH:  return 0.5f * x * (1.0f + simd_tanh(gelu_root * (x + gelu_cube * x * x * x)));
    }
    return x;
}

/* dy f'(x); s is x or y = f(x), as unary_saves() says. */
EACH_KIND float unary_slope(enum unary kind, float a, float b, float dy, float s)
{
    switch (kind) {
    case UNARY_COPY:       return dy;
    case UNARY_NEG:        return -dy;
    case UNARY_ABS:        return dy * pick(s > 0.0f, 1.0f, pick(s < 0.0f, -1.0f, s));
    case UNARY_SIGN: case UNARY_ROUND: case UNARY_FLOOR:
                           return 0.0f;
    case UNARY_SQUARE:     return dy * (2.0f * s);
    case UNARY_SQRT:       return dy * (0.5f / s);
    case UNARY_RSQRT:      return dy * (-0.5f * s * s * s);
    case UNARY_RECIPROCAL: return -dy * s * s;
    case UNARY_EXP:        return dy * s;
    case UNARY_LOG:        return dy / s;
    case UNARY_SIN:        return dy * simd_cos(s);
    case UNARY_COS:        return -dy * simd_sin(s);
    case UNARY_AFFINE:     return dy * a;
    case UNARY_CLAMP:      return pick((s >= a) & (s <= b), dy, 0.0f);
    case UNARY_POWER:      return dy * (a * simd_pow(s, a - 1.0f));
    case UNARY_RELU:       return pick(s > 0.0f, dy, 0.0f);
    case UNARY_LEAKY:      return dy * pick(s > 0.0f, 1.0f, a);
    case UNARY_RELU6:      return pick((s > 0.0f) & (s < 6.0f), dy, 0.0f);
    case UNARY_HSIGMOID:   return pick((s > 0.0f) & (s < 1.0f), dy / 6.0f, 0.0f);
    case UNARY_HSWISH:     return dy * pick(s <= -3.0f, 0.0f, pick(s >= 3.0f, 1.0f, (2.0f * s + 3.0f) / 6.0f));
    case UNARY_TANH:       return dy * (1.0f - s * s);
    case UNARY_SIGMOID:    return dy * (s * (1.0f - s));
    case UNARY_SOFTPLUS:   return dy * -simd_expm1(-s);
    case UNARY_SWISH: {
        const float g = simd_sigmoid(s);
        return dy * (g + s * g * (1.0f - g));
    }
    case UNARY_GELU:       return dy * (normal_below(s) + s * normal_density(s));
    case UNARY_GELU_TANH: {
        const float t = simd_tanh(gelu_root * (s + gelu_cube * s * s * s));
        return dy * (0.5f * (1.0f + t) + 0.5f * s * (1.0f - t * t) * gelu_root * (1.0f + 3.0f * gelu_cube * s * s));
    }
    }
    return dy;
}

EACH_KIND float binary_value(enum binary op, float a, float b)
{
    switch (op) {
    case BINARY_ADD: return a + b;
    case BINARY_SUB: return a - b;
    case BINARY_MUL: return a * b;
    case BINARY_DIV: return a / b;
    case BINARY_MAX: return pick((a > b) | (a != a), a, b);
    case BINARY_MIN: return pick((a < b) | (a != a), a, b);
    case BINARY_POW: return simd_pow(a, b);
    case BINARY_GT:  return pick(a > b, 1.0f, 0.0f);
    case BINARY_GE:  return pick(a >= b, 1.0f, 0.0f);
    case BINARY_EQ:  return pick(a == b, 1.0f, 0.0f);
    }
    return a;
}

#endif
