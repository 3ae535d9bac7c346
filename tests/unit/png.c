/* PNG pictures of every kind, made by libpng itself, and damaged ones. */
#include "check.h"

#include "image/png.h"

#include <png.h>
#include <stdlib.h>

struct kind { int type, depth, interlace; int64_t h, w; };

/* A picture of that kind from its packed rows, with a palette and transparency where given. */
static size_t make(unsigned char *out, const struct kind *k, unsigned char *rows, size_t row_bytes,
                   png_color *palette, int colours, png_byte *alpha, png_color_16 *key)
{
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    unsigned char *row[64];
    FILE *f = tmpfile();

    for (int64_t y = 0; y < k->h; y++)
        row[y] = rows + y * (int64_t)row_bytes;
    png_init_io(png, f);
    png_set_IHDR(png, info, (png_uint_32)k->w, (png_uint_32)k->h, k->depth, k->type,
                 k->interlace, 0, 0);
    if (palette)
        png_set_PLTE(png, info, palette, colours);
    if (alpha || key)
        png_set_tRNS(png, info, alpha, alpha ? colours : 0, key);
    png_set_rows(png, info, row);
    png_write_png(png, info, PNG_TRANSFORM_IDENTITY, NULL);
    png_destroy_write_struct(&png, &info);
    rewind(f);
    const size_t n = fread(out, 1, 4096, f);
    fclose(f);
    return n;
}

/* All pixels of a PNG in memory: 0, or -1 with *e set. */
static int decode(uint8_t *pixels, struct image_dims *d, const void *bytes, size_t n, int64_t limit,
                  struct ten_err *e)
{
    struct source *src = source_memory("x.png", bytes, n);
    struct png_in *p = png_in_open(src, limit, e);
    int rc = -1;

    if (p) {
        *d = *png_in_dims(p);
        rc = png_in_rows(p, pixels, d->h, e);
    }
    png_in_close(p);
    source_close(src);
    return rc;
}

static void check(const unsigned char *png, size_t n, int64_t c, const uint8_t *want, size_t bytes)
{
    uint8_t got[4096] = {0};
    struct image_dims d = {0};
    struct ten_err e = {0};

    CHECK_INT(decode(got, &d, png, n, 0, &e), 0);
    CHECK_STR(e.text, "");
    CHECK_INT(d.c, c);
    CHECK_INT(image_bytes(&d), bytes);
    CHECK_BYTES(got, want, bytes);
}

static void fewer_bits_are_stretched_to_8(void)
{
    const uint8_t one[] = {255, 0, 255}, two[] = {0, 85, 170}, four[] = {17, 255, 34};
    unsigned char bits1[] = {0xa0}, bits2[] = {0x18}, bits4[] = {0x1f, 0x20}, png[4096];

    check(png, make(png, &(struct kind){0, 1, 0, 1, 3}, bits1, 1, 0, 0, 0, 0), 1, one, 3);
    check(png, make(png, &(struct kind){0, 2, 0, 1, 3}, bits2, 1, 0, 0, 0, 0), 1, two, 3);
    check(png, make(png, &(struct kind){0, 4, 0, 1, 3}, bits4, 2, 0, 0, 0, 0), 1, four, 3);
}

static void sixteen_bits_are_rounded_to_8(void)
{
    unsigned char rows[] = {0x00, 0x80, 0x00, 0x81, 0xff, 0xff, 0x12, 0x12}, png[4096];
    const uint8_t want[] = {0, 1, 255, 0x12};   /* v / 257: 0.498, 0.502, 255, 18 */

    check(png, make(png, &(struct kind){0, 16, 0, 1, 4}, rows, 8, 0, 0, 0, 0), 1, want, 4);
}

static void palettes_become_rgb_and_with_transparency_rgba(void)
{
    png_color palette[] = {{1, 2, 3}, {40, 50, 60}};
    png_byte alpha[] = {255, 7};
    unsigned char row[] = {0x40}, png[4096];    /* colours 0, 1 of one bit each */
    const uint8_t rgb[] = {1, 2, 3, 40, 50, 60}, rgba[] = {1, 2, 3, 255, 40, 50, 60, 7};

    check(png, make(png, &(struct kind){3, 1, 0, 1, 2}, row, 1, palette, 2, 0, 0), 3, rgb, 6);
    check(png, make(png, &(struct kind){3, 1, 0, 1, 2}, row, 1, palette, 2, alpha, 0), 4, rgba, 8);
}

static void a_transparent_colour_becomes_an_alpha_channel(void)
{
    png_color_16 grey = {.gray = 5}, colour = {.red = 1, .green = 2, .blue = 3};
    unsigned char greys[] = {5, 6}, rgb[] = {1, 2, 3, 1, 2, 4}, png[4096];
    const uint8_t want_grey[] = {5, 0, 6, 255}, want_rgb[] = {1, 2, 3, 0, 1, 2, 4, 255};

    check(png, make(png, &(struct kind){0, 8, 0, 1, 2}, greys, 2, 0, 0, 0, &grey), 2, want_grey, 4);
    check(png, make(png, &(struct kind){2, 8, 0, 1, 2}, rgb, 6, 0, 0, 0, &colour), 4, want_rgb, 8);
}

static void interlaced_pictures_come_out_in_rows(void)
{
    unsigned char rows[11 * 9 * 3], png[4096];

    for (size_t i = 0; i < sizeof rows; i++)
        rows[i] = (unsigned char)(i * 31 + i / 7);
    check(png, make(png, &(struct kind){2, 8, 1, 11, 9}, rows, 27, 0, 0, 0, 0), 3, rows,
          sizeof rows);
}

static void rows_can_be_read_a_few_at_a_time(void)
{
    for (int interlace = 0; interlace <= 1; interlace++) {
        unsigned char rows[5 * 2], png[4096];
        uint8_t got[5 * 2];
        struct ten_err e = {0};
        for (int i = 0; i < 10; i++)
            rows[i] = (unsigned char)(i + 100);
        const size_t n = make(png, &(struct kind){0, 8, interlace, 5, 2}, rows, 2, 0, 0, 0, 0);
        struct source *src = source_memory("x.png", png, n);
        struct png_in *p = png_in_open(src, 0, &e);
        CHECK_INT(png_in_rows(p, got, 2, &e), 0);
        CHECK_INT(png_in_rows(p, got + 4, 3, &e), 0);
        CHECK_BYTES(got, rows, 10);
        png_in_close(p);
        source_close(src);
    }
}

static void what_is_encoded_is_decoded_for_all_channels(void)
{
    uint8_t pixels[7 * 5 * 4];

    for (size_t i = 0; i < sizeof pixels; i++)
        pixels[i] = (uint8_t)(i * i * 13 + i);
    for (int64_t c = 1; c <= 4; c++) {
        const struct image_dims d = {7, 5, c};
        unsigned char *png;
        size_t size;
        struct ten_err e;
        CHECK_INT(png_encode(pixels, &d, &png, &size, &e), 0);
        check(png, size, c, pixels, (size_t)image_bytes(&d));
        free(png);
    }
}

static void sides_that_no_png_can_have_are_not_encoded(void)
{
    unsigned char *png;
    size_t size;
    struct ten_err e;

    CHECK_INT(png_encode(NULL, &(struct image_dims){0, 5, 3}, &png, &size, &e), -1);
    CHECK_INT(png_encode(NULL, &(struct image_dims){5, 5, 5}, &png, &size, &e), -1);
    CHECK_INT(png_encode(NULL, &(struct image_dims){1, 1LL << 31, 1}, &png, &size, &e), -1);
    CHECK_STR(e.text, "2147483648x1 pixels of 1 channels: expected sides of 1 to 2147483647 pixels "
              "and 1 to 4 channels");
}

static size_t small(unsigned char *png)
{
    unsigned char rows[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};

    return make(png, &(struct kind){2, 8, 0, 2, 2}, rows, 6, 0, 0, 0, 0);
}

static void every_flipped_bit_is_noticed(void)
{
    unsigned char png[4096];
    const size_t n = small(png);
    uint8_t pixels[65536];
    int64_t missed = 0;

    for (size_t bit = 0; bit < 8 * n; bit++) {
        struct image_dims d;
        struct ten_err e = {0};
        png[bit / 8] ^= (unsigned char)(1 << bit % 8);
        missed += decode(pixels, &d, png, n, sizeof pixels, &e) == 0;
        png[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
    CHECK_INT(missed, 0);
}

static void every_cut_is_noticed(void)
{
    unsigned char png[4096];
    const size_t n = small(png);
    uint8_t pixels[12];
    struct image_dims d;
    struct ten_err e = {0};
    int64_t missed = 0;
    char want[100];

    for (size_t cut = 0; cut < n; cut++)
        missed += decode(pixels, &d, png, cut, 0, &e) == 0;
    CHECK_INT(missed, 0);
    CHECK_INT(decode(pixels, &d, png, n - 1, 0, &e), -1);
    snprintf(want, sizeof want, "x.png: byte %zu: the file ends too early: expected a whole PNG "
             "picture", n - 4);         /* the checksum of the last chunk */
    CHECK_STR(e.text, want);
}

static void bytes_behind_the_picture_are_refused(void)
{
    unsigned char png[4096];
    const size_t n = small(png);
    uint8_t pixels[12];
    struct image_dims d;
    struct ten_err e = {0};

    png[n] = 0;
    CHECK_INT(decode(pixels, &d, png, n + 1, 0, &e), -1);
    CHECK(strstr(e.text, "the picture ends before the file does") != NULL);
}

static void other_files_are_no_pictures(void)
{
    struct image_dims d;
    struct ten_err e = {0};

    CHECK_INT(decode(NULL, &d, "GIF89a......", 12, 0, &e), -1);
    CHECK_STR(e.text, "x.png: byte 0: no PNG signature: expected a PNG picture");
    CHECK_INT(decode(NULL, &d, "", 0, 0, &e), -1);
}

/* IHDR says 65536 x 65536; the checksum over it is right. */
static void sizes_are_believed_only_as_far_as_the_bytes_reach(void)
{
    unsigned char rows[1] = {0}, png[4096];
    const size_t n = make(png, &(struct kind){0, 8, 0, 1, 1}, rows, 1, 0, 0, 0, 0);
    struct image_dims d;
    struct ten_err e = {0};
    unsigned long crc = 0xffffffff;

    png[17] = png[21] = 1;
    png[19] = png[23] = 0;
    for (int i = 12; i < 29; i++) {
        crc ^= png[i];
        for (int k = 0; k < 8; k++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
    }
    for (int i = 0; i < 4; i++)
        png[29 + i] = (unsigned char)(~crc >> (24 - 8 * i));
    CHECK_INT(decode(NULL, &d, png, n, 0, &e), -1);
    CHECK(strstr(e.text, "x.png: 65536x65536 pixels: ") == e.text);
    CHECK(strstr(e.text, " bytes cannot hold them: expected a whole PNG picture") != NULL);
}

static void the_limit_on_pixels_is_kept(void)
{
    unsigned char png[4096];
    const size_t n = small(png);
    uint8_t pixels[12];
    struct image_dims d;
    struct ten_err e = {0};

    CHECK_INT(decode(pixels, &d, png, n, 12, &e), 0);
    CHECK_INT(decode(pixels, &d, png, n, 11, &e), -1);
    CHECK_STR(e.text, "x.png: 2x2 pixels of 3 channels: expected at most 11 bytes (--max-record)");
}

int main(void)
{
    RUN(fewer_bits_are_stretched_to_8);
    RUN(sixteen_bits_are_rounded_to_8);
    RUN(palettes_become_rgb_and_with_transparency_rgba);
    RUN(a_transparent_colour_becomes_an_alpha_channel);
    RUN(interlaced_pictures_come_out_in_rows);
    RUN(rows_can_be_read_a_few_at_a_time);
    RUN(what_is_encoded_is_decoded_for_all_channels);
    RUN(sides_that_no_png_can_have_are_not_encoded);
    RUN(every_flipped_bit_is_noticed);
    RUN(every_cut_is_noticed);
    RUN(bytes_behind_the_picture_are_refused);
    RUN(other_files_are_no_pictures);
    RUN(sizes_are_believed_only_as_far_as_the_bytes_reach);
    RUN(the_limit_on_pixels_is_kept);
    return check_report();
}
