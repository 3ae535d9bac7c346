/*
 * libpng reports failures by a long jump.  So each function here that calls it sets the jump,
 * hands over to a function without anything to release, and changes no local variable in between;
 * what must be released hangs on the struct.
 */
#include "image/png.h"

#include "base/fail.h"
#include "base/mem.h"

#include <png.h>
#include <stdlib.h>
#include <string.h>

/* What deflate can gain at most: 258 bytes from 2 bits (RFC 1951). */
enum { MOST_GAIN = 1032 };

struct png_in {
    png_structp png;
    png_infop info;
    const char *name;
    const unsigned char *bytes;
    int64_t size, at;               /* at: bytes given to libpng */
    struct image_dims dims;
    int64_t row;                    /* next one to hand out */
    uint8_t *whole, **rows;         /* an interlaced picture, and where its rows are */
    char why[120];
};

static void on_error(png_structp png, png_const_charp text)
{
    snprintf(png_get_error_ptr(png), sizeof ((struct png_in *)0)->why, "%s", text);
    png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp text)
{
    (void)png;
    (void)text;
}

static void on_read(png_structp png, png_bytep dst, size_t n)
{
    struct png_in *p = png_get_io_ptr(png);

    if ((int64_t)n > p->size - p->at)
        png_error(png, "the file ends too early");
    memcpy(dst, p->bytes + p->at, n);
    p->at += (int64_t)n;
}

static int damaged(const struct png_in *p, struct ten_err *e)
{
    return fail(e, TEN_E_DATA, "%s: byte %lld: %s: expected a whole PNG picture", p->name,
                (long long)p->at, p->why);
}

/* Ancillary chunks but tRNS say nothing about the values of pixels: their checksums are looked at,
 * their contents are not. */
static void read_header(struct png_in *p)
{
    png_set_benign_errors(p->png, 0);
    png_set_crc_action(p->png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
    png_set_user_limits(p->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_keep_unknown_chunks(p->png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
    png_set_read_fn(p->png, p, on_read);
    png_read_info(p->png, p->info);
}

static void set_channels(struct png_in *p)
{
    const int type = png_get_color_type(p->png, p->info);
    const bool alpha = type & PNG_COLOR_MASK_ALPHA ||
                       png_get_valid(p->png, p->info, PNG_INFO_tRNS);

    p->dims.h = png_get_image_height(p->png, p->info);
    p->dims.w = png_get_image_width(p->png, p->info);
    p->dims.c = (type & PNG_COLOR_MASK_COLOR ? 3 : 1) + alpha;
}

static int check_size(const struct png_in *p, int64_t max_bytes, struct ten_err *e)
{
    const struct image_dims *d = &p->dims;
    const int bits = png_get_bit_depth(p->png, p->info) * png_get_channels(p->png, p->info);
    const int64_t row = (d->w * bits + 7) / 8;
    int64_t bytes;

    if (row > p->size * MOST_GAIN / d->h)
        return fail(e, TEN_E_DATA, "%s: %lldx%lld pixels: %lld bytes cannot hold them: expected a "
                    "whole PNG picture", p->name, (long long)d->w, (long long)d->h,
                    (long long)p->size);
    if (!mul_i64(d->h * d->w, d->c, &bytes) || (max_bytes > 0 && bytes > max_bytes))
        return fail(e, TEN_E_DATA, "%s: %lldx%lld pixels of %lld channels: expected at most %lld "
                    "bytes (--max-record)", p->name, (long long)d->w, (long long)d->h,
                    (long long)d->c, (long long)max_bytes);
    return 0;
}

static void start_rows(struct png_in *p)
{
    png_set_expand(p->png);
    png_set_scale_16(p->png);
    png_set_interlace_handling(p->png);
    png_read_update_info(p->png, p->info);
    if ((int64_t)png_get_rowbytes(p->png, p->info) != p->dims.w * p->dims.c)
        png_error(p->png, "rows of unforeseen length");
}

static int open_png(struct png_in *p, int64_t max_bytes, struct ten_err *e)
{
    static const unsigned char magic[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

    if (p->size < 8 || memcmp(p->bytes, magic, 8) != 0)
        return fail(e, TEN_E_DATA, "%s: byte 0: no PNG signature: expected a PNG picture", p->name);
    p->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, p->why, on_error, on_warning);
    if (p->png)
        p->info = png_create_info_struct(p->png);
    if (!p->info)
        return fail(e, TEN_E_DATA, "%s: libpng cannot start: expected memory and version %s",
                    p->name, PNG_LIBPNG_VER_STRING);
    if (setjmp(png_jmpbuf(p->png)))
        return damaged(p, e);
    read_header(p);
    set_channels(p);
    if (check_size(p, max_bytes, e) < 0)
        return -1;
    start_rows(p);
    return 0;
}

struct png_in *png_in_open(struct source *src, int64_t max_bytes, struct ten_err *e)
{
    struct png_in *p = xcalloc(1, sizeof *p);
    const void *bytes = NULL;

    p->name = source_name(src);
    p->size = source_rest(src, &bytes, e);
    p->bytes = bytes;
    if (p->size < 0 || open_png(p, max_bytes, e) < 0) {
        png_in_close(p);
        return NULL;
    }
    return p;
}

const struct image_dims *png_in_dims(const struct png_in *p)
{
    return &p->dims;
}

/* Rows of an interlaced picture are complete only at the end of the file. */
static void read_whole(struct png_in *p)
{
    p->whole = xmalloc(image_bytes(&p->dims));
    p->rows = xmalloc(p->dims.h * sizeof *p->rows);
    for (int64_t y = 0; y < p->dims.h; y++)
        p->rows[y] = p->whole + y * p->dims.w * p->dims.c;
    png_read_image(p->png, p->rows);
}

static void read_rows(struct png_in *p, uint8_t *dst, int64_t n)
{
    const int64_t bytes = p->dims.w * p->dims.c;

    if (png_get_interlace_type(p->png, p->info) != PNG_INTERLACE_NONE) {
        if (!p->whole)
            read_whole(p);
        memcpy(dst, p->whole + p->row * bytes, n * bytes);
    } else {
        for (int64_t y = 0; y < n; y++)
            png_read_row(p->png, dst + y * bytes, NULL);
    }
    p->row += n;
    if (p->row == p->dims.h) {
        png_read_end(p->png, NULL);
        if (p->at < p->size)
            png_error(p->png, "the picture ends before the file does");
    }
}

int png_in_rows(struct png_in *p, uint8_t *dst, int64_t n, struct ten_err *e)
{
    if (setjmp(png_jmpbuf(p->png)))
        return damaged(p, e);
    read_rows(p, dst, n);
    return 0;
}

void png_in_close(struct png_in *p)
{
    if (!p)
        return;
    png_destroy_read_struct(&p->png, &p->info, NULL);
    free(p->rows);
    free(p->whole);
    free(p);
}

struct png_out {
    png_structp png;
    png_infop info;
    unsigned char *bytes;
    size_t size, room;
    char why[sizeof ((struct png_in *)0)->why];
};

static void on_write(png_structp png, png_bytep src, size_t n)
{
    struct png_out *p = png_get_io_ptr(png);

    if (n > p->room - p->size) {
        p->room = 2 * (p->size + n);
        p->bytes = xrealloc(p->bytes, p->room);
    }
    memcpy(p->bytes + p->size, src, n);
    p->size += n;
}

static void on_flush(png_structp png)
{
    (void)png;
}

static void write_all(struct png_out *p, const uint8_t *pixels, const struct image_dims *d)
{
    static const int colour[] = {0, PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA,
                                 PNG_COLOR_TYPE_RGB, PNG_COLOR_TYPE_RGB_ALPHA};

    png_set_user_limits(p->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_write_fn(p->png, p, on_write, on_flush);
    png_set_IHDR(p->png, p->info, (png_uint_32)d->w, (png_uint_32)d->h, 8, colour[d->c],
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(p->png, p->info);
    for (int64_t y = 0; y < d->h; y++)
        png_write_row(p->png, pixels + y * d->w * d->c);
    png_write_end(p->png, NULL);
}

static int encode(struct png_out *p, const uint8_t *pixels, const struct image_dims *d,
                  struct ten_err *e)
{
    p->png = png_create_write_struct(PNG_LIBPNG_VER_STRING, p->why, on_error, on_warning);
    if (p->png)
        p->info = png_create_info_struct(p->png);
    if (!p->info)
        return fail(e, TEN_E_DATA, "libpng cannot start: expected memory and version %s",
                    PNG_LIBPNG_VER_STRING);
    if (setjmp(png_jmpbuf(p->png)))
        return fail(e, TEN_E_DATA, "%lldx%lld pixels: %s: expected a picture that fits a PNG",
                    (long long)d->w, (long long)d->h, p->why);
    write_all(p, pixels, d);
    return 0;
}

int png_encode(const uint8_t *pixels, const struct image_dims *d, unsigned char **bytes,
               size_t *size, struct ten_err *e)
{
    struct png_out p = {0};
    int rc;

    if (d->h < 1 || d->w < 1 || d->h > INT32_MAX || d->w > INT32_MAX || d->c < 1 || d->c > 4)
        return fail(e, TEN_E_DATA, "%lldx%lld pixels of %lld channels: expected sides of 1 to "
                    "2147483647 pixels and 1 to 4 channels", (long long)d->w, (long long)d->h,
                    (long long)d->c);
    rc = encode(&p, pixels, d, e);
    png_destroy_write_struct(&p.png, &p.info);
    if (rc < 0)
        free(p.bytes);
    *bytes = rc < 0 ? NULL : p.bytes;
    *size = p.size;
    return rc;
}
