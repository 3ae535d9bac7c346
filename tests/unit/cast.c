/* The reference is arithmetic in long double, whose 64 bits hold every value of every type. */
#include "tensor/cast.h"

#include "base/random.h"
#include "base/threads.h"
#include "check.h"

#include <float.h>
#include <stdlib.h>

static const struct rng rng = {2026, 11};

static long double tiny_float(unsigned bits, int exponent_bits, int fraction_bits)
{
    const int bias = (1 << (exponent_bits - 1)) - 1, top = 2 * bias + 1;
    const int e = bits >> fraction_bits & top;
    const long double fraction = bits & ((1u << fraction_bits) - 1);
    const long double sign = bits >> (exponent_bits + fraction_bits) ? -1 : 1;

    if (e == top)
        return fraction ? (long double)NAN : sign * HUGE_VALL;
    return sign * (e ? ldexpl(1 + ldexpl(fraction, -fraction_bits), e - bias)
                     : ldexpl(fraction, 1 - bias - fraction_bits));
}

/* Element i of p. */
static long double value(const void *p, enum ten_type t, int64_t i)
{
    const uint8_t *b = p;

    switch (t) {
    case TEN_F32: return ((const float *)p)[i];
    case TEN_F64: return ((const double *)p)[i];
    case TEN_F16: return tiny_float(((const uint16_t *)p)[i], 5, 10);
    case TEN_BF16: return tiny_float(((const uint16_t *)p)[i], 8, 7);
    case TEN_I8: return ((const int8_t *)p)[i];
    case TEN_U8: case TEN_UTF8: return b[i];
    case TEN_BOOL: return b[i] != 0;
    case TEN_I16: return ((const int16_t *)p)[i];
    case TEN_U16: return ((const uint16_t *)p)[i];
    case TEN_I32: return ((const int32_t *)p)[i];
    case TEN_U32: return ((const uint32_t *)p)[i];
    case TEN_I64: return ((const int64_t *)p)[i];
    case TEN_U64: return ((const uint64_t *)p)[i];
    case TEN_U4: return b[i / 2] >> 4 * (i % 2) & 15;
    case TEN_I4: return (int8_t)(b[i / 2] >> 4 * (i % 2) << 4) / 16;
    case TEN_U2: return b[i / 4] >> 2 * (i % 4) & 3;
    case TEN_I2: return (int8_t)(b[i / 4] >> 2 * (i % 4) << 6) / 64;
    default: return NAN;
    }
}

/* v in a format with `precision` significant bits and exponents from lowest up; beyond top it is
 * infinite. */
static long double nearest(long double v, int precision, int lowest, long double top)
{
    int e;

    if (v == 0 || !isfinite(v))
        return v;
    frexpl(v, &e);                                  /* v = 0.1... 2^e */
    e = (e - 1 < lowest ? lowest : e - 1) - (precision - 1);
    v = ldexpl(nearbyintl(ldexpl(v, -e)), e);
    return fabsl(v) > top ? copysignl(HUGE_VALL, v) : v;
}

static long double clamped(long double v, long double lo, long double hi)
{
    if (isnan(v))
        return 0;
    v = nearbyintl(v);
    return v < lo ? lo : v > hi ? hi : v;
}

/* What type t makes of v. */
static long double rounded(long double v, enum ten_type t)
{
    const int bits = ten_elem_bits(t);

    switch (t) {
    case TEN_F64: return (double)v;
    case TEN_F32: return nearest(v, 24, -126, FLT_MAX);
    case TEN_F16: return nearest(v, 11, -14, 65504);
    case TEN_BF16: return nearest(v, 8, -126, 0x1.fep127L);
    case TEN_BOOL: return v != 0;
    case TEN_I8: case TEN_I16: case TEN_I32: case TEN_I64: case TEN_I4: case TEN_I2:
        return clamped(v, -ldexpl(1, bits - 1), ldexpl(1, bits - 1) - 1);
    default: return clamped(v, 0, ldexpl(1, bits) - 1);
    }
}

static bool same(long double a, long double b)
{
    return isnan(a) ? isnan(b) : a == b && signbit(a) == signbit(b);
}

enum { N = 4099, BYTES = 8 * N };                   /* several blocks and an odd end */

/* Random bit patterns; of floats also values near what the other types round and saturate at. */
static void make_source(void *p, enum ten_type t)
{
    for (int i = 0; i < BYTES / 8; i++) {
        const uint64_t u = rng_u64(&rng, (uint64_t)(t * BYTES + i));

        memcpy((char *)p + 8 * i, &u, 8);
    }
    for (int i = 0; i < N; i++) {
        const double z = rng_uniform(&rng, (uint64_t)(t * N + i) + 1000000) * 4 - 2;
        const double scale = i % 3 == 0 ? z : i % 3 == 1 ? 1 : -1;
        const double near = ldexp(scale, i % 67) + i % 5 * 0.5 - 1;

        if (t == TEN_F32 && i % 2)
            ((float *)p)[i] = (float)near;
        if (t == TEN_F64 && i % 2)
            ((double *)p)[i] = near;
    }
}

static void every_pair_of_types_agrees_with_long_double(void)
{
    static uint64_t src[N], dst[N];

    for (int st = TEN_F32; st < TEN_TYPES; st++)
        for (int dt = TEN_F32; dt < TEN_TYPES; dt++) {
            int wrong = 0;

            make_source(src, st);
            memset(dst, 0x55, sizeof dst);
            cast(dst, dt, src, st, N);
            for (int i = 0; i < N; i++) {
                long double want = rounded(value(src, st, i), dt);

                /* Integers have no negative zero. */
                if (want == 0 && ten_type_name(dt)[0] != 'f' && dt != TEN_BF16)
                    want = 0;
                wrong += !same(value(dst, dt, i), want);
            }
            if (wrong)
                printf("%s -> %s: %d of %d\n", ten_type_name(st), ten_type_name(dt), wrong, N);
            CHECK_INT(wrong, 0);
        }
}

static void integers_saturate_and_floats_round_half_to_even(void)
{
    const float f[] = {-0.5f, 0.5f, 1.5f, 2.5f, 254.5f, 255.5f, 300, -1, NAN, INFINITY, -INFINITY};
    const uint8_t u8[] = {0, 0, 2, 2, 254, 255, 255, 0, 0, 255, 0};
    const int8_t i8[] = {0, 0, 2, 2, 127, 127, 127, -1, 0, 127, -128};
    const int64_t i64[] = {0, 0, 2, 2, 254, 256, 300, -1, 0, INT64_MAX, INT64_MIN};
    const uint8_t b[] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    uint8_t got[11];
    int64_t wide[11];

    cast(got, TEN_U8, f, TEN_F32, 11);
    CHECK_BYTES(got, u8, 11);
    cast(got, TEN_I8, f, TEN_F32, 11);
    CHECK_BYTES(got, i8, 11);
    cast(got, TEN_BOOL, f, TEN_F32, 11);
    CHECK_BYTES(got, b, 11);
    cast(wide, TEN_I64, f, TEN_F32, 11);
    CHECK_BYTES(wide, i64, sizeof i64);
}

static void wide_integers_are_not_routed_through_a_double(void)
{
    const int64_t i[] = {INT64_MAX, INT64_MAX - 1, INT64_MIN, (1LL << 53) + 1};
    const uint64_t u[] = {UINT64_MAX, UINT64_MAX - 1, 1ULL << 63, (1ULL << 53) + 1};
    const uint64_t i_as_u[] = {INT64_MAX, INT64_MAX - 1, 0, (1ULL << 53) + 1};
    const int64_t u_as_i[] = {INT64_MAX, INT64_MAX, INT64_MAX, (1LL << 53) + 1};
    uint64_t got[4];

    cast(got, TEN_U64, i, TEN_I64, 4);
    CHECK_BYTES(got, i_as_u, sizeof got);
    cast(got, TEN_I64, u, TEN_U64, 4);
    CHECK_BYTES(got, u_as_i, sizeof got);
}

static void nothing_is_rounded_twice(void)
{
    /* Just above a tie of the narrow type, and the excess is lost in the type between. */
    const double d[] = {1 + 0x1p-11 + 0x1p-50, 1 + 0x1p-8 + 0x1p-50, 0x1p-25 + 0x1p-70};
    const int64_t i[] = {(1LL << 62) + (1LL << 38) + 1, (1LL << 62) + (1LL << 54) + 1};
    uint16_t h[3];
    float f;

    cast(h, TEN_F16, d, TEN_F64, 3);
    CHECK_INT(h[0], 0x3c01);
    CHECK_INT(h[2], 0x0001);
    cast(h, TEN_BF16, d, TEN_F64, 3);
    CHECK_INT(h[1], 0x3f81);
    cast(&f, TEN_F32, i, TEN_I64, 1);
    CHECK_NEAR(f, 0x1p62 + 0x1p39, 0);
    cast(h, TEN_BF16, i, TEN_I64, 2);
    CHECK_INT(h[1], (127 + 62) << 7 | 1);
}

static void all_patterns_of_16_bit_floats_survive_the_way_through_f32(void)
{
    static uint16_t h[1 << 16], back[1 << 16];
    static float f[1 << 16];

    for (int i = 0; i < 1 << 16; i++)
        h[i] = (uint16_t)i;
    cast(f, TEN_F32, h, TEN_F16, 1 << 16);
    cast(back, TEN_F16, f, TEN_F32, 1 << 16);
    CHECK_BYTES(back, h, sizeof h);
    for (int i = 0; i < 1 << 16; i++)
        CHECK(same(f[i], tiny_float(h[i], 5, 10)) && f16_from_f32(f16_to_f32(h[i])) == h[i]);

    cast(f, TEN_F32, h, TEN_BF16, 1 << 16);
    cast(back, TEN_BF16, f, TEN_F32, 1 << 16);
    CHECK_BYTES(back, h, sizeof h);
    for (int i = 0; i < 1 << 16; i++)
        CHECK(same(f[i], tiny_float(h[i], 8, 7)) && bf16_from_f32(bf16_to_f32(h[i])) == h[i]);
}

/* Between every two neighbours: the tie goes to the even one, and one ulp of f32 decides else. */
static void ties_between_16_bit_floats_go_to_the_even_one(void)
{
    for (unsigned h = 0; h < 0x7bff; h++) {
        const float tie = (f16_to_f32((uint16_t)h) + f16_to_f32((uint16_t)(h + 1))) / 2;

        CHECK_INT(f16_from_f32(tie), h + h % 2);
        CHECK_INT(f16_from_f32(nextafterf(tie, 0)), h);
        CHECK_INT(f16_from_f32(-nextafterf(tie, INFINITY)), (h + 1) | 0x8000);
    }
    for (unsigned h = 0; h < 0x7f7f; h++) {
        const float tie = (float)((tiny_float(h, 8, 7) + tiny_float(h + 1, 8, 7)) / 2);

        CHECK_INT(bf16_from_f32(tie), h + h % 2);
        CHECK_INT(bf16_from_f32(nextafterf(tie, 0)), h);
        CHECK_INT(bf16_from_f32(-nextafterf(tie, INFINITY)), (h + 1) | 0x8000);
    }
    CHECK_INT(f16_from_f32(65519.996f), 0x7bff);    /* the largest finite one ends at 65520 */
    CHECK_INT(f16_from_f32(65520), 0x7c00);
    CHECK_INT(f16_from_f32(FLT_MAX), 0x7c00);
    CHECK_INT(bf16_from_f32(FLT_MAX), 0x7f80);
}

static void nan_stays_nan_in_16_bits(void)
{
    const uint32_t u = 0x7f800001;                  /* its payload does not fit */
    float f;

    memcpy(&f, &u, sizeof f);
    CHECK_INT(f16_from_f32(f), 0x7e00);
    CHECK_INT(bf16_from_f32(f), 0x7fc0);
}

static void packed_types_of_any_length_end_in_zero_bits(void)
{
    const int64_t v[7] = {1, -2, 7, -8, 5, -1, 3};
    const uint8_t i4[7][4] = {{0x01}, {0xe1}, {0xe1, 0x07}, {0xe1, 0x87}, {0xe1, 0x87, 0x05},
                              {0xe1, 0x87, 0xf5}, {0xe1, 0x87, 0xf5, 0x03}};
    const uint8_t u2[7][2] = {{0x01}, {0x01}, {0x31}, {0x31}, {0x31, 3}, {0x31, 3}, {0x31, 0x33}};
    uint8_t got[8];
    int64_t back[7];

    for (int n = 1; n <= 7; n++) {
        memset(got, 0xee, sizeof got);
        cast(got, TEN_I4, v, TEN_I64, n);
        CHECK_BYTES(got, i4[n - 1], (n + 1) / 2);
        CHECK_INT(got[(n + 1) / 2], 0xee);          /* and nothing behind is touched */
        cast(back, TEN_I64, got, TEN_I4, n);
        CHECK_BYTES(back, v, n * sizeof *v);

        memset(got, 0xee, sizeof got);
        cast(got, TEN_U2, v, TEN_I64, n);
        CHECK_BYTES(got, u2[n - 1], (n + 3) / 4);
        CHECK_INT(got[(n + 3) / 4], 0xee);
    }
}

static void no_elements_touch_nothing(void)
{
    for (int st = TEN_F32; st < TEN_TYPES; st++)
        for (int dt = TEN_F32; dt < TEN_TYPES; dt++) {
            unsigned char guard = 0xee;

            cast(&guard, dt, "", st, 0);
            CHECK_INT(guard, 0xee);
        }
}

static void thread_count_does_not_change_the_result(void)
{
    enum { MANY = 300001 };
    float *f = malloc(MANY * sizeof *f);
    uint8_t *one = malloc(MANY), *two = malloc(MANY);

    rng_fill_normal(&rng, 0, f, MANY, 0, 3);
    for (int t = TEN_F32; t < TEN_TYPES; t++) {
        if (ten_elem_bits(t) > 8)
            continue;
        memset(one, 0, MANY);
        memset(two, 0, MANY);
        threads_set(1);
        cast(one, t, f, TEN_F32, MANY);
        threads_set(2);
        cast(two, t, f, TEN_F32, MANY);
        CHECK_BYTES(one, two, MANY);
    }
    free(f);
    free(one);
    free(two);
}

static void elements_as_doubles(void)
{
    const uint8_t packed[] = {0x9c};
    const uint64_t u = UINT64_MAX;

    CHECK_NEAR(elem_double(packed, TEN_I4, 0), -4, 0);
    CHECK_NEAR(elem_double(packed, TEN_U4, 1), 9, 0);
    CHECK_NEAR(elem_double(packed, TEN_I2, 3), -2, 0);
    CHECK_NEAR(elem_double(&u, TEN_U64, 0), 0x1p64, 0);
}

static const char *text_of(const void *p, enum ten_type t)
{
    static char text[32];

    return elem_text(p, t, 0, text);
}

static void text_is_as_short_as_reads_back(void)
{
    CHECK_STR(text_of(&(float){0.1f}, TEN_F32), "0.1");
    CHECK_STR(text_of(&(float){1.0f / 3}, TEN_F32), "0.33333334");
    CHECK_STR(text_of(&(float){16777216}, TEN_F32), "16777216");
    CHECK_STR(text_of(&(float){100000}, TEN_F32), "100000");
    CHECK_STR(text_of(&(float){-0.0f}, TEN_F32), "-0");
    CHECK_STR(text_of(&(float){0x1p-149f}, TEN_F32), "1e-45");
    CHECK_STR(text_of(&(float){-INFINITY}, TEN_F32), "-inf");
    CHECK_STR(text_of(&(float){-NAN}, TEN_F32), "nan");
    CHECK_STR(text_of(&(double){0.1}, TEN_F64), "0.1");
    CHECK_STR(text_of(&(double){0.1 + 0.2}, TEN_F64), "0.30000000000000004");
    CHECK_STR(text_of(&(uint16_t){0x2e66}, TEN_F16), "0.1");
    CHECK_STR(text_of(&(uint16_t){0x67d0}, TEN_F16), "2000");
    CHECK_STR(text_of(&(uint16_t){0x3dcd}, TEN_BF16), "0.1");
    CHECK_STR(text_of(&(uint64_t){UINT64_MAX}, TEN_U64), "18446744073709551615");
    CHECK_STR(text_of(&(int64_t){INT64_MIN}, TEN_I64), "-9223372036854775808");
}

static void text_of_random_values_reads_back_to_the_same_bits(void)
{
    static uint64_t src[N], back[N];

    for (int t = TEN_F32; t <= TEN_BF16; t++) {
        make_source(src, t);
        for (int i = 0; i < N; i++) {
            char text[32];
            const double d = strtod(elem_text(src, t, i, text), NULL);

            cast(back, t, &d, TEN_F64, 1);
            CHECK(same(value(back, t, 0), value(src, t, i)));
        }
    }
}

int main(void)
{
    RUN(every_pair_of_types_agrees_with_long_double);
    RUN(integers_saturate_and_floats_round_half_to_even);
    RUN(wide_integers_are_not_routed_through_a_double);
    RUN(nothing_is_rounded_twice);
    RUN(all_patterns_of_16_bit_floats_survive_the_way_through_f32);
    RUN(ties_between_16_bit_floats_go_to_the_even_one);
    RUN(nan_stays_nan_in_16_bits);
    RUN(packed_types_of_any_length_end_in_zero_bits);
    RUN(no_elements_touch_nothing);
    RUN(thread_count_does_not_change_the_result);
    RUN(elements_as_doubles);
    RUN(text_is_as_short_as_reads_back);
    RUN(text_of_random_values_reads_back_to_the_same_bits);
    return check_report();
}
