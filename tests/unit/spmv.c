#include "sparse/spmv.h"

#include "base/random.h"
#include "base/threads.h"

#include "check.h"
#include "matrices.h"

/* x [n] of whole numbers from -5 to 5: sums are exact in any order. */
static void *whole_numbers(int64_t n, enum ten_type type)
{
    const struct rng r = {1, rng_stream("test")};
    void *x = malloc((size_t)n * 8 + 8);
    for (int64_t i = 0; i < n; i++) {
        const int64_t v = (int64_t)rng_below(&r, (uint64_t)i, 11) - 5;
        switch (type) {
        case TEN_F32: ((float *)x)[i] = (float)v; break;
        case TEN_I64: ((int64_t *)x)[i] = v; break;
        default:      ((double *)x)[i] = (double)v; break;
        }
    }
    return x;
}

static double number(const void *x, enum ten_type type, int64_t i)
{
    return type == TEN_F32 ? ((const float *)x)[i]
         : type == TEN_I64 ? (double)((const int64_t *)x)[i] : ((const double *)x)[i];
}

static double naive(const struct csr *m, const void *x, int64_t width, int s, int64_t i, int64_t c)
{
    const bool min = strncmp(semiring_names[s], "min", 3) == 0;
    const bool max = strncmp(semiring_names[s], "max", 3) == 0;
    const char *times = strchr(semiring_names[s], '_') + 1;
    const double infinity = m->type == TEN_I64 ? 0x1p63 : (double)INFINITY;
    double sum = min ? infinity : max ? -infinity : 0;
    for (int64_t k = m->ptr[i]; k < m->ptr[i + 1]; k++) {
        const double a = value_of(m, k), b = number(x, m->type, m->col[k] * width + c);
        const double v = strcmp(times, "times") == 0 ? a * b : strcmp(times, "plus") == 0 ? a + b
                       : strcmp(times, "first") == 0 ? a : strcmp(times, "second") == 0 ? b
                       : strcmp(times, "min") == 0 ? fmin(a, b)
                       : strcmp(times, "max") == 0 ? fmax(a, b)
                       : strcmp(times, "pair") == 0 ? 1 : a != 0 && b != 0;
        sum = min ? fmin(sum, v) : max ? fmax(sum, v) : strncmp(semiring_names[s], "plus", 4) == 0
            ? sum + v : sum != 0 || v != 0;
    }
    return sum;
}

static void every_semiring_type_and_width_gives_what_the_definition_says(void)
{
    static const enum ten_type types[] = {TEN_F32, TEN_F64, TEN_I64};
    for (int t = 0; t < 6; t++)
        for (int64_t width = 1; width < 20; width += 6) {
            struct csr m = scattered(70, 50, 300, t < 3 ? types[t] : 0, 1);
            m.type = types[t % 3];
            void *x = whole_numbers(50 * width, m.type), *y = malloc((size_t)(70 * width * 8));
            for (int s = 0; s < SEMIRINGS; s++) {
                spmv(y, &m, x, width, s);
                for (int64_t i = 0; i < 70; i++)
                    for (int64_t c = 0; c < width; c++)
                        CHECK(number(y, m.type, i * width + c) == naive(&m, x, width, s, i, c));
            }
            free(x);
            free(y);
            csr_free(&m);
        }
}

static void the_number_of_threads_does_not_matter(void)
{
    struct csr m = scattered(3000, 2000, 50000, TEN_F64, 2);
    const struct rng r = {3, rng_stream("test")};
    double *x = malloc(2000 * 3 * sizeof *x), *one = malloc(3000 * 3 * sizeof *one);
    double *y = malloc(3000 * 3 * sizeof *y);
    for (int i = 0; i < 6000; i++)
        x[i] = rng_normal(&r, (uint64_t)i);
    for (int64_t width = 1; width <= 3; width += 2) {
        threads_set(1);
        spmv(one, &m, x, width, SEMIRING_plus_times);
        for (int threads = 2; threads <= 7; threads++) {
            threads_set(threads);
            spmv(y, &m, x, width, SEMIRING_plus_times);
            CHECK_BYTES(y, one, (size_t)(3000 * width) * sizeof *y);
        }
    }
    free(x);
    free(one);
    free(y);
    csr_free(&m);
}

static void a_dense_row_among_empty_ones_and_no_rows_at_all(void)
{
    struct csr m;
    double x[7] = {1, 2, 3, 4, 5, 6, 7}, y[5];
    csr_alloc(&m, 5, 7, 7, TEN_F64);
    for (int k = 0; k < 7; k++) {
        m.col[k] = (uint32_t)k;
        ((double *)m.val)[k] = 1;
    }
    m.ptr[3] = m.ptr[4] = m.ptr[5] = 7;
    spmv(y, &m, x, 1, SEMIRING_plus_times);
    CHECK_BYTES(y, ((double[]){0, 0, 28, 0, 0}), sizeof y);
    csr_free(&m);
    csr_alloc(&m, 0, 7, 0, TEN_F64);
    spmv(y, &m, x, 1, SEMIRING_plus_times);
    csr_free(&m);
}

static void what_cannot_be_reached_stays_so_in_whole_numbers(void)
{
    struct csr m;
    int64_t y[1];
    csr_alloc(&m, 1, 1, 1, TEN_I64);
    m.ptr[1] = 1;
    m.col[0] = 0;
    ((int64_t *)m.val)[0] = 5;
    spmv(y, &m, &(int64_t){INT64_MAX}, 1, SEMIRING_min_plus);
    CHECK(y[0] == INT64_MAX);
    csr_free(&m);
}

int main(void)
{
    RUN(every_semiring_type_and_width_gives_what_the_definition_says);
    RUN(the_number_of_threads_does_not_matter);
    RUN(a_dense_row_among_empty_ones_and_no_rows_at_all);
    RUN(what_cannot_be_reached_stays_so_in_whole_numbers);
    return check_report();
}
