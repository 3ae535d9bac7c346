/* lib/tensor/prune.h: masks against sorting, counts that are exact, and op_mask. */
#include "check.h"

#include "autograd/ops.h"
#include "autograd/ops_compress.h"
#include "base/mem.h"
#include "tensor/prune.h"
#include "tensor/stats.h"

#include <omp.h>
#include <stdlib.h>

static const float *scores;
static int by_size(const void *a, const void *b)
{
    const int64_t i = *(const int64_t *)a, j = *(const int64_t *)b;
    const float x = fabsf(scores[i]), y = fabsf(scores[j]);
    return x != y ? (x > y) - (x < y) : (i > j) - (i < j);
}

/* The definition: sort by (|score|, index), the first k go. */
static void sorted_mask(float *mask, const float *score, int64_t n, int64_t k)
{
    int64_t *order = xmalloc(sizeof *order * (n + 1));
    for (int64_t i = 0; i < n; i++)
        order[i] = i;
    scores = score;
    qsort(order, n, sizeof *order, by_size);
    for (int64_t i = 0; i < n; i++)
        mask[order[i]] = i >= k;
    free(order);
}

static void exactly_k_go_and_they_are_the_smallest(void)
{
    static const int64_t sizes[] = {1, 2, 7, 1000, 70001, 200000};
    for (int s = 0; s < 6; s++) {
        const int64_t n = sizes[s];
        float *x = xmalloc(sizeof *x * n), *mask = xmalloc(sizeof *x * n), *want = xmalloc(sizeof *x * n);
        for (int ties = 0; ties < 2; ties++) {
            rng_fill_normal(&(struct rng){s, 1}, 0, x, n, 0, 1);
            for (int64_t i = 0; ties && i < n; i++)
                x[i] = rintf(x[i] * 2) / 2;             /* many equals, of both signs */
            const int64_t counts[] = {0, 1, n / 3, n / 2, n - 1, n};
            for (int j = 0; j < 6; j++) {
                prune_smallest(mask, x, n, counts[j]);
                sorted_mask(want, x, n, counts[j]);
                CHECK_BYTES(mask, want, n * sizeof *mask);
            }
        }
        free(x); free(mask); free(want);
    }
}

static void of_equals_the_lower_index_goes_first(void)
{
    const float x[] = {2, -1, 1, 3, -1, 0}, want[] = {1, 0, 0, 1, 1, 0};
    float mask[6];
    CHECK_NEAR(prune_smallest(mask, x, 6, 3), 1, 0);
    CHECK_BYTES(mask, want, sizeof mask);
    CHECK_NEAR(prune_smallest(mask, x, 6, 0), 0, 0);
    CHECK_NEAR(prune_smallest(NULL, NULL, 0, 0), 0, 0);
}

static void nan_is_kept_longest(void)
{
    const float x[] = {NAN, INFINITY, 1}, want[] = {1, 0, 0};
    float mask[3];
    prune_smallest(mask, x, 3, 2);
    CHECK_BYTES(mask, want, sizeof mask);
}

static void the_thread_count_changes_no_bit(void)
{
    enum { N = 300000 };
    const int before = omp_get_max_threads();
    float *x = xmalloc(sizeof *x * N), *one = xmalloc(sizeof *x * N), *mask = xmalloc(sizeof *x * N);
    rng_fill_normal(&(struct rng){5, 1}, 0, x, N, 0, 1);
    for (int64_t i = 0; i < N; i++)
        x[i] = rintf(x[i] * 8);
    for (int t = 1; t <= 3; t++) {
        omp_set_num_threads(t);
        prune_smallest(t == 1 ? one : mask, x, N, N / 2 + 1);
        CHECK(t == 1 || memcmp(one, mask, N * sizeof *x) == 0);
    }
    omp_set_num_threads(before);
    free(x); free(one); free(mask);
}

/* erf(s / sqrt 2) of a normal tensor lie below s deviations; 4 sigma of a million draws is 0.2 %. */
static void sensitivity_cuts_the_share_that_a_normal_tensor_has_there(void)
{
    enum { N = 1000000 };
    float *x = xmalloc(sizeof *x * N), *mask = xmalloc(sizeof *x * N);
    struct stats s;
    rng_fill_normal(&(struct rng){3, 1}, 0, x, N, 0, 0.3f);
    stats_chans(&s, &(struct stats_view){x, TEN_F32, N, 1}, 0, 1);
    for (double by = 0.25; by <= 1; by += 0.25) {
        const int64_t gone = prune_below(mask, x, N, (float)(by * stats_std(&s)));
        int64_t zeros = 0;
        for (int64_t i = 0; i < N; i++)
            zeros += mask[i] == 0;
        CHECK_INT(gone, zeros);
        CHECK_NEAR((double)gone / N, erf(by / sqrt(2)), 2e-3);
    }
    prune_apply(x, mask, N);
    for (int64_t i = 0; i < N; i++)
        CHECK((x[i] == 0) == (mask[i] == 0));
    free(x); free(mask);
}

static void the_gradual_schedule_starts_and_ends_where_it_should(void)
{
    double before = -1;
    CHECK_NEAR(prune_gradual(0.08, 0.22, 0, 174), 0.08, 1e-15);
    CHECK_NEAR(prune_gradual(0.08, 0.22, 174, 174), 0.22, 1e-15);
    CHECK_NEAR(prune_gradual(0.08, 0.22, 87, 174), 0.22 - 0.14 / 8, 1e-15);
    CHECK_NEAR(prune_gradual(0, 0.5, 0, 0), 0.5, 0);
    for (int64_t at = 0; at <= 174; at++) {
        const double now = prune_gradual(0.1, 0.9, at, 174);
        CHECK(now > before);
        before = now;
    }
}

static void counts_are_whole_even_where_products_are_not(void)
{
    CHECK_INT(prune_count(0.29, 100), 29);              /* 0.29 * 100 = 28.999999999999996 */
    CHECK_INT(prune_count(0.999, 10), 9);
    CHECK_INT(prune_count(1, 7), 7);
    CHECK_INT(prune_count(0, 7), 0);
}

/* x [2,3,2]: channel sums of |x| by hand. */
static void channels_are_scored_by_their_norms(void)
{
    const float x[] = {1, -2, 0, 0, 3, 4, -1, 1, 5, 0, 0, -12};
    float l1[3], l2[3];
    int32_t order[3];
    prune_channels(l1, PRUNE_L1, x, 2, 3, 2);
    prune_channels(l2, PRUNE_L2, x, 2, 3, 2);
    CHECK_NEAR(l1[0], 5, 0);
    CHECK_NEAR(l1[1], 5, 0);
    CHECK_NEAR(l1[2], 19, 0);
    CHECK_NEAR(l2[0], sqrtf(7), 0);
    CHECK_NEAR(l2[1], 5, 0);
    CHECK_NEAR(l2[2], 13, 0);
    prune_order(order, l1, 3);
    CHECK_INT(order[0], 2);
    CHECK_INT(order[1], 0);
    CHECK_INT(order[2], 1);
}

/* y = w m, dw = dy m, by hand; the mask has no gradient although it is a leaf. */
static void masked_weights_neither_count_nor_learn(void)
{
    float w[] = {1, -2, 3, 4, 5, 6}, m[] = {1, 0, 1}, want[] = {1, 0, 3, 4, 0, 6},
          ones[] = {1, 0, 1, 1, 0, 1};
    struct memory *memory = memory_new();
    struct tape *t = tape_new(memory, 1);
    struct var *x = tape_leaf(t, tensor_over(w, TEN_F32, 2, (const int64_t[]){2, 3}));
    struct var *mask = tape_leaf(t, tensor_over(m, TEN_F32, 1, (const int64_t[]){3}));
    struct var *y = tape_keep(t, op_mask(t, x, mask));
    tape_backward(t, y);
    for (int i = 0; i < 6; i++)
        CHECK(y->v.f[i] == want[i]);
    CHECK_BYTES(x->grad->v.f, ones, sizeof ones);
    CHECK(!mask->grad);
    tape_free(t);
    memory_free(memory);
}

int main(void)
{
    RUN(exactly_k_go_and_they_are_the_smallest);
    RUN(of_equals_the_lower_index_goes_first);
    RUN(nan_is_kept_longest);
    RUN(the_thread_count_changes_no_bit);
    RUN(sensitivity_cuts_the_share_that_a_normal_tensor_has_there);
    RUN(the_gradual_schedule_starts_and_ends_where_it_should);
    RUN(counts_are_whole_even_where_products_are_not);
    RUN(channels_are_scored_by_their_norms);
    RUN(masked_weights_neither_count_nor_learn);
    return check_report();
}
