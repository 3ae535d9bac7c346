/* Precision and recall of distributions, and the clusters they stand on. */
#include "metrics/prd.h"
#include "metrics/clusters.h"

#include "tests/unit/check.h"
#include "tests/unit/metric_data.h"

#include <omp.h>

/* One set below the other. */
static struct features joined(struct features a, struct features b)
{
    struct features both = {.n = a.n + b.n, .d = a.d, .x = xmalloc((size_t)((a.n + b.n) * a.d) * sizeof *both.x)};
    memcpy(both.x, a.x, (size_t)(a.n * a.d) * sizeof *a.x);
    memcpy(both.x + a.n * a.d, b.x, (size_t)(b.n * b.d) * sizeof *b.x);
    free(a.x);
    free(b.x);
    return both;
}

/* tests/data/make_prd_reference.py, NumPy 1.24. */
enum { N = 200, D = 6, K = 7 };

static void clusters_shares_and_curve_are_those_of_numpy(void)
{
    static const int want[2][K] = {{58, 51, 27, 26, 13, 5, 20}, {20, 18, 27, 18, 54, 45, 18}};
    const struct features both = joined(metric_data(N, D, 3, 1, 0), metric_data(N, D, 5, 1.2, 0.3));
    for (int threads = 1; threads <= 3; threads++) {
        float centre[K * D];
        int64_t at[2 * N];
        int seen[2][K] = {{0}};
        double share[2][K], squares = 0;
        struct prd curve;
        omp_set_num_threads(threads);
        for (int j = 0; j < K; j++)
            memcpy(centre + j * D, both.x + j * (2 * N / K) * D, sizeof *centre * D);
        clusters_settle(at, centre, &both, K);
        for (int i = 0; i < 2 * N; i++)
            seen[i / N][at[i]]++;
        for (int i = 0; i < 2 * K; i++) {
            CHECK_INT(seen[i / K][i % K], want[i / K][i % K]);
            share[i / K][i % K] = (double)seen[i / K][i % K] / N;
        }
        for (int i = 0; i < K * D; i++)
            squares += (double)centre[i] * centre[i];
        CHECK_NEAR(squares, 17.843205595024219, 1e-6);
        prd_of_shares(&curve, share[0], share[1], K);
        CHECK_NEAR(curve.slope[400], 0.727021671744151, 1e-12);
        CHECK_NEAR(curve.precision[400], 0.51628204331684913, 1e-12);
        CHECK_NEAR(curve.recall[400], 0.71013294841441232, 1e-12);
        CHECK_NEAR(curve.precision[700], 0.68136146457489555, 1e-12);
        CHECK_NEAR(curve.recall[700], 0.3477093590686231, 1e-12);
        CHECK_NEAR(prd_score(&curve, 8), 0.97142344111931078, 1e-12);
        CHECK_NEAR(prd_score(&curve, 1.0 / 8), 0.88988002736262162, 1e-12);
        CHECK_NEAR(prd_score(&curve, 1), 0.60259920472642381, 1e-12);
    }
    free(both.x);
}

/* Real samples in two clusters alike, generated ones in the first alone: at slope 2 all of these are right and half of
 * the others found. */
static void a_lost_half_is_half_the_recall(void)
{
    const double p[] = {0.5, 0.5}, q[] = {1, 0};
    struct prd curve;
    prd_of_shares(&curve, p, q, 2);
    for (int a = 0; a < PRD_ANGLES; a++) {
        CHECK_NEAR(curve.precision[a], fmin(curve.slope[a] / 2, 1), 1e-12);
        CHECK_NEAR(curve.recall[a], fmin(1 / curve.slope[a], 0.5), 1e-12);
    }
    CHECK_NEAR(prd_score(&curve, 8), 65 * 0.5 / (64 + 0.5), 1e-4);
    CHECK_NEAR(prd_score(&curve, 1.0 / 8), (1 + 1 / 64.0) * 0.5 / (1 / 64.0 + 0.5), 1e-3);
}

static void equal_shares_are_perfect_and_apart_nothing(void)
{
    const double p[] = {0.2, 0.3, 0.5}, q[] = {0, 0, 0, 1}, r[] = {0.5, 0.5, 0, 0};
    struct prd curve;
    prd_of_shares(&curve, p, p, 3);
    CHECK_NEAR(curve.precision[500], 1, 1e-12);
    CHECK_NEAR(curve.recall[500], 1, 1e-12);
    CHECK_NEAR(prd_score(&curve, 8), 1, 1e-12);
    prd_of_shares(&curve, q, r, 4);
    CHECK_NEAR(prd_score(&curve, 8), 0, 0);
}

/* The precision of one is the recall of the other, at the slope's reciprocal. */
static void exchanging_the_sets_exchanges_the_two(void)
{
    const double p[] = {0.1, 0.2, 0.3, 0.4}, q[] = {0.4, 0.15, 0.15, 0.3};
    struct prd a, b;
    prd_of_shares(&a, p, q, 4);
    prd_of_shares(&b, q, p, 4);
    for (int k = 0; k < PRD_ANGLES; k++)
        CHECK_NEAR(a.precision[k], b.recall[PRD_ANGLES - 1 - k], 1e-12);
    CHECK_NEAR(prd_score(&a, 8), prd_score(&b, 1.0 / 8), 1e-12);
}

/* ---- Clusters ---------------------------------------------------------------------------------- */

/* Ten heaps of normal samples, 1000 apart. */
static struct features heaps(int64_t n, uint64_t seed)
{
    struct features f = metric_normal(n, 3, seed);
    for (int64_t i = 0; i < n; i++)
        f.x[3 * i] += (float)(1000 * (i % 10));
    return f;
}

static void first_centres_are_samples_of_every_heap(void)
{
    const struct features f = heaps(500, 4);
    for (uint64_t draw = 0; draw < 20; draw++) {
        float centre[30];
        int seen[10] = {0};
        clusters_start(centre, &f, 10, 1, draw);
        for (int j = 0; j < 10; j++)
            seen[(int)lrintf(centre[3 * j] / 1000)]++;
        for (int j = 0; j < 10; j++)
            CHECK_INT(seen[j], 1);
    }
    free(f.x);
}

static void heaps_become_clusters_and_centres_their_means(void)
{
    const struct features f = heaps(500, 4);
    float centre[30];
    int64_t at[500];
    double mean[30] = {0};
    clusters_start(centre, &f, 10, 1, 0);
    clusters_settle(at, centre, &f, 10);
    for (int i = 0; i < 500; i++) {
        CHECK_INT(at[i], at[i % 10]);
        for (int c = 0; c < 3; c++)
            mean[3 * at[i] + c] += f.x[3 * i + c] / 50.0;
    }
    for (int k = 0; k < 30; k++)
        CHECK_NEAR(centre[k], mean[k], 2e-3);
    free(f.x);
}

/* Fewer samples that differ than clusters: some stay without samples. */
static void samples_that_are_all_the_same_are_one_cluster(void)
{
    float x[8] = {3, 4, 3, 4, 3, 4, 3, 4}, centre[6];
    const struct features f = {.n = 4, .d = 2, .x = x};
    int64_t at[4];
    clusters_start(centre, &f, 3, 1, 0);
    clusters_settle(at, centre, &f, 3);
    for (int i = 0; i < 4; i++)
        CHECK_INT(at[i], 0);
    CHECK_NEAR(centre[4], 3, 0);
}

/* ---- Sets -------------------------------------------------------------------------------------- */

static void one_distribution_scores_high_a_part_of_it_loses_recall_for_any_number_of_threads(void)
{
    const struct prd_options o = {.clusters = 10, .runs = 3, .seed = 5};
    const struct features real = heaps(2000, 1), fake = heaps(1000, 2);
    struct features part = heaps(1000, 3);
    struct prd curve, again;
    for (int64_t i = 0; i < part.n; i++)                /* the first two heaps alone */
        part.x[3 * i] -= (float)(1000 * (i % 10 - i % 2));
    prd_of_features(&curve, &real, &fake, &o);
    CHECK(prd_score(&curve, 1) > 0.93);
    prd_of_features(&curve, &real, &part, &o);
    CHECK_NEAR(prd_score(&curve, 1.0 / 8), 1, 0.1);
    CHECK_NEAR(prd_score(&curve, 8), 0.2, 0.04);
    omp_set_num_threads(3);
    prd_of_features(&again, &real, &part, &o);
    CHECK_BYTES(&again, &curve, sizeof curve);
    free(real.x);
    free(fake.x);
    free(part.x);
}

int main(void)
{
    RUN(clusters_shares_and_curve_are_those_of_numpy);
    RUN(a_lost_half_is_half_the_recall);
    RUN(equal_shares_are_perfect_and_apart_nothing);
    RUN(exchanging_the_sets_exchanges_the_two);
    RUN(first_centres_are_samples_of_every_heap);
    RUN(heaps_become_clusters_and_centres_their_means);
    RUN(samples_that_are_all_the_same_are_one_cluster);
    RUN(one_distribution_scores_high_a_part_of_it_loses_recall_for_any_number_of_threads);
    return check_report();
}
