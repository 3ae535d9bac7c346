/*
 * Elementary functions for the loops of simd_*.c: plain f32 arithmetic without branches or calls,
 * so that a compiler turns a loop over them into vectors of any width.
 *
 *     function        largest error seen over all floats (tests/unit/elementwise.c has the bounds)
 *     exp             1 ulp; down to the denormal numbers, 0 below and infinite above
 *     log             1 ulp, denormal numbers included; -inf at 0, NaN below
 *     sigmoid         2 ulp, 0 below -88.8, where the value is under 3e-39
 *     tanh, softplus  3 ulp
 *     erf             3 ulp
 *     sin, cos        1e-7 for |x| < 2^20, then the error grows as |x| 2^-50
 *     pow             2 ulp; negative bases with whole exponents as in C
 *
 * NaN gives NaN, and infinities what C's functions give.  The polynomials are minimax fits (Lawson's
 * iteration on a Chebyshev grid, coefficients rounded one after another); what each approximates is
 * written beside it.
 */
#ifndef TENSOR_SIMD_MATH_H
#define TENSOR_SIMD_MATH_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static inline int32_t float_bits(float x)
{
    int32_t i;
    memcpy(&i, &x, sizeof i);
    return i;
}

static inline float bits_float(int32_t i)
{
    float x;
    memcpy(&x, &i, sizeof x);
    return x;
}

/* c ? a : b.  Compilers make branches of a conditional whose arms could trap, and those do not
 * become vectors; masks always do. */
static inline float pick(bool c, float a, float b)
{
    const int32_t mask = -(int32_t)c;
    return bits_float((float_bits(a) & mask) | (float_bits(b) & ~mask));
}

static inline float magnitude(float x) { return bits_float(float_bits(x) & 0x7fffffff); }
/* |x| with the sign of s. */
static inline float signed_as(float x, float s)
{
    return bits_float((float_bits(x) & 0x7fffffff) | (float_bits(s) & INT32_MIN));
}
/* NaN passes through both, as the value of x. */
static inline float at_least(float lo, float x) { return pick(x < lo, lo, x); }
static inline float at_most(float hi, float x) { return pick(x > hi, hi, x); }

/* e^x = 2^k (1 + p) with |r| <= ln(2)/2, r = x - k ln(2), for |x| < 2^20. */
struct power_of_e { float p; int32_t k; };

static inline struct power_of_e split_exp(float x)
{
    const float magic = 0x1.8p23f;                      /* its last bit is worth 1: adding it rounds */
    const float t = x * 0x1.715476p0f + magic, k = t - magic;
    const float r = (x - k * 0x1.62ep-1f) - k * 0x1.0bfbe8p-15f;    /* k times the first is exact */
    /* (e^r - 1 - r) / r^2 */
    const float q = 0x1.fffffep-2f + r * (0x1.5554aep-3f + r * (0x1.5556eep-5f + r * (0x1.122a72p-7f + r * 0x1.6ba6d2p-10f)));
    return (struct power_of_e){r + r * r * q, float_bits(t) - float_bits(magic)};
}

static inline float power_of_2(int32_t k) { return bits_float((int32_t)((uint32_t)(k + 127) << 23)); }

static inline float simd_exp(float x)
{
    const struct power_of_e e = split_exp(at_most(89.0f, at_least(-104.0f, x)));
    /* Two factors, since 2^k alone may be no normal number. */
    const int32_t half = e.k >> 1;
    return (1.0f + e.p) * power_of_2(half) * power_of_2(e.k - half);
}

/* e^x - 1 for x <= 88, exact to 2 ulp near 0, too. */
static inline float simd_expm1(float x)
{
    const struct power_of_e e = split_exp(at_least(-18.0f, x));
    const float s = power_of_2(e.k);
    return s * e.p + (s - 1.0f);
}

/* (ln((1+s)/(1-s)) - 2s) / s of z = s^2, for z <= 1/9. */
static inline float atanh_rest(float z)
{
    return z * (0x1.555558p-1f + z * (0x1.9996d8p-2f + z * (0x1.250510p-2f + z * (0x1.b72bb8p-3f + z * 0x1.f08af8p-3f))));
}

/* ln(1+f) for sqrt(1/2) - 1 <= f <= 1: with s = f/(2+f) it is 2s + s rest(s^2), and 2s = f - f^2/2 + s f^2/2,
 * which is right to the last bit where f is small. */
static inline float log1p_near(float f)
{
    const float s = f / (2.0f + f), half = 0.5f * f * f;
    return f - (half - s * (half + atanh_rest(s * s)));
}

/* e of x = m 2^e with sqrt(1/2) <= m < sqrt(2); 0x3f3504f3 is sqrt(1/2). */
static inline int32_t exponent_of(int32_t bits) { return (int32_t)((uint32_t)bits - 0x3f3504f3u) >> 23; }

static inline float mantissa_of(int32_t bits, int32_t e) { return bits_float((int32_t)((uint32_t)bits - ((uint32_t)e << 23))); }

static inline float simd_log(float x)
{
    const bool denormal = x < 0x1p-126f;
    const float scaled = pick(denormal, x * 0x1p23f, x);
    const int32_t bits = float_bits(scaled), e = exponent_of(bits);
    const float f = mantissa_of(bits, e) - 1.0f;
    const float k = (float)e - pick(denormal, 23.0f, 0.0f);
    const float s = f / (2.0f + f), half = 0.5f * f * f;
    const float y = k * 0x1.62ep-1f + (f - ((half - s * (half + atanh_rest(s * s))) - k * 0x1.0bfbe8p-15f));
    const float inf = bits_float(0x7f800000);
    const float special = pick(x == 0.0f, -inf, pick(x == inf, inf, bits_float(0x7fc00000)));
    return pick((x > 0.0f) & (x < inf), y, special);
}

static inline float simd_sigmoid(float x) { return 1.0f / (1.0f + simd_exp(-x)); }

static inline float simd_tanh(float x)
{
    const float e = simd_expm1(at_most(20.0f, 2.0f * magnitude(x)));
    return signed_as(e / (e + 2.0f), x);
}

/* ln(1 + e^x) */
static inline float simd_softplus(float x) { return at_least(0.0f, x) + log1p_near(simd_exp(-magnitude(x))); }

static inline float simd_erf(float x)
{
    const float t = at_most(4.0f, magnitude(x));
    /* -ln(1 - erf(t)) / t */
    const float q = 0x1.20dd76p0f + t * (0x1.45f26cp-1f + t * (0x1.a53046p-4f + t * (-0x1.3d8552p-6f + t * (0x1.443bb2p-12f
                  + t * (0x1.307890p-10f + t * (-0x1.6834d6p-12f + t * 0x1.2418f8p-15f))))));
    return signed_as(simd_expm1(-t * q), x);
}

/* sin(x + quarter pi/2) */
static inline float simd_sine(float x, int32_t quarter)
{
    const double magic = 0x1.8p52, t = x * 0x1.45f306dc9c883p-1 + magic, k = t - magic;
    const float r = (float)((x - k * 0x1.921fb544p0) - k * 0x1.0b4611a626331p-34);
    int64_t bits;
    memcpy(&bits, &t, sizeof bits);
    const int32_t turn = (int32_t)bits + quarter;       /* only its last two bits count */

    const float z = r * r;
    /* (sin(r)/r - 1) / z and (cos(r) - 1 + z/2) / z^2 */
    const float s = r + r * z * (-0x1.555556p-3f + z * (0x1.111174p-7f + z * (-0x1.a058e4p-13f + z * 0x1.7bf19cp-19f)));
    const float c = 1.0f - (0.5f * z - z * z * (0x1.55554ap-5f + z * (-0x1.6c0c14p-10f + z * 0x1.99de6ep-16f)));
    const float y = pick((turn & 1) != 0, c, s);
    return bits_float(float_bits(y) ^ (int32_t)((uint32_t)(turn & 2) << 30));
}

static inline float simd_sin(float x) { return simd_sine(x, 0); }
static inline float simd_cos(float x) { return simd_sine(x, 1); }

/* log2(x) for x > 0, finite, in f64 to 1e-13: what pow multiplies must have more digits than f32. */
static inline double log2_f64(float x)
{
    const bool denormal = x < 0x1p-126f;
    const int32_t bits = float_bits(pick(denormal, x * 0x1p23f, x)), e = exponent_of(bits);
    const double m = mantissa_of(bits, e), s = (m - 1) / (m + 1), z = s * s;
    /* 2 atanh(s) by its series: z < 0.03 */
    const double series = 1 + z * (1.0 / 3 + z * (1.0 / 5 + z * (1.0 / 7 + z * (1.0 / 9 + z * (1.0 / 11 + z * (1.0 / 13 + z * (1.0 / 15)))))));
    return (double)((float)e - pick(denormal, 23.0f, 0.0f)) + s * series * 0x1.71547652b82fep1;
}

static inline double pick_f64(bool c, double a, double b)
{
    const int64_t mask = -(int64_t)c;
    int64_t i, j;
    memcpy(&i, &a, sizeof i);
    memcpy(&j, &b, sizeof j);
    i = (i & mask) | (j & ~mask);
    memcpy(&a, &i, sizeof a);
    return a;
}

static inline float simd_pow(float x, float y)
{
    const float inf = bits_float(0x7f800000), nan = bits_float(0x7fc00000), a = magnitude(x);
    const double magic = 0x1.8p52, log2 = log2_f64(a) * y;
    const double t = pick_f64(log2 > 160, 160, pick_f64(log2 < -160, -160, log2)), up = t + magic;
    int64_t bits;
    memcpy(&bits, &up, sizeof bits);
    const int32_t k = (int32_t)bits, half = k >> 1;
    const float p = split_exp((float)((t - (up - magic)) * 0x1.62e42fefa39efp-1)).p;
    const float plain = (1.0f + p) * power_of_2(half) * power_of_2(k - half);

    /* Of |x| alone: 0 and infinity, and exponents that are infinite. */
    const bool grows = (a > 1.0f) ^ (y < 0.0f);
    float r = pick((a == 0.0f) | (a == inf) | (magnitude(y) == inf), pick(grows, inf, 0.0f), plain);
    r = pick(a == 1.0f, 1.0f, r);
    r = pick((x == 1.0f) | (y == 0.0f), 1.0f, pick((x != x) | (y != y), nan, r));

    /* Whole numbers beyond 2^24 are even. */
    const float b = magnitude(y), whole = pick(b < 0x1p23f, (b + 0x1p23f) - 0x1p23f, b);
    const bool is_whole = whole == b;
    const bool odd = is_whole & (b < 0x1p24f) & ((((int32_t)at_most(0x1p24f, pick(b == b, b, 0.0f))) & 1) != 0);
    const bool negative = float_bits(x) < 0;
    r = pick(negative & odd, -r, r);
    return pick((x < 0.0f) & (a != inf) & !is_whole, nan, r);
}

#endif
