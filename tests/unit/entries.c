#include "sparse/entries.h"

#include "base/threads.h"

#include "check.h"

#include <stdlib.h>

static struct entries make(int64_t rows, int64_t cols, int64_t n, const struct entry *e)
{
    struct entries s = {.rows = rows, .cols = cols, .whole = true};

    entries_alloc(&s, n);
    if (e && n > 0)
        memcpy(s.e, e, (size_t)n * sizeof *e);
    return s;
}

static int by_place_and_order(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;

    if (x->row != y->row)
        return x->row < y->row ? -1 : 1;
    if (x->col != y->col)
        return x->col < y->col ? -1 : 1;
    return (x->v.i > y->v.i) - (x->v.i < y->v.i);
}

/* Beside qsort() with the position as last key: the sort is stable.  Many sizes of dims, up to the
 * largest there are, and few columns, so that places repeat. */
static void sorting_is_by_row_and_column_and_keeps_the_order_of_equals(void)
{
    static const int64_t dims[] = {1, 2, 1000, 3000000, (int64_t)1 << 40, INT64_MAX};
    uint64_t x = 1;

    for (int d = 0; d < 36; d++)
        for (int64_t n = 0; n < 200000; n = 60 * n + 50) {
            struct entries s = make(dims[d / 6], dims[d % 6], n, NULL);
            struct entry *want = malloc((size_t)(n + 1) * sizeof *want);

            for (int64_t k = 0; k < n; k++) {
                x = x * 6364136223846793005u + 1442695040888963407u;
                s.e[k] = (struct entry){(int64_t)(x >> 1) % s.rows, (int64_t)(x >> 7) % s.cols, {.i = k}};
            }
            memcpy(want, s.e, (size_t)n * sizeof *want);
            qsort(want, (size_t)n, sizeof *want, by_place_and_order);
            threads_set(1 + d % 3);
            entries_sort(&s);
            CHECK_BYTES(s.e, want, (size_t)n * sizeof *want);
            free(want);
            entries_free(&s);
        }
}

static const struct entry repeated[] = {{0, 1, {.i = 5}}, {0, 1, {.i = 3}}, {0, 2, {.i = 1}},
                                        {1, 0, {.i = 7}}, {1, 0, {.i = 9}}, {1, 0, {.i = 2}}};

static void repeated_entries_become_one(void)
{
    static const struct { enum dup how; int64_t n, first, last; } cases[] = {
        {DUP_KEEP, 6, 5, 2}, {DUP_SUM, 3, 8, 18}, {DUP_LAST, 3, 3, 2}, {DUP_MIN, 3, 3, 2},
    };
    struct entry at;

    for (int i = 0; i < 4; i++) {
        struct entries s = make(2, 3, 6, repeated);

        CHECK_INT(entries_merge(&s, cases[i].how, &at), 0);
        CHECK_INT(s.n, cases[i].n);
        CHECK_INT(s.e[0].v.i, cases[i].first);
        CHECK_INT(s.e[s.n - 1].v.i, cases[i].last);
        CHECK_INT(s.e[s.n - 1].row, 1);
        entries_free(&s);
    }
}

static void repeated_entries_can_be_an_error_that_names_the_place(void)
{
    struct entries s = make(2, 3, 6, repeated);
    struct entry at;

    CHECK_INT(entries_merge(&s, DUP_ERROR, &at), -1);
    CHECK_INT(at.row, 0);
    CHECK_INT(at.col, 1);
    entries_free(&s);
}

static void a_whole_sum_beyond_64_bits_is_an_error(void)
{
    const struct entry two[] = {{3, 4, {.i = INT64_MAX}}, {3, 4, {.i = 1}}};
    struct entries s = make(5, 5, 2, two);
    struct entry at;

    CHECK_INT(entries_merge(&s, DUP_SUM, &at), -1);
    CHECK_INT(at.row, 3);
    CHECK_INT(at.col, 4);
    entries_free(&s);
}

static void float_sums_add_in_the_order_of_the_list(void)
{
    const struct entry three[] = {{0, 0, {.f = 1e16}}, {0, 0, {.f = 1}}, {0, 0, {.f = -1e16}}};
    struct entries s = make(1, 1, 3, three);
    struct entry at;

    s.whole = false;
    CHECK_INT(entries_merge(&s, DUP_SUM, &at), 0);
    CHECK_INT(s.n, 1);
    CHECK_NEAR(s.e[0].v.f, 0, 0);                       /* (1e16 + 1) - 1e16, to even */
    entries_free(&s);
}

int main(void)
{
    RUN(sorting_is_by_row_and_column_and_keeps_the_order_of_equals);
    RUN(repeated_entries_become_one);
    RUN(repeated_entries_can_be_an_error_that_names_the_place);
    RUN(a_whole_sum_beyond_64_bits_is_an_error);
    RUN(float_sums_add_in_the_order_of_the_list);
    return check_report();
}
