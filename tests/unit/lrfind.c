#include "nn/lrfind.h"

#include "tests/unit/check.h"

#include <string.h>

/* Gradient descent on c w^2 / 2 from w = 1: w <- (1 - rate c) w.  One step at 1/c is all it takes; above 2/c it diverges. */
static double suggestion_for(double c, struct lrfind *f)
{
    double w = 1;

    lrfind_start(f, 1e-7, 10, 100);
    while (lrfind_on(f)) {
        const double rate = lrfind_rate(f);

        lrfind_note(f, c * w * w / 2);
        w *= 1 - rate * c;
    }
    return lrfind_suggestion(f);
}

static void a_quadratic_gets_a_rate_at_which_it_falls_fast(void)
{
    for (double c = 10; c < 1e6; c *= 10) {
        struct lrfind f;
        const double rate = suggestion_for(c, &f);

        CHECK(rate > 0.05 / c && rate < 1 / c);
        CHECK(f.diverged);
        CHECK(lrfind_rate(&f) > 2 / c);                 /* it went on until it fell apart, */
        CHECK(lrfind_rate(&f) < 20 / c);                /* and not much longer */
        lrfind_free(&f);
    }
}

/* Curvature times 10 is a rate of a tenth: of the 100 rates, 12 and 3/8 to a decade, the one that many earlier. */
static void the_suggestion_goes_with_the_inverse_of_the_curvature(void)
{
    struct lrfind f;
    const double one = suggestion_for(10, &f);

    lrfind_free(&f);
    CHECK_NEAR(log10(suggestion_for(10000, &f)), log10(one) - 3, 0.1);
    lrfind_free(&f);
}

static void rates_rise_by_one_factor_from_lo_to_hi(void)
{
    struct lrfind f;
    double before = 0;

    lrfind_start(&f, 1e-3, 10, 5);
    for (int k = 0; k < 5; k++) {
        CHECK(lrfind_on(&f));
        CHECK_NEAR(lrfind_rate(&f), pow(10, k - 3), 1e-12);
        CHECK(lrfind_rate(&f) > before);
        before = lrfind_rate(&f);
        lrfind_note(&f, 1 + 0.1 * k);
    }
    CHECK(!lrfind_on(&f));
    CHECK(isnan(lrfind_suggestion(&f)));                /* the loss never fell */
    lrfind_free(&f);
}

/* s_0 = 1, s_1 = (0.9 * 0.1 * 1 + 0.1 * 3) / (1 - 0.81) */
/* The first loss is an unlucky batch; later ones fall at once between steps 50 and 60. */
static void noise_of_the_first_steps_is_not_a_slope(void)
{
    struct lrfind f;

    lrfind_start(&f, 1e-7, 10, 100);
    for (int k = 0; k < 100; k++)
        lrfind_note(&f, k == 0 ? 9 : k < 50 ? 5 : k < 60 ? 5 - 0.3 * (k - 50) : 2);
    CHECK(f.smoothed[0] - f.smoothed[1] > 1);
    CHECK(lrfind_suggestion(&f) > 1e-7 * pow(1e8, 0.50));
    CHECK(lrfind_suggestion(&f) < 1e-7 * pow(1e8, 0.66));
    lrfind_free(&f);
}

static void losses_are_smoothed_without_a_bias_to_zero(void)
{
    struct lrfind f;

    lrfind_start(&f, 1, 2, 10);
    lrfind_note(&f, 1);
    lrfind_note(&f, 3);
    CHECK_NEAR(f.smoothed[0], 1, 1e-15);
    CHECK_NEAR(f.smoothed[1], 0.39 / 0.19, 1e-15);
    lrfind_free(&f);
}

static void four_times_the_best_or_not_a_number_is_the_end(void)
{
    for (int k = 0; k < 2; k++) {
        struct lrfind f;

        lrfind_start(&f, 1, 2, 10);
        lrfind_note(&f, 1);
        lrfind_note(&f, 6.6);                           /* s = 0.75 / 0.19 = 3.95 */
        CHECK(lrfind_on(&f));
        lrfind_note(&f, k ? NAN : 9);
        CHECK(!lrfind_on(&f));
        CHECK_INT(f.n, 2);
        lrfind_free(&f);
    }
}

static void the_table_has_a_line_a_step(void)
{
    char text[200] = "";
    FILE *to = fmemopen(text, sizeof text, "w");
    struct lrfind f;

    lrfind_start(&f, 0.001, 0.1, 3);
    lrfind_note(&f, 2);
    lrfind_write(&f, to);
    fclose(to);
    CHECK_STR(text, "rate\tloss\tsmoothed\n0.001\t2\t2\n");
    lrfind_free(&f);
}

int main(void)
{
    RUN(a_quadratic_gets_a_rate_at_which_it_falls_fast);
    RUN(the_suggestion_goes_with_the_inverse_of_the_curvature);
    RUN(rates_rise_by_one_factor_from_lo_to_hi);
    RUN(noise_of_the_first_steps_is_not_a_slope);
    RUN(losses_are_smoothed_without_a_bias_to_zero);
    RUN(four_times_the_best_or_not_a_number_is_the_end);
    RUN(the_table_has_a_line_a_step);
    return check_report();
}
