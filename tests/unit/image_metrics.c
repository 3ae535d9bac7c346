/* Similarity of images, their pyramids, traces of augmentation. */
#include "metrics/leaks.h"
#include "metrics/ms_ssim.h"
#include "metrics/order.h"
#include "metrics/swd.h"

#include "tests/unit/check.h"
#include "tests/unit/metric_data.h"

/* Four images [45,50,2]: twice tests/unit/metric_data.h's numbers, less 1. */
static float *four_images(void)
{
    struct features f = metric_data(4, 45 * 50 * 2, 3, 2, 0);
    for (int64_t i = 0; i < f.n * f.d; i++)
        f.x[i] -= 1;
    return f.x;
}

/* ---- Similarity ------------------------------------------------------------------------------ */

/* scipy.signal.convolve2d, SciPy 1.10, f64. */
static void similarity_agrees_with_scipy(void)
{
    enum { N = 45 * 50 * 2 };
    float *x = four_images(), *mixed = xmalloc(sizeof *mixed * N);
    for (int i = 0; i < N; i++)
        mixed[i] = x[i] * 0.8f + 0.2f * x[N + i];
    CHECK_INT(ms_ssim_scales(45, 50), 3);
    CHECK_NEAR(ms_ssim(x, mixed, 45, 50, 2), 0.953962360313084, 1e-6);
    CHECK_NEAR(ms_ssim(x, x + N, 45, 50, 2), 0, 0);
    CHECK_NEAR(ms_ssim(x, x, 45, 50, 2), 1, 1e-12);
    free(x);
    free(mixed);
}

static void five_scales_at_most_none_below_a_window(void)
{
    CHECK_INT(ms_ssim_scales(10, 99), 0);
    CHECK_INT(ms_ssim_scales(32, 32), 2);
    CHECK_INT(ms_ssim_scales(176, 176), 5);
    CHECK_INT(ms_ssim_scales(4096, 4096), 5);
}

/* ---- Pyramid --------------------------------------------------------------------------------- */

/* scipy.ndimage.convolve, mode mirror, SciPy 1.10, f64, of the first 17 x 20 pixels of image 2. */
static void pyramid_agrees_with_scipy(void)
{
    enum { H = 17, W = 20, C = 2, DOWN = 9 * 10 * C };
    float *all = four_images(), x[H * W * C], y[DOWN];
    double sum = 0, rest = 0;
    for (int i = 0; i < H; i++)
        memcpy(x + i * W * C, all + 2 * 45 * 50 * C + i * 50 * C, sizeof *x * W * C);
    pyramid_down(y, x, H, W, C);
    CHECK_NEAR(y[0], -0.42099904, 1e-6);
    CHECK_NEAR(y[DOWN - 1], -0.16345276, 1e-6);
    CHECK_NEAR(y[(4 * 10 + 5) * C], -0.04130624, 1e-6);
    pyramid_take(x, y, H, W, C);
    CHECK_NEAR(x[0], -0.7077015, 1e-6);
    CHECK_NEAR(x[H * W * C - 1], -0.24692756, 1e-6);
    CHECK_NEAR(x[(7 * W + 8) * C], 0.72897899, 1e-6);
    for (int i = 0; i < DOWN; i++)
        sum += fabsf(y[i]);
    for (int i = 0; i < H * W * C; i++)
        rest += fabsf(x[i]);
    CHECK_NEAR(sum, 22.686962825944647, 1e-4);
    CHECK_NEAR(rest, 320.1545727747798, 1e-3);
    free(all);
}

static void levels_end_at_sixteen_pixels(void)
{
    CHECK_INT(swd_levels(15, 64), 0);
    CHECK_INT(swd_levels(32, 32), 2);
    CHECK_INT(swd_levels(64, 31), 2);
    CHECK_INT(swd_levels(128, 128), 4);
}

static void floats_are_put_in_order(void)
{
    enum { N = 5000 };
    float x[N], work[N];
    double sum = 0, after = 0;
    rng_fill_normal(&(struct rng){1, 1}, 0, x, N, 0, 1e6f);
    x[7] = 0;
    x[8] = -0.0f;
    x[9] = 1e-42f;
    for (int i = 0; i < N; i++)
        sum += x[i];
    sort_floats(x, work, N);
    for (int i = 0; i < N; i++) {
        after += x[i];
        CHECK(i == 0 || x[i - 1] <= x[i]);
    }
    CHECK_NEAR(after, sum, 1e-3);
    sort_floats(x, work, 0);
}

static void quantiles_lie_between_two_numbers(void)
{
    const double x[] = {1, 2, 4};
    CHECK_NEAR(quantile(x, 3, 0), 1, 0);
    CHECK_NEAR(quantile(x, 3, 0.75), 3, 1e-15);
    CHECK_NEAR(quantile(x, 3, 1), 4, 0);
}

/* ---- Leaks ----------------------------------------------------------------------------------- */

static void fill(float *x, int64_t h, int64_t w, int64_t c, const int64_t box[4], float value)
{
    for (int64_t i = box[0]; i < box[1]; i++)
        for (int64_t j = box[2]; j < box[3]; j++)
            for (int64_t k = 0; k < c; k++)
                x[(i * w + j) * c + k] = value;
    (void)h;
}

static void a_block_is_a_quarter_of_each_side_and_grey_in_all_channels(void)
{
    float x[32 * 32 * 3];
    fill(x, 32, 32, 3, (int64_t[]){0, 32, 0, 32}, 0.5f);
    CHECK(!has_block(x, 32, 32, 3, 0.05f));
    fill(x, 32, 32, 3, (int64_t[]){24, 32, 17, 25}, 0.04f);
    CHECK(has_block(x, 32, 32, 3, 0.05f));
    CHECK(!has_block(x, 32, 32, 3, 0.03f));
    x[(31 * 32 + 24) * 3 + 1] = 0.06f;
    CHECK(!has_block(x, 32, 32, 3, 0.05f));
    fill(x, 32, 32, 3, (int64_t[]){24, 32, 16, 17}, 0);
    CHECK(has_block(x, 32, 32, 3, 0.05f));
    x[(28 * 32 + 20) * 3] = NAN;
    CHECK(!has_block(x, 32, 32, 3, 0.05f));
}

static void a_strip_is_two_pixels_of_an_edge(void)
{
    static const int64_t edge[4][4] = {{0, 2, 0, 20}, {14, 16, 0, 20}, {0, 16, 0, 2}, {0, 16, 18, 20}};
    for (int i = 0; i < 4; i++) {
        float x[16 * 20];
        fill(x, 16, 20, 1, (int64_t[]){0, 16, 0, 20}, -1);
        CHECK(!has_strip(x, 16, 20, 1, 0.05f));
        fill(x, 16, 20, 1, edge[i], 0);
        CHECK(has_strip(x, 16, 20, 1, 0.05f));
        x[edge[i][0] * 20 + edge[i][2]] = 0.1f;
        CHECK(!has_strip(x, 16, 20, 1, 0.05f));
    }
}

/* Moved by 3: 3.  One of four at 8 instead of 0: 2. */
static void wasserstein_is_the_area_between_distributions(void)
{
    CHECK_NEAR(wasserstein((double[]){2, 1}, 2, (double[]){4, 5}, 2), 3, 1e-15);
    CHECK_NEAR(wasserstein((double[]){0}, 1, (double[]){8, 0, 0, 0}, 4), 2, 1e-15);
    CHECK_NEAR(wasserstein((double[]){1, 5}, 2, (double[]){5, 1}, 2), 0, 0);
    CHECK_NEAR(wasserstein_floor((double[]){1, 2, 3, 4}, 4), 1, 1e-15);
}

int main(void)
{
    RUN(similarity_agrees_with_scipy);
    RUN(five_scales_at_most_none_below_a_window);
    RUN(pyramid_agrees_with_scipy);
    RUN(levels_end_at_sixteen_pixels);
    RUN(floats_are_put_in_order);
    RUN(quantiles_lie_between_two_numbers);
    RUN(a_block_is_a_quarter_of_each_side_and_grey_in_all_channels);
    RUN(a_strip_is_two_pixels_of_an_edge);
    RUN(wasserstein_is_the_area_between_distributions);
    return check_report();
}
