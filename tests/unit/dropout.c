/* lib/tensor/dropout.h against its definition, element by element. */
#include "check.h"
#include "levels.h"

#include "base/mem.h"
#include "tensor/dropout.h"

#include <float.h>
#include <omp.h>

static float *numbers(int64_t n, uint64_t seed)
{
    float *x = xmalloc(sizeof *x * (n + 1));
    rng_fill_uniform(&(struct rng){seed, 0}, 0, x, n, -1, 1);
    return x;
}

/* Lengths around a piece of 128 and a share of 8192; seeds and streams that use both words. */
static void keeps_what_the_generator_says_and_scales_it(void)
{
    static const int64_t length[] = {0, 1, 15, 16, 127, 128, 129, 500, 8192, 8193, 70001};
    static const float p[] = {0, 0.1f, 0.5f, 0.97f, 1};
    for (int i = 0; i < 11 * 5; i++) {
        const int64_t n = length[i / 5];
        const struct dropout d = {{0x123456789abcdef0 + i, 0xfedcba9876543210 + i}, p[i % 5]};
        const double rate = rint(p[i % 5] * 65536.0) / 65536;
        float *x = numbers(n, 1), *add = numbers(n, 2), *y = numbers(n, 3), *z = numbers(n, 4);
        int64_t wrong = 0;
        dropout(&d, y, x, NULL, n);
        dropout(&d, z, x, add, n);
        for (int64_t k = 0; k < n; k++) {
            const double want = dropout_keeps(&d, k) ? x[k] / (1 - rate) : 0;
            wrong += !(fabs(y[k] - want) <= 1.5 * FLT_EPSILON * fabs(want));
            wrong += !(fabs(z[k] - (add[k] + want)) <= 2 * FLT_EPSILON * (fabs(want) + fabs(add[k])));
        }
        CHECK_INT(wrong, 0);
        free(x); free(add); free(y); free(z);
    }
}

static void a_rate_of_nought_changes_nothing_and_of_one_leaves_nothing_not_even_nan(void)
{
    float x[] = {1, NAN, -3}, y[3];
    dropout(&(struct dropout){{1, 2}, 0}, y, x, NULL, 3);
    CHECK_BYTES(y, x, sizeof y);
    dropout(&(struct dropout){{1, 2}, 1}, y, x, NULL, 3);
    CHECK(y[0] == 0 && y[1] == 0 && y[2] == 0);
    drop_path(&(struct dropout){{1, 2}, 1}, y, x, NULL, 3, 1);
    CHECK(y[0] == 0 && y[1] == 0 && y[2] == 0);
}

/* Kept: binomial, 5 standard deviations. */
static void keeps_as_many_as_it_should(void)
{
    enum { N = 1 << 20 };
    float *x = xmalloc(sizeof *x * N), *y = xmalloc(sizeof *y * N);
    for (int64_t i = 0; i < N; i++)
        x[i] = 1;
    for (int i = 1; i < 10; i++) {
        const double p = i / 10.0, spread = 5 * sqrt(N * p * (1 - p));
        double kept = 0, sum = 0;
        dropout(&(struct dropout){{i, 5}, p}, y, x, NULL, N);
        for (int64_t k = 0; k < N; k++) {
            kept += y[k] != 0;
            sum += y[k];
        }
        CHECK_NEAR(kept, N * (1 - p), spread);
        CHECK_NEAR(sum, N, spread / (1 - p));
    }
    free(x); free(y);
}

static void works_in_place_and_on_top_of_the_summand(void)
{
    const int64_t n = 1000;
    const struct dropout d = {{7, 8}, 0.3f};
    float *x = numbers(n, 1), *add = numbers(n, 2), *y = numbers(n, 3), *z = numbers(n, 4);
    dropout(&d, y, x, NULL, n);
    dropout(&d, z, x, add, n);
    dropout(&d, add, x, add, n);
    dropout(&d, x, x, NULL, n);
    CHECK_BYTES(x, y, sizeof *x * n);
    CHECK_BYTES(add, z, sizeof *x * n);
    free(x); free(add); free(y); free(z);
}

static void paths_are_dropped_by_sample(void)
{
    const int64_t n = 40, each = 9001;
    const struct dropout d = {{3, 4}, 0.25f};
    float *x = numbers(n * each, 1), *add = numbers(n * each, 2), *y = numbers(n * each, 3);
    int64_t wrong = 0, kept = 0;
    drop_path(&d, y, x, add, n, each);
    for (int64_t s = 0; s < n; s++) {
        const bool keep = rng_uniform(&d.rng, s) >= 0.25;
        kept += keep;
        for (int64_t k = s * each; k < (s + 1) * each; k++) {
            const double want = keep ? x[k] / 0.75 : 0;
            wrong += !(fabs(y[k] - (add[k] + want)) <= 2 * FLT_EPSILON * (fabs(want) + fabs(add[k])));
        }
    }
    CHECK_INT(wrong, 0);
    CHECK(kept > 15 && kept < 40);
    free(x); free(add); free(y);
}

/* Rows of which 3 processes have every third, of lengths that end within pieces: what the whole has there. */
static void rows_of_a_share_are_dropped_as_in_the_whole(void)
{
    static const int64_t width[] = {1, 5, 127, 128, 129, 300, 3001};
    for (int i = 0; i < 7 * 3; i++) {
        const int64_t each = width[i % 7], rows = 23, share = i / 7, n = (rows - share + 2) / 3;
        const struct dropout d = {{3, 4 + i}, 0.25f};
        const struct dropout_rows r = {n, each, share, 3};
        float *x = numbers(rows * each, 1), *y = numbers(rows * each, 2), *z = numbers(rows * each, 2);
        float *some = numbers(n * each, 3), *got = numbers(n * each, 4), *path = numbers(n * each, 4);
        dropout(&d, y, x, NULL, rows * each);
        drop_path(&d, z, x, NULL, rows, each);
        for (int64_t k = 0; k < n; k++)
            memcpy(some + k * each, x + (share + 3 * k) * each, each * sizeof *x);
        dropout_rows(&d, &r, got, some);
        drop_path_rows(&d, &r, path, some);
        for (int64_t k = 0; k < n; k++) {
            CHECK_BYTES(got + k * each, y + (share + 3 * k) * each, each * sizeof *x);
            CHECK_BYTES(path + k * each, z + (share + 3 * k) * each, each * sizeof *x);
        }
        free(x); free(y); free(z); free(some); free(got); free(path);
    }
}

static void the_thread_count_changes_no_bit(void)
{
    const int before = omp_get_max_threads();
    const int64_t n = 100003;
    const struct dropout d = {{3, 4}, 0.25f};
    float *x = numbers(n, 1), *y[3];
    for (int t = 0; t < 3; t++) {
        omp_set_num_threads(t + 1);
        y[t] = numbers(n, 2);
        dropout(&d, y[t], x, NULL, n);
        CHECK_BYTES(y[t], y[0], sizeof(float) * n);
    }
    free(x); free(y[0]); free(y[1]); free(y[2]);
    omp_set_num_threads(before);
}

static int tests(void)
{
    RUN(keeps_what_the_generator_says_and_scales_it);
    RUN(a_rate_of_nought_changes_nothing_and_of_one_leaves_nothing_not_even_nan);
    RUN(keeps_as_many_as_it_should);
    RUN(works_in_place_and_on_top_of_the_summand);
    RUN(paths_are_dropped_by_sample);
    RUN(rows_of_a_share_are_dropped_as_in_the_whole);
    RUN(the_thread_count_changes_no_bit);
    return check_report();
}

int main(int argc, char **argv)
{
    (void)argc;
    return at_every_level(argv, tests);
}
