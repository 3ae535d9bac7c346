/* Contact sheets, and the names of numbered files. */
#include "check.h"

#include "image/grid.h"
#include "image/numbered.h"
#include "image/png.h"
#include "image/sheet.h"

#include <stdlib.h>

static void columns_make_the_sheet_as_square_as_possible(void)
{
    CHECK_INT(grid_columns(1), 1);
    CHECK_INT(grid_columns(4), 2);
    CHECK_INT(grid_columns(5), 3);
    CHECK_INT(grid_columns(64), 8);
}

static void images_stand_in_rows_with_background_between_and_around(void)
{
    const struct grid g = {.n = 3, .columns = 2, .pad = 1, .image = {1, 2, 1}, .background = {9}};
    const uint8_t images[] = {1, 2, 3, 4, 5, 6};
    const uint8_t want[] = {9, 9, 9, 9, 9, 9, 9,
                            9, 1, 2, 9, 3, 4, 9,
                            9, 9, 9, 9, 9, 9, 9,
                            9, 5, 6, 9, 9, 9, 9,
                            9, 9, 9, 9, 9, 9, 9};
    uint8_t sheet[sizeof want];
    struct image_dims d;
    struct ten_err e;

    CHECK_INT(grid_dims(&g, &d, &e), 0);
    CHECK_INT(d.h, 5);
    CHECK_INT(d.w, 7);
    grid_draw(&g, sheet, images);
    CHECK_BYTES(sheet, want, sizeof want);
}

static void one_column_without_padding_is_the_images_as_they_stand(void)
{
    const struct grid g = {.n = 2, .columns = 1, .image = {2, 1, 3}};
    const uint8_t images[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    uint8_t sheet[sizeof images];

    grid_draw(&g, sheet, images);
    CHECK_BYTES(sheet, images, sizeof images);
}

static void more_columns_than_images_leave_no_empty_space(void)
{
    const struct grid g = {.n = 2, .columns = 10, .pad = 0, .image = {1, 1, 1}};
    struct image_dims d;
    struct ten_err e;

    CHECK_INT(grid_dims(&g, &d, &e), 0);
    CHECK_INT(d.w, 2);
}

static void a_sheet_beyond_what_a_png_can_be_is_refused(void)
{
    const struct grid g = {.n = INT64_MAX, .columns = 1, .pad = 1, .image = {INT32_MAX, 1, 3}};
    struct image_dims d;
    struct ten_err e = {0};

    CHECK_INT(grid_dims(&g, &d, &e), -1);
    CHECK_INT(e.code, TEN_E_USAGE);
}

static void a_name_holds_one_number(void)
{
    static const struct { const char *pattern; int64_t k; const char *name; } good[] = {
        {"a-%05d.png", 7, "a-00007.png"}, {"%d", 123, "123"}, {"%02d", 12345, "12345"},
        {"50%%-%d", 1, "50%-1"}, {"%020d", 3, "00000000000000000003"},
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        char *name = numbered(good[i].pattern, good[i].k);
        CHECK_STR(name ? name : "(none)", good[i].name);
        free(name);
    }
}

static void any_other_conversion_is_no_name(void)
{
    static const char *const bad[] = {"", "a.png", "%s", "%", "%0d", "%5d", "%021d", "%-5d", "%d%d",
                                      "%ld", "%0 5d", "%099999999999999999999d", "a%", "%n%d"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK(numbered(bad[i], 1) == NULL);
}

/* The pixels [h,w,c] of a PNG into px; false when it has another size. */
static bool pixels_of(const unsigned char *png, size_t size, const struct image_dims *want, uint8_t *px)
{
    struct ten_err e;
    struct source *src = source_memory("sheet", png, size);
    struct png_in *in = png_in_open(src, 0, &e);
    const bool same = in && memcmp(png_in_dims(in), want, sizeof *want) == 0 &&
                      png_in_rows(in, px, want->h, &e) == 0;

    png_in_close(in);
    source_close(src);
    return same;
}

static void pictures_of_several_records_come_on_one_sheet_enlarged(void)
{
    const uint8_t first[] = {1, 2, 3, 4}, second[] = {5, 6};       /* pictures of 1x2 pixels */
    const struct ten_record a = {.name = "image", .type = TEN_U8, .shape = {4, {2, 1, 2, 1}}, .data = first};
    const struct ten_record b = {.name = "image", .type = TEN_U8, .shape = {3, {1, 2, 1}}, .data = second};
    const uint8_t want[] = {1, 1, 2, 2, 9, 3, 3, 4, 4,
                            1, 1, 2, 2, 9, 3, 3, 4, 4,
                            9, 9, 9, 9, 9, 9, 9, 9, 9,
                            5, 5, 6, 6, 9, 9, 9, 9, 9,
                            5, 5, 6, 6, 9, 9, 9, 9, 9};
    struct sheet s = {.columns = 2, .pad = 1, .scale = 2, .background = {9, 9, 9}};
    unsigned char *png;
    size_t size;
    uint8_t px[7 * 11];
    struct frames f;
    struct ten_err e;

    CHECK_INT(frames_of(&f, &a, &e), 0);
    CHECK_INT(sheet_add(&s, &f, 2, &e), 0);
    CHECK_INT(frames_of(&f, &b, &e), 0);
    CHECK_INT(sheet_add(&s, &f, 1, &e), 0);
    CHECK_INT(s.n, 3);
    CHECK_INT(sheet_png(&s, &png, &size, &e), 0);
    CHECK(pixels_of(png, size, &(struct image_dims){7, 11, 1}, px));
    for (int y = 0; y < 5; y++)                     /* inside the padding around the sheet */
        CHECK_BYTES(px + (y + 1) * 11 + 1, want + y * 9, 9);
    free(png);
    sheet_free(&s);
}

static void a_picture_of_another_size_is_refused(void)
{
    const uint8_t data[6] = {0};
    const struct ten_record a = {.name = "image", .type = TEN_U8, .shape = {3, {1, 2, 1}}, .data = data};
    const struct ten_record b = {.name = "image", .type = TEN_U8, .shape = {3, {1, 2, 3}}, .data = data,
                                 .offset = 128};
    struct sheet s = {.scale = 1};
    struct frames f;
    struct ten_err e;

    frames_of(&f, &a, &e);
    CHECK_INT(sheet_add(&s, &f, 1, &e), 0);
    frames_of(&f, &b, &e);
    CHECK_INT(sheet_add(&s, &f, 1, &e), -1);
    CHECK_STR(e.text, "byte 128: image: 2x1 pixels of 3 channels: expected the size of those before");
    sheet_free(&s);
}

int main(void)
{
    RUN(columns_make_the_sheet_as_square_as_possible);
    RUN(images_stand_in_rows_with_background_between_and_around);
    RUN(one_column_without_padding_is_the_images_as_they_stand);
    RUN(more_columns_than_images_leave_no_empty_space);
    RUN(a_sheet_beyond_what_a_png_can_be_is_refused);
    RUN(a_name_holds_one_number);
    RUN(any_other_conversion_is_no_name);
    RUN(pictures_of_several_records_come_on_one_sheet_enlarged);
    RUN(a_picture_of_another_size_is_refused);
    return check_report();
}
