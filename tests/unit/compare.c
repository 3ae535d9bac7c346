/* Differences of tensors, by hand. */
#include "tensor/compare.h"

#include "base/mem.h"
#include "base/threads.h"
#include "check.h"

#include <float.h>
#include <stdlib.h>

static const struct tolerance exact = {0};

static void equal_values_do_not_differ(void)
{
    const float a[] = {1, -0.0f, INFINITY}, b[] = {1, 0.0f, INFINITY};
    struct difference d;

    compare(&d, a, b, TEN_F32, 3, &exact);
    CHECK_INT(d.count, 0);
    compare(&d, a, b, TEN_F32, 0, &exact);
    CHECK_INT(d.count, 0);
}

static void count_first_and_worst(void)
{
    const float a[] = {1, 2, 3, 4, 5}, b[] = {1, 2.5f, 3, 8, 1};
    struct difference d;

    compare(&d, a, b, TEN_F32, 5, &exact);
    CHECK_INT(d.count, 3);
    CHECK_INT(d.first, 1);
    CHECK_INT(d.worst, 3);              /* as far as the one at 4, and before it */
    CHECK_NEAR(d.absolute, 4, 0);
    CHECK_NEAR(d.relative, 0.5, 0);
}

static void tolerances_add_and_refer_to_b(void)
{
    const double a[] = {11}, b[] = {10};
    struct difference d;

    compare(&d, a, b, TEN_F64, 1, &(struct tolerance){.atol = 1});
    CHECK_INT(d.count, 0);
    compare(&d, a, b, TEN_F64, 1, &(struct tolerance){.atol = 0.999});
    CHECK_INT(d.count, 1);
    compare(&d, a, b, TEN_F64, 1, &(struct tolerance){.atol = 0.5, .rtol = 0.05});
    CHECK_INT(d.count, 0);
    compare(&d, a, b, TEN_F64, 1, &(struct tolerance){.rtol = 0.099});
    CHECK_INT(d.count, 1);
    compare(&d, b, a, TEN_F64, 1, &(struct tolerance){.rtol = 0.099});
    CHECK_INT(d.count, 0);
}

static void a_nan_equals_a_nan_only_when_asked(void)
{
    const float a[] = {NAN, 1, NAN}, b[] = {NAN, 1, 2};
    struct difference d;

    compare(&d, a, a, TEN_F32, 3, &exact);
    CHECK_INT(d.count, 2);
    compare(&d, a, a, TEN_F32, 3, &(struct tolerance){.nan_equal = true});
    CHECK_INT(d.count, 0);
    compare(&d, a, b, TEN_F32, 3, &(struct tolerance){.atol = 1e300, .nan_equal = true});
    CHECK_INT(d.count, 1);
    CHECK_INT(d.worst, 2);
    CHECK(isinf(d.absolute) && isinf(d.relative));
}

static void infinities_agree_with_themselves_alone(void)
{
    const double a[] = {INFINITY, INFINITY, 1}, b[] = {INFINITY, -INFINITY, INFINITY};
    struct difference d;

    compare(&d, a, b, TEN_F64, 3, &(struct tolerance){.atol = 1, .rtol = 1});
    CHECK_INT(d.count, 2);
    CHECK_INT(d.first, 1);
}

static void integers_of_64_bits_are_not_rounded(void)
{
    const int64_t a[] = {INT64_MIN, 9007199254740993}, b[] = {INT64_MAX, 9007199254740992};
    const uint64_t u[] = {UINT64_MAX, 0}, v[] = {UINT64_MAX - 1, 0};
    struct difference d;

    compare(&d, a, b, TEN_I64, 2, &exact);
    CHECK_INT(d.count, 2);
    CHECK_INT(d.worst, 0);
    CHECK_NEAR(d.absolute, 0x1p64, 0);          /* 2^64 - 1, rounded */
    compare(&d, a + 1, b + 1, TEN_I64, 1, &(struct tolerance){.atol = 0.5});
    CHECK_INT(d.count, 1);
    CHECK_NEAR(d.absolute, 1, 0);
    compare(&d, u, v, TEN_U64, 2, &exact);
    CHECK_INT(d.count, 1);
    CHECK_NEAR(d.absolute, 1, 0);
}

static void packed_values_have_places_of_their_own(void)
{
    const uint8_t a[] = {0x21, 0x43, 0x05}, b[] = {0x21, 0x4f, 0x05};      /* 1 2 3 4 5, 1 2 15 4 5 */
    struct difference d;

    compare(&d, a, b, TEN_U4, 5, &exact);
    CHECK_INT(d.count, 1);
    CHECK_INT(d.first, 2);
    CHECK_NEAR(d.absolute, 12, 0);
    compare(&d, a, b, TEN_I4, 5, &exact);
    CHECK_NEAR(d.absolute, 4, 0);               /* 3 and -1 */
}

static void the_thread_count_changes_nothing(void)
{
    enum { N = 1000003 };
    float *a = xcalloc(N, sizeof *a), *b = xcalloc(N, sizeof *b);
    struct difference one, two;

    for (int i = 7; i < N; i += 4999)
        a[i] = (float)(i % 11);
    threads_set(1);
    compare(&one, a, b, TEN_F32, N, &exact);
    threads_set(2);
    compare(&two, a, b, TEN_F32, N, &exact);
    CHECK_INT(one.first, 7);
    CHECK_NEAR(one.absolute, 10, 0);
    CHECK_INT(two.count, one.count);
    CHECK_INT(two.first, one.first);
    CHECK_INT(two.worst, one.worst);
    CHECK(two.absolute == one.absolute);
    free(a);
    free(b);
}

int main(void)
{
    RUN(equal_values_do_not_differ);
    RUN(count_first_and_worst);
    RUN(tolerances_add_and_refer_to_b);
    RUN(a_nan_equals_a_nan_only_when_asked);
    RUN(infinities_agree_with_themselves_alone);
    RUN(integers_of_64_bits_are_not_rounded);
    RUN(packed_values_have_places_of_their_own);
    RUN(the_thread_count_changes_nothing);
    return check_report();
}
