/* lib/tensor/reduce.h against definitions in f64, at every instruction set. */
#include "check.h"
#include "levels.h"

#include "base/mem.h"
#include "base/random.h"
#include "tensor/reduce.h"

#include <float.h>
#include <omp.h>
#include <stdlib.h>

static float *numbers(int64_t n, uint64_t seed)
{
    float *x = xmalloc(sizeof *x * (n + 1));
    rng_fill_uniform(&(struct rng){seed, 0}, 0, x, n, -1, 1);
    return x;
}

static const int64_t shapes[][3] = {
    {1, 1, 1}, {1, 17, 1}, {3, 64, 1}, {5, 1000, 1}, {2, 70001, 1}, {900, 77, 1}, {1, 33, 5}, {1, 5000, 37}, {1, 20, 9001},
    {3, 200, 64}, {40, 9, 50}, {2, 1, 3}, {0, 3, 2}, {2, 0, 3}, {2, 0, 1}, {2, 3, 0}, {1, 100000, 3}
};
enum { SHAPES = sizeof shapes / sizeof *shapes };

/* Of sums, the largest error in units of its bound; of extremes, 0 or infinite. */
static double error(enum reduce op, const float *y, const float *x, const int64_t *s)
{
    double worst = 0;
    for (int64_t o = 0; o < s[0]; o++)
        for (int64_t i = 0; i < s[2]; i++) {
            double sum = 0, size = 0, best = NAN;
            for (int64_t j = 0; j < s[1]; j++) {
                const double v = x[(o * s[1] + j) * s[2] + i], term = op == REDUCE_SQUARES ? v * v : v;
                sum += term;
                size += fabs(term);
                best = isnan(best) || (op == REDUCE_MAX ? v > best : v < best) ? v : best;
            }
            const double scale = op == REDUCE_MEAN && s[1] > 0 ? s[1] : 1, got = y[o * s[2] + i];
            double e = fabs(got - sum / scale) / (24 * 0x1p-24 * size / scale + FLT_MIN);
            if (op == REDUCE_MAX || op == REDUCE_MIN)
                e = got == best || (isnan(got) && isnan(best)) ? 0 : INFINITY;
            if (!(e <= worst))
                worst = e;
        }
    return worst;
}

static void every_reduction_is_its_definition_for_every_shape(void)
{
    for (int i = 0; i < SHAPES * 5; i++) {
        const int64_t *s = shapes[i % SHAPES];
        const enum reduce op = i / SHAPES;
        float *x = numbers(s[0] * s[1] * s[2], i), *y = numbers(s[0] * s[2], 1);
        reduce(y, op, x, s[0], s[1], s[2]);
        CHECK(error(op, y, x, s) <= 1);
        free(x); free(y);
    }
}

/* 0.1f a million times: a running f32 sum would be off by thousands of ulps. */
static void a_million_terms_are_summed_as_well_as_sixteen(void)
{
    enum { N = 1000000 };
    float *x = numbers(N, 1), y;
    for (int i = 0; i < N; i++)
        x[i] = 0.1f;
    CHECK_NEAR(reduce_all(REDUCE_SUM, x, N), N * (double)0.1f, 24 * 0x1p-24 * 1e5);
    CHECK_NEAR(reduce_all(REDUCE_MEAN, x, N), 0.1f, 24 * 0x1p-24 * 0.1);
    CHECK_NEAR(reduce_all(REDUCE_SQUARES, x, N), N * (double)0.1f * 0.1f, 24 * 0x1p-24 * 1e4);
    reduce(&y, REDUCE_SUM, x, 1, N / 10, 1);
    CHECK_NEAR(y, N / 10 * (double)0.1f, 24 * 0x1p-24 * 1e4);
    CHECK(reduce_all(REDUCE_SUM, x, 0) == 0 && reduce_all(REDUCE_MEAN, x, 0) == 0);
    free(x);
}

static void of_equals_the_first_is_found_and_nan_is_the_extreme(void)
{
    float x[8] = {1, 5, 2, 5, -1, -1, 3, 0}, y;
    int32_t index;
    reduce_index(&y, &index, REDUCE_MAX, x, 1, 8, 1);
    CHECK(y == 5 && index == 1);
    reduce_index(NULL, &index, REDUCE_MIN, x, 1, 8, 1);
    CHECK_INT(index, 4);
    x[3] = x[6] = NAN;
    for (enum reduce op = REDUCE_MAX; op <= REDUCE_MIN; op++) {
        reduce_index(&y, &index, op, x, 1, 8, 1);
        CHECK(isnan(y) && index == 3);
    }
    reduce_index(&y, &index, REDUCE_MAX, x, 1, 0, 1);
    CHECK(isnan(y) && index == -1);
}

static void places_are_those_of_the_extremes_for_every_shape(void)
{
    for (int i = 0; i < SHAPES * 2; i++) {
        const int64_t *s = shapes[i / 2], n = s[0] * s[2];
        const enum reduce op = i % 2 ? REDUCE_MAX : REDUCE_MIN;
        float *x = numbers(n * s[1], i), *y = numbers(n, 1);
        int32_t *index = xmalloc((n + 1) * sizeof *index);
        int64_t wrong = 0;
        for (int64_t j = 0; j < n * s[1]; j++)          /* many equals, and a few NaN */
            x[j] = j % 1009 == 1008 ? NAN : floorf(8 * x[j]);
        reduce_index(y, index, op, x, s[0], s[1], s[2]);
        for (int64_t j = 0; j < n && s[1] > 0; j++) {
            const float *column = x + j / s[2] * s[1] * s[2] + j % s[2];
            int64_t best = 0;
            for (int64_t r = 1; r < s[1]; r++) {
                const float v = column[r * s[2]], b = column[best * s[2]];
                if (!isnan(b) && (isnan(v) || (op == REDUCE_MAX ? v > b : v < b)))
                    best = r;
            }
            const float v = column[best * s[2]];
            wrong += index[j] != best || !(y[j] == v || (isnan(y[j]) && isnan(v)));
        }
        CHECK_INT(wrong, 0);
        free(x); free(y); free(index);
    }
}

/* x [2,3,2]: 0 1 | 2 3 | 4 5 || 6 .. 11 */
static void axes_apart_are_reduced_one_after_the_other(void)
{
    struct memory *m = memory_new();
    float x[12], y[6];
    for (int i = 0; i < 12; i++)
        x[i] = i;
    struct tensor tx = tensor_over(x, TEN_F32, 3, (const int64_t[]){2, 3, 2}), ty = tensor_over(y, TEN_F32, 1, (const int64_t[]){3});
    tensor_reduce(m, &ty, REDUCE_SUM, &tx, 1 << 0 | 1 << 2);
    CHECK_BYTES(y, ((float[]){14, 22, 30}), 12);
    tensor_reduce(m, &ty, REDUCE_MEAN, &tx, 1 << 0 | 1 << 2);
    CHECK_BYTES(y, ((float[]){3.5f, 5.5f, 7.5f}), 12);
    tensor_reduce(m, &ty, REDUCE_SQUARES, &tx, 1 << 0 | 1 << 2);
    CHECK_BYTES(y, ((float[]){0 + 1 + 36 + 49, 4 + 9 + 64 + 81, 16 + 25 + 100 + 121}), 12);
    tensor_reduce(m, &ty, REDUCE_MAX, &tx, 1 << 0 | 1 << 2);
    CHECK_BYTES(y, ((float[]){7, 9, 11}), 12);

    ty = tensor_over(y, TEN_F32, 2, (const int64_t[]){2, 3});           /* a transposed view: axis 2 of x is 0 */
    tx = tensor_permute(&tx, (const int[]){2, 0, 1});
    tensor_reduce(m, &ty, REDUCE_SUM, &tx, 1 << 0);
    CHECK_BYTES(y, ((float[]){1, 5, 9, 13, 17, 21}), 24);

    ty = tensor_over(y, TEN_F32, 0, NULL);
    tensor_reduce(m, &ty, REDUCE_SUM, &tx, 7);
    CHECK(y[0] == 66);
    CHECK_INT(memory_used(m), 0);
    memory_free(m);
}

static void squares_over_no_axes_are_squares(void)
{
    struct memory *m = memory_new();
    float x[3] = {1, -2, 3}, y[3];
    struct tensor tx = tensor_over(x, TEN_F32, 1, (const int64_t[]){3}), ty = tensor_over(y, TEN_F32, 1, (const int64_t[]){3});
    tensor_reduce(m, &ty, REDUCE_SQUARES, &tx, 0);
    CHECK_BYTES(y, ((float[]){1, 4, 9}), sizeof y);
    CHECK_BYTES(x, ((float[]){1, -2, 3}), sizeof x);
    memory_free(m);
}

/* <sum_to(x), y> = <x, broadcast(y)>, exactly, for small whole numbers. */
static void sum_to_is_the_adjoint_of_broadcasting(void)
{
    struct memory *m = memory_new();
    const int64_t d[4] = {3, 4, 5, 6};
    float x[360];
    for (int i = 0; i < 360; i++)
        x[i] = i * 7 % 13 - 6;
    struct tensor tx = tensor_over(x, TEN_F32, 4, d);
    for (int mask = 0; mask < 16; mask++)
        for (int lacks = 0; lacks <= 4; lacks++) {
            int64_t small[4];
            float y[360], sum[360];
            for (int k = lacks; k < 4; k++)
                small[k - lacks] = mask >> k & 1 ? 1 : d[k];
            struct tensor ty = tensor_over(y, TEN_F32, 4 - lacks, small), ts = tensor_over(sum, TEN_F32, 4 - lacks, small);
            const int64_t n = tensor_count(&ty);
            double left = 0, right = 0;
            for (int64_t i = 0; i < n; i++)
                y[i] = i * 5 % 11 - 5;
            tensor_sum_to(m, &ts, &tx);
            struct tensor wide = tensor_broadcast(&ty, 4, d);
            struct tensor full = tensor_compact(m, &wide);
            for (int64_t i = 0; i < n; i++)
                left += (double)sum[i] * y[i];
            for (int i = 0; i < 360; i++)
                right += (double)x[i] * full.f[i];
            CHECK(left == right);
            tensor_drop(&full);
        }
    memory_free(m);
}

static void running_sums_end_in_the_sum(void)
{
    static const int64_t shape[][2] = {{1, 1}, {3, 5}, {2, 100000}, {700, 90}, {2, 0}};
    for (int i = 0; i < 5; i++) {
        const int64_t rows = shape[i][0], n = shape[i][1];
        float *x = numbers(rows * n, i), *y = numbers(rows * n, 1);
        int64_t wrong = 0;
        reduce_running_sum(y, x, rows, n);
        for (int64_t r = 0; r < rows; r++) {
            double sum = 0, size = 0;
            for (int64_t j = 0; j < n; j++) {
                sum += x[r * n + j];
                size += fabs(x[r * n + j]);
                wrong += !(fabs(y[r * n + j] - sum) <= 24 * 0x1p-24 * size);
            }
        }
        CHECK_INT(wrong, 0);
        reduce_running_sum(x, x, rows, n);
        CHECK_BYTES(x, y, rows * n * sizeof *x);
        free(x); free(y);
    }
}

static void the_thread_count_changes_no_bit(void)
{
    const int before = omp_get_max_threads();
    for (int i = 0; i < SHAPES * 5; i++) {
        const int64_t *s = shapes[i % SHAPES], n = s[0] * s[1] * s[2];
        float *x = numbers(n, i), *y[3];
        double all[3];
        for (int t = 0; t < 3; t++) {
            y[t] = numbers(s[0] * s[2], 1);
            omp_set_num_threads(t + 1);
            reduce(y[t], i / SHAPES, x, s[0], s[1], s[2]);
            all[t] = reduce_all(REDUCE_SUM, x, n);
        }
        CHECK_BYTES(y[0], y[1], s[0] * s[2] * sizeof(float));
        CHECK_BYTES(y[0], y[2], s[0] * s[2] * sizeof(float));
        CHECK(all[0] == all[1] && all[0] == all[2]);
        free(x); free(y[0]); free(y[1]); free(y[2]);
    }
    omp_set_num_threads(before);
}

static int tests(void)
{
    RUN(every_reduction_is_its_definition_for_every_shape);
    RUN(a_million_terms_are_summed_as_well_as_sixteen);
    RUN(of_equals_the_first_is_found_and_nan_is_the_extreme);
    RUN(places_are_those_of_the_extremes_for_every_shape);
    RUN(axes_apart_are_reduced_one_after_the_other);
    RUN(squares_over_no_axes_are_squares);
    RUN(sum_to_is_the_adjoint_of_broadcasting);
    RUN(running_sums_end_in_the_sum);
    RUN(the_thread_count_changes_no_bit);
    return check_report();
}

int main(int argc, char **argv)
{
    (void)argc;
    return at_every_level(argv, tests);
}
