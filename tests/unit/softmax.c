/* lib/tensor/softmax.h against its equations in f64, at every instruction set. */
#include "check.h"
#include "levels.h"

#include "base/mem.h"
#include "base/random.h"
#include "tensor/softmax.h"

#include <float.h>
#include <omp.h>
#include <stdbool.h>
#include <stdlib.h>

static float *numbers(int64_t n, uint64_t seed, float lo, float hi)
{
    float *x = xmalloc(sizeof *x * (n + 1));
    rng_fill_uniform(&(struct rng){seed, 0}, 0, x, n, lo, hi);
    return x;
}

static const int64_t shapes[][2] = {{1, 1}, {3, 2}, {7, 10}, {5, 64}, {33, 100}, {2, 1025}, {3, 5000}, {300, 77}, {0, 5}, {4, 0}, {1, 65536}};
enum { SHAPES = sizeof shapes / sizeof *shapes };

static double log_sum(const float *x, int64_t n)
{
    double m = -INFINITY, sum = 0;
    for (int64_t i = 0; i < n; i++)
        m = fmax(m, x[i]);
    for (int64_t i = 0; i < n; i++)
        sum += exp(x[i] - m);
    return m + log(sum);
}

/* exp of a difference of up to 40 that is rounded by half an ulp of 40, its own ulp and the sum's. */
static const double relative = (40 + 4 + 24) * 0x1p-24;

static void rows_are_exponentials_over_their_sum(void)
{
    for (int i = 0; i < SHAPES; i++) {
        const int64_t rows = shapes[i][0], n = shapes[i][1];
        float *x = numbers(rows * n, i, -20, 20), *y = numbers(rows * n, 1, 0, 1), *l = numbers(rows * n, 1, 0, 1), *s = numbers(rows, 1, 0, 1);
        softmax(y, x, rows, n);
        log_softmax(l, x, rows, n);
        log_sum_exp(s, x, rows, n);
        for (int64_t r = 0; r < rows; r++) {
            const double want = log_sum(x + r * n, n);
            int64_t wrong = 0;
            CHECK(n == 0 ? s[r] == -INFINITY : fabs(s[r] - want) <= relative + fabs(want) * FLT_EPSILON);
            for (int64_t c = r * n; c < (r + 1) * n; c++) {
                wrong += !(fabs(y[c] - exp(x[c] - want)) <= relative * exp(x[c] - want));
                wrong += !(fabs(l[c] - (x[c] - want)) <= relative + 40 * FLT_EPSILON);
            }
            CHECK_INT(wrong, 0);
        }
        softmax(x, x, rows, n);
        CHECK_BYTES(x, y, rows * n * sizeof *x);
        free(x); free(y); free(l); free(s);
    }
}

/* exp(1000) overflows; what counts are differences. */
static void logits_of_any_size_neither_overflow_nor_vanish(void)
{
    float x[4] = {1000, 1000, -1000, -INFINITY}, y[4];
    softmax(y, x, 1, 4);
    CHECK_BYTES(y, ((float[]){0.5f, 0.5f, 0, 0}), sizeof y);
    log_softmax(y, x, 1, 4);
    CHECK_NEAR(y[0], -log(2), 1e-4);                    /* of 1000 + ln 2, rounded */
    CHECK_NEAR(y[2], -2000 - log(2), 2e-4);
    CHECK(y[3] == -INFINITY);
    x[0] = NAN;
    softmax(y, x, 1, 4);
    for (int i = 0; i < 4; i++)
        CHECK(isnan(y[i]));
}

static void ways_back_are_the_equations(void)
{
    for (int i = 0; i < SHAPES; i++) {
        const int64_t rows = shapes[i][0], n = shapes[i][1];
        float *x = numbers(rows * n, i, -3, 3), *y = numbers(rows * n, 1, 0, 1), *dy = numbers(rows * n, 2, -1, 1), *dx = numbers(rows * n, 3, 0, 1);
        int64_t wrong = 0;
        for (int logs = 0; logs < 2; logs++) {
            (logs ? log_softmax : softmax)(y, x, rows, n);
            (logs ? log_softmax_back : softmax_back)(dx, dy, y, rows, n);
            for (int64_t r = 0; r < rows; r++) {
                double sum = 0, size = 0;
                for (int64_t c = r * n; c < (r + 1) * n; c++) {
                    sum += logs ? dy[c] : (double)dy[c] * y[c];
                    size += fabs(logs ? dy[c] : (double)dy[c] * y[c]);
                }
                for (int64_t c = r * n; c < (r + 1) * n; c++) {
                    const double p = logs ? exp(y[c]) : y[c], want = logs ? dy[c] - p * sum : p * (dy[c] - sum);
                    wrong += !(fabs(dx[c] - want) <= 30 * 0x1p-24 * (p * size + fabs(logs ? dy[c] : p * dy[c])));
                }
            }
        }
        CHECK_INT(wrong, 0);
        free(x); free(y); free(dy); free(dx);
    }
}

static double target(const struct cross_entropy *s, int64_t r, int64_t c)
{
    if (s->soft)
        return s->soft[r * s->chans + c];
    if (s->labels[r] < 0 || s->labels[r] == s->ignored)
        return 0;
    return (s->weights ? s->weights[c] : 1) * ((double)s->smoothing / s->chans + (1 - (double)s->smoothing) * (c == s->labels[r]));
}

static void check_entropy(const struct cross_entropy *s, const float *x, const float *dloss)
{
    const int64_t n = s->rows * s->chans;
    float *loss = numbers(s->rows, 1, 0, 1), *dx = numbers(n, 2, 0, 1), *alone = numbers(n, 3, 0, 1);
    int64_t wrong = 0;
    cross_entropy(s, loss, dx, dloss, x);
    for (int64_t r = 0; r < s->rows; r++) {
        const double all = log_sum(x + r * s->chans, s->chans), g = dloss ? dloss[r] : 1;
        double want = 0, sum = 0;
        for (int64_t c = 0; c < s->chans; c++) {
            sum += target(s, r, c);
            want -= target(s, r, c) * (x[r * s->chans + c] - all);
        }
        wrong += !(fabs(loss[r] - want) <= relative * (sum + want));
        for (int64_t c = 0; c < s->chans; c++) {
            const double p = sum * exp(x[r * s->chans + c] - all), t = target(s, r, c);
            wrong += !(fabs(dx[r * s->chans + c] - g * (p - t)) <= relative * fabs(g) * (p + t));
        }
    }
    CHECK_INT(wrong, 0);
    cross_entropy(s, NULL, alone, dloss, x);
    CHECK_BYTES(alone, dx, n * sizeof *dx);
    memcpy(alone, x, n * sizeof *x);
    cross_entropy(s, NULL, alone, dloss, alone);
    CHECK_BYTES(alone, dx, n * sizeof *dx);
    free(loss); free(dx); free(alone);
}

static void cross_entropy_is_its_equation_for_labels_weights_smoothing_and_soft_targets(void)
{
    for (int i = 0; i < SHAPES * 16; i++) {
        const int64_t rows = shapes[i % SHAPES][0], n = shapes[i % SHAPES][1];
        const int form = i / SHAPES;
        float *x = numbers(rows * n, i, -10, 10), *weights = numbers(n, 2, 0.5f, 2), *soft = numbers(rows * n, 3, 0, 1), *dloss = numbers(rows, 4, -1, 1);
        int32_t *labels = xmalloc((rows + 1) * sizeof *labels);
        for (int64_t r = 0; r < rows; r++)
            labels[r] = n == 0 || r % 5 == 4 ? -1 : (int32_t)((r * 31 + 7) % n);
        const struct cross_entropy s = {rows, n, form & 8 ? soft : NULL, labels, form & 1 ? 0.1f : 0, form & 2 ? weights : NULL, form & 1 ? 7 : -1};
        check_entropy(&s, x, form & 4 ? dloss : NULL);
        free(x); free(weights); free(soft); free(dloss); free(labels);
    }
}

/* Two classes with equal logits: ln 2, and a gradient of +-1/2. */
static void equal_logits_of_two_classes_cost_ln_2(void)
{
    const float x[4] = {5, 5, 1, 2};
    const int32_t labels[2] = {1, 3};
    float loss[2], dx[4];
    const struct cross_entropy s = {.rows = 2, .chans = 2, .labels = labels, .ignored = 3};
    cross_entropy(&s, loss, dx, NULL, x);
    CHECK_NEAR(loss[0], log(2), FLT_EPSILON);
    CHECK_BYTES(dx, ((float[]){0.5f, -0.5f, 0, 0}), sizeof dx);
    CHECK(loss[1] == 0);
}

static void the_thread_count_changes_no_bit(void)
{
    enum { R = 501, C = 93 };
    const int before = omp_get_max_threads();
    float *x = numbers(R * C, 1, -5, 5), *soft = numbers(R * C, 2, 0, 1), *y[3];
    for (int t = 0; t < 3; t++) {
        y[t] = numbers(3 * R * C + R, 9, 0, 1);
        omp_set_num_threads(t + 1);
        softmax(y[t], x, R, C);
        log_softmax_back(y[t] + R * C, x, soft, R, C);
        cross_entropy(&(struct cross_entropy){.rows = R, .chans = C, .soft = soft}, y[t] + 3 * R * C, y[t] + 2 * R * C, NULL, x);
    }
    CHECK_BYTES(y[0], y[1], (3 * R * C + R) * sizeof(float));
    CHECK_BYTES(y[0], y[2], (3 * R * C + R) * sizeof(float));
    omp_set_num_threads(before);
    free(x); free(soft); free(y[0]); free(y[1]); free(y[2]);
}

static int tests(void)
{
    RUN(rows_are_exponentials_over_their_sum);
    RUN(logits_of_any_size_neither_overflow_nor_vanish);
    RUN(ways_back_are_the_equations);
    RUN(cross_entropy_is_its_equation_for_labels_weights_smoothing_and_soft_targets);
    RUN(equal_logits_of_two_classes_cost_ln_2);
    RUN(the_thread_count_changes_no_bit);
    return check_report();
}

int main(int argc, char **argv)
{
    (void)argc;
    return at_every_level(argv, tests);
}
