#include "tensor/fill.h"

#include "base/threads.h"
#include "tensor/cast.h"
#include "tests/unit/check.h"

#include <stdlib.h>

static const struct rng rng = {7, 11};

static void arange_counts_from_lo(void)
{
    const struct fill f = {.kind = FILL_ARANGE, .lo = -2};
    float y[4];

    fill(y, TEN_F32, &f, &rng, 0, 4);
    CHECK_BYTES(y, ((const float[]){-2, -1, 0, 1}), sizeof y);
    fill(y, TEN_F32, &f, &rng, 100, 4);
    CHECK_BYTES(y, ((const float[]){98, 99, 100, 101}), sizeof y);
}

static void arange_wraps_in_integer_types(void)
{
    const struct fill f = {.kind = FILL_ARANGE, .lo = 0};
    int8_t i8[3];
    uint8_t u8[3], bits[3], text[3], nibbles[2];

    fill(i8, TEN_I8, &f, &rng, 126, 3);
    CHECK_BYTES(i8, ((const int8_t[]){126, 127, -128}), 3);
    fill(u8, TEN_U8, &f, &rng, 254, 3);
    CHECK_BYTES(u8, ((const uint8_t[]){254, 255, 0}), 3);
    fill(bits, TEN_BOOL, &f, &rng, 0, 3);
    CHECK_BYTES(bits, ((const uint8_t[]){0, 1, 0}), 3);
    fill(text, TEN_UTF8, &f, &rng, 126, 3);
    CHECK_BYTES(text, ((const uint8_t[]){126, 127, 0}), 3);
    fill(nibbles, TEN_I4, &f, &rng, 6, 3);              /* 6 7 -8 */
    CHECK_BYTES(nibbles, ((const uint8_t[]){0x76, 0x08}), 2);
}

static void constants_of_64_bits_are_exact(void)
{
    const struct fill f = {.kind = FILL_CONSTANT, .value = -9223372036854775807.0L};
    const struct fill g = {.kind = FILL_CONSTANT, .value = 18446744073709551615.0L};
    int64_t i;
    uint64_t u;

    fill(&i, TEN_I64, &f, &rng, 0, 1);
    CHECK(i == -INT64_MAX);
    fill(&u, TEN_U64, &g, &rng, 0, 1);
    CHECK(u == UINT64_MAX);
}

/* n draws from k values: each count has mean n/k and variance below n/k. */
static void uniform_integers_reach_each_value_equally_often_and_no_other(void)
{
    enum { N = 70000, K = 7 };
    const struct fill f = {.kind = FILL_UNIFORM, .lo = -3, .hi = 4};
    static int32_t y[N];
    int count[K] = {0};

    fill(y, TEN_I32, &f, &rng, 0, N);
    for (int i = 0; i < N; i++) {
        CHECK(y[i] >= -3 && y[i] < 4);
        count[(y[i] + 3) % K]++;
    }
    for (int k = 0; k < K; k++)
        CHECK_NEAR(count[k], N / K, 5 * sqrt(N / K));
}

static void uniform_over_all_64_bits_reaches_both_halves(void)
{
    long double lo, hi;
    int64_t y[64];
    int negative = 0;

    CHECK(fill_limits(TEN_I64, &lo, &hi));
    fill(y, TEN_I64, &(struct fill){.kind = FILL_UNIFORM, .lo = lo, .hi = hi + 1}, &rng, 0, 64);
    for (int i = 0; i < 64; i++)
        negative += y[i] < 0;
    CHECK(negative > 12 && negative < 52);              /* 5 sigma of 32 +- 4 */
}

static void limits_are_those_of_the_type(void)
{
    long double lo, hi;

    CHECK(fill_limits(TEN_I4, &lo, &hi) && lo == -8 && hi == 7);
    CHECK(fill_limits(TEN_U2, &lo, &hi) && lo == 0 && hi == 3);
    CHECK(fill_limits(TEN_U64, &lo, &hi) && hi == 18446744073709551615.0L);
    CHECK(fill_limits(TEN_BOOL, &lo, &hi) && hi == 1);
    CHECK(!fill_limits(TEN_BF16, &lo, &hi));
}

/* Any split of the range, any thread count: the same bytes. */
static void pieces_and_threads_do_not_change_a_byte(void)
{
    enum { N = 200001, CUT = 70000 };
    static const enum fill_kind kinds[] = {FILL_ARANGE, FILL_ZEROS, FILL_CONSTANT, FILL_UNIFORM,
                                           FILL_NORMAL};
    char *whole = malloc(N * 8), *parts = malloc(N * 8);

    for (int t = 1; t < TEN_TYPES; t++)
        for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
            const struct fill f = {
                .kind = kinds[k], .lo = 0, .hi = 2, .value = 1, .mean = 1, .std = 2};
            const int bits = ten_elem_bits((enum ten_type)t);

            threads_set(1);
            fill(whole, (enum ten_type)t, &f, &rng, 8, N);
            threads_set(2);
            fill(parts, (enum ten_type)t, &f, &rng, 8, CUT);
            fill(parts + CUT * bits / 8, (enum ten_type)t, &f, &rng, 8 + CUT, N - CUT);
            CHECK_BYTES(whole, parts, (size_t)((int64_t)N * bits + 7) / 8);
        }
    free(whole);
    free(parts);
}

static void nothing_writes_nothing(void)
{
    char y = 42;

    for (int k = FILL_ARANGE; k <= FILL_NORMAL; k++)
        fill(&y, TEN_U8, &(struct fill){.kind = (enum fill_kind)k, .hi = 1}, &rng, 0, 0);
    CHECK_INT(y, 42);
}

int main(void)
{
    RUN(arange_counts_from_lo);
    RUN(arange_wraps_in_integer_types);
    RUN(constants_of_64_bits_are_exact);
    RUN(uniform_integers_reach_each_value_equally_often_and_no_other);
    RUN(uniform_over_all_64_bits_reaches_both_halves);
    RUN(limits_are_those_of_the_type);
    RUN(pieces_and_threads_do_not_change_a_byte);
    RUN(nothing_writes_nothing);
    return check_report();
}
