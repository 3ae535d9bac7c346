/* Pixels, and what is done to an image before it joins a batch. */
#include "check.h"

#include "image/frames.h"
#include "image/pixels.h"
#include "image/prepare.h"

#include <stdlib.h>

static const uint8_t white[3] = {255, 255, 255};

static void every_grey_survives_the_way_through_rgb(void)
{
    uint8_t grey[256], rgb[768], back[256];

    for (int i = 0; i < 256; i++)
        grey[i] = (uint8_t)i;
    pixels_channels(rgb, 3, grey, 1, 256, white);
    pixels_channels(back, 1, rgb, 3, 256, white);
    CHECK_BYTES(back, grey, 256);
}

static void luma_weighs_green_most(void)
{
    const uint8_t rgb[] = {255, 0, 0, 0, 255, 0, 0, 0, 255};
    const uint8_t want[] = {76, 150, 29};       /* 76.245, 149.685, 29.07 */
    uint8_t grey[3];

    pixels_channels(grey, 1, rgb, 3, 3, white);
    CHECK_BYTES(grey, want, 3);
}

static void alpha_mixes_with_the_background(void)
{
    const uint8_t rgba[] = {10, 20, 30, 255, 10, 20, 30, 0, 0, 100, 200, 51};
    const uint8_t background[] = {100, 150, 200};
    const uint8_t want[] = {10, 20, 30, 100, 150, 200, 80, 140, 200};   /* 51/255 = 1/5 */
    uint8_t rgb[9];

    pixels_channels(rgb, 3, rgba, 4, 3, background);
    CHECK_BYTES(rgb, want, 9);
}

static void alpha_is_kept_or_made_opaque(void)
{
    const uint8_t la[] = {7, 9}, rgb[] = {1, 2, 3};
    const uint8_t from_la[] = {7, 7, 7, 9}, from_rgb[] = {1, 2, 3, 255};
    uint8_t rgba[4];

    pixels_channels(rgba, 4, la, 2, 1, white);
    CHECK_BYTES(rgba, from_la, 4);
    pixels_channels(rgba, 4, rgb, 3, 1, white);
    CHECK_BYTES(rgba, from_rgb, 4);
}

static void floats_of_all_bytes_come_back_exactly(void)
{
    uint8_t v[256], back[256];
    float y[256];

    for (int i = 0; i < 256; i++)
        v[i] = (uint8_t)i;
    pixels_to_f32(y, v, 256);
    CHECK(y[0] == -1.0f && y[255] == 1.0f);
    CHECK(pixels_from_f32(back, y, 256));
    CHECK_BYTES(back, v, 256);
}

static void floats_are_clamped_and_halves_go_to_even(void)
{
    const float y[] = {-7, INFINITY, -INFINITY, 0, -1 + 1 / 127.5f * 0.4f, -1 + 1 / 127.5f * 0.6f};
    const uint8_t want[] = {0, 255, 0, 128, 0, 1};      /* 127.5 is halfway: 128 is even */
    uint8_t v[6];

    CHECK(pixels_from_f32(v, y, 6));
    CHECK_BYTES(v, want, 6);
}

static void a_nan_is_told(void)
{
    const float y[] = {0.5f, NAN, 0};
    uint8_t v[3];

    CHECK(!pixels_from_f32(v, y, 3));
}

static void enlarging_repeats_pixels_both_ways(void)
{
    const uint8_t in[] = {1, 2, 3, 4};
    const uint8_t want[] = {1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4};
    uint8_t out[16];

    pixels_enlarge(out, in, &(struct image_dims){2, 2, 1}, 2);
    CHECK_BYTES(out, want, 16);
}

static void colours_are_one_number_or_three(void)
{
    static const char *const bad[] = {"", "256", "1,2", "1,2,3,4", "1,2,", ",1,2", "-1", "1 ",
                                      "red", "99999999999", "1,2,3,"};
    uint8_t c[3];

    CHECK(pixels_colour(c, "255") && c[0] == 255 && c[1] == 255 && c[2] == 255);
    CHECK(pixels_colour(c, "1,20,255") && c[0] == 1 && c[1] == 20 && c[2] == 255);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK(!pixels_colour(c, bad[i]));
}

static void the_centre_square_is_cut_out(void)
{
    const uint8_t wide[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};      /* 2 x 5 */
    const uint8_t want[] = {1, 2, 6, 7};                        /* the spare column stays right */
    const struct prepare p = {.crop = true};
    const struct image_dims in = {2, 5, 1}, tall = {5, 2, 1};
    const uint8_t want_tall[] = {2, 3, 4, 5};
    uint8_t out[4];

    prepare_image(&p, out, wide, &in);
    CHECK_BYTES(out, want, 4);
    prepare_image(&p, out, wide, &tall);
    CHECK_BYTES(out, want_tall, 4);
}

static void transparency_is_resolved_before_pixels_are_averaged(void)
{
    const uint8_t in[] = {200, 255, 0, 0};      /* grey 200, and nothing on background 100 */
    const struct prepare p = {.h = 1, .w = 1, .channels = 1, .background = {100, 100, 100}};
    uint8_t out[1];

    CHECK_INT(prepare_dims(&p, &(struct image_dims){1, 2, 2}).c, 1);
    prepare_image(&p, out, in, &(struct image_dims){1, 2, 2});
    CHECK_INT(out[0], 150);
}

static void frames_are_what_stands_before_the_last_three_dims(void)
{
    static const uint8_t data[2 * 3 * 1 * 2 * 3];
    struct ten_record rec = {.name = "clip", .type = TEN_U8, .shape = {5, {2, 3, 1, 2, 3}},
                             .data = data};
    struct ten_err e = {0};
    struct frames f;

    CHECK_INT(frames_of(&f, &rec, &e), 0);
    CHECK_INT(f.n, 6);
    rec.shape = (struct ten_shape){3, {0, 2, 3}};
    CHECK_INT(frames_of(&f, &rec, &e), 0);
    CHECK_INT(f.n, 0);
    rec.shape = (struct ten_shape){3, {6, 2, 5}};
    CHECK_INT(frames_of(&f, &rec, &e), -1);
    CHECK_STR(e.text, "byte 0: clip: u8[6,2,5]: expected u8 or f32 [...,H,W,C] with 1 to 4 "
              "channels");
    rec.shape = (struct ten_shape){2, {6, 6}};
    CHECK_INT(frames_of(&f, &rec, &e), -1);
}

static void a_frame_with_a_nan_is_a_numerical_failure(void)
{
    const float data[] = {0, 0, 0, NAN};
    const struct ten_record rec = {.name = "fake", .type = TEN_F32, .shape = {4, {2, 1, 2, 1}},
                                   .data = data};
    struct ten_err e = {0};
    struct frames f;
    uint8_t v[2];

    CHECK_INT(frames_of(&f, &rec, &e), 0);
    CHECK_INT(frames_get(&f, 0, v, &e), 0);
    CHECK_INT(frames_get(&f, 1, v, &e), -1);
    CHECK_INT(e.code, TEN_E_NUMERIC);
}

int main(void)
{
    RUN(every_grey_survives_the_way_through_rgb);
    RUN(luma_weighs_green_most);
    RUN(alpha_mixes_with_the_background);
    RUN(alpha_is_kept_or_made_opaque);
    RUN(floats_of_all_bytes_come_back_exactly);
    RUN(floats_are_clamped_and_halves_go_to_even);
    RUN(a_nan_is_told);
    RUN(enlarging_repeats_pixels_both_ways);
    RUN(colours_are_one_number_or_three);
    RUN(the_centre_square_is_cut_out);
    RUN(transparency_is_resolved_before_pixels_are_averaged);
    RUN(frames_are_what_stands_before_the_last_three_dims);
    RUN(a_frame_with_a_nan_is_a_numerical_failure);
    return check_report();
}
