/* A PNG reader fed anything: no crash, no memory beyond its limit; and what it reads comes back the
 * same when it is written and read again.  Inputs are tried as they are and with the checksums of
 * their chunks put right, which mutation would else never pass. */
#include "image/png.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { LIMIT = 1 << 22 };

/* The pixels, NULL when there are none; *d their size.  They are asked for in two parts. */
static uint8_t *decode(const void *bytes, size_t size, struct image_dims *d)
{
    struct ten_err e;
    struct source *src = source_memory("fuzz.png", bytes, size);
    struct png_in *png = png_in_open(src, LIMIT, &e);
    uint8_t *pixels = NULL;

    if (png) {
        *d = *png_in_dims(png);
        const int64_t first = d->h / 3;
        pixels = malloc((size_t)image_bytes(d));
        if (png_in_rows(png, pixels, first, &e) < 0 ||
            png_in_rows(png, pixels + first * d->w * d->c, d->h - first, &e) < 0) {
            free(pixels);
            pixels = NULL;
        }
    }
    png_in_close(png);
    source_close(src);
    return pixels;
}

static void try(const uint8_t *data, size_t size)
{
    struct image_dims d, again_d;
    struct ten_err e;
    unsigned char *bytes;
    size_t n;
    uint8_t *pixels = decode(data, size, &d);

    if (!pixels || image_bytes(&d) > 1 << 16) {
        free(pixels);
        return;
    }
    if (png_encode(pixels, &d, &bytes, &n, &e) < 0)
        abort();
    uint8_t *again = decode(bytes, n, &again_d);
    if (!again || memcmp(&d, &again_d, sizeof d) != 0 ||
        memcmp(pixels, again, (size_t)image_bytes(&d)) != 0)
        abort();
    free(again);
    free(bytes);
    free(pixels);
}

static uint32_t big_endian(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void repair(uint8_t *data, size_t size)
{
    size_t at = 8;                              /* length, type, contents, checksum */

    while (size >= 12 && at <= size - 12 && big_endian(data + at) <= size - 12 - at) {
        const size_t n = big_endian(data + at);
        const uint32_t sum = (uint32_t)crc32(0, data + at + 4, (uInt)n + 4);
        for (int i = 0; i < 4; i++)
            data[at + 8 + n + i] = (uint8_t)(sum >> (24 - 8 * i));
        at += 12 + n;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);

    try(data, size);
    memcpy(copy, data, size);
    repair(copy, size);
    try(copy, size);
    free(copy);
    return 0;
}
