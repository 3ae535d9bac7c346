#include "stream/apportion.h"
#include "tests/unit/check.h"

#include <stdlib.h>

static const struct rng rng = {3, 5};

static struct shares three(void)
{
    struct shares s;

    shares_set(&s, (const double[]){0.8, 0.1, 0.1}, 3);
    return s;
}

static void quotas_without_remainder_are_the_shares(void)
{
    const struct shares s = three();
    int64_t quota[3];

    for (uint64_t i = 0; i < 100; i++) {
        apportion(quota, &s, 50, &rng, i);
        CHECK_INT(quota[0], 40);
        CHECK_INT(quota[1], 5);
        CHECK_INT(quota[2], 5);
    }
}

static void quotas_are_off_by_less_than_one_and_add_up(void)
{
    struct shares s;
    int64_t quota[4];
    const double f[4] = {0.55, 0.25, 0.15, 0.05};

    shares_set(&s, f, 4);
    for (int64_t n = 0; n < 300; n++) {
        int64_t sum = 0;

        apportion(quota, &s, n, &rng, (uint64_t)n);
        for (int j = 0; j < 4; j++) {
            CHECK(fabs((double)quota[j] - (double)n * f[j]) < 1);
            sum += quota[j];
        }
        CHECK_INT(sum, n);
    }
}

/* 3 samples: 2.4, 0.3 and 0.3; the third quota is 1 in 30 % of N classes, sigma sqrt(N 0.3 0.7). */
static void rounding_favours_no_part(void)
{
    enum { N = 20000 };
    const struct shares s = three();
    int64_t quota[3], sum[3] = {0};

    for (uint64_t i = 0; i < N; i++) {
        apportion(quota, &s, 3, &rng, i);
        for (int j = 0; j < 3; j++)
            sum[j] += quota[j];
    }
    CHECK_NEAR(sum[0], 2.4 * N, 5 * sqrt(N * 0.24));
    CHECK_NEAR(sum[1], 0.3 * N, 5 * sqrt(N * 0.21));
    CHECK_NEAR(sum[2], 0.3 * N, 5 * sqrt(N * 0.21));
}

static void huge_numbers_do_not_overflow(void)
{
    const struct shares s = three();
    int64_t quota[3];

    apportion(quota, &s, 4000000000000000000, &rng, 0);
    CHECK_INT(quota[0], 3200000000000000000);
    CHECK_INT(quota[1], 400000000000000000);
    CHECK_INT(quota[2], 400000000000000000);
}

/* All 6 arrangements of {2, 2}: chi-square with 5 degrees of freedom passes 37 once in 10^6. */
static void every_arrangement_is_equally_likely(void)
{
    enum { N = 12000 };
    int count[16] = {0}, seen = 0;
    double chi = 0;

    for (uint64_t i = 0; i < N; i++) {
        int64_t quota[2] = {2, 2};
        int which = 0;

        for (uint64_t k = 0; k < 4; k++)
            which = 2 * which + apportion_next(quota, 2, &rng, 4 * i + k);
        count[which]++;
    }
    for (int w = 0; w < 16; w++)
        if (count[w] > 0) {
            chi += (count[w] - N / 6.0) * (count[w] - N / 6.0) / (N / 6.0);
            seen++;
        }
    CHECK_INT(seen, 6);
    CHECK(chi < 37);
}

static void hashes_divide_their_range_by_the_shares(void)
{
    const struct shares s = three();

    CHECK_INT(apportion_hash(&s, 0), 0);
    CHECK_INT(apportion_hash(&s, UINT64_MAX / 10 * 7), 0);
    CHECK_INT(apportion_hash(&s, UINT64_MAX / 100 * 81), 1);
    CHECK_INT(apportion_hash(&s, UINT64_MAX / 100 * 89), 1);
    CHECK_INT(apportion_hash(&s, UINT64_MAX / 100 * 91), 2);
    CHECK_INT(apportion_hash(&s, UINT64_MAX), 2);
}

static void each_class_is_shared_out_by_itself(void)
{
    const struct shares s = three();
    struct strata *t = strata_new(&s, 1);
    int64_t got[2][3] = {{0}};

    for (int i = 0; i < 120; i++)
        strata_count(t, i % 6 == 0 ? -7 : 1000);        /* 20 and 100 */
    for (int i = 0; i < 120; i++)
        got[i % 6 == 0][strata_deal(t, i % 6 == 0 ? -7 : 1000)]++;
    CHECK_BYTES(got[1], ((const int64_t[]){16, 2, 2}), sizeof got[1]);
    CHECK_BYTES(got[0], ((const int64_t[]){80, 10, 10}), sizeof got[0]);
    strata_free(t);
}

int main(void)
{
    RUN(quotas_without_remainder_are_the_shares);
    RUN(quotas_are_off_by_less_than_one_and_add_up);
    RUN(rounding_favours_no_part);
    RUN(huge_numbers_do_not_overflow);
    RUN(every_arrangement_is_equally_likely);
    RUN(hashes_divide_their_range_by_the_shares);
    RUN(each_class_is_shared_out_by_itself);
    return check_report();
}
