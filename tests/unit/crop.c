/* Boxes against the rules worked out by hand; pixels against Pillow 9.4.0: FNV-1a checksums of
 * Image.fromarray(picture).resize((w, h), Image.BILINEAR), the picture made as below. */
#include "check.h"

#include "image/triangle.h"
#include "video/crop.h"

#include <stdlib.h>

/* Bits 16-23 of x <- 1103515245 x + 12345 mod 2^31, from 12345 on. */
static uint8_t *picture(int64_t n)
{
    uint8_t *p = malloc((size_t)n);
    uint32_t x = 12345;
    for (int64_t i = 0; i < n; i++) {
        x = (x * 1103515245u + 12345u) & 0x7fffffffu;
        p[i] = (uint8_t)(x >> 16);
    }
    return p;
}

static uint32_t sum(const uint8_t *p, int64_t n)
{
    uint32_t h = 2166136261u;
    for (int64_t i = 0; i < n; i++)
        h = (h ^ p[i]) * 16777619u;
    return h;
}

static void resizing_is_pillows(void)
{
    static const struct { int64_t H, W, h, w; uint32_t sum; } rows[] = {
        {17, 23, 8, 8, 0xc27a5b53}, {17, 23, 40, 31, 0x25fc98cd}, {17, 23, 17, 9, 0x6a2a8a74},
        {17, 23, 5, 23, 0xe996862f}, {64, 48, 32, 32, 0xbf28359d}, {3, 5, 7, 2, 0x286bd57b},
        {120, 160, 56, 74, 0xe0066cb8}, {1, 1, 4, 3, 0xdf9ec9a1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint8_t *src = picture(rows[i].H * rows[i].W * 3), dst[40 * 31 * 3 + 56 * 74 * 3];
        resize_triangle(dst, rows[i].h, rows[i].w, src, rows[i].W * 3, rows[i].H, rows[i].W, 3);
        CHECK_INT(sum(dst, rows[i].h * rows[i].w * 3), rows[i].sum);
        free(src);
    }
}

static void a_row_by_hand(void)
{
    static const uint8_t in[] = {0, 10, 20, 30, 200, 250}, want[] = {7, 45, 197};
    static const uint8_t two[] = {0, 100}, four[] = {0, 25, 75, 100};
    uint8_t out[4];
    resize_triangle(out, 1, 3, in, 6, 1, 6, 1);
    CHECK_BYTES(out, want, 3);
    resize_triangle(out, 1, 4, two, 2, 1, 2, 1);
    CHECK_BYTES(out, four, 4);
}

static void a_box_is_cut_before_it_is_resized(void)
{
    uint8_t *src = picture(40 * 50 * 3), dst[16 * 16 * 3];
    const struct crop_box box = {3, 7, 26, 31, false};      /* crop((7, 3, 38, 29)) */
    crop_clip(dst, 16, &box, CROP_RGB, src, 1, &(struct crop_frame){40, 50, 3});
    CHECK_INT(sum(dst, sizeof dst), 0xc53b6585);
    free(src);
}

static void a_short_side_is_brought_to_256_and_the_long_one_rounded_down(void)
{
    const struct crop_test c = {224, 256, 1};
    struct crop_frame f = crop_scaled(&c, &(struct crop_frame){240, 427, 3});
    CHECK_INT(f.height, 256);
    CHECK_INT(f.width, 455);                                /* 455.47 */
    f = crop_scaled(&c, &(struct crop_frame){400, 300, 3});
    CHECK_INT(f.height, 341);
    CHECK_INT(f.width, 256);
}

static void check_box(const struct crop_box *b, int64_t top, int64_t left, bool flip)
{
    CHECK_INT(b->top, top);
    CHECK_INT(b->left, left);
    CHECK_INT(b->flip, flip);
}

static void test_boxes_are_where_the_rules_put_them(void)
{
    const struct crop_frame f = {256, 455, 3};
    struct crop_box b[CROP_VIEWS];
    crop_boxes(b, &(struct crop_test){224, 256, 1}, &f);
    check_box(&b[0], 16, 116, false);                       /* 115.5, ties to even */
    crop_boxes(b, &(struct crop_test){256, 256, 3}, &f);    /* steps of 0 and 49 */
    check_box(&b[0], 0, 0, false);
    check_box(&b[1], 0, 196, false);
    check_box(&b[2], 0, 98, false);
    crop_boxes(b, &(struct crop_test){224, 256, 5}, &f);    /* steps of 8 and 57 */
    check_box(&b[3], 32, 228, false);
    check_box(&b[4], 16, 114, false);
    crop_boxes(b, &(struct crop_test){224, 256, 10}, &f);
    for (int i = 0; i < 10; i++)
        check_box(&b[i], i / 2 == 4 ? 16 : i / 4 * 32, i / 2 == 4 ? 114 : i / 2 % 2 * 228, i % 2);
}

static void training_boxes_are_of_13_places_and_10_pairs_of_sides(void)
{
    struct crop_train c = {.size = 224, .flip = true};
    const struct crop_frame f = {256, 340, 3};
    int places[5][5] = {0}, pairs[4][4] = {0}, flipped = 0;
    static const int64_t side[] = {256, 224, 192, 168};     /* 168.96 */
    crop_train_scales(&c, CROP_RGB);
    for (int64_t v = 0; v < 4000; v++) {
        struct crop_box b;
        int h = 0, w = 0;
        crop_draw(&b, &c, &f, &(struct video_key){3, 1, v});
        while (h < 3 && side[h] != b.height) h++;
        while (w < 3 && side[w] != b.width) w++;
        CHECK_INT(side[h], b.height);
        CHECK_INT(side[w], b.width);
        CHECK(abs(h - w) <= 1);
        pairs[h][w]++;
        flipped += b.flip;
        const int64_t dy = (256 - b.height) / 4, dx = (340 - b.width) / 4;
        if (dy > 0) {
            CHECK(b.top % dy == 0 && b.left % dx == 0 && b.top <= 4 * dy && b.left <= 4 * dx);
            places[b.top / dy][b.left / dx]++;
        }
    }
    for (int h = 0; h < 4; h++)
        for (int w = 0; w < 4; w++)
            CHECK(abs(h - w) > 1 ? pairs[h][w] == 0 : pairs[h][w] > 300 && pairs[h][w] < 500);
    for (int y = 0; y < 5; y++)
        for (int x = 0; x < 5; x++)                         /* none beside diagonals and cross */
            CHECK((y + x) % 2 ? places[y][x] == 0 : places[y][x] > 150);
    CHECK(flipped > 1900 && flipped < 2100);
}

static void sides_within_two_pixels_become_the_size(void)
{
    const struct crop_train c = {.size = 224, .scales = 2, .scale = {1, .8}};
    struct crop_box b;
    bool seen = false;
    for (int64_t v = 0; v < 50; v++) {
        crop_draw(&b, &c, &(struct crop_frame){226, 300, 3}, &(struct video_key){1, 0, v});
        CHECK(b.height == 224 || b.height == 180);
        seen |= b.height == 224;
        /* Not where the frame is smaller than that. */
        crop_draw(&b, &c, &(struct crop_frame){223, 300, 3}, &(struct video_key){1, 0, v});
        CHECK(b.height == 223 || b.height == 178);
    }
    CHECK(seen);
}

static void all_frames_of_a_clip_are_cut_alike_and_none_leaks(void)
{
    uint8_t *frame = picture(20 * 24 * 3), clip[2][20 * 24 * 3], out[2][8 * 8 * 3];
    memcpy(clip[0], frame, sizeof clip[0]);
    memcpy(clip[1], frame, sizeof clip[0]);
    struct crop_box b;
    struct crop_train c = {.size = 8, .flip = true};
    crop_train_scales(&c, CROP_RGB);
    for (int64_t v = 0; v < 10; v++) {
        crop_draw(&b, &c, &(struct crop_frame){20, 24, 3}, &(struct video_key){1, 0, v});
        crop_clip(out[0], 8, &b, CROP_RGB, clip[0], 2, &(struct crop_frame){20, 24, 3});
        CHECK_BYTES(out[0], out[1], sizeof out[0]);
        memset(clip[1], 0, sizeof clip[1]);
        crop_clip(out[0], 8, &b, CROP_RGB, clip[0], 2, &(struct crop_frame){20, 24, 3});
        for (size_t i = 0; i < sizeof out[1]; i++)
            CHECK_INT(out[1][i], 0);
        memcpy(clip[1], frame, sizeof clip[1]);
    }
    free(frame);
}

static void mirrored_motion_goes_the_other_way(void)
{
    static const uint8_t in[] = {10, 20, 30, 40, 50, 60, 70, 80};   /* 2x2 pixels of x, y */
    static const uint8_t want[] = {225, 40, 245, 20, 185, 80, 205, 60};
    static const uint8_t rgb[] = {30, 40, 10, 20, 70, 80, 50, 60};
    const struct crop_box b = {0, 0, 2, 2, true};
    const struct crop_frame f = {2, 2, 2};
    uint8_t out[8];
    crop_clip(out, 2, &b, CROP_FLOW, in, 1, &f);
    CHECK_BYTES(out, want, 8);
    crop_clip(out, 2, &b, CROP_RGB, in, 1, &f);
    CHECK_BYTES(out, rgb, 8);
}

static void numbers_are_those_of_the_equations(void)
{
    static const uint8_t x[] = {0, 128, 255, 51, 102, 153};
    float y[6];
    crop_normalise(y, x, 2, 3, CROP_RGB);
    CHECK_NEAR(y[0], -0.485 / 0.229, 1e-6);
    CHECK_NEAR(y[4], (0.4 - 0.456) / 0.224, 1e-6);
    CHECK_NEAR(y[2], (1 - 0.406) / 0.225, 1e-6);
    crop_normalise(y, x, 1, 6, CROP_DIFF);
    CHECK_NEAR(y[0], 0.2, 1e-6);
    CHECK_NEAR(y[2], -0.4, 1e-6);
    crop_normalise(y, x, 3, 2, CROP_FLOW);
    CHECK_NEAR(y[0], -0.5 / 0.226, 1e-6);
    CHECK_NEAR(y[5], 0.1 / 0.226, 1e-6);
    CHECK_INT(crop_channels(CROP_DIFF, 18), 15);
    CHECK_INT(crop_channels(CROP_DIFF, 3), 0);
    CHECK_INT(crop_channels(CROP_FLOW, 3), 0);
}

int main(void)
{
    RUN(resizing_is_pillows);
    RUN(a_row_by_hand);
    RUN(a_box_is_cut_before_it_is_resized);
    RUN(a_short_side_is_brought_to_256_and_the_long_one_rounded_down);
    RUN(test_boxes_are_where_the_rules_put_them);
    RUN(training_boxes_are_of_13_places_and_10_pairs_of_sides);
    RUN(sides_within_two_pixels_become_the_size);
    RUN(all_frames_of_a_clip_are_cut_alike_and_none_leaks);
    RUN(mirrored_motion_goes_the_other_way);
    RUN(numbers_are_those_of_the_equations);
    return check_report();
}
