/* Draws are fixed, so no test of a statistic can fail by chance; bounds are five standard
 * deviations of the statistic under the claimed distribution. */
#include "base/random.h"

#include "base/threads.h"
#include "check.h"

#include <stdlib.h>

static const struct rng rng = {20261124, 3};

/* From kat_vectors of the Random123 distribution. */
static void philox_gives_the_published_answers(void)
{
    static const struct { uint32_t counter[4], key[2], out[4]; } known[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff},
         {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0},
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    uint32_t out[4];

    for (int i = 0; i < 3; i++) {
        philox4x32(out, known[i].counter, known[i].key);
        CHECK_BYTES(out, known[i].out, sizeof out);
    }
}

static void seed_is_the_key_and_index_and_stream_are_the_counter(void)
{
    const struct rng r = {0x299f31d0a4093822, 0x0370734413198a2e};
    const uint64_t index = 0x85a308d3243f6a88;
    const uint32_t want[4] = {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1};
    uint32_t out[4];

    rng_block(&r, index, out);
    CHECK_BYTES(out, want, sizeof out);
    CHECK(rng_u64(&r, index) == 0x94fdccebd16cfe09);
    CHECK_NEAR(rng_uniform(&r, index), (double)0x94fdccebd16cfe09 / 0x1p64, 0x1p-53);
    CHECK_INT(rng_below(&r, index, 1 << 16), 0x2412);       /* the highest bits of the block */
}

static void purposes_are_hashed_by_fnv_1a(void)
{
    CHECK(rng_stream("") == 0xcbf29ce484222325);
    CHECK(rng_stream("a") == 0xaf63dc4c8601ec8c);
    CHECK(rng_stream("foobar") == 0x85944171f73967e8);
}

enum { N = 10007 };

static void filled_uniforms_are_the_words_of_the_blocks(void)
{
    static float y[N];
    const uint64_t first = ((uint64_t)1 << 34) - 5000;      /* the index outgrows 32 bits */
    uint32_t w[4];
    int wrong = 0;

    rng_fill_uniform(&rng, first, y, N, -1, 1);
    for (uint64_t i = 0; i < N; i++) {
        rng_block(&rng, (first + i) / 4, w);
        wrong += y[i] != (float)(w[(first + i) % 4] >> 8) * 0x1p-24f * 2 - 1;
    }
    CHECK_INT(wrong, 0);
}

/* Against libm in double.  With u rounded to 24 bits, ln u is off by 2^-25 and the radius by that
 * over itself; a few more roundings are relative to the radius. */
static void filled_normals_are_box_muller_of_the_words(void)
{
    static float y[N];
    uint32_t w[4];

    rng_fill_normal(&rng, 3, y, N, 0, 1);
    for (uint64_t i = 0; i < N; i++) {
        const uint64_t k = 3 + i;

        rng_block(&rng, k / 4, w);
        const uint32_t a = w[k % 4 / 2 * 2], b = w[k % 4 / 2 * 2 + 1];
        const double r = sqrt(-2 * log(((a >> 1) + 1.0) / 0x1p31)), angle = 2 * M_PI * b / 0x1p32;

        CHECK_NEAR(y[i], r * (k % 2 ? sin(angle) : cos(angle)), 4 * 0x1p-24 * r + 0x1p-25 / r);
    }
}

static void normals_in_double_agree_with_libm(void)
{
    double worst = 0;

    for (uint64_t i = 0; i < 100000; i++) {
        uint32_t w[4];

        rng_block(&rng, i, w);
        const uint64_t a = w[0] | (uint64_t)w[1] << 32, b = w[2] | (uint64_t)w[3] << 32;
        const double r = sqrt(-2 * log(((a >> 11) + 1.0) * 0x1p-53));
        const double angle = (double)(int64_t)b * (M_PI * 0x1p-63);

        worst = fmax(worst, fabs(rng_normal(&rng, i) - r * cos(angle)));
    }
    CHECK(worst < 8 * 0x1p-52);             /* of values up to 6, angles up to pi */
}

static void any_split_and_any_number_of_threads_give_the_same_numbers(void)
{
    enum { MANY = 300000 };
    float *whole = malloc(MANY * sizeof *whole), *parts = malloc(MANY * sizeof *parts);
    void (*const fills[])(const struct rng *, uint64_t, float *, int64_t, float, float) = {
        rng_fill_uniform, rng_fill_normal};

    for (int f = 0; f < 2; f++) {
        threads_set(1);
        fills[f](&rng, 77, whole, MANY, 2, 5);
        for (int64_t at = 0, n = 0; at < MANY; at += n) {
            n = (at * 7 + 1) % 1000 + 1;
            n = n < MANY - at ? n : MANY - at;
            fills[f](&rng, 77 + (uint64_t)at, parts + at, n, 2, 5);
        }
        CHECK_BYTES(parts, whole, MANY * sizeof *whole);
        for (int threads = 2; threads <= 5; threads++) {
            threads_set(threads);
            fills[f](&rng, 77, parts, MANY, 2, 5);
            CHECK_BYTES(parts, whole, MANY * sizeof *whole);
        }
    }
    free(whole);
    free(parts);
}

static void fills_touch_nothing_beyond_their_range(void)
{
    float y[200];

    for (int from = 0; from < 70; from += 3)
        for (int n = 0; n < 130; n += 7) {
            for (int i = 0; i < 200; i++)
                y[i] = -7;
            rng_fill_uniform(&rng, (uint64_t)from, y + from, n, 0, 1);
            for (int i = 0; i < 200; i++)
                CHECK((y[i] == -7) == (i < from || i >= from + n));
        }
}

/* In so narrow a range most draws would round up to its end. */
static void uniforms_stay_below_the_upper_bound(void)
{
    static float y[1 << 16];
    const float hi = 1 + 0x1p-22f;
    int top = 0;

    rng_fill_uniform(&rng, 0, y, 1 << 16, 1, hi);
    for (int i = 0; i < 1 << 16; i++) {
        CHECK(y[i] >= 1 && y[i] < hi);
        top += y[i] == nextafterf(hi, 0);
    }
    CHECK(top > 1 << 14);
}

enum { MANY = 1 << 24 };
static float many[MANY];

/* |got - want| in standard deviations of one draw's statistic over n draws. */
static double off(double got, double want, double deviation, double n)
{
    return fabs(got - want) / (deviation / sqrt(n));
}

static void uniforms_have_the_moments_of_a_uniform(void)
{
    double s1 = 0, s2 = 0, lag = 0;

    rng_fill_uniform(&rng, 0, many, MANY, 0, 1);
    for (int i = 0; i < MANY; i++) {
        const double u = many[i] - 0.5;

        s1 += u;
        s2 += u * u;
        lag += i ? u * (many[i - 1] - 0.5) : 0;
    }
    /* u^2 has variance 1/80 - 1/144, a product of two independent ones 1/144. */
    CHECK(off(s1 / MANY, 0, sqrt(1 / 12.0), MANY) < 5);
    CHECK(off(s2 / MANY, 1 / 12.0, sqrt(1 / 180.0), MANY) < 5);
    CHECK(off(lag / MANY, 0, 1 / 12.0, MANY) < 5);
}

static void normals_have_the_moments_of_a_normal(void)
{
    double s[7] = {0}, lag = 0, pair = 0;

    rng_fill_normal(&rng, 0, many, MANY, 0, 1);
    for (int i = 0; i < MANY; i++) {
        double power = 1;

        for (int k = 1; k <= 6; k++)
            s[k] += power *= many[i];
        lag += i ? (double)many[i] * many[i - 1] : 0;
        /* Cosine and sine of one radius: independent only if the radius is right. */
        if (i % 2)
            pair += ((double)many[i] * many[i] - 1) * ((double)many[i - 1] * many[i - 1] - 1);
    }
    /* E z^2k = (2k-1)!!: the variances of z^k are 1, 2, 15, 96, 945, 10170. */
    CHECK(off(s[1] / MANY, 0, 1, MANY) < 5);
    CHECK(off(s[2] / MANY, 1, sqrt(2), MANY) < 5);
    CHECK(off(s[3] / MANY, 0, sqrt(15), MANY) < 5);
    CHECK(off(s[4] / MANY, 3, sqrt(96), MANY) < 5);
    CHECK(off(s[5] / MANY, 0, sqrt(945), MANY) < 5);
    CHECK(off(s[6] / MANY, 15, sqrt(10170), MANY) < 5);
    CHECK(off(lag / MANY, 0, 1, MANY) < 5);
    CHECK(off(pair / (MANY / 2), 0, 2, MANY / 2) < 5);
}

/* Pearson's statistic of counts in equally likely bins, in standard deviations from its mean. */
static double chi_square(const int64_t *count, int bins)
{
    double total = 0, x = 0;

    for (int i = 0; i < bins; i++)
        total += (double)count[i];
    for (int i = 0; i < bins; i++)
        x += ((double)count[i] - total / bins) * ((double)count[i] - total / bins) / (total / bins);
    return fabs(x - (bins - 1)) / sqrt(2.0 * (bins - 1));
}

static void every_byte_of_a_block_is_uniform(void)
{
    static int64_t count[16][256];

    for (uint64_t i = 0; i < 1 << 20; i++) {
        uint32_t w[4];

        rng_block(&rng, i, w);
        for (int b = 0; b < 16; b++)
            count[b][w[b / 4] >> b % 4 * 8 & 255]++;
    }
    for (int b = 0; b < 16; b++)
        CHECK(chi_square(count[b], 256) < 5);
}

static void normals_fill_the_quantiles_of_a_normal_evenly(void)
{
    static int64_t fill[256], single[256];

    rng_fill_normal(&rng, 0, many, MANY, 3, 2);
    for (int i = 0; i < MANY; i++)
        fill[(int)(erfc(-(many[i] - 3) / 2 * M_SQRT1_2) * 128)]++;
    CHECK(chi_square(fill, 256) < 5);
    for (uint64_t i = 0; i < 1 << 20; i++)
        single[(int)(erfc(-rng_normal(&rng, i) * M_SQRT1_2) * 128)]++;
    CHECK(chi_square(single, 256) < 5);
}

static void neighbouring_seeds_and_streams_do_not_correlate(void)
{
    const struct rng seed = {rng.seed + 1, rng.stream}, stream = {rng.seed, rng.stream + 1};
    double a = 0, b = 0;
    const int n = 1 << 20;

    for (uint64_t i = 0; i < (uint64_t)n; i++) {
        const double z = rng_normal(&rng, i);

        a += z * rng_normal(&seed, i);
        b += z * rng_normal(&stream, i);
    }
    CHECK(off(a / n, 0, 1, n) < 5);
    CHECK(off(b / n, 0, 1, n) < 5);
}

static void whole_numbers_are_even_and_below_their_bound(void)
{
    static const int bounds[] = {2, 3, 10, 255};

    for (int b = 0; b < 4; b++) {
        int64_t count[255] = {0};

        for (uint64_t i = 0; i < 1 << 20; i++)
            count[rng_below(&rng, i, (uint64_t)bounds[b])]++;
        CHECK(chi_square(count, bounds[b]) < 5);
    }
    for (uint64_t i = 0; i < 1000; i++) {
        CHECK_INT(rng_below(&rng, i, 1), 0);
        CHECK(rng_below(&rng, i, UINT64_MAX) < UINT64_MAX);
        CHECK(rng_below(&rng, i, 1 + ((uint64_t)1 << 63)) <= (uint64_t)1 << 63);
    }
}

static void permutations_hold_every_number_once(void)
{
    static int64_t p[N], seen[N];

    rng_permutation(&rng, 5, p, N);
    for (int i = 0; i < N; i++)
        seen[p[i]]++;
    for (int i = 0; i < N; i++)
        CHECK_INT(seen[i], 1);
    p[0] = -1;
    rng_permutation(&rng, 5, p, 0);
    CHECK_INT(p[0], -1);
    rng_permutation(&rng, 5, p, 1);
    CHECK_INT(p[0], 0);
}

static void permutations_are_equally_likely(void)
{
    int64_t count[24] = {0};

    for (uint64_t i = 0; i < 240000; i++) {
        int64_t p[4];
        int rank = 0;

        rng_permutation(&rng, 4 * i, p, 4);
        for (int a = 0; a < 4; a++) {           /* Lehmer code */
            int smaller = 0;

            for (int b = a + 1; b < 4; b++)
                smaller += p[b] < p[a];
            rank = rank * (4 - a) + smaller;
        }
        count[rank]++;
    }
    CHECK(chi_square(count, 24) < 5);
}

int main(void)
{
    RUN(philox_gives_the_published_answers);
    RUN(seed_is_the_key_and_index_and_stream_are_the_counter);
    RUN(purposes_are_hashed_by_fnv_1a);
    RUN(filled_uniforms_are_the_words_of_the_blocks);
    RUN(filled_normals_are_box_muller_of_the_words);
    RUN(normals_in_double_agree_with_libm);
    RUN(any_split_and_any_number_of_threads_give_the_same_numbers);
    RUN(fills_touch_nothing_beyond_their_range);
    RUN(uniforms_stay_below_the_upper_bound);
    RUN(uniforms_have_the_moments_of_a_uniform);
    RUN(normals_have_the_moments_of_a_normal);
    RUN(every_byte_of_a_block_is_uniform);
    RUN(normals_fill_the_quantiles_of_a_normal_evenly);
    RUN(neighbouring_seeds_and_streams_do_not_correlate);
    RUN(whole_numbers_are_even_and_below_their_bound);
    RUN(permutations_hold_every_number_once);
    RUN(permutations_are_equally_likely);
    return check_report();
}
