/* lib/tensor/lightconv.h: taps by hand, and the equation in f64 for both kinds, both paddings and short sequences. */
#include "check.h"
#include "levels.h"

#include "base/mem.h"
#include "base/random.h"
#include "tensor/lightconv.h"

#include <float.h>
#include <omp.h>

static float *numbers(int64_t n, uint64_t seed)
{
    float *x = xmalloc(sizeof *x * (n + 1));
    rng_fill_uniform(&(struct rng){seed, 0}, 0, x, n, -1, 1);
    return x;
}

static const int32_t lengths[] = {9, 0, 40};
static const struct lightconv examples[] = {
    {1, 1, 1, 1, 1, 0, false, NULL}, {2, 7, 6, 3, 3, 1, false, NULL}, {2, 7, 6, 3, 3, 2, true, NULL},
    {2, 3, 8, 2, 7, 6, true, NULL}, {2, 3, 8, 2, 7, 3, false, NULL},            /* K > T */
    {2, 70, 62, 1, 31, 15, false, NULL}, {2, 70, 124, 2, 31, 30, true, NULL}, {1, 33, 400, 4, 5, 2, true, NULL},
    {3, 41, 40, 4, 15, 14, false, lengths}, {3, 41, 80, 4, 15, 7, true, lengths}, {3, 41, 9, 3, 4, 0, true, lengths},
    {0, 4, 4, 2, 3, 1, true, NULL}, {2, 0, 4, 2, 3, 1, false, NULL}, {2, 4, 0, 2, 3, 1, true, NULL},
};
enum { EXAMPLES = sizeof examples / sizeof examples[0] };

static int64_t inputs(const struct lightconv *l) { return l->b * l->t * l->c; }
static int64_t taps(const struct lightconv *l) { return (l->dynamic ? l->b * l->t : 1) * l->h * l->k; }

/* Walks the products of the equation: y index, x index, w index of number n; false for none. */
struct term { int64_t y, x, w; };
static int64_t terms(const struct lightconv *l, struct term *out)
{
    int64_t n = 0;
    for (int64_t b = 0; b < l->b; b++)
        for (int64_t t = 0; t < l->t; t++)
            for (int64_t c = 0; c < l->c; c++)
                for (int64_t j = 0; j < l->k; j++) {
                    const int64_t s = t + j - l->pad, h = c / (l->c / l->h);
                    if (s < 0 || s >= (l->lengths ? l->lengths[b] : l->t))
                        continue;
                    if (out)
                        out[n] = (struct term){(b * l->t + t) * l->c + c, (b * l->t + s) * l->c + c,
                                               ((l->dynamic ? (b * l->t + t) * l->h : 0) + h) * l->k + j};
                    n++;
                }
    return n;
}

/* got[i] against the sum of a * b over the terms with index i: (terms + 2) eps sum|a b|. */
static int64_t wrong(const float *got, int64_t n, const struct term *t, int64_t count, size_t to, const float *a, size_t ia, const float *b, size_t ib)
{
    double *sum = xcalloc(n + 1, sizeof *sum), *size = xcalloc(n + 1, sizeof *size), *many = xcalloc(n + 1, sizeof *many);
    int64_t bad = 0;
    for (int64_t i = 0; i < count; i++) {
        const int64_t *index = &t[i].y;
        const double v = (double)a[index[ia]] * b[index[ib]];
        sum[index[to]] += v;
        size[index[to]] += fabs(v);
        many[index[to]]++;
    }
    for (int64_t i = 0; i < n; i++)
        bad += !(fabs(got[i] - sum[i]) <= (many[i] + 2) * FLT_EPSILON / 2 * size[i]);
    free(sum); free(size); free(many);
    return bad;
}

static void values_and_gradients_are_the_sums_of_the_equation(void)
{
    for (int i = 0; i < EXAMPLES; i++) {
        const struct lightconv *l = &examples[i];
        const int64_t count = terms(l, NULL);
        struct term *t = xmalloc(sizeof *t * (count + 1));
        terms(l, t);
        float *x = numbers(inputs(l), 1), *w = numbers(taps(l), 2), *dy = numbers(inputs(l), 3);
        float *y = numbers(inputs(l), 4), *dx = numbers(inputs(l), 5), *dw = numbers(taps(l), 6);
        lightconv_forward(l, y, x, w);
        lightconv_data(l, dx, dy, w);
        lightconv_weight(l, dw, x, dy);
        CHECK_INT(wrong(y, inputs(l), t, count, 0, x, 1, w, 2), 0);
        CHECK_INT(wrong(dx, inputs(l), t, count, 1, dy, 0, w, 2), 0);
        CHECK_INT(wrong(dw, taps(l), t, count, 2, dy, 0, x, 1), 0);
        free(t); free(x); free(w); free(dy); free(y); free(dx); free(dw);
    }
}

/* Two channels, two heads, taps 1 10 100 and 2 0 0, over 1 2 3 and 4 5 6. */
static void taps_meet_what_they_should(void)
{
    const float x[] = {1, 4, 2, 5, 3, 6}, w[] = {1, 10, 100, 2, 0, 0};
    const float centred[] = {210, 0, 321, 8, 32, 10}, causal[] = {100, 0, 210, 0, 321, 8};
    struct lightconv l = {.b = 1, .t = 3, .c = 2, .h = 2, .k = 3, .pad = 1};
    float y[6];
    lightconv_forward(&l, y, x, w);
    CHECK_BYTES(y, centred, sizeof y);
    l.pad = 2;
    lightconv_forward(&l, y, x, w);
    CHECK_BYTES(y, causal, sizeof y);
}

static void padding_is_not_read_even_if_it_is_nan(void)
{
    const float x[] = {1, 2, NAN, NAN}, w[] = {1, 1, 1}, want[] = {3, 3, 2, 0};
    const int32_t two[] = {2};
    const struct lightconv l = {.b = 1, .t = 4, .c = 1, .h = 1, .k = 3, .pad = 1, .lengths = two};
    float y[4], dw[3];
    lightconv_forward(&l, y, x, w);
    CHECK_BYTES(y, want, sizeof y);
    lightconv_weight(&l, dw, x, want);
    CHECK_NEAR(dw[0], 1 * 3 + 2 * 2, 0);
    CHECK_NEAR(dw[1], 1 * 3 + 2 * 3, 0);
    CHECK_NEAR(dw[2], 2 * 3, 0);
}

/* Against f64: exp is off by 2 ulp and its argument by half an ulp of |x| < 8, sums by K/2. */
static void rows_are_normalised_and_their_gradient_is_that_of_the_softmax(void)
{
    static const int64_t shape[][2] = {{1, 1}, {3, 3}, {700, 31}, {1000, 63}, {0, 5}, {65, 7}};
    for (int i = 0; i < 6; i++) {
        const int64_t rows = shape[i][0], k = shape[i][1];
        const double eps = FLT_EPSILON * (8 + 4 + k);
        float *x = numbers(rows * k, 1), *dy = numbers(rows * k, 2), *y = numbers(rows * k, 3), *dx = numbers(rows * k, 4);
        int64_t bad = 0;
        for (int64_t n = 0; n < rows * k; n++)
            x[n] *= 4;
        lightconv_softmax(y, x, rows, k);
        lightconv_softmax_back(dx, y, dy, rows, k);
        for (int64_t r = 0; r < rows; r++) {
            double sum = 0, mean = 0;
            for (int64_t j = 0; j < k; j++)
                sum += exp(x[r * k + j]);
            for (int64_t j = 0; j < k; j++)
                mean += exp(x[r * k + j]) / sum * dy[r * k + j];
            for (int64_t j = 0; j < k; j++) {
                const double p = exp(x[r * k + j]) / sum;
                bad += !(fabs(y[r * k + j] - p) <= eps * p);
                bad += !(fabs(dx[r * k + j] - p * (dy[r * k + j] - mean)) <= 2 * eps * p * 2);
            }
        }
        CHECK_INT(bad, 0);
        lightconv_softmax(x, x, rows, k);
        CHECK_BYTES(x, y, sizeof *x * rows * k);
        free(x); free(dy); free(y); free(dx);
    }
}

static void the_thread_count_changes_no_bit(void)
{
    const int before = omp_get_max_threads();
    for (int i = 0; i < EXAMPLES; i++) {
        const struct lightconv *l = &examples[i];
        float *x = numbers(inputs(l), 1), *w = numbers(taps(l), 2), *dy = numbers(inputs(l), 3), *y[3], *dx[3], *dw[3];
        for (int t = 0; t < 3; t++) {
            omp_set_num_threads(t + 1);
            y[t] = numbers(inputs(l), 4);
            dx[t] = numbers(inputs(l), 5);
            dw[t] = numbers(taps(l), 6);
            lightconv_forward(l, y[t], x, w);
            lightconv_data(l, dx[t], dy, w);
            lightconv_weight(l, dw[t], x, dy);
            CHECK_BYTES(y[t], y[0], sizeof *x * inputs(l));
            CHECK_BYTES(dx[t], dx[0], sizeof *x * inputs(l));
            CHECK_BYTES(dw[t], dw[0], sizeof *x * taps(l));
        }
        for (int t = 0; t < 3; t++) { free(y[t]); free(dx[t]); free(dw[t]); }
        free(x); free(w); free(dy);
    }
    omp_set_num_threads(before);
}

static int tests(void)
{
    RUN(taps_meet_what_they_should);
    RUN(padding_is_not_read_even_if_it_is_nan);
    RUN(values_and_gradients_are_the_sums_of_the_equation);
    RUN(rows_are_normalised_and_their_gradient_is_that_of_the_softmax);
    RUN(the_thread_count_changes_no_bit);
    return check_report();
}

int main(int argc, char **argv)
{
    (void)argc;
    return at_every_level(argv, tests);
}
