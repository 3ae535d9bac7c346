/* Kernel distance, Inception score, precision and recall, memorisation. */
#include "metrics/neighbours.h"

#include "metrics/inception_score.h"
#include "metrics/kid.h"
#include "metrics/memorisation.h"
#include "tests/unit/check.h"
#include "tests/unit/metric_data.h"

#include <omp.h>

/* ---- Kernel distance ------------------------------------------------------------------------- */

/* NumPy 1.24, f64, all samples as one subset. */
static void kernel_distance_agrees_with_numpy(void)
{
    struct features x = metric_data(250, 24, 3, 1, 0), y = metric_data(250, 24, 5, 1.2, 0.3);
    CHECK_NEAR(kernel_distance(&x, &y, 250, 1, 0).mean / 0.4614889837116367, 1, 1e-9);
    free(x.x);
    free(y.x);
    x = metric_data(100, 2048, 3, 1, 0);
    y = metric_data(100, 2048, 5, 1.2, 0.3);
    CHECK_NEAR(kernel_distance(&x, &y, 100, 1, 0).mean / 0.5126196722934875, 1, 1e-9);
    free(x.x);
    free(y.x);
}

/* Which set is the real one does not count; as one subset, neither does the order of the draw but for rounding. */
static void kernel_distance_is_symmetric(void)
{
    const struct features x = metric_data(250, 24, 3, 1, 0), y = metric_data(250, 24, 5, 1.2, 0.3);
    const double there = kernel_distance(&x, &y, 250, 1, 0).mean;
    CHECK(there > 0.1);
    CHECK_NEAR(kernel_distance(&y, &x, 250, 1, 0).mean / there, 1, 1e-12);
    free(x.x);
    free(y.x);
}

static void kernel_distance_of_one_distribution_is_nothing_on_average(void)
{
    enum { SUBSETS = 200 };
    const struct features x = metric_normal(20000, 8, 1), y = metric_normal(20000, 8, 2);
    const struct kid k = kernel_distance(&x, &y, 50, SUBSETS, 3);
    CHECK(fabs(k.mean) < 3 * k.std / sqrt(SUBSETS));
    CHECK(k.std > 0);
    free(x.x);
    free(y.x);
}

/* ---- Inception score ------------------------------------------------------------------------- */

static void score_of_sure_classes_is_their_number_and_of_no_difference_one(void)
{
    enum { N = 60, K = 6 };
    float p[N * K] = {0};
    for (int i = 0; i < N; i++)
        p[i * K + i % K] = 1;
    CHECK_NEAR(inception_score(p, N, K, 1).mean, K, 1e-9);
    CHECK_NEAR(inception_score(p, N, K, 10).mean, K, 1e-9);
    for (int i = 0; i < N * K; i++)
        p[i] = (float)(i % K + 1) / 21;
    CHECK_NEAR(inception_score(p, N, K, 10).mean, 1, 1e-12);
}

/* NumPy 1.24: rows of 95 samples, 10 classes, plus 0.01 and divided by their sums. */
static void score_agrees_with_numpy_for_one_part_and_ten(void)
{
    struct features p = metric_data(95, 10, 3, 1, 0.5);
    for (int64_t i = 0; i < p.n; i++) {
        double row[10], sum = 0;
        for (int k = 0; k < 10; k++)
            sum += row[k] = p.x[i * 10 + k] + 0.01;
        for (int k = 0; k < 10; k++)
            p.x[i * 10 + k] = (float)(row[k] / sum);
    }
    CHECK_NEAR(inception_score(p.x, 95, 10, 1).mean, 1.1012143189850865, 1e-9);
    const struct inception_score s = inception_score(p.x, 95, 10, 10);
    CHECK_NEAR(s.mean, 1.0833940753845472, 1e-9);
    CHECK_NEAR(s.std, 0.00879714562411423, 1e-9);
    free(p.x);
}

/* ---- Neighbours ------------------------------------------------------------------------------ */

static void check_prdc(int64_t n, int64_t m, int64_t d, double shift, int64_t k, struct prdc want)
{
    const struct features x = metric_data(n, d, 3, 1, 0), y = metric_data(m, d, 5, 1.2, shift);
    for (int threads = 1; threads <= 3; threads++) {
        omp_set_num_threads(threads);
        const struct prdc got = precision_recall(&x, &y, k);
        CHECK_NEAR(got.precision, want.precision, 1e-12);
        CHECK_NEAR(got.recall, want.recall, 1e-12);
        CHECK_NEAR(got.density, want.density, 1e-12);
        CHECK_NEAR(got.coverage, want.coverage, 1e-12);
    }
    free(x.x);
    free(y.x);
}

/* scipy.spatial.distance.cdist, SciPy 1.10, f64. */
static void precision_and_recall_agree_with_scipy(void)
{
    check_prdc(300, 250, 24, 0.3, 3, (struct prdc){0.408, 250.0 / 300, 0.176, 98.0 / 300});
    check_prdc(300, 250, 24, 0.3, 5, (struct prdc){0.504, 271.0 / 300, 0.152, 131.0 / 300});
    check_prdc(100, 100, 2048, 0.3, 3, (struct prdc){0.3, 0.45, 0.1, 0.3});
    check_prdc(300, 250, 2, 0.1, 3, (struct prdc){0.772, 299.0 / 300, 571.0 / 750, 235.0 / 300});
    check_prdc(300, 250, 2, 0.1, 5, (struct prdc){0.808, 1, 951.0 / 1250, 283.0 / 300});
}

/* Copies lie on the neighbourhoods' edges: as far from a sample as its neighbour is. */
static void copies_are_within_and_far_away_is_without(void)
{
    struct features x = metric_data(700, 40, 3, 1, 0), y = metric_data(700, 40, 3, 1, 0);
    struct prdc p = precision_recall(&x, &y, 3);
    CHECK_NEAR(p.precision, 1, 0);
    CHECK_NEAR(p.recall, 1, 0);
    CHECK_NEAR(p.coverage, 1, 0);
    CHECK_NEAR(p.density, 4.0 / 3, 1e-12);      /* itself and three neighbours */
    for (int64_t i = 0; i < y.n * y.d; i++)
        y.x[i] += 1000;
    p = precision_recall(&x, &y, 3);
    CHECK_NEAR(p.precision + p.recall + p.density + p.coverage, 0, 0);
    free(x.x);
    free(y.x);
}

/* Blocks of 512 and 2048 have edges inside of 5000 samples. */
static void nearest_ones_are_those_of_the_loops(void)
{
    const struct features a = metric_normal(600, 3, 1), b = metric_normal(5000, 3, 2);
    double r2[600];
    int64_t at[600];
    nearest_samples(at, r2, &a, &b);
    for (int i = 0; i < 600; i++) {
        double least = 1e300;
        int first = -1;
        for (int j = 0; j < 5000; j++) {
            double sum = 0;
            for (int c = 0; c < 3; c++)
                sum += pow((double)a.x[3 * i + c] - b.x[3 * j + c], 2);
            first = sum < least ? j : first;
            least = fmin(least, sum);
        }
        CHECK_NEAR(r2[i], least, 1e-10);
        CHECK_INT(at[i], first);
    }
    free(a.x);
    free(b.x);
}

/* SciPy 1.10, cdist. */
static void medians_of_nearest_distances_agree_with_scipy(void)
{
    const struct features all = metric_data(300, 24, 3, 1, 0), y = metric_data(250, 24, 5, 1.2, 0.3);
    struct features train = all, held_out = all;
    train.n = held_out.n = 150;
    held_out.x += 150 * 24;
    const struct memorisation m = memorisation(&y, &train, &held_out, 10, 0);
    CHECK_NEAR(m.train, 1.6457933784275491, 1e-9);
    CHECK_NEAR(m.held_out, 1.6645658285723028, 1e-9);
    CHECK_NEAR(m.nearer, 0.5, 1e-12);
    free(all.x);
    free(y.x);
}

/* 50 training samples among 2000 others: those repeated are found, those drawn anew are not. */
static void memorisation_is_seen_although_training_sets_are_small(void)
{
    const struct features train = metric_normal(50, 8, 1), other = metric_normal(2000, 8, 2);
    const struct features fresh = metric_normal(500, 8, 3);
    struct features copies;
    features_resample(&copies, &train, 1, "test", 0);
    CHECK_NEAR(memorisation(&copies, &train, &other, 4, 0).train, 0, 0);
    const struct memorisation m = memorisation(&fresh, &train, &other, 4, 0);
    CHECK_NEAR(m.train / m.held_out, 1, 0.06);
    CHECK_NEAR(m.nearer, 0.5, 0.1);
    features_free(&copies);
    free(train.x);
    free(other.x);
    free(fresh.x);
}

int main(void)
{
    RUN(kernel_distance_agrees_with_numpy);
    RUN(kernel_distance_is_symmetric);
    RUN(kernel_distance_of_one_distribution_is_nothing_on_average);
    RUN(score_of_sure_classes_is_their_number_and_of_no_difference_one);
    RUN(score_agrees_with_numpy_for_one_part_and_ten);
    RUN(precision_and_recall_agree_with_scipy);
    RUN(copies_are_within_and_far_away_is_without);
    RUN(nearest_ones_are_those_of_the_loops);
    RUN(medians_of_nearest_distances_agree_with_scipy);
    RUN(memorisation_is_seen_although_training_sets_are_small);
    return check_report();
}
