#include "metrics/leastsquares.h"

#include "base/random.h"
#include "tests/unit/check.h"

static void a_linear_law_is_found_again(void)
{
    enum { N = 50, F = 4 };
    const struct rng r = {1, rng_stream("law")};
    float x[N * F];
    double y[N], w[F + 1], got[N];

    for (int i = 0; i < N; i++) {
        y[i] = 7;
        for (int k = 0; k < F; k++) {
            x[i * F + k] = (float)rng_normal(&r, (uint64_t)(i * F + k)) + 3;
            y[i] += (k - 1.5) * (double)x[i * F + k];
        }
    }
    least_squares(w, x, y, N, F);
    CHECK_NEAR(w[0], 7, 1e-6);
    for (int k = 0; k < F; k++)
        CHECK_NEAR(w[k + 1], k - 1.5, 1e-7);
    least_squares_apply(got, w, x, N, F);
    for (int i = 0; i < N; i++)
        CHECK_NEAR(got[i], y[i], 1e-6);
}

/* Points (0,0), (1,1), (2,3): the line is -1/6 + 3/2 x. */
static void three_points_by_hand(void)
{
    double w[2];

    least_squares(w, (float[]){0, 1, 2}, (double[]){0, 1, 3}, 3, 1);
    CHECK_NEAR(w[0], -1.0 / 6, 1e-8);
    CHECK_NEAR(w[1], 1.5, 1e-8);
}

/* Two codes of one of two, which always add up to 1, and a constant. */
static void columns_that_depend_on_each_other_do_no_harm(void)
{
    const float x[] = {1, 0, 5, 0, 1, 5, 1, 0, 5, 0, 1, 5};
    double w[4], got[4];

    least_squares(w, x, (double[]){2, 4, 2, 6}, 4, 3);
    least_squares_apply(got, w, x, 4, 3);
    CHECK_NEAR(got[0], 2, 1e-6);
    CHECK_NEAR(got[1], 5, 1e-6);
}

static void constant_features_or_none_give_the_mean(void)
{
    double w[3];

    least_squares(w, (float[]){4, 4, 4, 4}, (double[]){1, 2}, 2, 2);
    CHECK_NEAR(w[0], 1.5, 0);
    CHECK_NEAR(w[1], 0, 0);
    least_squares(w, NULL, (double[]){1, 2}, 2, 0);
    CHECK_NEAR(w[0], 1.5, 0);
}

int main(void)
{
    RUN(a_linear_law_is_found_again);
    RUN(three_points_by_hand);
    RUN(columns_that_depend_on_each_other_do_no_harm);
    RUN(constant_features_or_none_give_the_mean);
    return check_report();
}
