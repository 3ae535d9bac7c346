#include "tensor/dot.h"

#include "base/threads.h"
#include "tests/unit/check.h"

#include <float.h>
#include <stdlib.h>

static void numbers_checkable_by_hand(void)
{
    const float a[3] = {1, 2, 3};
    const int8_t b[3] = {4, -5, 6};
    const struct dot d = dot_any(a, TEN_F32, b, TEN_I8, 3);

    CHECK_NEAR(d.ab, 4 - 10 + 18, 0);
    CHECK_NEAR(d.aa, 14, 0);
    CHECK_NEAR(d.bb, 77, 0);
}

static void nothing_gives_zero(void)
{
    const struct dot d = dot_any("", TEN_F32, "", TEN_F64, 0);

    CHECK_NEAR(d.ab, 0, 0);
    CHECK_NEAR(d.aa, 0, 0);
}

static void packed_types_are_read_from_their_nibbles(void)
{
    enum { N = 2 * DOT_BLOCK + 3 };
    unsigned char packed[N / 2 + 1], plain[N];
    double want = 0;

    for (int i = 0; i < N; i++)
        plain[i] = (unsigned char)(i * 7 % 16);
    for (int i = 0; i < N / 2; i++)
        packed[i] = (unsigned char)(plain[2 * i] | plain[2 * i + 1] << 4);
    packed[N / 2] = plain[N - 1];
    for (int i = 0; i < N; i++)
        want += plain[i] * plain[i];
    CHECK_NEAR(dot_any(packed, TEN_U4, plain, TEN_U8, N).ab, want, 0);
}

/* Sum of k^2 for k < n is (n-1) n (2n-1) / 6: every partial sum is a whole number below 2^53. */
static void whole_numbers_are_exact_at_every_length_around_a_block(void)
{
    enum { MAX = 3 * DOT_BLOCK };
    int32_t *x = malloc(MAX * sizeof *x);

    for (int i = 0; i < MAX; i++)
        x[i] = i;
    for (int64_t n = DOT_BLOCK - 9; n <= DOT_BLOCK + 9; n++)
        CHECK_NEAR(dot_any(x, TEN_I32, x, TEN_I32, n).ab,
                   (double)((n - 1) * n * (2 * n - 1) / 6), 0);
    free(x);
}

static void threads_do_not_change_a_bit_and_the_bound_of_the_header_holds(void)
{
    enum { N = 1000003 };
    double *x = malloc(N * sizeof *x), *y = malloc(N * sizeof *y);
    long double want = 0;
    struct dot one, two;

    for (int i = 0; i < N; i++) {
        x[i] = 1.0 / (i + 1);
        y[i] = i % 3 - 1.1;
        want += (long double)x[i] * y[i];
    }
    threads_set(1);
    one = dot_any(x, TEN_F64, y, TEN_F64, N);
    threads_set(2);
    two = dot_any(x, TEN_F64, y, TEN_F64, N);
    CHECK_BYTES(&one, &two, sizeof one);
    CHECK_NEAR(one.ab, (double)want, (DOT_BLOCK / DOT_LANES + N / DOT_BLOCK + DOT_LANES) *
               (DBL_EPSILON / 2) * sqrt(one.aa * one.bb));
    free(x);
    free(y);
}

int main(void)
{
    RUN(numbers_checkable_by_hand);
    RUN(nothing_gives_zero);
    RUN(packed_types_are_read_from_their_nibbles);
    RUN(whole_numbers_are_exact_at_every_length_around_a_block);
    RUN(threads_do_not_change_a_bit_and_the_bound_of_the_header_holds);
    return check_report();
}
