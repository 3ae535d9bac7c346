/* lib/tensor/codebook.h and op_codebook: k-means by hand and by the definition, sums over members. */
#include "check.h"
#include "levels.h"

#include "autograd/ops.h"
#include "autograd/ops_compress.h"
#include "base/mem.h"
#include "tensor/codebook.h"

#include <omp.h>
#include <stdlib.h>

static float *numbers(int64_t n, uint64_t seed)
{
    float *x = xmalloc(sizeof *x * (n + 1));
    rng_fill_normal(&(struct rng){seed, 0}, 0, x, n, 0, 1);
    return x;
}

static double squares(const float *x, int64_t n, const float *centroid, int k)
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++) {
        double best = HUGE_VAL;
        for (int j = 0; j < k; j++)
            best = fmin(best, ((double)x[i] - centroid[j]) * ((double)x[i] - centroid[j]));
        sum += best;
    }
    return sum;
}

/* 0 1 2 | 8 10 from a grid of 0 and 10: means 1 and 9. */
static void two_clusters_by_hand(void)
{
    const float x[] = {8, 0, 10, 2, 1}, want[] = {1, 9};
    float centroid[2];
    int32_t code[5];
    CHECK_INT(kmeans(&(struct kmeans){.k = 2, .rounds = 50}, centroid, x, 5), 1);
    CHECK_BYTES(centroid, want, sizeof want);
    codebook_assign(code, x, 5, centroid, 2, false);
    CHECK_BYTES(code, ((const int32_t[]){1, 0, 1, 0, 0}), sizeof code);
}

static void as_many_values_as_centroids_are_kept_exactly(void)
{
    const float x[] = {5, 0, 1e-3f, 5, 1, -2, 1, 0};
    for (int k = 5; k <= 8; k++) {
        float centroid[8], y[8];
        int32_t code[8];
        kmeans(&(struct kmeans){.k = k, .rounds = 50}, centroid, x, 8);
        codebook_assign(code, x, 8, centroid, k, false);
        codebook_values(y, code, 8, centroid, k);
        CHECK_BYTES(y, x, sizeof y);
    }
}

static void rounds_never_make_it_worse_and_centroids_rise(void)
{
    enum { N = 20000 };
    float *x = numbers(N, 1), centroid[256];
    for (int plus = 0; plus < 2; plus++)
        for (int k = 1; k <= 256; k *= 4) {
            double before = HUGE_VAL;
            for (int rounds = 0; rounds < 12; rounds++) {
                kmeans(&(struct kmeans){.k = k, .rounds = rounds, .plus = plus, .rng = {1, 2}}, centroid, x,
                       N);
                const double now = squares(x, N, centroid, k);
                CHECK(now <= before * (1 + 1e-6));
                before = now;
                for (int j = 1; j < k; j++)
                    CHECK(centroid[j - 1] < centroid[j]);
            }
        }
    free(x);
}

/* The normal distribution's two best points: +-sqrt(2/pi). */
static void two_points_of_a_normal_distribution(void)
{
    enum { N = 200000 };
    float *x = numbers(N, 1), centroid[2];
    kmeans(&(struct kmeans){.k = 2, .rounds = 100}, centroid, x, N);
    CHECK_NEAR(centroid[0], -sqrt(2 / M_PI), 0.01);
    CHECK_NEAR(centroid[1], sqrt(2 / M_PI), 0.01);
    free(x);
}

static void codes_are_the_nearest_centroids(void)
{
    static const int sizes[] = {1, 2, 3, 16, 100, 255, 256};
    enum { N = 40000 };
    float *x = numbers(N, 1), centroid[256], *y = numbers(N, 2);
    int32_t *code = xmalloc(sizeof *code * N);
    for (int s = 0; s < 7; s++) {
        const int k = sizes[s];
        int64_t bad = 0;
        kmeans(&(struct kmeans){.k = k, .rounds = 5}, centroid, x, N);
        codebook_assign(code, x, N, centroid, k, false);
        codebook_values(y, code, N, centroid, k);
        for (int64_t i = 0; i < N; i++) {
            float best = HUGE_VALF;
            for (int j = 0; j < k; j++)
                best = fminf(best, fabsf(x[i] - centroid[j]));
            bad += code[i] < 0 || code[i] >= k || y[i] != centroid[code[i]] ||
                   !(fabsf(x[i] - y[i]) <= best + 1e-6f);
        }
        CHECK_INT(bad, 0);
    }
    free(x); free(y); free(code);
}

static void pruned_weights_stay_out(void)
{
    const float x[] = {0, 1, -0.0f, 1.5f, 9, 0};
    float centroid[2], y[6];
    int32_t code[6];
    kmeans(&(struct kmeans){.k = 2, .rounds = 50, .zeros = true}, centroid, x, 6);
    CHECK(centroid[0] == 1.25f && centroid[1] == 9);
    codebook_assign(code, x, 6, centroid, 2, true);
    CHECK_BYTES(code, ((const int32_t[]){-1, 0, -1, 0, 1, -1}), sizeof code);
    codebook_values(y, code, 6, centroid, 2);
    CHECK(y[0] == 0 && y[2] == 0 && y[3] == 1.25f && y[4] == 9);
    kmeans(&(struct kmeans){.k = 2, .rounds = 50, .zeros = true}, centroid, x, 1);  /* nothing left */
    CHECK(centroid[0] == 0 && centroid[1] == 0);
}

static void sums_and_means_are_over_members(void)
{
    enum { N = 100001, K = 37 };
    const int before = omp_get_max_threads();
    float *x = numbers(N, 1), centroid[K];
    int32_t *code = xmalloc(sizeof *code * N);
    double want[K] = {0}, sum[3][K];
    int64_t many[K] = {0}, members[K];
    for (int64_t i = 0; i < N; i++) {
        code[i] = (int32_t)rng_below(&(struct rng){1, 1}, i, K + 1) - 1;
        if (code[i] >= 0) {
            want[code[i]] += x[i];
            many[code[i]]++;
        }
    }
    for (int t = 0; t < 3; t++) {
        omp_set_num_threads(t + 1);
        codebook_sums(sum[t], members, x, code, N, K);
        CHECK_BYTES(sum[t], sum[0], sizeof sum[0]);
    }
    omp_set_num_threads(before);
    CHECK_BYTES(members, many, sizeof many);
    for (int j = 0; j < K; j++)
        CHECK_NEAR(sum[0][j], want[j], 1e-9);
    codebook_recentre(centroid, x, code, N, K);
    for (int j = 0; j < K; j++)
        CHECK_NEAR(centroid[j], want[j] / (double)many[j], 1e-7);
    free(x); free(code);
}

static void weights_learn_straight_through_unless_pruned(void)
{
    float w[] = {0.1f, 0.9f, 0, 1.2f}, book[] = {0, 1}, g[] = {1, 2, 3, 4};
    int32_t code[] = {0, 1, -1, 1};
    const int64_t four = 4, two = 2;
    struct memory *m = memory_new();
    struct tape *t = tape_new(m, 1);
    struct var *x = tape_leaf(t, tensor_over(w, TEN_F32, 1, &four)),
               *b = tape_leaf(t, tensor_over(book, TEN_F32, 1, &two));
    struct var *y = tape_keep(t, op_codebook(t, x, b, tape_input(t, tensor_over(code, TEN_I32, 1, &four))));
    tape_backward_from(t, y, tape_input(t, tensor_over(g, TEN_F32, 1, &four)));
    CHECK_BYTES(y->v.f, ((const float[]){0, 1, 0, 1}), sizeof w);
    CHECK_BYTES(x->grad->v.f, ((const float[]){1, 2, 0, 4}), sizeof w);
    CHECK_BYTES(b->grad->v.f, ((const float[]){1, 6}), sizeof book);
    tape_free(t);
    memory_free(m);
}

static int tests(void)
{
    RUN(two_clusters_by_hand);
    RUN(as_many_values_as_centroids_are_kept_exactly);
    RUN(rounds_never_make_it_worse_and_centroids_rise);
    RUN(two_points_of_a_normal_distribution);
    RUN(codes_are_the_nearest_centroids);
    RUN(pruned_weights_stay_out);
    RUN(sums_and_means_are_over_members);
    RUN(weights_learn_straight_through_unless_pruned);
    return check_report();
}

int main(int argc, char **argv)
{
    (void)argc;
    return at_every_level(argv, tests);
}
