#include "sparse/select.h"

#include "base/threads.h"

#include "check.h"
#include "matrices.h"

static void what_stays_is_what_the_definition_says(void)
{
    struct csr m = scattered(60, 50, 900, TEN_F64, 1), s;
    struct selection how = selection_of_all(&m);
    how.rows = (struct slice){0, 5, 3, 18};
    how.cols = (struct slice){1, 1, 2, 20};
    how.lowest = -30;
    how.highest = 20;
    how.off_diagonal = true;
    how.bounded = how.magnitude = true;
    how.least = 2;
    how.most = 6;
    csr_select(&s, &m, &how);
    CHECK_INT(s.rows, 18);
    CHECK_INT(s.cols, 20);
    CHECK(sorted(&s));
    for (int64_t i = 0; i < 18; i++)
        for (int64_t j = 0; j < 20; j++) {
            const int64_t at_i = 5 + 3 * i, at_j = 1 + 2 * j, was = entry_at(&m, at_i, at_j);
            const int64_t off = at_j - at_i;
            const bool stays = was >= 0 && off >= -30 && off <= 20 && off != 0 &&
                               fabs(value_of(&m, was)) >= 2 && fabs(value_of(&m, was)) <= 6;
            const int64_t is = entry_at(&s, i, j);
            CHECK_INT(is >= 0, stays);
            CHECK(!stays || value_of(&s, is) == value_of(&m, was));
        }
    csr_free(&s);
    csr_free(&m);
}

/* [5 -7 5 5 nan] */
static struct csr one_row(void)
{
    static const double v[] = {5, -7, 5, 5, NAN};
    struct csr m;
    csr_alloc(&m, 1, 5, 5, TEN_F64);
    m.ptr[1] = 5;
    for (int k = 0; k < 5; k++)
        m.col[k] = (uint32_t)k;
    memcpy(m.val, v, sizeof v);
    return m;
}

static void of_equal_values_the_left_one_is_largest_and_a_nan_never(void)
{
    struct csr m = one_row(), s;
    struct selection how = selection_of_all(&m);
    how.topk = 2;
    csr_select(&s, &m, &how);
    CHECK_INT(s.n, 2);
    CHECK_BYTES(s.col, ((uint32_t[]){0, 2}), 8);
    csr_free(&s);
    how.magnitude = true;
    csr_select(&s, &m, &how);
    CHECK_BYTES(s.col, ((uint32_t[]){0, 1}), 8);
    csr_free(&s);
    how.topk = 4;
    csr_select(&s, &m, &how);
    CHECK_BYTES(s.col, ((uint32_t[]){0, 1, 2, 3}), 16);
    csr_free(&s);
    how.topk = 0;
    csr_select(&s, &m, &how);
    CHECK_INT(s.n, 0);
    csr_free(&s);
    csr_free(&m);
}

static void structures_and_empty_matrices_have_parts_too(void)
{
    struct csr m = scattered(30, 30, 200, 0, 2), s, none;
    struct selection how = selection_of_all(&m);
    how.lowest = 1;
    csr_select(&s, &m, &how);
    CHECK(s.val == NULL);
    int64_t above = 0;
    for (int64_t i = 0; i < 30; i++)
        for (int64_t k = m.ptr[i]; k < m.ptr[i + 1]; k++)
            above += m.col[k] > i;
    CHECK_INT(s.n, above);
    csr_free(&s);
    csr_free(&m);
    csr_alloc(&none, 0, 0, 0, TEN_F32);
    how = selection_of_all(&none);
    csr_select(&s, &none, &how);
    CHECK_INT(s.rows, 0);
    csr_free(&s);
    csr_free(&none);
}

static void the_number_of_threads_does_not_matter(void)
{
    struct csr m = scattered(5000, 5000, 60000, TEN_F32, 3), one, s;
    struct selection how = selection_of_all(&m);
    how.topk = 5;
    threads_set(1);
    csr_select(&one, &m, &how);
    for (int threads = 2; threads <= 3; threads++) {
        threads_set(threads);
        csr_select(&s, &m, &how);
        CHECK(csr_same_structure(&s, &one));
        CHECK_BYTES(s.val, one.val, (size_t)s.n * 4);
        csr_free(&s);
    }
    csr_free(&one);
    csr_free(&m);
}

int main(void)
{
    RUN(what_stays_is_what_the_definition_says);
    RUN(of_equal_values_the_left_one_is_largest_and_a_nan_never);
    RUN(structures_and_empty_matrices_have_parts_too);
    RUN(the_number_of_threads_does_not_matter);
    return check_report();
}
