/* lib/tensor/resample.h: axes by hand, images against the double sum, adjoints. */
#include "check.h"
#include "levels.h"

#include "base/mem.h"
#include "base/random.h"
#include "tensor/resample.h"

#include <float.h>
#include <omp.h>

static float *numbers(int64_t n, uint64_t seed)
{
    float *x = xmalloc(sizeof *x * (n + 1));
    rng_fill_uniform(&(struct rng){seed, 0}, 0, x, n, -1, 1);
    return x;
}

/* An axis applied to in[0], in[1] ... of one channel, as an image of one row; the axis is freed. */
static void expect(struct resample_axis *a, const float *in, int64_t n, const float *want)
{
    struct resample_axis *one = resample_same(1);
    float got[64];
    CHECK_INT(a->out, n);
    resample(one, a, got, in, 1, 1, false);
    for (int64_t i = 0; i < a->out && i < n; i++)
        CHECK_NEAR(got[i], want[i], 4 * FLT_EPSILON * fabs(want[i]));
    struct resample_axis *same = resample_same(1);
    resample(a, same, got, in, 1, 1, false);            /* the other way round: as a column */
    for (int64_t i = 0; i < a->out && i < n; i++)
        CHECK_NEAR(got[i], want[i], 4 * FLT_EPSILON * fabs(want[i]));
    resample_axis_free(a);
    resample_axis_free(one);
    resample_axis_free(same);
}
#define WANT(...) (int64_t)(sizeof (float[]){__VA_ARGS__} / sizeof(float)), (const float[]){__VA_ARGS__}

static const float x[] = {1, 2, 4, 8};

static void nearest_repeats_or_leaves_out(void)
{
    expect(resample_nearest(3, 6), x, WANT(1, 1, 2, 2, 4, 4));
    expect(resample_nearest(2, 2), x, WANT(1, 2));
    expect(resample_nearest(4, 2), x, WANT(1, 4));
    expect(resample_nearest(3, 5), x, WANT(1, 1, 2, 2, 4));                     /* 0 0.6 1.2 1.8 2.4 */
}

static void linear_interpolates_between_half_pixel_centres_or_corners(void)
{
    expect(resample_linear(2, 4, false), x, WANT(1, 1.25, 1.75, 2));            /* at -1/4 1/4 3/4 5/4 */
    expect(resample_linear(4, 2, false), x, WANT(1.5, 6));                      /* at 1/2 5/2 */
    expect(resample_linear(2, 5, true), x, WANT(1, 1.25, 1.5, 1.75, 2));
    expect(resample_linear(4, 1, true), x, WANT(1));
    expect(resample_linear(1, 3, false), x, WANT(1, 1, 1));
    expect(resample_linear(3, 3, false), x, WANT(1, 2, 4));
}

static void area_takes_means(void)
{
    expect(resample_area(4, 2), x, WANT(1.5, 6));
    expect(resample_area(4, 1), x, WANT(3.75));
    expect(resample_area(3, 2), x, WANT(1.5, 3));                               /* 0..1 and 1..2 */
}

/* k = 1 10 100: the convolution of 1 2 4 is 1 12 124 240 400. */
static void fir_is_a_convolution_with_zeros_between_and_around(void)
{
    const float k[] = {1, 10, 100};
    expect(resample_fir(3, 1, 1, 2, 2, k, 3), x, WANT(1, 12, 124, 240, 400));
    expect(resample_fir(3, 1, 2, 2, 2, k, 3), x, WANT(1, 124, 400));
    expect(resample_fir(3, 1, 1, 0, 0, k, 3), x, WANT(124));
    expect(resample_fir(3, 1, 1, -1, 2, k, 3), x, WANT(240, 400));              /* 2 4 0 0 */
    expect(resample_fir(3, 2, 1, 2, 1, k, 3), x, WANT(1, 10, 102, 20, 204, 40, 400));  /* 0 0 1 0 2 0 4 0 0 */
}

static void edges_are_nought_or_reflected_or_repeated_and_negative_padding_crops(void)
{
    expect(resample_pad(3, 1, 2, RESAMPLE_ZERO), x, WANT(0, 1, 2, 4, 0, 0));
    expect(resample_pad(3, 2, 1, RESAMPLE_REFLECT), x, WANT(4, 2, 1, 2, 4, 2));
    expect(resample_pad(3, 2, 1, RESAMPLE_REPLICATE), x, WANT(1, 1, 1, 2, 4, 4));
    expect(resample_pad(4, -1, -1, RESAMPLE_ZERO), x, WANT(2, 4));
    expect(resample_pad(4, -2, 1, RESAMPLE_REPLICATE), x, WANT(4, 8, 8));
}

/* ---- Images ---------------------------------------------------------------------------------------------- */

enum { AXES = 9 };
static struct resample_axis *axis(int i)
{
    static const float k[] = {0.5f, -1, 2, 0.25f, 3, 1, 7};
    switch (i) {
    case 0:  return resample_same(7);
    case 1:  return resample_nearest(5, 15);
    case 2:  return resample_linear(11, 26, false);
    case 3:  return resample_linear(9, 4, true);
    case 4:  return resample_area(10, 4);
    case 5:  return resample_fir(9, 2, 1, 3, 2, k, 4);
    case 6:  return resample_fir(12, 3, 2, 4, 5, k, 7);
    case 7:  return resample_pad(8, 3, 5, RESAMPLE_REFLECT);
    default: return resample_pad(6, 4, -1, RESAMPLE_ZERO);
    }
}

static double weight(const struct resample_axis *a, int64_t p, int64_t i)
{
    double sum = 0;
    for (int64_t e = a->start[p]; e < a->start[p + 1]; e++)
        sum += a->index[e] == i ? a->weight[e] : 0;
    return sum;
}

static int64_t wrong(const struct resample_axis *ay, const struct resample_axis *ax, const float *got, const float *before, const float *in, int64_t n, int64_t c)
{
    int64_t bad = 0, k = 0;
    for (int64_t m = 0; m < n; m++)
        for (int64_t p = 0; p < ay->out; p++)
            for (int64_t q = 0; q < ax->out; q++)
                for (int64_t d = 0; d < c; d++, k++) {
                    double sum = before ? before[k] : 0, size = fabs(sum);
                    for (int64_t i = 0; i < ay->in; i++)
                        for (int64_t j = 0; j < ax->in; j++) {
                            const double v = weight(ay, p, i) * weight(ax, q, j) * in[((m * ay->in + i) * ax->in + j) * c + d];
                            sum += v;
                            size += fabs(v);
                        }
                    bad += !(fabs(got[k] - sum) <= 8 * FLT_EPSILON * size);     /* sums of 4 and 4, products, add */
                }
    return bad;
}

static void images_are_the_double_sum_and_may_be_added(void)
{
    for (int i = 0; i < AXES * 3; i++) {
        struct resample_axis *ay = axis(i / 3), *ax = axis((i * 5 + 2) % AXES);
        const int64_t n = 1 + i % 2, c = (const int64_t[]){1, 3, 20, 2, 4}[i % 5], size = n * ay->out * ax->out * c;
        float *in = numbers(n * ay->in * ax->in * c, 1), *out = numbers(size, 2), *before = numbers(size, 2);
        resample(ay, ax, out, in, n, c, true);
        CHECK_INT(wrong(ay, ax, out, before, in, n, c), 0);
        resample(ay, ax, out, in, n, c, false);
        CHECK_INT(wrong(ay, ax, out, NULL, in, n, c), 0);
        free(in); free(out); free(before);
        resample_axis_free(ay);
        resample_axis_free(ax);
    }
}

static void the_transpose_has_the_same_entries_and_is_the_adjoint(void)
{
    for (int i = 0; i < AXES; i++) {
        struct resample_axis *a = axis(i), *t = resample_transpose(a), *back = resample_transpose(t);
        for (int64_t p = 0; p < a->out; p++)
            for (int64_t j = 0; j < a->in; j++) {
                CHECK(weight(a, p, j) == weight(t, j, p));
                CHECK(weight(a, p, j) == weight(back, p, j));
            }
        const int64_t c = 5, in = a->in * a->in * c, out = a->out * a->out * c;
        float *u = numbers(in, 1), *y = numbers(out, 2), *dy = numbers(out, 3), *du = numbers(in, 4);
        double left = 0, right = 0, size = 0;
        resample(a, a, y, u, 1, c, false);
        resample(t, t, du, dy, 1, c, false);
        for (int64_t k = 0; k < out; k++) {
            left += (double)y[k] * dy[k];
            size += fabs((double)y[k] * dy[k]);
        }
        for (int64_t k = 0; k < in; k++) {
            right += (double)du[k] * u[k];
            size += fabs((double)du[k] * u[k]);
        }
        CHECK_NEAR(left, right, 8 * FLT_EPSILON * size);
        free(u); free(y); free(dy); free(du);
        resample_axis_free(a); resample_axis_free(t); resample_axis_free(back);
    }
}

static void nothing_in_gives_nothing_out(void)
{
    const float k[] = {1, 2, 3};
    struct resample_axis *none = resample_fir(2, 1, 1, 0, 0, k, 3), *empty = resample_same(0), *same = resample_same(2);
    float y[2] = {5, 5}, in[4] = {1, 2, 3, 4};
    CHECK_INT(none->out, 0);
    resample(none, same, y, in, 1, 1, false);
    resample(empty, same, y, in, 1, 1, false);
    resample(same, same, y, in, 0, 1, false);
    resample(same, same, y, in, 1, 0, false);
    CHECK(y[0] == 5 && y[1] == 5);
    resample_axis_free(none); resample_axis_free(empty); resample_axis_free(same);
    resample_axis_free(NULL);
}

static void the_thread_count_changes_no_bit(void)
{
    const int before = omp_get_max_threads();
    struct resample_axis *a = resample_linear(40, 61, false);
    float *in = numbers(4 * 40 * 40 * 9, 1), *y[3];
    const int64_t out = 4 * 61 * 61 * 9;
    for (int t = 0; t < 3; t++) {
        omp_set_num_threads(t + 1);
        y[t] = numbers(out, 2);
        resample(a, a, y[t], in, 4, 9, false);
        CHECK_BYTES(y[t], y[0], sizeof(float) * out);
    }
    free(in); free(y[0]); free(y[1]); free(y[2]);
    resample_axis_free(a);
    omp_set_num_threads(before);
}

static int tests(void)
{
    RUN(nearest_repeats_or_leaves_out);
    RUN(linear_interpolates_between_half_pixel_centres_or_corners);
    RUN(area_takes_means);
    RUN(fir_is_a_convolution_with_zeros_between_and_around);
    RUN(edges_are_nought_or_reflected_or_repeated_and_negative_padding_crops);
    RUN(images_are_the_double_sum_and_may_be_added);
    RUN(the_transpose_has_the_same_entries_and_is_the_adjoint);
    RUN(nothing_in_gives_nothing_out);
    RUN(the_thread_count_changes_no_bit);
    return check_report();
}

int main(int argc, char **argv)
{
    (void)argc;
    return at_every_level(argv, tests);
}
