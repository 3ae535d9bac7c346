/* lib/tensor/pool2d.h: numbers by hand, and every geometry against the definition. */
#include "check.h"
#include "levels.h"

#include "base/mem.h"
#include "base/random.h"
#include "tensor/pool2d.h"

#include <float.h>
#include <omp.h>

static float *numbers(int64_t n, uint64_t seed)
{
    float *x = xmalloc(sizeof *x * (n + 1));
    rng_fill_uniform(&(struct rng){seed, 0}, 0, x, n, -1, 1);
    return x;
}

static double inner(const float *x, const float *y, int64_t n)
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += (double)x[i] * y[i];
    return sum;
}

/* N, C; in, size, stride, before, after of both axes.  size 0: adaptive, with `stride` windows. */
static const struct { int64_t n, c, y[5], x[5]; } geometry[] = {
    {2, 3, {8, 2, 2, 0, 0}, {6, 2, 2, 0, 0}},
    {2, 70, {9, 3, 2, 1, 1}, {12, 3, 2, 1, 1}},
    {1, 16, {7, 3, 1, 1, 1}, {5, 3, 1, 1, 1}},
    {1, 5, {13, 5, 3, 4, 2}, {11, 4, 1, 0, 3}},
    {3, 1, {1, 1, 1, 0, 0}, {1, 1, 1, 0, 0}},
    {2, 8, {4, 5, 1, 0, 0}, {9, 3, 2, 1, 1}},                 /* fits nowhere */
    {1, 33, {7, 1, 4, 0, 0}, {8, 1, 3, 0, 0}},                /* gaps between windows */
    {2, 130, {7, 0, 1, 0, 0}, {7, 0, 1, 0, 0}},               /* global */
    {2, 9, {7, 0, 3, 0, 0}, {11, 0, 4, 0, 0}},
    {1, 9, {3, 0, 5, 0, 0}, {2, 0, 2, 0, 0}},                 /* more windows than elements */
    {2, 6, {8, 2, 2, 0, 0}, {20, 1, 1, 0, 0}},                /* time, of clips */
    {0, 6, {8, 2, 2, 0, 0}, {20, 1, 1, 0, 0}},
    {2, 0, {8, 2, 2, 0, 0}, {20, 1, 1, 0, 0}},
    {4, 64, {20, 3, 2, 1, 1}, {20, 3, 2, 1, 1}},              /* large enough for threads */
};
enum { GEOMETRIES = sizeof geometry / sizeof geometry[0] };

static struct pool_axis axis(const int64_t a[5])
{
    return a[1] ? pool_sliding(a[0], a[1], a[2], a[3], a[4]) : pool_adaptive(a[0], a[2]);
}

static struct pool2d pool_of(int g, bool count_padding)
{
    return (struct pool2d){geometry[g].n, geometry[g].c, axis(geometry[g].y), axis(geometry[g].x), count_padding};
}

static int64_t inputs(const struct pool2d *d) { return d->n * d->y.in * d->x.in * d->c; }
static int64_t results(const struct pool2d *d) { return d->n * d->y.out * d->x.out * d->c; }

static bool inside(const struct pool_axis *a, int64_t p, int64_t i)
{
    if (a->size == 0)           /* floor(p in/out) <= i < ceil((p+1) in/out), without division */
        return p * a->in < (i + 1) * a->out && i * a->out < (p + 1) * a->in;
    return i >= p * a->stride - a->before && i < p * a->stride - a->before + a->size;
}

/* sum over the window, its largest, where that is, and how many elements it has within the image */
struct answer { double sum, size, max; int64_t at, count; };

static struct answer ask(const struct pool2d *d, const float *x, int64_t n, int64_t p, int64_t q, int64_t c)
{
    struct answer a = {.max = -INFINITY, .at = -1};
    for (int64_t i = 0; i < d->y.in; i++)
        for (int64_t j = 0; j < d->x.in; j++)
            if (inside(&d->y, p, i) && inside(&d->x, q, j)) {
                const double v = x[((n * d->y.in + i) * d->x.in + j) * d->c + c];
                a.sum += v;
                a.size += fabs(v);
                a.count++;
                if (v > a.max) {
                    a.max = v;
                    a.at = i * d->x.in + j;
                }
            }
    return a;
}

static void maxima_and_averages_are_those_of_the_definition(void)
{
    for (int g = 0; g < 2 * GEOMETRIES; g++) {
        const struct pool2d d = pool_of(g / 2, g % 2);
        float *x = numbers(inputs(&d), g), *max = numbers(results(&d), 1), *bare = numbers(results(&d), 1), *mean = numbers(results(&d), 1);
        int32_t *arg = xcalloc(results(&d) + 1, sizeof *arg);
        pool_max(&d, max, arg, x);
        pool_max(&d, bare, NULL, x);
        pool_average(&d, mean, x);
        int64_t wrong = 0, k = 0;
        for (int64_t n = 0; n < d.n; n++)
            for (int64_t p = 0; p < d.y.out; p++)
                for (int64_t q = 0; q < d.x.out; q++)
                    for (int64_t c = 0; c < d.c; c++, k++) {
                        const struct answer a = ask(&d, x, n, p, q, c);
                        const double area = d.count_padding && d.y.size ? d.y.size * d.x.size : a.count;
                        wrong += max[k] != a.max || arg[k] != a.at || bare[k] != a.max;
                        wrong += !(fabs(mean[k] - a.sum / area) <= (a.count + 1) * FLT_EPSILON * a.size / area);
                    }
        CHECK_INT(k, results(&d));
        CHECK_INT(wrong, 0);
        free(x); free(max); free(bare); free(mean); free(arg);
    }
}

/* <dy, L x> = <L' dy, x>; for maxima L is the choice that was made. */
static void gradients_are_adjoints(void)
{
    for (int g = 0; g < 2 * GEOMETRIES; g++) {
        const struct pool2d d = pool_of(g / 2, g % 2);
        float *x = numbers(inputs(&d), g), *y = numbers(results(&d), 1), *dy = numbers(results(&d), 2), *dx = numbers(inputs(&d), 3);
        int32_t *arg = xcalloc(results(&d) + 1, sizeof *arg);
        const double tol = 100 * FLT_EPSILON * sqrt(inputs(&d) + results(&d) + 1.0);
        pool_average(&d, y, x);
        pool_average_back(&d, dx, dy);
        CHECK_NEAR(inner(dx, x, inputs(&d)), inner(dy, y, results(&d)), tol);
        pool_max(&d, y, arg, x);
        pool_max_back(&d, dx, dy, arg);
        CHECK_NEAR(inner(dx, x, inputs(&d)), inner(dy, y, results(&d)), tol);
        float *other = numbers(inputs(&d), 77);
        pool_max_take(&d, y, other, arg);
        CHECK_NEAR(inner(dx, other, inputs(&d)), inner(dy, y, results(&d)), tol);
        free(x); free(y); free(dy); free(dx); free(arg); free(other);
    }
}

/* One row 1 5 5 2, windows of 3 at every element: -1 5, 1 5 5, 5 5 2, 5 2 -. */
static void the_first_of_equal_maxima_gets_the_gradient(void)
{
    const float x[] = {1, 5, 5, 2}, dy[] = {1, 10, 100, 1000}, want[] = {5, 5, 5, 5}, want_dx[] = {0, 111, 1000, 0};
    const int32_t want_arg[] = {1, 1, 1, 2};
    const struct pool2d d = {1, 1, pool_none(1), pool_sliding(4, 3, 1, 1, 1), false};
    float y[4], dx[4];
    int32_t arg[4];
    pool_max(&d, y, arg, x);
    CHECK_BYTES(y, want, sizeof y);
    CHECK_BYTES(arg, want_arg, sizeof arg);
    pool_max_back(&d, dx, dy, arg);
    CHECK_BYTES(dx, want_dx, sizeof dx);
}

static void averages_divide_by_what_they_are_told_to_count(void)
{
    const float x[] = {6, 12}, without[] = {9, 9}, with[] = {6, 6}, back[] = {1, 1};
    struct pool2d d = {1, 1, pool_none(1), pool_sliding(2, 3, 1, 1, 1), false};
    float y[2];
    pool_average(&d, y, x);
    CHECK_BYTES(y, without, sizeof y);
    d.count_padding = true;
    pool_average(&d, y, x);
    CHECK_BYTES(y, with, sizeof y);
    pool_average_back(&d, y, (const float[]){1, 2});
    CHECK_NEAR(y[0], back[0], FLT_EPSILON);
    CHECK_NEAR(y[1], back[1], FLT_EPSILON);
}

static void nan_is_the_maximum_of_its_windows_and_of_no_others(void)
{
    for (int at = 0; at < 4; at++) {
        float x[4] = {1, 2, 3, 4}, y[2];
        const struct pool2d d = {1, 1, pool_none(1), pool_sliding(4, 2, 2, 0, 0), false};
        int32_t arg[2];
        x[at] = NAN;
        pool_max(&d, y, arg, x);
        CHECK(isnan(y[at / 2]) && y[1 - at / 2] == (at < 2 ? 4 : 2));
        CHECK_INT(arg[at / 2], at);
        pool_max(&d, y, NULL, x);
        CHECK(isnan(y[at / 2]));
    }
}

static void the_thread_count_changes_no_bit(void)
{
    const int before = omp_get_max_threads();
    const struct pool2d d = pool_of(GEOMETRIES - 1, false);
    float *x = numbers(inputs(&d), 1), *dy = numbers(results(&d), 2), *y[3][2], *dx[3][2];
    int32_t *arg = xcalloc(results(&d), sizeof *arg);
    for (int t = 0; t < 3; t++) {
        omp_set_num_threads(t + 1);
        for (int i = 0; i < 2; i++) {
            y[t][i] = numbers(results(&d), 3);
            dx[t][i] = numbers(inputs(&d), 3);
        }
        pool_max(&d, y[t][0], arg, x);
        pool_max_back(&d, dx[t][0], dy, arg);
        pool_average(&d, y[t][1], x);
        pool_average_back(&d, dx[t][1], dy);
        for (int i = 0; i < 2; i++) {
            CHECK_BYTES(y[t][i], y[0][i], sizeof(float) * results(&d));
            CHECK_BYTES(dx[t][i], dx[0][i], sizeof(float) * inputs(&d));
        }
    }
    for (int t = 0; t < 3; t++)
        for (int i = 0; i < 2; i++) { free(y[t][i]); free(dx[t][i]); }
    free(x); free(dy); free(arg);
    omp_set_num_threads(before);
}

static int tests(void)
{
    RUN(maxima_and_averages_are_those_of_the_definition);
    RUN(gradients_are_adjoints);
    RUN(the_first_of_equal_maxima_gets_the_gradient);
    RUN(averages_divide_by_what_they_are_told_to_count);
    RUN(nan_is_the_maximum_of_its_windows_and_of_no_others);
    RUN(the_thread_count_changes_no_bit);
    return check_report();
}

int main(int argc, char **argv)
{
    (void)argc;
    return at_every_level(argv, tests);
}
