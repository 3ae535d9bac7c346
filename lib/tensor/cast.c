/*
 * A block of elements is loaded into wide numbers (double, or 64-bit integers, which hold every
 * value of the source exactly), turned into the kind of wide number that the target asks for, and
 * stored.  Rounding and saturation happen in the middle step alone.  The pairs that networks use
 * all the time have a loop of their own below.
 *
 * Rounding twice is avoided by rounding to odd first: a value that the middle type cannot hold
 * becomes the neighbour with an odd last bit, which no later rounding takes for a tie.
 */
#include "tensor/cast.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    BLOCK = 1024,                           /* elements; whole bytes of every packed type */
    PARALLEL = 64 << 10,                    /* elements from which threads pay */
};

#define CLONES __attribute__((target_clones("avx2", "default")))

union number { double f; int64_t i; uint64_t u; };

/* Which member of number holds the values of a type. */
enum kind { REAL, INTEGER, UNSIGNED };

static enum kind kind_of(enum ten_type t)
{
    switch (t) {
    case TEN_F32: case TEN_F64: case TEN_F16: case TEN_BF16: return REAL;
    case TEN_U64: return UNSIGNED;
    default: return INTEGER;
    }
}

/* ---- 16-bit floats --------------------------------------------------------------------------
 * Written without branches, so that loops over them become vectors. */

static inline uint32_t bits_of(float f)
{
    uint32_t u;

    memcpy(&u, &f, sizeof u);
    return u;
}

static inline float float_of(uint32_t u)
{
    float f;

    memcpy(&f, &u, sizeof f);
    return f;
}

/* A branch by another name: compilers move what a ?: chooses into branches again. */
static inline uint32_t choose(bool yes, uint32_t a, uint32_t b)
{
    const uint32_t mask = -(uint32_t)yes;

    return (a & mask) | (b & ~mask);
}

static inline float from_f16(uint16_t h)
{
    /* The fields in place read 2^-112 times the value, subnormal or not. */
    const uint32_t body = bits_of(float_of((h & 0x7fffu) << 13) * 0x1p112f);
    const uint32_t sign = (h & 0x8000u) << 16;
    const uint32_t special = 0x7f800000 | (h & 0x3ffu) << 13;       /* infinite or NaN */

    return float_of(sign | choose((h & 0x7c00) == 0x7c00, special, body));
}

static inline uint16_t to_f16(float f)
{
    const uint32_t sign = bits_of(f) >> 16 & 0x8000, u = bits_of(f) & 0x7fffffff;
    /* Adding half makes the processor round at the last bit of a subnormal, 2^-24. */
    const uint32_t small = bits_of(float_of(u) + 0.5f) - bits_of(0.5f);
    /* Half of the dropped bits, less one unless the kept are odd; a carry may reach infinity. */
    const uint32_t normal = (u - (112u << 23) + 0xfff + (u >> 13 & 1)) >> 13;
    const uint32_t payload = u >> 13 & 0x3ff;
    const uint32_t nan = 0x7c00 | payload | (payload == 0) << 9;
    const uint32_t finite = choose(u < 113u << 23, small, choose(u < 143u << 23, normal, 0x7c00));

    return (uint16_t)(sign | choose(u > 0x7f800000, nan, finite));
}

static inline float from_bf16(uint16_t h)
{
    return float_of((uint32_t)h << 16);
}

static inline uint16_t to_bf16(float f)
{
    const uint32_t u = bits_of(f), top = u >> 16;
    const uint32_t nan = top | ((top & 0x7f) == 0) << 6;
    const uint32_t rounded = (u + 0x7fff + (top & 1)) >> 16;

    return (uint16_t)choose((u & 0x7fffffff) > 0x7f800000, nan, rounded);
}

float f16_to_f32(uint16_t h)
{
    return from_f16(h);
}

uint16_t f16_from_f32(float f)
{
    return to_f16(f);
}

float bf16_to_f32(uint16_t h)
{
    return from_bf16(h);
}

uint16_t bf16_from_f32(float f)
{
    return to_bf16(f);
}

/* ---- Wide numbers --------------------------------------------------------------------------- */

/* Rounded half to even, for every |v| < 2^51; larger ones pass through. */
static inline double round_even(double v)
{
    const double magic = 0x1.8p52;

    return fabs(v) < 0x1p51 ? (v + magic) - magic : rint(v);
}

static int64_t real_to_integer(double v, int64_t lo, int64_t hi)
{
    v = round_even(v);
    return v != v ? 0 : v <= (double)lo ? lo : v >= (double)hi ? hi : (int64_t)v;
}

static uint64_t real_to_unsigned(double v)
{
    v = round_even(v);
    return !(v > 0) ? 0 : v >= 0x1p64 ? UINT64_MAX : (uint64_t)v;
}

/* To odd where the low 11 bits are more than a double holds. */
static double unsigned_to_odd(uint64_t u)
{
    return u < (uint64_t)1 << 53 ? (double)u : (double)(u >> 11 | ((u & 0x7ff) != 0)) * 0x1p11;
}

static double integer_to_odd(int64_t i)
{
    return i < 0 ? -unsigned_to_odd(-(uint64_t)i) : unsigned_to_odd((uint64_t)i);
}

static float real_to_odd(double v)
{
    const float f = (float)v;
    const uint32_t u = bits_of(f);

    if ((double)f == v || v != v || u & 1)
        return f;
    return float_of(fabs((double)f) > fabs(v) ? u - 1 : u + 1);
}

/* Bits at element i of a packed type with `bits` (2 or 4) an element. */
static unsigned packed(const uint8_t *p, int bits, int64_t i)
{
    const int64_t at = i * bits;

    return p[at / 8] >> at % 8 & ((1u << bits) - 1);
}

static void unpack(union number *x, const void *src, enum ten_type st, int64_t at, int n)
{
    const int bits = ten_elem_bits(st);
    /* Flipping the sign bit and taking its weight off extends it. */
    const unsigned sign = st == TEN_I4 || st == TEN_I2 ? 1u << (bits - 1) : 0;

    for (int i = 0; i < n; i++)
        x[i].i = (int64_t)(packed(src, bits, at + i) ^ sign) - sign;
}

static void pack(void *dst, enum ten_type dt, int64_t at, const union number *x, int n)
{
    const int bits = ten_elem_bits(dt);
    uint8_t *p = (uint8_t *)dst + at * bits / 8;

    memset(p, 0, (size_t)(n * bits + 7) / 8);
    for (int i = 0; i < n; i++)
        p[i * bits / 8] |= (uint8_t)((x[i].u & ((1u << bits) - 1)) << i * bits % 8);
}

/* Elements at .. at+n-1 of src. */
static void load(union number *x, const void *src, enum ten_type st, int64_t at, int n)
{
    switch (st) {
    case TEN_F32:  for (int i = 0; i < n; i++) x[i].f = ((const float *)src)[at + i]; break;
    case TEN_F64:
    case TEN_I64:
    case TEN_U64:  memcpy(x, (const uint64_t *)src + at, (size_t)n * sizeof *x); break;
    case TEN_F16:
        for (int i = 0; i < n; i++)
            x[i].f = from_f16(((const uint16_t *)src)[at + i]);
        break;
    case TEN_BF16:
        for (int i = 0; i < n; i++)
            x[i].f = from_bf16(((const uint16_t *)src)[at + i]);
        break;
    case TEN_I8:   for (int i = 0; i < n; i++) x[i].i = ((const int8_t *)src)[at + i]; break;
    case TEN_I16:  for (int i = 0; i < n; i++) x[i].i = ((const int16_t *)src)[at + i]; break;
    case TEN_U16:  for (int i = 0; i < n; i++) x[i].i = ((const uint16_t *)src)[at + i]; break;
    case TEN_I32:  for (int i = 0; i < n; i++) x[i].i = ((const int32_t *)src)[at + i]; break;
    case TEN_U32:  for (int i = 0; i < n; i++) x[i].i = ((const uint32_t *)src)[at + i]; break;
    case TEN_BOOL: for (int i = 0; i < n; i++) x[i].i = ((const uint8_t *)src)[at + i] != 0; break;
    case TEN_U4: case TEN_I4: case TEN_U2: case TEN_I2: unpack(x, src, st, at, n); break;
    default:       for (int i = 0; i < n; i++) x[i].i = ((const uint8_t *)src)[at + i]; break;
    }
}

/* The counterpart of load(), of numbers in the target's range. */
static void store(void *dst, enum ten_type dt, int64_t at, const union number *x, int n)
{
    switch (dt) {
    case TEN_F32:  for (int i = 0; i < n; i++) ((float *)dst)[at + i] = (float)x[i].f; break;
    case TEN_F64:
    case TEN_I64:
    case TEN_U64:  memcpy((uint64_t *)dst + at, x, (size_t)n * sizeof *x); break;
    case TEN_F16:
        for (int i = 0; i < n; i++)
            ((uint16_t *)dst)[at + i] = to_f16(real_to_odd(x[i].f));
        break;
    case TEN_BF16:
        for (int i = 0; i < n; i++)
            ((uint16_t *)dst)[at + i] = to_bf16(real_to_odd(x[i].f));
        break;
    case TEN_I16:
    case TEN_U16:  for (int i = 0; i < n; i++) ((uint16_t *)dst)[at + i] = (uint16_t)x[i].u; break;
    case TEN_I32:
    case TEN_U32:  for (int i = 0; i < n; i++) ((uint32_t *)dst)[at + i] = (uint32_t)x[i].u; break;
    case TEN_U4: case TEN_I4: case TEN_U2: case TEN_I2: pack(dst, dt, at, x, n); break;
    default:       for (int i = 0; i < n; i++) ((uint8_t *)dst)[at + i] = (uint8_t)x[i].u; break;
    }
}

static int64_t lowest(enum ten_type t)
{
    switch (t) {
    case TEN_I8: case TEN_I16: case TEN_I32: case TEN_I64: case TEN_I4: case TEN_I2:
        return -((int64_t)1 << (ten_elem_bits(t) - 2)) * 2;
    default:
        return 0;
    }
}

static int64_t highest(enum ten_type t)
{
    if (t == TEN_BOOL)
        return 1;
    if (lowest(t) < 0)
        return -(lowest(t) + 1);
    return ((int64_t)1 << ten_elem_bits(t)) - 1;            /* at most u32 */
}

/* Numbers of kind `from` into what dt takes. */
static void to_real(union number *x, enum ten_type dt, enum kind from, int n)
{
    if (from == INTEGER && dt == TEN_F64)
        for (int i = 0; i < n; i++) x[i].f = (double)x[i].i;
    else if (from == UNSIGNED && dt == TEN_F64)
        for (int i = 0; i < n; i++) x[i].f = (double)x[i].u;
    else if (from == INTEGER)
        for (int i = 0; i < n; i++) x[i].f = integer_to_odd(x[i].i);
    else if (from == UNSIGNED)
        for (int i = 0; i < n; i++) x[i].f = unsigned_to_odd(x[i].u);
}

static void to_unsigned(union number *x, enum kind from, int n)
{
    if (from == REAL)
        for (int i = 0; i < n; i++) x[i].u = real_to_unsigned(x[i].f);
    else if (from == INTEGER)
        for (int i = 0; i < n; i++) x[i].i = x[i].i > 0 ? x[i].i : 0;
}

static void to_integer(union number *x, enum ten_type dt, enum kind from, int n)
{
    const int64_t lo = lowest(dt), hi = highest(dt);

    if (from == REAL)
        for (int i = 0; i < n; i++) x[i].i = real_to_integer(x[i].f, lo, hi);
    else if (from == UNSIGNED)
        for (int i = 0; i < n; i++) x[i].i = x[i].u < (uint64_t)hi ? (int64_t)x[i].u : hi;
    else
        for (int i = 0; i < n; i++) x[i].i = x[i].i < lo ? lo : x[i].i > hi ? hi : x[i].i;
}

static void to_bool(union number *x, enum kind from, int n)
{
    if (from == REAL)
        for (int i = 0; i < n; i++) x[i].i = x[i].f != 0;
    else
        for (int i = 0; i < n; i++) x[i].i = x[i].i != 0;
}

static void convert(union number *x, enum ten_type dt, enum kind from, int n)
{
    switch (kind_of(dt)) {
    case REAL: to_real(x, dt, from, n); break;
    case UNSIGNED: to_unsigned(x, from, n); break;
    case INTEGER:
        if (dt == TEN_BOOL)
            to_bool(x, from, n);
        else
            to_integer(x, dt, from, n);
        break;
    }
}

/* ---- Loops of their own ---------------------------------------------------------------------- */

CLONES static void f32_from_u8(void *restrict dst, const void *restrict src, int64_t at, int n)
{
    for (int i = 0; i < n; i++) ((float *)dst)[at + i] = ((const uint8_t *)src)[at + i];
}

CLONES static void f32_from_i8(void *restrict dst, const void *restrict src, int64_t at, int n)
{
    for (int i = 0; i < n; i++) ((float *)dst)[at + i] = ((const int8_t *)src)[at + i];
}

CLONES static void f32_from_i32(void *restrict dst, const void *restrict src, int64_t at, int n)
{
    for (int i = 0; i < n; i++) ((float *)dst)[at + i] = (float)((const int32_t *)src)[at + i];
}

CLONES static void f32_from_f16(void *restrict dst, const void *restrict src, int64_t at, int n)
{
    for (int i = 0; i < n; i++) ((float *)dst)[at + i] = from_f16(((const uint16_t *)src)[at + i]);
}

CLONES static void f32_from_bf16(void *restrict dst, const void *restrict src, int64_t at, int n)
{
    for (int i = 0; i < n; i++) ((float *)dst)[at + i] = from_bf16(((const uint16_t *)src)[at + i]);
}

CLONES static void f16_from_floats(void *restrict dst, const void *restrict src, int64_t at, int n)
{
    for (int i = 0; i < n; i++) ((uint16_t *)dst)[at + i] = to_f16(((const float *)src)[at + i]);
}

CLONES static void bf16_from_floats(void *restrict dst, const void *restrict src, int64_t at, int n)
{
    for (int i = 0; i < n; i++) ((uint16_t *)dst)[at + i] = to_bf16(((const float *)src)[at + i]);
}

/* v rounded half to even into [-below, above], both < 2^22; NaN is 0.  Floats of one sign compare
 * as their bits do. */
static inline int32_t small_integer(float v, float below, float above)
{
    const float magic = 0x1.8p23f;
    const uint32_t sign = bits_of(v) & 0x80000000, size = bits_of(v) & 0x7fffffff;
    const uint32_t limit = choose(sign != 0, bits_of(below), bits_of(above));
    const uint32_t kept = choose(size > 0x7f800000, 0, choose(size > limit, limit, size));

    return (int32_t)((float_of(sign | kept) + magic) - magic);
}

CLONES static void u8_from_f32(void *restrict dst, const void *restrict src, int64_t at, int n)
{
    for (int i = 0; i < n; i++)
        ((uint8_t *)dst)[at + i] = (uint8_t)small_integer(((const float *)src)[at + i], 0, 255);
}

CLONES static void i8_from_f32(void *restrict dst, const void *restrict src, int64_t at, int n)
{
    for (int i = 0; i < n; i++)
        ((int8_t *)dst)[at + i] = (int8_t)small_integer(((const float *)src)[at + i], 128, 127);
}

typedef void (*loop_fn)(void *restrict dst, const void *restrict src, int64_t at, int n);

/* Elements at .. at+n-1 of a pair of types in one loop; NULL: by way of wide numbers. */
static loop_fn loop_of(enum ten_type dt, enum ten_type st)
{
    static const struct { enum ten_type dt, st; loop_fn fn; } loops[] = {
        {TEN_F32, TEN_U8, f32_from_u8},     {TEN_U8, TEN_F32, u8_from_f32},
        {TEN_F32, TEN_I8, f32_from_i8},     {TEN_I8, TEN_F32, i8_from_f32},
        {TEN_F32, TEN_F16, f32_from_f16},   {TEN_F16, TEN_F32, f16_from_floats},
        {TEN_F32, TEN_BF16, f32_from_bf16}, {TEN_BF16, TEN_F32, bf16_from_floats},
        {TEN_F32, TEN_I32, f32_from_i32},
    };

    for (size_t i = 0; i < sizeof loops / sizeof *loops; i++)
        if (loops[i].dt == dt && loops[i].st == st)
            return loops[i].fn;
    return NULL;
}

static void cast_block(void *restrict dst, enum ten_type dt, const void *restrict src,
                       enum ten_type st, int64_t at, int n)
{
    union number x[BLOCK];

    load(x, src, st, at, n);
    convert(x, dt, kind_of(st), n);
    store(dst, dt, at, x, n);
}

void cast(void *restrict dst, enum ten_type dt, const void *restrict src, enum ten_type st,
          int64_t n)
{
    const loop_fn loop = loop_of(dt, st);

    if (dt == st && dt != TEN_BOOL && ten_elem_size(dt) > 0) {
        memcpy(dst, src, (size_t)n * ten_elem_size(dt));
        return;
    }
    #pragma omp parallel for schedule(static) if (n >= PARALLEL)
    for (int64_t at = 0; at < n; at += BLOCK) {
        const int piece = n - at < BLOCK ? (int)(n - at) : BLOCK;

        if (loop)
            loop(dst, src, at, piece);
        else
            cast_block(dst, dt, src, st, at, piece);
    }
}

double elem_double(const void *src, enum ten_type st, int64_t i)
{
    union number x;

    load(&x, src, st, i, 1);
    convert(&x, TEN_F64, kind_of(st), 1);
    return x.f;
}

/* Decimal digits that every value of the type keeps, and that tell every two values apart. */
static void digits(enum ten_type t, int *keep, int *tell)
{
    *keep = t == TEN_F64 ? 15 : t == TEN_F32 ? 6 : t == TEN_F16 ? 3 : 2;
    *tell = t == TEN_F64 ? 17 : t == TEN_F32 ? 9 : t == TEN_F16 ? 5 : 4;
}

static bool subnormal(double v, enum ten_type t)
{
    return fabs(v) < (t == TEN_F64 ? 0x1p-1022 : t == TEN_F16 ? 0x1p-14 : 0x1p-126);
}

/* Does text, read and rounded to the type, give v again? */
static bool reads_back(const char *text, double v, enum ten_type t)
{
    const double d = strtod(text, NULL);
    double stored;                          /* room for the widest type */

    cast(&stored, t, &d, TEN_F64, 1);
    return elem_double(&stored, t, 0) == v;
}

static char *real_text(double v, enum ten_type t, char text[32])
{
    int n, last;

    digits(t, &n, &last);
    if (isnan(v))
        return strcpy(text, "nan");
    if (isinf(v))
        return strcpy(text, v < 0 ? "-inf" : "inf");
    if (v == rint(v) && fabs(v) < 1e6)      /* 2000 rather than 2e+03 */
        n = last = 6;
    else if (subnormal(v, t))
        n = 1;
    do
        snprintf(text, 32, "%.*g", n, v);
    while (n++ < last && !reads_back(text, v, t));
    return text;
}

char *elem_text(const void *src, enum ten_type st, int64_t i, char text[32])
{
    union number x;

    load(&x, src, st, i, 1);
    switch (kind_of(st)) {
    case REAL: return real_text(x.f, st, text);
    case UNSIGNED: snprintf(text, 32, "%llu", (unsigned long long)x.u); break;
    case INTEGER: snprintf(text, 32, "%lld", (long long)x.i); break;
    }
    return text;
}
