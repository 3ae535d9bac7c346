/* Payloads written in parts give the same stream, and read in parts they are the same. */
#include "check.h"

#include "base/mem.h"
#include "stream/ten.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* The bytes behind fd, which is closed. */
static unsigned char *contents(int fd, size_t *n)
{
    *n = (size_t)lseek(fd, 0, SEEK_END);

    unsigned char *bytes = xmalloc(*n + 1);
    if (pread(fd, bytes, *n, 0) != (ssize_t)*n)
        abort();
    close(fd);
    return bytes;
}

static unsigned char *made_up(int64_t n)
{
    unsigned char *data = xmalloc((size_t)n);

    for (int64_t i = 0; i < n; i++)
        data[i] = (unsigned char)(i < n / 2 ? i / 1000 : (i * 2654435761u) >> 13);
    return data;
}

/* A stream of rec twice, each in parts of the given sizes over and over; 0: at once. */
static int write_parts(const struct ten_record *rec, const struct ten_options *opt,
                       const int64_t *sizes)
{
    const int fd = memfd_create("stream", 0);
    const int64_t n = ten_bytes(rec);
    struct ten_err e = {0};
    struct ten_writer *w = ten_create_fd(fd, "-", opt, &e);

    for (int k = 0; k < 2; k++) {
        int64_t at = 0;

        CHECK_INT(sizes ? ten_write_start(w, rec, &e) : ten_write(w, rec, &e), 0);
        for (int i = 0; sizes && at < n; i = (i + 1) % 3) {
            const int64_t part = sizes[i] < n - at ? sizes[i] : n - at;

            CHECK_INT(ten_write_part(w, (const char *)rec->data + at, part, &e), 0);
            at += part;
        }
    }
    CHECK_INT(ten_finish(w, &e), 0);
    ten_discard(w);
    return fd;
}

static void where_parts_end_does_not_change_a_byte(void)
{
    static const int64_t sizes[][3] = {{1, 1000003, 64}, {0, 262144, 262144}, {99999999, 1, 1}};
    const int64_t n = 3 * 1048576 + 5;
    unsigned char *data = made_up(n);
    const struct ten_record rec = {.name = "x", .type = TEN_U8, .shape = {1, {n}}, .data = data};

    for (int zstd = 0; zstd < 2; zstd++)
        for (int threads = 1; threads <= 3; threads++) {
            const struct ten_options opt = {.zstd = zstd, .threads = threads};
            size_t want_n, got_n;
            unsigned char *want = contents(write_parts(&rec, &opt, NULL), &want_n);

            for (int i = 0; i < 3; i++) {
                unsigned char *got = contents(write_parts(&rec, &opt, sizes[i]), &got_n);

                CHECK_INT(got_n, want_n);
                CHECK_BYTES(got, want, want_n);
                free(got);
            }
            free(want);
        }
    free(data);
}

static void records_of_nothing_and_of_packed_elements_can_be_written_in_parts(void)
{
    static const int64_t bytes[] = {1, 1, 1};
    static const struct ten_record recs[] = {
        {.name = "none", .type = TEN_F32, .shape = {2, {0, 1000}}, .data = ""},
        {.name = "scalar", .type = TEN_U8, .data = "7"},
        {.name = "four", .type = TEN_U4, .shape = {1, {5}}, .data = "\x21\x43\x05"},
        {.name = "two", .type = TEN_I2, .shape = {1, {9}}, .data = "\xff\x55\x02"},
    };

    for (size_t i = 0; i < sizeof recs / sizeof *recs; i++) {
        size_t want_n, got_n;
        unsigned char *want = contents(write_parts(&recs[i], NULL, NULL), &want_n);
        unsigned char *got = contents(write_parts(&recs[i], NULL, bytes), &got_n);

        CHECK_INT(got_n, want_n);
        CHECK_BYTES(got, want, want_n);
        free(got);
        free(want);
    }
}

/* The stream behind fd, whose records are all like rec, read in parts of the given sizes. */
static void read_parts(int fd, const struct ten_record *rec, const int64_t *sizes, int threads,
                       bool map)
{
    const struct ten_options opt = {.threads = threads, .map = map};
    const int64_t n = ten_bytes(rec);
    unsigned char *data = xmalloc((size_t)n + 1);
    struct ten_err e = {0};
    struct ten_record got;
    lseek(fd, 0, SEEK_SET);
    struct ten_reader *r = ten_open_fd(fd, "in.ten", &opt, &e);

    for (int k = 0; k < 2; k++) {
        int64_t at = 0;

        CHECK_INT(ten_next_start(r, &got, &e), 1);
        CHECK_STR(got.name, rec->name);
        CHECK_INT(ten_bytes(&got), n);
        CHECK(got.data == NULL);
        for (int i = 0; at < n; i = (i + 1) % 3) {
            const int64_t part = sizes[i] < n - at ? sizes[i] : n - at;

            CHECK_INT(ten_read_part(r, data + at, part, &e), 0);
            at += part;
        }
        CHECK_BYTES(data, rec->data, (size_t)n);
    }
    CHECK_INT(ten_next_start(r, &got, &e), 0);
    ten_close(r);
    close(fd);
    free(data);
}

static void what_is_read_in_parts_is_what_was_written(void)
{
    static const int64_t sizes[] = {1, 1000003, 64}, bytes[] = {1, 1, 1};
    const int64_t n = 3 * 1048576 + 5;
    unsigned char *data = made_up(n);
    const struct ten_record recs[] = {
        {.name = "x", .type = TEN_U8, .shape = {1, {n}}, .data = data},
        {.name = "none", .type = TEN_F32, .shape = {2, {0, 1000}}, .data = ""},
        {.name = "four", .type = TEN_U4, .shape = {1, {5}}, .data = "\x21\x43\x05"},
    };

    for (int i = 0; i < 3; i++)
        for (int zstd = 0; zstd < 2; zstd++)
            for (int map = 0; map < 2; map++) {
                const struct ten_options opt = {.zstd = zstd};
                read_parts(write_parts(&recs[i], &opt, NULL), &recs[i], i == 0 ? sizes : bytes,
                           1 + map, map);
            }
    free(data);
}

static void a_changed_byte_is_found_with_the_last_part(void)
{
    const struct ten_record rec = {.name = "x", .type = TEN_U8, .shape = {1, {100}},
                                   .data = made_up(100)};
    unsigned char data[100];
    struct ten_record got;
    struct ten_err e = {0};
    const int fd = write_parts(&rec, NULL, NULL);
    CHECK_INT(pwrite(fd, "?", 1, 64 + 90), 1);
    lseek(fd, 0, SEEK_SET);
    struct ten_reader *r = ten_open_fd(fd, "in.ten", NULL, &e);

    CHECK_INT(ten_next_start(r, &got, &e), 1);
    CHECK_INT(ten_next(r, &got, &e), -1);
    CHECK_STR(e.text, "in.ten: reading on within a record: expected its other 100 bytes first");
    CHECK_INT(ten_read_part(r, data, 101, &e), -1);
    CHECK_STR(e.text, "in.ten: 101 bytes of a payload: expected at most the 100 to come");
    CHECK_INT(ten_read_part(r, data, 99, &e), 0);
    CHECK_INT(ten_read_part(r, data, 1, &e), -1);
    CHECK_STR(e.text, "in.ten: record 0 x: byte 64: payload: checksum differs: the data were changed "
              "after they were written");
    CHECK_INT(ten_next_start(r, &got, &e), -1);
    ten_close(r);
    close(fd);
    free((void *)rec.data);
}

static struct ten_writer *started(const struct ten_record *rec)
{
    struct ten_err e;
    struct ten_writer *w = ten_create_fd(-1, "out.ten", NULL, &e);

    CHECK_INT(ten_write_start(w, rec, &e), 0);
    return w;
}

static void too_much_too_little_and_unused_bits_are_refused(void)
{
    const struct ten_record rec = {.name = "x", .type = TEN_I4, .shape = {1, {5}}, .data = "abc"};
    struct ten_err e = {0};
    struct ten_writer *w = started(&rec);

    CHECK_INT(ten_write_part(w, "abcd", 4, &e), -1);
    CHECK_STR(e.text, "out.ten: 4 bytes of a payload: expected at most the 3 to come");
    CHECK_INT(ten_finish(w, &e), -1);
    ten_discard(w);

    w = started(&rec);
    CHECK_INT(ten_write_part(w, "ab", 2, &e), 0);
    CHECK_INT(ten_finish(w, &e), -1);
    CHECK_STR(e.text, "out.ten: ending within a record: expected 1 more bytes of it");
    ten_discard(w);

    w = started(&rec);
    CHECK_INT(ten_write_part(w, "ab", 2, &e), 0);
    CHECK_INT(ten_write(w, &rec, &e), -1);
    CHECK_STR(e.text, "out.ten: writing within a record: expected 1 more bytes of it");
    ten_discard(w);

    w = started(&rec);
    CHECK_INT(ten_write_part(w, "\x11\x11", 2, &e), 0);
    CHECK_INT(ten_write_part(w, "\x11", 1, &e), -1);
    CHECK_STR(e.text, "out.ten: unused bits of the last byte: expected 0");
    ten_discard(w);
}

int main(void)
{
    RUN(where_parts_end_does_not_change_a_byte);
    RUN(records_of_nothing_and_of_packed_elements_can_be_written_in_parts);
    RUN(what_is_read_in_parts_is_what_was_written);
    RUN(a_changed_byte_is_found_with_the_last_part);
    RUN(too_much_too_little_and_unused_bits_are_refused);
    return check_report();
}
