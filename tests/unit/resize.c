/* Resizing against closed forms, and against the definition in plain rational arithmetic. */
#include "check.h"

#include "base/threads.h"
#include "image/resize.h"

#include <stdlib.h>

static void two_by_two_becomes_its_mean_halves_upwards(void)
{
    const uint8_t in[] = {1, 2, 3, 4};          /* 2.5 */
    uint8_t out[1];

    resize_u8(out, 1, 1, in, 2, 2, 1);
    CHECK_INT(out[0], 3);
}

static void parts_of_pixels_count_as_parts(void)
{
    const uint8_t in[] = {0, 90, 210};          /* 3 to 2: (0 + 45)/1.5, (45 + 210)/1.5 */
    uint8_t out[2];

    resize_u8(out, 1, 2, in, 1, 3, 1);
    CHECK_INT(out[0], 30);
    CHECK_INT(out[1], 170);
}

static void enlarging_interpolates_between_pixel_centres(void)
{
    const uint8_t in[] = {0, 100}, want[] = {0, 25, 75, 100};
    uint8_t across[4], down[4];

    resize_u8(across, 1, 4, in, 1, 2, 1);
    CHECK_BYTES(across, want, 4);
    resize_u8(down, 4, 1, in, 2, 1, 1);
    CHECK_BYTES(down, want, 4);
}

static void channels_do_not_mix(void)
{
    const uint8_t in[] = {10, 20, 30, 30, 40, 50};
    uint8_t out[3];

    resize_u8(out, 1, 1, in, 1, 2, 3);
    CHECK_INT(out[0], 20);
    CHECK_INT(out[1], 30);
    CHECK_INT(out[2], 40);
}

/* weight[i] of source pixel i for target j, over the common denominator that is returned. */
static int64_t weights(int64_t *weight, int64_t j, int64_t n, int64_t m)
{
    memset(weight, 0, (size_t)n * sizeof *weight);
    if (m <= n) {
        for (int64_t i = 0; i < n; i++) {
            const int64_t lo = i * m > j * n ? i * m : j * n;
            const int64_t hi = (i + 1) * m < (j + 1) * n ? (i + 1) * m : (j + 1) * n;
            weight[i] = hi > lo ? hi - lo : 0;
        }
        return n;
    }
    for (int64_t i = -1; i <= n; i++) {         /* hat functions; those outside fall to the edge */
        const int64_t distance = llabs((2 * j + 1) * n - (2 * i + 1) * m);
        weight[i < 0 ? 0 : i >= n ? n - 1 : i] += distance < 2 * m ? 2 * m - distance : 0;
    }
    return 2 * m;
}

enum { SIDE = 13 };

static uint8_t expected(const uint8_t *in, int64_t y, int64_t x, int64_t H, int64_t W, int64_t h,
                        int64_t w)
{
    int64_t down[SIDE], across[SIDE], total = 0;
    const int64_t sum = weights(down, y, H, h) * weights(across, x, W, w);

    for (int64_t i = 0; i < H; i++)
        for (int64_t k = 0; k < W; k++)
            total += down[i] * across[k] * in[i * W + k];
    return (uint8_t)((2 * total + sum) / (2 * sum));
}

static void all_small_sizes_follow_the_definition_exactly(void)
{
    uint8_t in[SIDE * SIDE], out[SIDE * SIDE];
    int64_t different = 0;

    for (int i = 0; i < SIDE * SIDE; i++)
        in[i] = (uint8_t)(i * 89 + i * i * 7);
    for (int64_t H = 1; H <= SIDE; H += 3)
        for (int64_t W = 1; W <= SIDE; W++)
            for (int64_t h = 1; h <= SIDE; h += 2)
                for (int64_t w = 1; w <= SIDE; w++) {
                    resize_u8(out, h, w, in, H, W, 1);
                    for (int64_t k = 0; k < h * w; k++)
                        different += out[k] != expected(in, k / w, k % w, H, W, h, w);
                }
    CHECK_INT(different, 0);
}

static void a_constant_picture_stays_constant_at_the_largest_sides(void)
{
    uint8_t *in = malloc(RESIZE_MAX), *out = malloc(RESIZE_MAX);
    int64_t different = 0;

    memset(in, 255, RESIZE_MAX);
    resize_u8(out, 1, RESIZE_MAX - 1, in, 1, RESIZE_MAX, 1);
    for (int64_t i = 0; i < RESIZE_MAX - 1; i++)
        different += out[i] != 255;
    resize_u8(out, 1, RESIZE_MAX, in, 1, 3, 1);
    for (int64_t i = 0; i < RESIZE_MAX; i++)
        different += out[i] != 255;
    CHECK_INT(different, 0);
    free(in);
    free(out);
}

static void the_thread_count_changes_nothing(void)
{
    static uint8_t in[97 * 61 * 3], one[40 * 100 * 3], two[sizeof one];

    for (size_t i = 0; i < sizeof in; i++)
        in[i] = (uint8_t)(i * 2654435761u >> 16);
    threads_set(1);
    resize_u8(one, 40, 100, in, 97, 61, 3);
    threads_set(2);
    resize_u8(two, 40, 100, in, 97, 61, 3);
    CHECK_BYTES(one, two, sizeof one);
}

int main(void)
{
    RUN(two_by_two_becomes_its_mean_halves_upwards);
    RUN(parts_of_pixels_count_as_parts);
    RUN(enlarging_interpolates_between_pixel_centres);
    RUN(channels_do_not_mix);
    RUN(all_small_sizes_follow_the_definition_exactly);
    RUN(a_constant_picture_stays_constant_at_the_largest_sides);
    RUN(the_thread_count_changes_nothing);
    return check_report();
}
