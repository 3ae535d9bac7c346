#include "metrics/correlation.h"

#include "base/mem.h"
#include "base/random.h"
#include "tests/unit/check.h"

#include <stdlib.h>

/* By hand: two of ten pairs are exchanged; sum of squared differences of ranks 4, rho = 1 - 6*4/(5*24). */
static void five_numbers_with_two_neighbours_exchanged(void)
{
    const double x[] = {1, 2, 3, 4, 5}, y[] = {2, 1, 4, 3, 5};
    const struct pair_counts p = pairs_of(x, y, 5);

    CHECK_INT(p.all, 10);
    CHECK_INT(p.against, 2);
    CHECK_NEAR(kendall_tau_b(&p), 0.6, 1e-15);
    CHECK_NEAR(spearman(x, y, 5), 0.8, 1e-15);
    CHECK_NEAR(pairwise_accuracy(&p), 0.8, 1e-15);
}

/* x ties 1 pair of 6, y another: 4 of the rest alike; tau-b = 4 / sqrt(5 * 5).  Ranks 1.5 1.5 3 4 and 1 2.5 2.5 4:
 * both of variance 4.5 / 4, covariance 3.75 / 4. */
static void ties_share_ranks_and_count_in_tau_b(void)
{
    const double x[] = {1, 1, 2, 3}, y[] = {1, 2, 2, 3};
    const struct pair_counts p = pairs_of(x, y, 4);

    CHECK_INT(p.tied_x, 1);
    CHECK_INT(p.tied_y, 1);
    CHECK_INT(p.tied_both, 0);
    CHECK_INT(p.against, 0);
    CHECK_NEAR(kendall_tau_b(&p), 0.8, 1e-15);
    CHECK_NEAR(spearman(x, y, 4), 3.75 / 4.5, 1e-15);
    CHECK_NEAR(pairwise_accuracy(&p), 4.5 / 5, 1e-15);
}

static void a_line_correlates_fully_whatever_its_scale(void)
{
    double x[100], y[100], z[100];

    for (int i = 0; i < 100; i++) {
        x[i] = i;
        y[i] = 1e-3 * i + 7;
        z[i] = exp(-0.1 * i);
    }
    CHECK_NEAR(pearson(x, y, 100), 1, 1e-12);
    CHECK_NEAR(spearman(x, z, 100), -1, 1e-12);
    CHECK(pearson(x, z, 100) > -0.9);
    const struct pair_counts p = pairs_of(x, z, 100);
    CHECK_NEAR(kendall_tau_b(&p), -1, 1e-15);
    CHECK_NEAR(pairwise_accuracy(&p), 0, 0);
}

/* The definition, pair by pair. */
static struct pair_counts counted(const double *x, const double *y, int64_t n)
{
    struct pair_counts p = {0};

    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < i; j++) {
            p.all++;
            p.tied_x += x[i] == x[j];
            p.tied_y += y[i] == y[j];
            p.tied_both += x[i] == x[j] && y[i] == y[j];
            p.against += (x[i] - x[j]) * (y[i] - y[j]) < 0;
        }
    return p;
}

static void pairs_are_those_that_counting_finds(void)
{
    enum { N = 257 };
    const struct rng r = {3, rng_stream("pairs")};
    double x[N], y[N];

    for (int64_t n = 0; n < N; n += 1 + n / 3)
        for (int kinds = 1; kinds < 2000; kinds = 7 * kinds + 1) {
            for (int64_t i = 0; i < n; i++) {
                x[i] = (double)rng_below(&r, (uint64_t)(2 * i), (uint64_t)kinds);
                y[i] = (double)rng_below(&r, (uint64_t)(2 * i + 1), (uint64_t)kinds);
            }
            const struct pair_counts want = counted(x, y, n), got = pairs_of(x, y, n);
            CHECK_BYTES(&got, &want, sizeof got);
        }
}

static void errors_are_means_over_samples(void)
{
    const struct agreement a = agreement_of((double[]){1, 2, 7}, (double[]){1, 4, 4}, 3);

    CHECK_NEAR(a.rmse, sqrt(13.0 / 3), 1e-15);
    CHECK_NEAR(a.mae, 5.0 / 3, 1e-15);
    CHECK_NEAR(a.mapd, (0.5 + 0.75) / 3, 1e-15);
}

static void what_is_not_defined_is_nan(void)
{
    const double same[] = {2, 2, 2}, x[] = {1, 2, 3};
    struct agreement a = agreement_of(same, x, 3);

    CHECK(isnan(a.pearson) && isnan(a.spearman) && isnan(a.kendall));
    CHECK_NEAR(a.pairwise, 0.5, 0);
    CHECK(isnan(agreement_of(x, same, 3).pairwise));
    a = agreement_of(x, x, 0);
    CHECK(isnan(a.rmse) && isnan(a.mae) && isnan(a.mapd) && isnan(a.kendall));
}

int main(void)
{
    RUN(five_numbers_with_two_neighbours_exchanged);
    RUN(ties_share_ranks_and_count_in_tau_b);
    RUN(a_line_correlates_fully_whatever_its_scale);
    RUN(pairs_are_those_that_counting_finds);
    RUN(errors_are_means_over_samples);
    RUN(what_is_not_defined_is_nan);
    return check_report();
}
