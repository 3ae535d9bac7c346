#include "formats/idx.h"

#include "check.h"

#include <stdlib.h>
#include <zlib.h>

static struct ten_err e;

/* Two images of 1x3 and the file's end. */
static const unsigned char images[22] = {0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3,
                                         1, 2, 3, 4, 5, 6};

/* All of a file, one item at a time: how many items, or -1. */
static int64_t read_all(const void *bytes, size_t n, struct idx *h, unsigned char *to)
{
    struct source *src = source_memory("x", bytes, n);
    struct gunzip *g = gunzip_new(src, &e);
    int64_t items = 0;
    int rc = idx_read_header(g, "x", h, &e);
    const void *p;

    for (; rc == 0 && items < h->shape.dim[0]; items++)
        if ((rc = idx_take(g, "x", h, 1, &p, &e)) == 0)
            memcpy(to + items * h->item, p, (size_t)h->item);
    if (rc == 0)
        rc = idx_end(g, "x", &e);
    gunzip_free(g);
    source_close(src);
    return rc < 0 ? -1 : items;
}

static size_t gzip(unsigned char *to, size_t room, const void *bytes, size_t n)
{
    z_stream z = {0};

    deflateInit2(&z, 6, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY);
    z.next_in = (unsigned char *)bytes;
    z.avail_in = (unsigned)n;
    z.next_out = to;
    z.avail_out = (unsigned)room;
    CHECK_INT(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    return room - z.avail_out;
}

static void a_file_is_read_plain_and_compressed(void)
{
    unsigned char packed[200], got[6];
    struct idx h;

    CHECK_INT(read_all(images, 22, &h, got), 2);
    CHECK_INT(h.type, TEN_U8);
    CHECK_INT(h.shape.rank, 3);
    CHECK_INT(h.item, 3);
    CHECK_BYTES(got, images + 16, 6);
    memset(got, 0, 6);
    CHECK_INT(read_all(packed, gzip(packed, 200, images, 22), &h, got), 2);
    CHECK_BYTES(got, images + 16, 6);
}

/* `cat a.gz b.gz` is a gzip file, and tape blocks end in zeros. */
static void gzip_members_follow_each_other_with_zeros_behind(void)
{
    unsigned char packed[300] = {0}, got[6];
    size_t n = gzip(packed, 200, images, 17);
    struct idx h;

    n += gzip(packed + n, 200 - n, images + 17, 5);
    CHECK_INT(read_all(packed, n + 20, &h, got), 2);
    CHECK_BYTES(got, images + 16, 6);
    packed[n + 10] = 7;
    CHECK_INT(read_all(packed, n + 20, &h, got), -1);
}

static void a_cut_file_is_noticed_wherever_it_is_cut(void)
{
    unsigned char packed[200], got[6];
    const size_t n = gzip(packed, 200, images, 22);
    struct idx h;

    for (size_t i = 0; i < 22; i++)
        CHECK_INT(read_all(images, i, &h, got), -1);
    CHECK_STR(e.text, "x: byte 19: elements: ends after 2 of 3 bytes: expected the whole of it");
    for (size_t i = 0; i < n; i++)
        CHECK_INT(read_all(packed, i, &h, got), -1);
}

/* The last byte of deflated data has bits that mean nothing. */
static void a_flipped_bit_of_compressed_data_never_gives_other_elements(void)
{
    unsigned char packed[200], got[6];
    const size_t n = gzip(packed, 200, images, 22);
    size_t noticed = 0;
    struct idx h;

    for (size_t i = 10; i < n; i++) {
        packed[i] ^= 4;
        if (read_all(packed, n, &h, got) < 0)
            noticed++;
        else
            CHECK_BYTES(got, images + 16, 6);
        packed[i] ^= 4;
    }
    CHECK(noticed >= n - 11);
}

static void more_than_the_dims_say_is_noticed(void)
{
    unsigned char b[23] = {0}, got[6];
    struct idx h;

    memcpy(b, images, 22);
    CHECK_INT(read_all(b, 23, &h, got), -1);
    CHECK_STR(e.text, "x: byte 22: more elements than the dims say: expected the end");
}

static void bad_headers_are_refused(void)
{
    static const struct { unsigned char b[16]; const char *text; } cases[] = {
        {{0, 0, 10, 1}, "x: byte 0: header: 00 00 0a 01: expected 00 00, a type 08, 09 or 0b to "
         "0e, and a rank 01 to 08, as in an IDX file"},
        {{0, 0, 8, 0}, "x: byte 0: header: 00 00 08 00: expected 00 00, a type 08, 09 or 0b to 0e, "
         "and a rank 01 to 08, as in an IDX file"},
        {{1, 0, 8, 1}, "x: byte 0: header: 01 00 08 01: expected 00 00, a type 08, 09 or 0b to 0e, "
         "and a rank 01 to 08, as in an IDX file"},
        {{0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1},
         "x: byte 8: dims: 0: expected at least 1"},
        {{0, 0, 14, 3, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255},
         "x: byte 4: dims: [4294967295,4294967295,4294967295]: expected less than 2^62 bytes"},
    };

    for (int i = 0; i < 5; i++) {
        unsigned char got[6];
        struct idx h;

        CHECK_INT(read_all(cases[i].b, 16, &h, got), -1);
        CHECK_STR(e.text, cases[i].text);
    }
}

static void a_border_of_zeros_surrounds_each_image(void)
{
    static const uint8_t want[2 * 3 * 5] = {0, 0, 0, 0, 0, 0, 1, 2, 3, 0, 0, 0, 0, 0, 0,
                                            0, 0, 0, 0, 0, 0, 4, 5, 6, 0, 0, 0, 0, 0, 0};
    uint8_t y[2 * 3 * 5];

    memset(y, 9, sizeof y);
    idx_pad(y, images + 16, 2, 1, 3, 1);
    CHECK_BYTES(y, want, sizeof want);
}

static void a_written_header_is_that_of_the_file(void)
{
    unsigned char h[IDX_MAX_HEADER];

    CHECK_INT(idx_header(h, TEN_U8, &(struct ten_shape){3, {2, 1, 3}}), 16);
    CHECK_BYTES(h, images, 16);
    CHECK_INT(idx_header(h, TEN_U16, &(struct ten_shape){1, {2}}), 0);
    CHECK_INT(idx_header(h, TEN_U8, &(struct ten_shape){1, {1LL << 32}}), 0);
    CHECK_INT(idx_header(h, TEN_U8, &(struct ten_shape){0, {0}}), 0);
}

int main(void)
{
    RUN(a_file_is_read_plain_and_compressed);
    RUN(gzip_members_follow_each_other_with_zeros_behind);
    RUN(a_cut_file_is_noticed_wherever_it_is_cut);
    RUN(a_flipped_bit_of_compressed_data_never_gives_other_elements);
    RUN(more_than_the_dims_say_is_noticed);
    RUN(bad_headers_are_refused);
    RUN(a_border_of_zeros_surrounds_each_image);
    RUN(a_written_header_is_that_of_the_file);
    return check_report();
}
