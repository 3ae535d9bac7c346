#include "sparse/difference.h"

#include "base/threads.h"
#include "sparse/scale.h"

#include "check.h"
#include "matrices.h"

static const struct tolerance none = {0};

static void a_matrix_is_equal_to_itself(void)
{
    static const enum ten_type types[] = {0, TEN_F32, TEN_F64, TEN_I64};
    for (int t = 0; t < 4; t++) {
        struct csr m = scattered(9000, 100, 30000, types[t], 1);
        struct sparse_difference d;
        csr_difference(&d, &m, &m, &none);
        CHECK_INT(d.only_a + d.only_b + d.values, 0);
        csr_free(&m);
    }
}

static void the_first_and_the_worst_are_found_with_any_number_of_threads(void)
{
    struct csr a = scattered(9000, 100, 30000, TEN_F64, 1);
    struct csr b = scattered(9000, 100, 30000, TEN_F64, 1);
    struct sparse_difference d;
    ((double *)b.val)[a.ptr[5000]] += 1;
    ((double *)b.val)[a.ptr[7000]] += 3;
    ((double *)b.val)[a.ptr[8000]] += 3;
    for (int threads = 1; threads <= 3; threads++) {
        threads_set(threads);
        csr_difference(&d, &a, &b, &none);
        CHECK_INT(d.values, 3);
        CHECK_INT(d.first.row, 5000);
        CHECK_INT(d.worst.row, 7000);
        CHECK(d.absolute == 3);
        csr_difference(&d, &a, &b, &(struct tolerance){.atol = 1});
        CHECK_INT(d.values, 2);
        csr_difference(&d, &a, &b, NULL);
        CHECK_INT(d.values, 0);
    }
    csr_free(&a);
    csr_free(&b);
}

static void entries_of_one_side_are_counted(void)
{
    struct csr a = scattered(50, 40, 300, TEN_F64, 1), b = scattered(50, 40, 300, TEN_F64, 2);
    struct sparse_difference d;
    int64_t only_a = 0, only_b = 0, differ = 0;
    for (int64_t i = 0; i < 50; i++)
        for (int64_t j = 0; j < 40; j++) {
            const int64_t ka = entry_at(&a, i, j), kb = entry_at(&b, i, j);
            only_a += ka >= 0 && kb < 0;
            only_b += kb >= 0 && ka < 0;
            differ += ka >= 0 && kb >= 0 && value_of(&a, ka) != value_of(&b, kb);
        }
    csr_difference(&d, &a, &b, &none);
    CHECK_INT(d.only_a, only_a);
    CHECK_INT(d.only_b, only_b);
    CHECK_INT(d.values, differ);
    csr_free(&a);
    csr_free(&b);
}

static void a_nan_differs_unless_told_and_large_whole_numbers_are_exact(void)
{
    struct csr a = scattered(4, 4, 10, TEN_F64, 1), b = scattered(4, 4, 10, TEN_F64, 1);
    struct sparse_difference d;
    ((double *)a.val)[0] = ((double *)b.val)[0] = NAN;
    csr_difference(&d, &a, &b, &none);
    CHECK_INT(d.values, 1);
    csr_difference(&d, &a, &b, &(struct tolerance){.nan_equal = true});
    CHECK_INT(d.values, 0);
    csr_free(&a);
    csr_free(&b);
    a = scattered(4, 4, 10, TEN_I64, 1);
    b = scattered(4, 4, 10, TEN_I64, 1);
    ((int64_t *)a.val)[0] = INT64_MAX;
    ((int64_t *)b.val)[0] = INT64_MAX - 1;
    csr_difference(&d, &a, &b, &none);
    CHECK_INT(d.values, 1);
    csr_free(&a);
    csr_free(&b);
}

static void rows_that_are_divided_by_their_sum_add_up_to_one(void)
{
    struct csr m = scattered(200, 100, 3000, TEN_F64, 3);
    struct csr was = scattered(200, 100, 3000, TEN_F64, 3);
    double rows[200], cols[100], again[100];
    csr_raise(&m, 2);
    csr_row_sums(rows, &m);
    for (int i = 0; i < 200; i++)
        rows[i] = rows[i] != 0 ? 1 / rows[i] : 1;
    csr_scale(&m, rows, NULL);
    csr_row_sums(rows, &m);
    for (int i = 0; i < 200; i++)
        CHECK(m.ptr[i] == m.ptr[i + 1] || fabs(rows[i] - 1) < 1e-14);
    csr_col_sums(cols, &was);
    csr_scale(&was, NULL, cols);
    csr_col_sums(again, &was);
    for (int j = 0; j < 100; j++)
        CHECK_NEAR(again[j], cols[j] * cols[j], 1e-12);
    csr_free(&m);
    csr_free(&was);
}

int main(void)
{
    RUN(a_matrix_is_equal_to_itself);
    RUN(the_first_and_the_worst_are_found_with_any_number_of_threads);
    RUN(entries_of_one_side_are_counted);
    RUN(a_nan_differs_unless_told_and_large_whole_numbers_are_exact);
    RUN(rows_that_are_divided_by_their_sum_add_up_to_one);
    return check_report();
}
