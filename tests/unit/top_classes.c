/* Counts worked out by hand. */
#include "check.h"

#include "metrics/top_classes.h"

static void the_best_come_first_and_of_equal_ones_the_first(void)
{
    static const float score[] = {1, 5, 5, 7, -2, 5};
    static const int32_t want[] = {3, 1, 2, 5, 0, 4};
    int32_t got[6];
    for (int n = 1; n <= 6; n++) {
        best_classes(got, n, score, 6);
        for (int i = 0; i < n; i++)
            CHECK_INT(got[i], want[i]);
    }
}

static void shares_are_those_of_the_counts(void)
{
    static const float a[] = {9, 8, 7, 6, 5, 4, 3}, b[] = {0, 0, 0, 0, 0, 0, 1};
    struct top_classes t;
    top_classes_init(&t, 7);
    CHECK(isnan(top_classes_mean(&t)));
    top_classes_add(&t, a, 0);
    top_classes_add(&t, a, 4);                          /* fifth */
    top_classes_add(&t, a, 5);                          /* sixth */
    top_classes_add(&t, b, 0);                          /* second */
    top_classes_add(&t, b, 6);
    CHECK_INT(t.n, 5);
    CHECK_INT(t.first, 2);
    CHECK_INT(t.five, 4);
    CHECK_NEAR(top_classes_mean(&t), (0.5 + 0 + 0 + 1) / 4, 1e-12);     /* of 0, 4, 5 and 6 */
    top_classes_free(&t);
}

static void with_fewer_classes_all_are_among_the_best_five(void)
{
    struct top_classes t;
    top_classes_init(&t, 2);
    top_classes_add(&t, (const float[]){1, 2}, 0);
    CHECK_INT(t.first, 0);
    CHECK_INT(t.five, 1);
    top_classes_free(&t);
}

int main(void)
{
    RUN(the_best_come_first_and_of_equal_ones_the_first);
    RUN(shares_are_those_of_the_counts);
    RUN(with_fewer_classes_all_are_among_the_best_five);
    return check_report();
}
