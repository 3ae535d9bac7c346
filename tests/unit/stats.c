/* Statistics against plain loops in long double, and against what is known in closed form. */
#include "tensor/stats.h"

#include "base/mem.h"
#include "base/random.h"
#include "base/threads.h"
#include "check.h"
#include "tensor/cast.h"

#include <float.h>
#include <stdlib.h>

static const struct rng rng = {7, 3};

/* The definition, two passes over the values of a channel. */
static void plain(struct stats *s, const struct stats_view *x, int64_t c)
{
    long double sum = 0, squares = 0;

    *s = (struct stats){.count = x->rows, .min = INFINITY, .max = -INFINITY};
    for (int64_t r = 0; r < x->rows; r++) {
        const double v = elem_double(x->data, x->type, r * x->chans + c);

        s->nan += isnan(v) != 0;
        s->inf += isinf(v) != 0;
        s->zeros += v == 0;
        if (isfinite(v)) {
            s->n++;
            sum += v;
            s->min = fmin(s->min, v);
            s->max = fmax(s->max, v);
        }
    }
    s->sum = (double)sum;
    for (int64_t r = 0; r < x->rows; r++) {
        const double v = elem_double(x->data, x->type, r * x->chans + c);

        if (isfinite(v))
            squares += (v - sum / s->n) * (v - sum / s->n);
    }
    s->m2 = (double)squares;
}

static void check_view(const struct stats_view *x)
{
    struct stats *got = xmalloc((size_t)x->chans * sizeof *got), want;

    for (int64_t c = 0; c < x->chans; c += STATS_CHANS)
        stats_chans(got + c, x, c, x->chans - c < STATS_CHANS ? x->chans - c : STATS_CHANS);
    for (int64_t c = 0; c < x->chans; c++) {
        plain(&want, x, c);
        CHECK_INT(got[c].count, want.count);
        CHECK_INT(got[c].n, want.n);
        CHECK_INT(got[c].zeros, want.zeros);
        CHECK_INT(got[c].nan, want.nan);
        CHECK_INT(got[c].inf, want.inf);
        if (want.n == 0) {
            CHECK(isnan(got[c].min) && isnan(got[c].max) && isnan(stats_mean(&got[c])) && isnan(stats_std(&got[c])));
            continue;
        }
        CHECK(got[c].min == want.min);
        CHECK(got[c].max == want.max);
        /* A lane adds at most 256 values of a block, and blocks are joined in a chain. */
        CHECK_NEAR(stats_mean(&got[c]), stats_mean(&want),
                   1000 * DBL_EPSILON * fmax(fabs(want.max), fabs(want.min)));
        CHECK_NEAR(got[c].m2, want.m2, 1e-12 * want.m2 + 1e-300);      /* subnormal squares round */
    }
    free(got);
}

/* Values with zeros, NaN and both infinities among them. */
static float *mixed(int64_t n)
{
    float *x = xaligned((size_t)n * sizeof *x);

    rng_fill_normal(&rng, 0, x, n, 3, 2);
    for (int64_t i = 0; i < n; i++) {
        const uint64_t u = rng_below(&rng, (uint64_t)i, 50);

        x[i] = u == 0 ? 0 : u == 1 ? NAN : u == 2 ? INFINITY : u == 3 ? -INFINITY : x[i];
    }
    return x;
}

static void every_shape_gives_what_the_definition_gives(void)
{
    static const int64_t shapes[][2] = {{1, 1}, {63, 1}, {64, 1}, {65, 1}, {16385, 1}, {300001, 1},
                                        {1000, 3}, {20, 5}, {777, 63}, {333, 64}, {90, 100}, {300, 1024},
                                        {40, 1025}, {7, 5000}, {1, 3}, {0, 4}};
    float *x = mixed(400000);

    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        check_view(&(struct stats_view){x, TEN_F32, shapes[i][0], shapes[i][1]});
    free(x);
}

static void every_type_gives_what_the_definition_gives(void)
{
    /* An odd number of channels, more than one part: packed rows start inside of bytes. */
    static const int64_t chans[] = {1, 7, 1027};
    unsigned char *bytes = xaligned(8 * 4 * 1027);

    for (int64_t i = 0; i < 8 * 4 * 1027; i++)
        /* A square of the largest f64 is still finite. */
        bytes[i] = (unsigned char)(rng_below(&rng, (uint64_t)i, 256) & (i % 8 == 7 ? 0xbf : 0xff));
    for (int t = 1; t < TEN_TYPES; t++)
        for (int i = 0; i < 3; i++)
            check_view(&(struct stats_view){bytes, (enum ten_type)t, 4 * 1027 / chans[i], chans[i]});
    free(bytes);
}

static void a_large_mean_costs_the_deviation_nothing(void)
{
    /* 1e9 + {-1, 1} alternating: std is 1 exactly; sum of squares less square of sum would be 0. */
    enum { N = 100000 };
    double *x = xmalloc(N * sizeof *x);
    struct stats s;

    for (int i = 0; i < N; i++)
        x[i] = 1e9 + (i / 64 % 2 ? 1 : -1);
    x[N - 1] = x[N - 65] == x[N - 1] ? 2e9 - x[N - 1] : x[N - 1];
    stats_chans(&s, &(struct stats_view){x, TEN_F64, N, 1}, 0, 1);
    CHECK_NEAR(stats_mean(&s), 1e9, 1e-3);
    CHECK_NEAR(stats_std(&s), 1, 1e-6);
    free(x);
}

static void the_thread_count_changes_no_bit(void)
{
    enum { N = 1 << 20 };
    float *x = mixed(N);
    struct stats one[3], two[3];

    for (int chans = 1; chans <= 3; chans += 2) {
        const struct stats_view v = {x, TEN_F32, N / chans, chans};

        threads_set(1);
        stats_chans(one, &v, 0, chans);
        threads_set(2);
        stats_chans(two, &v, 0, chans);
        CHECK_BYTES(one, two, (size_t)chans * sizeof *one);
    }
    free(x);
}

static void the_first_thousand_integers(void)
{
    /* 0 .. n-1: mean (n-1)/2, m2 n (n^2-1)/12. */
    int32_t x[1000];
    struct stats s;

    for (int i = 0; i < 1000; i++)
        x[i] = (i * 367) % 1000;
    stats_chans(&s, &(struct stats_view){x, TEN_I32, 1000, 1}, 0, 1);
    CHECK_NEAR(stats_mean(&s), 499.5, 0);
    CHECK_NEAR(s.m2, 1000 * 999999.0 / 12, 1e-6);
    CHECK_INT(s.zeros, 1);
}

/* ---- Quantiles ------------------------------------------------------------------------------ */

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static void quantiles_are_those_of_the_sorted_values(void)
{
    static const double p[] = {0, 0.01, 0.25, 0.5, 0.75, 0.99, 1};
    enum { N = 99999, P = sizeof p / sizeof *p };
    float *x = mixed(N);
    double *sorted = xmalloc(N * sizeof *sorted), q[P];

    for (int64_t c = 0; c < 3; c++) {
        const struct stats_view v = {x, TEN_F32, N / 3, 3};
        int64_t n = 0;

        for (int64_t r = 0; r < N / 3; r++)
            if (isfinite(x[r * 3 + c]))
                sorted[n++] = x[r * 3 + c];
        qsort(sorted, (size_t)n, sizeof *sorted, ascending);
        stats_quantiles(q, p, P, &v, c);
        for (int i = 0; i < P; i++) {
            const int64_t rank = (int64_t)ceill((long double)p[i] * n - 1e-9L);

            CHECK(q[i] == sorted[rank > 0 ? rank - 1 : 0]);
        }
    }
    free(sorted);
    free(x);
}

static void a_quantile_at_a_whole_rank_is_that_value(void)
{
    /* 0.07 * 100 is 7.000000000000001 in doubles. */
    static const double p[] = {0.07, 0.5, 0.29};
    uint8_t x[100];
    double q[3];

    for (int i = 0; i < 100; i++)
        x[i] = (uint8_t)(100 - i);
    stats_quantiles(q, p, 3, &(struct stats_view){x, TEN_U8, 100, 1}, 0);
    CHECK_NEAR(q[0], 7, 0);
    CHECK_NEAR(q[1], 50, 0);
    CHECK_NEAR(q[2], 29, 0);
}

static void quantiles_without_finite_values_are_nan(void)
{
    const float x[2] = {NAN, INFINITY};
    const double p[] = {0, 0.5, 1};
    double q[3];

    stats_quantiles(q, p, 3, &(struct stats_view){x, TEN_F32, 2, 1}, 0);
    CHECK(isnan(q[0]) && isnan(q[1]) && isnan(q[2]));
    stats_quantiles(q, p, 3, &(struct stats_view){x, TEN_F32, 0, 1}, 0);
    CHECK(isnan(q[0]) && isnan(q[1]) && isnan(q[2]));
}

static void quantiles_keep_the_extremes_of_double_apart(void)
{
    const double x[] = {DBL_MAX, -DBL_MAX, 4.9e-324, -4.9e-324, 1};
    const double p[] = {0, 0.2, 0.4, 0.6, 0.8, 1};
    double q[6];

    stats_quantiles(q, p, 6, &(struct stats_view){x, TEN_F64, 5, 1}, 0);
    CHECK(q[0] == -DBL_MAX && q[1] == -DBL_MAX && q[2] == -4.9e-324);
    CHECK(q[3] == 4.9e-324 && q[4] == 1 && q[5] == DBL_MAX);
}

/* ---- Histograms ----------------------------------------------------------------------------- */

static void bins_hold_their_lower_edge_the_last_one_both(void)
{
    const float x[] = {0, 1, 2, 3, 4, NAN, 2.5f, INFINITY};
    const int64_t want[] = {1, 1, 2, 2};
    int64_t n[4] = {0};

    stats_histogram(n, 4, 0, 4, &(struct stats_view){x, TEN_F32, 8, 1}, 0);
    CHECK_BYTES(n, want, sizeof want);
    CHECK_NEAR(stats_edge(1, 4, 0, 4), 1, 0);
    CHECK_NEAR(stats_edge(4, 4, 0, 4), 4, 0);
}

static void a_range_wider_than_a_double_has_bins(void)
{
    const double x[] = {-DBL_MAX, 0, DBL_MAX};
    int64_t n[2] = {0};

    stats_histogram(n, 2, -DBL_MAX, DBL_MAX, &(struct stats_view){x, TEN_F64, 3, 1}, 0);
    CHECK_INT(n[0], 1);
    CHECK_INT(n[1], 2);
    CHECK_NEAR(stats_edge(1, 2, -DBL_MAX, DBL_MAX), 0, 0);
}

static void one_value_lies_in_the_first_bin(void)
{
    const double x[] = {3, 3};
    int64_t n[2] = {0};

    stats_histogram(n, 2, 3, 3, &(struct stats_view){x, TEN_F64, 2, 1}, 0);
    CHECK_INT(n[0], 2);
    CHECK_INT(n[1], 0);
}

int main(void)
{
    RUN(every_shape_gives_what_the_definition_gives);
    RUN(every_type_gives_what_the_definition_gives);
    RUN(a_large_mean_costs_the_deviation_nothing);
    RUN(the_thread_count_changes_no_bit);
    RUN(the_first_thousand_integers);
    RUN(quantiles_are_those_of_the_sorted_values);
    RUN(a_quantile_at_a_whole_rank_is_that_value);
    RUN(quantiles_without_finite_values_are_nan);
    RUN(quantiles_keep_the_extremes_of_double_apart);
    RUN(bins_hold_their_lower_edge_the_last_one_both);
    RUN(a_range_wider_than_a_double_has_bins);
    RUN(one_value_lies_in_the_first_bin);
    return check_report();
}
