#include "sparse/ewise.h"

#include "base/threads.h"

#include "check.h"
#include "matrices.h"

static double expected(enum ewise_op op, bool in_a, bool in_b, double a, double b)
{
    if (in_a && !in_b)
        return a;
    if (!in_a)
        return op == EWISE_MINUS ? -b : b;
    switch (op) {
    case EWISE_PLUS:  return a + b;
    case EWISE_MINUS: return a - b;
    case EWISE_TIMES: return a * b;
    case EWISE_MIN:   return a < b ? a : b;
    case EWISE_MAX:   return a > b ? a : b;
    case EWISE_FIRST: return a;
    default:          return b;
    }
}

static void check_pair(const struct csr *a, const struct csr *b, enum ewise_op op,
                       enum ewise_places where)
{
    struct csr c;
    csr_ewise(&c, a, b, op, where);
    CHECK(sorted(&c));
    for (int64_t i = 0; i < a->rows; i++)
        for (int64_t j = 0; j < a->cols; j++) {
            const int64_t ka = entry_at(a, i, j), kb = entry_at(b, i, j), k = entry_at(&c, i, j);
            const bool in_a = ka >= 0, in_b = kb >= 0;
            const bool stands = where == EWISE_UNION ? in_a || in_b
                              : where == EWISE_INTERSECTION ? in_a && in_b : in_a && !in_b;
            CHECK_INT(k >= 0, stands);
            if (stands && c.val)
                CHECK(value_of(&c, k) == expected(op, in_a, in_b, in_a ? value_of(a, ka) : 0,
                                                  in_b ? value_of(b, kb) : 0));
        }
    csr_free(&c);
}

static void every_operation_at_all_places_in_every_type(void)
{
    static const enum ten_type types[] = {TEN_F32, TEN_F64, TEN_I64};
    for (int t = 0; t < 3; t++) {
        struct csr a = scattered(40, 30, 400, types[t], 1), b = scattered(40, 30, 300, types[t], 2);
        for (int op = EWISE_PLUS; op <= EWISE_SECOND; op++)
            for (int where = EWISE_UNION; where <= EWISE_DIFFERENCE; where++)
                check_pair(&a, &b, op, where);
        csr_free(&a);
        csr_free(&b);
    }
}

static void structures_count_as_ones(void)
{
    struct csr a = scattered(40, 30, 400, 0, 1), b = scattered(40, 30, 300, TEN_F32, 2), c;
    check_pair(&a, &b, EWISE_TIMES, EWISE_INTERSECTION);
    check_pair(&b, &a, EWISE_PLUS, EWISE_UNION);
    check_pair(&a, &a, EWISE_PLUS, EWISE_UNION);
    csr_ewise(&c, &a, &a, EWISE_MAX, EWISE_UNION);
    CHECK(c.val == NULL);
    csr_free(&c);
    csr_ewise(&c, &a, &a, EWISE_PLUS, EWISE_UNION);
    CHECK_INT(c.type, TEN_F64);
    CHECK(value_of(&c, 0) == 2);
    csr_free(&c);
    csr_free(&a);
    csr_free(&b);
}

static void of_a_nan_and_a_number_min_and_max_are_the_number(void)
{
    struct csr a, b, c;
    csr_alloc(&a, 1, 1, 1, TEN_F64);
    csr_alloc(&b, 1, 1, 1, TEN_F64);
    a.ptr[1] = b.ptr[1] = 1;
    a.col[0] = b.col[0] = 0;
    for (int swap = 0; swap < 2; swap++)
        for (int op = EWISE_MIN; op <= EWISE_MAX; op++) {
            ((double *)(swap ? b : a).val)[0] = NAN;
            ((double *)(swap ? a : b).val)[0] = 3;
            csr_ewise(&c, &a, &b, op, EWISE_UNION);
            CHECK(value_of(&c, 0) == 3);
            csr_free(&c);
        }
    csr_free(&a);
    csr_free(&b);
}

static void the_number_of_threads_does_not_matter(void)
{
    struct csr a = scattered(9000, 900, 60000, TEN_F64, 1), one, c;
    struct csr b = scattered(9000, 900, 50000, TEN_F64, 2);
    threads_set(1);
    csr_ewise(&one, &a, &b, EWISE_MINUS, EWISE_UNION);
    for (int threads = 2; threads <= 3; threads++) {
        threads_set(threads);
        csr_ewise(&c, &a, &b, EWISE_MINUS, EWISE_UNION);
        CHECK(csr_same_structure(&c, &one));
        CHECK_BYTES(c.val, one.val, (size_t)c.n * 8);
        csr_free(&c);
    }
    csr_free(&one);
    csr_free(&a);
    csr_free(&b);
}

int main(void)
{
    RUN(every_operation_at_all_places_in_every_type);
    RUN(structures_count_as_ones);
    RUN(of_a_nan_and_a_number_min_and_max_are_the_number);
    RUN(the_number_of_threads_does_not_matter);
    return check_report();
}
