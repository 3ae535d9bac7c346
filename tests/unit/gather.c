/* lib/tensor/gather.h: small numbers by hand, adjoints, and sums against the definition in f64. */
#include "check.h"
#include "levels.h"

#include "base/mem.h"
#include "base/random.h"
#include "tensor/gather.h"

#include <float.h>
#include <omp.h>

static float *numbers(int64_t n, uint64_t seed)
{
    float *x = xmalloc(sizeof *x * (n + 1));
    rng_fill_uniform(&(struct rng){seed, 0}, 0, x, n, -1, 1);
    return x;
}

/* Small numbers are the likeliest, as words are. */
static int32_t *indices(int64_t n, int64_t limit, uint64_t seed)
{
    int32_t *x = xmalloc(sizeof *x * (n + 1));
    for (int64_t i = 0; i < n; i++)
        x[i] = rng_below(&(struct rng){seed, 1}, 2 * i, 1 + rng_below(&(struct rng){seed, 1}, 2 * i + 1, limit));
    return x;
}

static double inner(const float *x, const float *y, int64_t n)
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += (double)x[i] * y[i];
    return sum;
}

static void the_first_index_out_of_range_is_named(void)
{
    const int32_t index[] = {0, 4, 2, 5, -1};
    CHECK_INT(index_error(index, 5, 6), 4);
    CHECK_INT(index_error(index, 5, 5), 3);
    CHECK_INT(index_error(index, 3, 5), -1);
    CHECK_INT(index_error(index, 0, 0), -1);
    CHECK_INT(index_error(index, 1, 0), 0);
}

static void rows_come_by_number_and_go_back_summed(void)
{
    const float x[] = {1, 2, 3, 4, 5, 6}, want[] = {5, 6, 1, 2, 5, 6};
    const int32_t index[] = {2, 0, 2};
    float y[6], back[6] = {0, 0, 100, 100, 0, 0};
    const float sums[] = {1, 2, 100, 100, 10, 12};
    gather_rows(y, x, index, 3, 2);
    CHECK_BYTES(y, want, sizeof y);
    scatter_rows(back, y, index, 3, 2, -1);
    CHECK_BYTES(back, sums, sizeof back);
    scatter_rows(back, y, index, 3, 2, 2);              /* adds {1,2} to row 0 and nothing to row 2 */
    CHECK_NEAR(back[0], 2, 0);
    CHECK_NEAR(back[4], 10, 0);
    gather_rows(NULL, x, NULL, 0, 2);
    scatter_rows(back, NULL, NULL, 0, 2, -1);
}

static void elements_come_by_number_and_go_back_summed(void)
{
    const float x[] = {1, 2, 3, 4, 5, 6}, want[] = {3, 3, 4, 5};
    const int32_t index[] = {2, 2, 0, 1};
    float y[4], back[6] = {0};
    const float sums[] = {0, 0, 6, 4, 5, 0};
    gather_last(y, x, index, 2, 3, 2);
    CHECK_BYTES(y, want, sizeof y);
    scatter_last(back, y, index, 2, 3, 2);
    CHECK_BYTES(back, sums, sizeof back);
}

static void one_hot_has_one_on_in_every_row(void)
{
    const int32_t index[] = {1, 0};
    const float want[] = {-1, 2, -1, 2, -1, -1};
    float y[6];
    one_hot(y, index, 2, 3, 2, -1);
    CHECK_BYTES(y, want, sizeof y);
}

/* 0 -> 1 (weight 2), 2 -> 0 (3), 2 -> 2 (1); row 1 is empty. */
static void a_sparse_product_follows_the_entries_and_its_transpose_goes_back(void)
{
    const int32_t start[] = {0, 1, 1, 3}, col[] = {1, 0, 2};
    const float value[] = {2, 3, 1}, x[] = {1, 10, 2, 20, 3, 30};
    struct csr a = {3, 3, start, col, value};
    const float want[] = {4, 40, 0, 0, 6, 60}, want_back[] = {9, 90, 2, 20, 3, 30}, ones[] = {2, 20, 0, 0, 4, 40};
    float y[6], dvalue[3];
    csr_product(y, &a, x, 2);
    CHECK_BYTES(y, want, sizeof y);
    csr_transposed_product(y, &a, x, 2);
    CHECK_BYTES(y, want_back, sizeof y);
    csr_value_gradient(dvalue, &a, x, x, 2);
    CHECK_NEAR(dvalue[0], 202, 0);                      /* <x0, x1> = 2 + 200 */
    CHECK_NEAR(dvalue[1], 303, 0);
    CHECK_NEAR(dvalue[2], 909, 0);
    a.value = NULL;
    csr_product(y, &a, x, 2);
    CHECK_BYTES(y, ones, sizeof y);
}

/* Widths that are split by columns, by rows and not at all; every sum against f64. */
static void sums_are_right_for_every_width_and_the_same_for_every_thread_count(void)
{
    static const int64_t width[] = {1, 3, 16, 40, 200, 517};
    const int before = omp_get_max_threads();
    for (int w = 0; w < 6; w++) {
        const int64_t n = 3000, v = 301, c = width[w];
        float *y = numbers(n * c, w), *x[3];
        int32_t *index = indices(n, v, w);
        double *sum = xcalloc(v * c, sizeof *sum), *size = xcalloc(v * c, sizeof *size);
        for (int64_t i = 0; i < n; i++)
            for (int64_t j = 0; j < c && index[i] != 7; j++) {
                sum[index[i] * c + j] += y[i * c + j];
                size[index[i] * c + j] += fabs(y[i * c + j]);
            }
        for (int t = 0; t < 3; t++) {
            omp_set_num_threads(t + 1);
            x[t] = xcalloc(v * c + 1, sizeof *x[t]);
            scatter_rows(x[t], y, index, n, c, 7);
        }
        int64_t wrong = 0;
        for (int64_t i = 0; i < v * c; i++)
            wrong += !(fabs(x[0][i] - sum[i]) <= n * FLT_EPSILON / 2 * size[i]);
        CHECK_INT(wrong, 0);
        CHECK_BYTES(x[0], x[1], sizeof(float) * v * c);
        CHECK_BYTES(x[0], x[2], sizeof(float) * v * c);
        free(y); free(index); free(sum); free(size); free(x[0]); free(x[1]); free(x[2]);
    }
    omp_set_num_threads(before);
}

static void products_with_a_random_graph_are_adjoint_whatever_the_threads(void)
{
    enum { R = 500, K = 400, E = 6000 };
    static int32_t start[R + 1];
    const int before = omp_get_max_threads();
    int32_t *col = indices(E, K, 5), *row = indices(E, R, 6);
    for (int e = 0; e < E; e++)
        start[row[e] + 1]++;
    for (int r = 0; r < R; r++)
        start[r + 1] += start[r];
    for (int64_t c = 5; c <= 133; c += 128) {
        float *value = numbers(E, 1), *x = numbers(K * c, 2), *y = numbers(R * c, 3), *ax[3], *ay[3], *dv = numbers(E, 4);
        const struct csr a = {R, K, start, col, value};
        for (int t = 0; t < 3; t++) {
            omp_set_num_threads(t + 1);
            ax[t] = numbers(R * c, 9);
            ay[t] = numbers(K * c, 9);
            csr_product(ax[t], &a, x, c);
            csr_transposed_product(ay[t], &a, y, c);
            CHECK_BYTES(ax[0], ax[t], sizeof(float) * R * c);
            CHECK_BYTES(ay[0], ay[t], sizeof(float) * K * c);
        }
        /* <y, A x> = <A' y, x> = <value, its gradient>: E c terms below 1, sums of a thousand at most. */
        const double tol = 1000 * FLT_EPSILON * sqrt((double)E * c), want = inner(y, ax[0], R * c);
        csr_value_gradient(dv, &a, y, x, c);
        CHECK_NEAR(inner(ay[0], x, K * c), want, tol);
        CHECK_NEAR(inner(value, dv, E), want, tol);
        free(value); free(x); free(y); free(dv);
        for (int t = 0; t < 3; t++) { free(ax[t]); free(ay[t]); }
    }
    free(col); free(row);
    omp_set_num_threads(before);
}

static int tests(void)
{
    RUN(the_first_index_out_of_range_is_named);
    RUN(rows_come_by_number_and_go_back_summed);
    RUN(elements_come_by_number_and_go_back_summed);
    RUN(one_hot_has_one_on_in_every_row);
    RUN(a_sparse_product_follows_the_entries_and_its_transpose_goes_back);
    RUN(sums_are_right_for_every_width_and_the_same_for_every_thread_count);
    RUN(products_with_a_random_graph_are_adjoint_whatever_the_threads);
    return check_report();
}

int main(int argc, char **argv)
{
    (void)argc;
    return at_every_level(argv, tests);
}
