#include "stream/rows.h"

#include "base/mem.h"
#include "tests/unit/check.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* A stream in a memory file that records are appended to, then read from. */
struct stream { int fd; struct ten_writer *w; struct ten_err e; };

static struct stream stream_new(void)
{
    struct stream s = {.fd = memfd_create("stream", 0)};

    s.w = ten_create_fd(s.fd, "-", NULL, &s.e);
    return s;
}

static void put(struct stream *s, int64_t group, const char *name, enum ten_type type,
                struct ten_shape shape, const void *data)
{
    const struct ten_record rec = {.name = name,
                                   .type = type,
                                   .shape = shape,
                                   .data = data,
                                   .group = group,
                                   .history = group == 0 ? "{\"n\":0}\n" : "{\"n\":1}\n"};

    CHECK_INT(ten_write(s->w, &rec, &s->e), 0);
}

static struct ten_reader *reader_of(struct stream *s)
{
    CHECK_INT(ten_finish(s->w, &s->e), 0);
    ten_discard(s->w);
    s->w = NULL;
    lseek(s->fd, 0, SEEK_SET);
    return ten_open_fd(s->fd, "-", NULL, &s->e);
}

/* Groups of 3, 0, 1 and 4 samples: x [N,2] u8 counts from 0, y [N] i32 counts from 100. */
static struct ten_reader *four_groups(struct stream *s)
{
    static const int64_t sizes[] = {3, 0, 1, 4};
    uint8_t x[8];
    int32_t y[4], n = 0;

    *s = stream_new();
    for (int g = 0; g < 4; g++) {
        for (int i = 0; i < sizes[g]; i++, n++) {
            x[2 * i] = (uint8_t)(2 * n);
            x[2 * i + 1] = (uint8_t)(2 * n + 1);
            y[i] = 100 + n;
        }
        put(s, g, "x", TEN_U8, (struct ten_shape){2, {sizes[g], 2}}, x);
        put(s, g, "y", TEN_I32, (struct ten_shape){1, {sizes[g]}}, y);
    }
    return reader_of(s);
}

static void groups_come_as_samples_side_by_side(void)
{
    static const int64_t sizes[] = {3, 0, 1, 4};
    struct stream s;
    struct ten_reader *in = four_groups(&s);
    struct rows_reader *r = rows_reader_new(in);
    struct rows rows;
    int n = 0;

    for (int g = 0; g < 4; g++) {
        CHECK_INT(rows_next(r, &rows, &s.e), 1);
        CHECK_INT(rows.columns, 2);
        CHECK_INT(rows.n, sizes[g]);
        CHECK_INT(rows.bits[0], 16);
        CHECK_INT(rows.bits[1], 32);
        CHECK_STR(rows.history, g == 0 ? "{\"n\":0}\n" : "{\"n\":1}\n");
        for (int i = 0; i < rows.n; i++, n++) {
            CHECK_INT(((const uint8_t *)rows.rec[0].data)[2 * i + 1], 2 * n + 1);
            CHECK_INT(((const int32_t *)rows.rec[1].data)[i], 100 + n);
        }
    }
    CHECK_INT(rows_next(r, &rows, &s.e), 0);
    CHECK_INT(rows_next(r, &rows, &s.e), 0);
    rows_reader_free(r);
    ten_close(in);
    close(s.fd);
}

/* The error of a stream whose second group is one record. */
static const char *refused(const struct ten_record *second, struct ten_err *e)
{
    struct stream s = stream_new();
    struct rows rows;
    int rc;

    put(&s, 0, "x", TEN_U8, (struct ten_shape){2, {1, 2}}, "ab");
    ten_write(s.w, second, &s.e);

    struct ten_reader *in = reader_of(&s);
    struct rows_reader *r = rows_reader_new(in);
    while ((rc = rows_next(r, &rows, e)) > 0)
        ;
    CHECK_INT(rc, -1);
    CHECK_INT(e->code, TEN_E_DATA);
    rows_reader_free(r);
    ten_close(in);
    close(s.fd);
    return e->text;
}

static void a_group_unlike_the_first_is_refused(void)
{
    struct ten_record rec = {
        .name = "x", .type = TEN_U8, .shape = {2, {1, 3}}, .data = "abcd", .group = 1};
    struct ten_err e = {0};

    CHECK_STR(refused(&rec, &e),
              "byte 192: x: u8[1,3]: expected samples of one kind, as in the first group: u8[1,2]");
    rec.shape.dim[1] = 2;
    rec.type = TEN_BOOL;
    rec.data = "\1\0";
    CHECK_STR(
        refused(&rec, &e),
        "byte 192: x: bool[1,2]: expected samples of one kind, as in the first group: u8[1,2]");
    rec.type = TEN_U8;
    rec.name = "z";
    CHECK_STR(refused(&rec, &e), "byte 192: z: expected x, as in the first group");
    rec.name = "x";
    rec.attrs = "{\"scale\":2}";
    CHECK_STR(refused(&rec, &e),
              "byte 192: x: attributes differ: expected those of the first group");
    rec.attrs = NULL;
    rec.group_attrs = "{\"classes\":[]}";
    CHECK_STR(refused(&rec, &e),
              "byte 192: x: group attributes differ: expected those of the first group");
}

static void what_has_no_samples_is_refused(void)
{
    static const struct {
        const char *name, *group_attrs, *why;
        struct ten_shape shape;
    } no[] = {
        {"x", NULL, "byte 0: x: a scalar: expected samples along the first axis", {0}},
        {"indptr",
         "{\"kind\":\"csr\"}",
         "byte 0: indptr: a sparse matrix (csr): expected samples along the first axis",
         {1, {4}}},
        {"x.offsets",
         NULL,
         "byte 0: x.offsets: ragged data: expected samples of one size along the first axis",
         {1, {4}}},
        {"x",
         NULL,
         "byte 0: x: one sample is too large: expected less than 2^60 bytes",
         {3, {0, INT64_MAX / 2, 2}}},
    };

    for (size_t i = 0; i < sizeof no / sizeof no[0]; i++) {
        struct stream s = stream_new();
        const struct ten_record rec = {.name = no[i].name,
                                       .type = TEN_I64,
                                       .shape = no[i].shape,
                                       .data = (const int64_t[4]){0},
                                       .group_attrs = no[i].group_attrs};
        struct rows rows;

        CHECK_INT(ten_write(s.w, &rec, &s.e), 0);
        struct ten_reader *in = reader_of(&s);
        struct rows_reader *r = rows_reader_new(in);
        CHECK_INT(rows_next(r, &rows, &s.e), -1);
        CHECK_STR(s.e.text, no[i].why);
        rows_reader_free(r);
        ten_close(in);
        close(s.fd);
    }
}

/* Attributes that say the same in another order are no difference. */
static void attributes_are_compared_as_json(void)
{
    struct stream s = stream_new();
    struct ten_record rec = {.name = "x", .type = TEN_U8, .shape = {1, {1}}, .data = "a",
                             .attrs = "{\"a\":1,\"b\":2}"};
    struct rows rows;

    ten_write(s.w, &rec, &s.e);
    rec.group = 1;
    rec.attrs = "{ \"b\": 2, \"a\": 1 }";
    ten_write(s.w, &rec, &s.e);

    struct ten_reader *in = reader_of(&s);
    struct rows_reader *r = rows_reader_new(in);
    CHECK_INT(rows_next(r, &rows, &s.e), 1);
    CHECK_INT(rows_next(r, &rows, &s.e), 1);
    CHECK_INT(rows_next(r, &rows, &s.e), 0);
    rows_reader_free(r);
    ten_close(in);
    close(s.fd);
}

/* Sizes of the groups that 8 samples become, as a number of digits. */
static long long regrouped(int64_t size)
{
    struct stream from, to = stream_new();
    struct ten_reader *in = four_groups(&from);
    struct rows_reader *r = rows_reader_new(in);
    struct rows_writer *w = rows_writer_new(to.w, size);
    struct rows rows;
    long long sizes = 0;
    int n = 0;

    while (rows_next(r, &rows, &from.e) > 0)
        CHECK_INT(rows_write(w, &rows, 0, rows.n, &to.e), 0);
    CHECK_INT(rows_count(w), 8);
    CHECK_INT(rows_flush(w, &to.e), 0);
    CHECK_INT(rows_flush(w, &to.e), 0);
    rows_writer_free(w);
    rows_reader_free(r);
    ten_close(in);
    close(from.fd);

    in = reader_of(&to);
    r = rows_reader_new(in);
    while (rows_next(r, &rows, &to.e) > 0) {
        sizes = 10 * sizes + rows.n;
        for (int i = 0; i < rows.n; i++, n++) {
            CHECK_INT(((const uint8_t *)rows.rec[0].data)[2 * i], 2 * n);
            CHECK_INT(((const int32_t *)rows.rec[1].data)[i], 100 + n);
        }
    }
    CHECK_INT(n, 8);
    rows_reader_free(r);
    ten_close(in);
    close(to.fd);
    return sizes;
}

static void samples_keep_their_order_in_groups_of_any_size(void)
{
    CHECK_INT(regrouped(1), 11111111);
    CHECK_INT(regrouped(2), 2222);
    CHECK_INT(regrouped(3), 332);
    CHECK_INT(regrouped(5), 53);
    CHECK_INT(regrouped(8), 8);
    CHECK_INT(regrouped(INT64_MAX), 8);
}

/* u4 [5,3]: samples of 12 bits, values 0 .. 14 in order. */
static void samples_that_share_bytes_are_moved_bit_by_bit(void)
{
    const uint8_t packed[8] = {0x10, 0x32, 0x54, 0x76, 0x98, 0xba, 0xdc, 0x0e};
    struct stream from = stream_new(), to = stream_new();
    struct rows rows;
    int n = 0;

    put(&from, 0, "q", TEN_U4, (struct ten_shape){2, {5, 3}}, packed);
    struct ten_reader *in = reader_of(&from);
    struct rows_reader *r = rows_reader_new(in);
    struct rows_writer *w = rows_writer_new(to.w, 2);
    CHECK_INT(rows_next(r, &rows, &from.e), 1);
    CHECK_INT(rows_write(w, &rows, 0, 5, &to.e), 0);
    CHECK_INT(rows_flush(w, &to.e), 0);
    rows_writer_free(w);
    rows_reader_free(r);
    ten_close(in);
    close(from.fd);

    in = reader_of(&to);
    struct ten_record rec;
    while (ten_next(in, &rec, &to.e) > 0)
        for (int64_t i = 0; i < ten_count(&rec); i++, n++)
            CHECK_INT(((const uint8_t *)rec.data)[i / 2] >> i % 2 * 4 & 15, n);
    CHECK_INT(n, 15);
    ten_close(in);
    close(to.fd);
}

static void a_sample_packed_into_a_block_comes_out_of_it(void)
{
    const uint8_t packed[2] = {0x21, 0x03};
    const float f[6] = {0, 1, 2, 3, 4, 5};
    struct ten_record rec[2] = {{.name = "q", .type = TEN_U4, .shape = {2, {3, 1}}, .data = packed},
                                {.name = "f", .type = TEN_F32, .shape = {2, {3, 2}}, .data = f}};
    struct ten_record one_rec[2];
    int64_t bits[2] = {4, 64}, one_bits[2];
    const struct rows rows = {.columns = 2, .rec = rec, .bits = bits, .n = 3};
    struct rows one = {.rec = one_rec, .bits = one_bits};
    unsigned char block[9];

    CHECK_INT(row_bytes(&rows), 9);
    row_pack(block, &rows, 1);
    CHECK_INT(block[0], 2);
    CHECK_BYTES(block + 1, f + 2, 8);
    row_unpack(&one, &rows, block);
    CHECK_INT(one.n, 1);
    CHECK_INT(one.rec[1].shape.dim[0], 1);
    CHECK_BYTES(one.rec[1].data, f + 2, 8);
}

int main(void)
{
    RUN(groups_come_as_samples_side_by_side);
    RUN(a_group_unlike_the_first_is_refused);
    RUN(what_has_no_samples_is_refused);
    RUN(attributes_are_compared_as_json);
    RUN(samples_keep_their_order_in_groups_of_any_size);
    RUN(samples_that_share_bytes_are_moved_bit_by_bit);
    RUN(a_sample_packed_into_a_block_comes_out_of_it);
    return check_report();
}
