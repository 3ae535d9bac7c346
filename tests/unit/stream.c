/* The tensor stream: what is written comes back, whatever is changed or cut is noticed. */
#include "check.h"

#include "base/mem.h"
#include "stream/ten.h"
#include "stream/wire.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>
#include <xxhash.h>

/* ---- Streams in memory files ---------------------------------------------------------------- */

static int memory_file(const void *bytes, size_t n)
{
    const int fd = memfd_create("stream", 0);

    if (fd < 0 || write(fd, bytes, n) != (ssize_t)n || lseek(fd, 0, SEEK_SET) != 0)
        abort();
    return fd;
}

/* The bytes behind fd, the caller's. */
static unsigned char *contents(int fd, size_t *n)
{
    *n = (size_t)lseek(fd, 0, SEEK_END);

    unsigned char *bytes = xmalloc(*n);
    if (pread(fd, bytes, *n, 0) != (ssize_t)*n)
        abort();
    return bytes;
}

struct sample { const char *name; enum ten_type type; struct ten_shape shape; int64_t group; const char *attrs, *group_attrs; };

/* One record of each type in three groups, with zero sizes, scalars and odd packed lengths. */
static const struct sample samples[] = {
    {"a", TEN_F32, {2, {3, 5}}, 0, "{\"unit\":\"m\"}", "{\"kind\":\"test\"}"},
    {"b", TEN_F64, {1, {7}}, 0, NULL, NULL},
    {"c", TEN_F16, {3, {2, 0, 4}}, 0, NULL, NULL},
    {"scalar", TEN_I64, {0, {0}}, 1, "{}", NULL},
    {"u", TEN_U8, {8, {1, 2, 1, 3, 1, 2, 1, 5}}, 1, NULL, NULL},
    {"four", TEN_U4, {2, {3, 3}}, 1, NULL, NULL},
    {"two", TEN_I2, {1, {7}}, 2, NULL, "{\"n\":1}"},
    {"\xc3\xa9t\xc3\xa9", TEN_UTF8, {1, {11}}, 2, NULL, NULL},
    {"big", TEN_BF16, {2, {40, 33}}, 2, NULL, NULL},
    {"bool", TEN_BOOL, {1, {64}}, 2, NULL, NULL},
};
enum { SAMPLES = sizeof samples / sizeof samples[0] };

static void fill(unsigned char *data, const struct ten_record *rec, int seed)
{
    const int64_t n = ten_bytes(rec);

    for (int64_t i = 0; i < n; i++)
        data[i] = rec->type == TEN_BOOL ? (i + seed) % 2 : (unsigned char)((i * i + seed) % 97);
    if (n > 0 && ten_elem_bits(rec->type) < 8)          /* leave unused bits 0 */
        while (!wire_spare_bits_ok(rec->type, ten_count(rec), data))
            data[n - 1] >>= 1;
}

static int write_samples(int zstd, int threads, int count)
{
    const int fd = memfd_create("stream", 0);
    struct ten_err e = {0};
    struct ten_writer *w = ten_create_fd(fd, "test", &(struct ten_options){.zstd = zstd, .threads = threads}, &e);
    unsigned char data[4096];

    for (int i = 0; i < count; i++) {
        const struct sample *s = &samples[i % SAMPLES];
        struct ten_record rec = {.name = s->name, .type = s->type, .shape = s->shape, .data = data,
                                 .attrs = s->attrs, .group = s->group, .group_attrs = s->group_attrs};
        fill(data, &rec, i);
        CHECK_INT(ten_write(w, &rec, &e), 0);
    }
    CHECK_INT(ten_finish(w, &e), 0);
    ten_discard(w);
    lseek(fd, 0, SEEK_SET);
    return fd;
}

/* Records that arrive good and equal to the samples before the end or a failure; -1: a wrong one. */
static int good_records(int fd, int *rc, struct ten_err *e)
{
    struct ten_reader *r = ten_open_fd(fd, "-", NULL, e);
    struct ten_record rec;
    unsigned char data[4096];
    int n = 0;

    if (!r) {
        *rc = -1;
        return 0;
    }
    while ((*rc = ten_next(r, &rec, e)) > 0) {
        const struct sample *s = &samples[n % SAMPLES];
        const struct ten_record want = {.type = s->type, .shape = s->shape};

        fill(data, &want, n);
        if (strcmp(rec.name, s->name) || rec.type != s->type || rec.shape.rank != s->shape.rank ||
            memcmp(rec.shape.dim, s->shape.dim, 8 * (size_t)s->shape.rank) ||
            memcmp(rec.data, data, (size_t)ten_bytes(&want)) ||
            !rec.attrs != !s->attrs || (s->attrs && strcmp(rec.attrs, s->attrs))) {
            n = -1;
            break;
        }
        n++;
    }
    ten_close(r);
    return n;
}

static int good_bytes(const unsigned char *bytes, size_t n, int *rc, struct ten_err *e)
{
    const int fd = memory_file(bytes, n);
    const int good = good_records(fd, rc, e);

    close(fd);
    return good;
}

/* ---- Tests ---------------------------------------------------------------------------------- */

static void every_type_shape_and_attribute_comes_back_plain_and_compressed(void)
{
    for (int zstd = 0; zstd < 2; zstd++) {
        struct ten_err e = {0};
        int rc;
        const int fd = write_samples(zstd, 2, SAMPLES);

        CHECK_INT(good_records(fd, &rc, &e), SAMPLES);
        CHECK_INT(rc, 0);
        close(fd);
    }
}

static void the_same_through_a_pipe(void)
{
    for (int zstd = 0; zstd < 2; zstd++) {
        struct ten_err e = {0};
        int rc, pipes[2];
        size_t n;
        const int fd = write_samples(zstd, 1, SAMPLES);
        unsigned char *bytes = contents(fd, &n);

        CHECK_INT(pipe(pipes), 0);
        CHECK_INT(write(pipes[1], bytes, n), n);
        close(pipes[1]);
        CHECK_INT(good_records(pipes[0], &rc, &e), SAMPLES);
        CHECK_INT(rc, 0);
        close(pipes[0]);
        close(fd);
        free(bytes);
    }
}

static void groups_are_counted_and_keep_their_attributes(void)
{
    struct ten_err e = {0};
    const int fd = write_samples(0, 1, SAMPLES);
    struct ten_reader *r = ten_open_fd(fd, "-", NULL, &e);
    struct ten_record rec;
    const char *attrs[] = {"{\"kind\":\"test\"}", NULL, "{\"n\":1}"};

    for (int i = 0; ten_next(r, &rec, &e) > 0; i++) {
        CHECK_INT(rec.group, samples[i].group);
        CHECK(!rec.group_attrs == !attrs[rec.group]);
        if (rec.group_attrs)
            CHECK_STR(rec.group_attrs, attrs[rec.group]);
    }
    ten_close(r);
    close(fd);
}

static void data_are_aligned_and_stay_when_the_file_is_mapped(void)
{
    for (int map = 0; map < 2; map++) {
        struct ten_err e = {0};
        const int fd = write_samples(0, 1, SAMPLES);
        struct ten_reader *r = ten_open_fd(fd, "-", &(struct ten_options){.map = map}, &e);
        struct ten_record rec, first;
        unsigned char data[4096];

        CHECK_INT(ten_next(r, &first, &e), 1);
        while (ten_next(r, &rec, &e) > 0)
            if (ten_bytes(&rec) > 0)
                CHECK_INT((uintptr_t)rec.data % 64, 0);
        fill(data, &first, 0);
        if (map)
            CHECK_BYTES(first.data, data, (size_t)ten_bytes(&first));
        ten_close(r);
        CHECK_INT(lseek(fd, 0, SEEK_CUR), lseek(fd, 0, SEEK_END));
        close(fd);
    }
}

static void two_readers_share_a_descriptor_one_after_the_other(void)
{
    for (int map = 0; map < 2; map++) {
        struct ten_err e = {0};
        const int fd = write_samples(0, 1, SAMPLES);
        const struct ten_options opt = {.map = map};
        struct ten_reader *r = ten_open_fd(fd, "-", &opt, &e);
        struct ten_record rec;

        for (int i = 0; i < 3; i++)
            CHECK_INT(ten_next(r, &rec, &e), 1);
        ten_close(r);
        r = ten_open_fd(fd, "-", &opt, &e);             /* at the second group */
        CHECK_INT(ten_next(r, &rec, &e), 1);
        CHECK_STR(rec.name, "scalar");
        ten_close(r);
        close(fd);
    }
}

static void threads_do_not_change_a_byte(void)
{
    size_t n1, n2;
    const int one = write_samples(1, 1, 5 * SAMPLES), two = write_samples(1, 2, 5 * SAMPLES);
    unsigned char *a = contents(one, &n1), *b = contents(two, &n2);

    CHECK_INT(n1, n2);
    CHECK_BYTES(a, b, n1);
    free(a);
    free(b);
    close(one);
    close(two);
}

static void concatenated_streams_are_one_stream(void)
{
    struct ten_err e = {0};
    size_t n;
    int rc;
    const int fd = write_samples(1, 1, SAMPLES);
    unsigned char *bytes = contents(fd, &n), *twice = xmalloc(2 * n);
    const int both = memory_file(bytes, n);
    struct ten_reader *r;
    struct ten_record rec;
    int records = 0;
    int64_t group = 0;

    memcpy(twice, bytes, n);
    memcpy(twice + n, bytes, n);
    close(both);
    const int joined = memory_file(twice, 2 * n);
    r = ten_open_fd(joined, "-", NULL, &e);
    while ((rc = ten_next(r, &rec, &e)) > 0) {
        records++;
        group = rec.group;
    }
    CHECK_INT(rc, 0);
    CHECK_INT(records, 2 * SAMPLES);
    CHECK_INT(group, 5);
    ten_close(r);
    close(joined);
    close(fd);
    free(bytes);
    free(twice);
}

/* Start of each record and of the end mark, found by reading. */
static int record_starts(const unsigned char *bytes, size_t n, int64_t starts[])
{
    struct ten_err e = {0};
    const int fd = memory_file(bytes, n);
    struct ten_reader *r = ten_open_fd(fd, "-", NULL, &e);
    struct ten_record rec;
    int count = 0;

    while (ten_next(r, &rec, &e) > 0)
        starts[count++] = rec.offset;
    ten_close(r);
    close(fd);
    starts[count] = (int64_t)n - WIRE_ALIGN;
    return count;
}

/* How many whole records lie before byte `at`. */
static int records_before(const int64_t *starts, int count, int64_t at)
{
    int n = 0;

    while (n < count && starts[n + 1] <= at)
        n++;
    return n;
}

static void every_flipped_bit_is_noticed_and_what_stood_before_it_arrives(void)
{
    for (int zstd = 0; zstd < 2; zstd++) {
        struct ten_err e = {0};
        size_t n;
        int rc;
        int64_t starts[SAMPLES + 1];
        const int fd = write_samples(zstd, 1, SAMPLES);
        unsigned char *bytes = contents(fd, &n);
        const int count = record_starts(bytes, n, starts);

        CHECK_INT(count, SAMPLES);
        for (size_t bit = 0; bit < 8 * n; bit++) {
            bytes[bit / 8] ^= 1 << bit % 8;
            const int good = good_bytes(bytes, n, &rc, &e);
            if (rc != -1 || e.code != TEN_E_DATA || good != records_before(starts, count, (int64_t)bit / 8)) {
                CHECK_INT(rc, -1);
                CHECK_INT(good, records_before(starts, count, (int64_t)bit / 8));
                printf("    at bit %zu\n", bit);
            }
            bytes[bit / 8] ^= 1 << bit % 8;
        }
        printf("     %zu bits flipped\n", 8 * n);
        close(fd);
        free(bytes);
    }
}

static void every_truncation_is_noticed_and_what_stood_before_it_arrives(void)
{
    for (int zstd = 0; zstd < 2; zstd++) {
        size_t n;
        int rc;
        int64_t starts[SAMPLES + 1];
        const int fd = write_samples(zstd, 1, SAMPLES);
        unsigned char *bytes = contents(fd, &n);
        const int count = record_starts(bytes, n, starts);

        for (size_t length = 0; length < n; length++) {
            struct ten_err e = {0};
            const int good = good_bytes(bytes, length, &rc, &e);

            if (rc != -1 || good != records_before(starts, count, (int64_t)length)) {
                CHECK_INT(rc, -1);
                CHECK_INT(good, records_before(starts, count, (int64_t)length));
                printf("    at length %zu\n", length);
            }
        }
        close(fd);
        free(bytes);
    }
}

static void a_lost_record_is_noticed_at_the_end_mark(void)
{
    struct ten_err e = {0};
    size_t n;
    int rc;
    int64_t starts[SAMPLES + 1];
    const int fd = write_samples(0, 1, SAMPLES);
    unsigned char *bytes = contents(fd, &n);

    record_starts(bytes, n, starts);
    /* The last record is dropped as a whole: all headers and payloads are intact. */
    memmove(bytes + starts[SAMPLES - 1], bytes + starts[SAMPLES], WIRE_ALIGN);
    CHECK_INT(good_bytes(bytes, (size_t)starts[SAMPLES - 1] + WIRE_ALIGN, &rc, &e), SAMPLES - 1);
    CHECK_INT(rc, -1);
    CHECK(strstr(e.text, "end mark: it counts 10 records: 9 were here"));
    close(fd);
    free(bytes);
}

static void sign_header(unsigned char *h)
{
    put_u64(h + AT_SUM, XXH3_64bits(h + AT_VERSION, get_u32(h + AT_HEADER) - AT_VERSION));
}

static void unknown_kinds_are_skipped_and_newer_versions_refused(void)
{
    struct ten_err e = {0};
    size_t n;
    int rc;
    const int fd = write_samples(1, 1, 1);
    unsigned char *bytes = contents(fd, &n);

    bytes[AT_KIND] = 9;
    sign_header(bytes);
    CHECK_INT(good_bytes(bytes, n, &rc, &e), 0);
    CHECK_INT(rc, 0);                           /* kind is outside the digest: the end mark holds */
    bytes[AT_VERSION] = 2;
    sign_header(bytes);
    CHECK_INT(good_bytes(bytes, n, &rc, &e), 0);
    CHECK_INT(rc, -1);
    CHECK_STR(e.text, "record 0: byte 16: version: 2: expected 1, the one this program reads");
    close(fd);
    free(bytes);
}

/* A header that claims a payload of `claim` bytes, with nothing behind it: the reader gets as far as the
 * end of the input, with address space for far less than the smallest claim. */
static void claims_cost_no_memory(void)
{
    static const struct { int64_t bytes; const char *want; } claims[] = {
        {(int64_t)1 << 33, "the input ends here"}, {(int64_t)1 << 45, "the input ends here"},
        {((int64_t)1 << 62) - 1, "the input ends here"}, {(int64_t)1 << 62, "expected 0 to 2^62 - 1"},
        {INT64_MAX, "expected 0 to 2^62 - 1"},
    };
    struct rlimit before, little;

    getrlimit(RLIMIT_AS, &before);
    little = before;
#ifndef __SANITIZE_ADDRESS__                    /* its shadow takes more than any limit */
    little.rlim_cur = 512 << 20;
#endif
    CHECK_INT(setrlimit(RLIMIT_AS, &little), 0);
    for (int zstd = 0; zstd < 2; zstd++)
        for (size_t i = 0; i < sizeof claims / sizeof claims[0]; i++) {
            unsigned char h[128] = {0};
            struct ten_err e = {0};
            int rc, pipes[2];

            memcpy(h, WIRE_MAGIC, 8);
            h[AT_VERSION] = 1;
            h[AT_KIND] = KIND_TENSOR;
            h[AT_CODEC] = (unsigned char)zstd;
            put_u32(h + AT_HEADER, 64);
            h[AT_TYPE] = TEN_U8;
            h[AT_RANK] = 1;
            h[AT_FLAGS] = FLAG_GROUP;
            h[AT_NAME] = 1;
            put_u64(h + AT_PAYLOAD, (uint64_t)claims[i].bytes);
            put_u64(h + AT_DIMS, (uint64_t)claims[i].bytes);
            h[AT_DIMS + 8] = 'x';
            sign_header(h);
            CHECK_INT(pipe(pipes), 0);
            CHECK_INT(write(pipes[1], h, WIRE_ALIGN), WIRE_ALIGN);
            close(pipes[1]);
            CHECK_INT(good_records(pipes[0], &rc, &e), 0);
            CHECK_INT(rc, -1);
            if (!strstr(e.text, claims[i].want))
                CHECK_STR(e.text, claims[i].want);
            close(pipes[0]);
        }
    setrlimit(RLIMIT_AS, &before);
}

static void sizes_that_do_not_fit_64_bits_are_refused(void)
{
    struct ten_err e = {0};
    const struct ten_shape wide = {3, {INT64_MAX, 0, 2}};           /* product of the non-zero dims */
    const struct ten_shape fits = {2, {INT64_MAX / 4, 0}};
    const struct ten_shape bytes = {1, {INT64_MAX / 8}};
    const struct ten_shape negative = {1, {-1}};

    CHECK_INT(ten_check_shape(TEN_U8, &wide, &e), -1);
    CHECK_INT(ten_check_shape(TEN_F64, &fits, &e), 0);
    CHECK_INT(ten_check_shape(TEN_F32, &bytes, &e), 0);
    CHECK_INT(ten_check_shape(TEN_F64, &bytes, &e), -1);
    CHECK_INT(ten_check_shape(TEN_U2, &bytes, &e), 0);
    CHECK_INT(ten_check_shape(TEN_U8, &negative, &e), -1);
}

static void the_limit_on_records_holds(void)
{
    struct ten_err e = {0};
    const int fd = write_samples(0, 1, 1);
    struct ten_reader *r = ten_open_fd(fd, "-", &(struct ten_options){.max_record = 59}, &e);
    struct ten_record rec;

    CHECK_INT(ten_next(r, &rec, &e), -1);
    CHECK_STR(e.text, "record 0 a: byte 40: payload bytes: 60: expected at most the limit, 59");
    ten_close(r);
    close(fd);
}

static void bad_records_are_refused_by_the_writer(void)
{
    static const struct { struct ten_record rec; const char *want; } bad[] = {
        {{.name = "", .type = TEN_U8}, "name: : expected 1 to 255 bytes"},
        {{.name = "a\nb", .type = TEN_U8}, "name: a?b: expected"},
        {{.name = "\xff", .type = TEN_U8}, "expected 1 to 255 bytes of UTF-8"},
        {{.name = "x", .type = TEN_TYPES}, "type: 19: expected 1 to 18"},
        {{.name = "x", .type = TEN_U8, .shape = {9, {1}}}, "rank: 9: expected 0 to 8"},
        {{.name = "x", .type = TEN_U8, .attrs = "[1]"}, "attributes: not an object: expected JSON"},
        {{.name = "x", .type = TEN_U8, .history = "{}"}, "history: not an object: expected JSON"},
        {{.name = "x", .type = TEN_U4, .shape = {1, {1}}, .data = "\x1f"}, "unused bits"},
    };
    const int fd = open("/dev/null", O_WRONLY);

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct ten_err e = {0};
        struct ten_writer *w = ten_create_fd(fd, "test", NULL, &e);
        struct ten_record rec = bad[i].rec;

        if (!rec.data)
            rec.data = "x";
        CHECK_INT(ten_write(w, &rec, &e), -1);
        if (!strstr(e.text, bad[i].want))
            CHECK_STR(e.text, bad[i].want);
        CHECK_INT(ten_write(w, &rec, &e), -1);          /* and ever after */
        ten_discard(w);
    }
    close(fd);
}

static void a_full_disk_is_reported(void)
{
    struct ten_err e = {0};
    const int fd = open("/dev/full", O_WRONLY);
    struct ten_writer *w = ten_create_fd(fd, "out.ten", NULL, &e);
    const struct ten_record rec = {.name = "x", .type = TEN_U8, .data = "x"};

    CHECK_INT(ten_write(w, &rec, &e), 0);               /* still in the buffer */
    CHECK_INT(ten_finish(w, &e), -1);
    CHECK_STR(e.text, "out.ten: No space left on device: the output is incomplete");
    ten_discard(w);
    close(fd);
}

static void history_grows_by_a_line_that_names_its_input(void)
{
    struct ten_err e = {0};
    const int from = write_samples(0, 1, SAMPLES), to = memfd_create("stream", 0);
    struct ten_reader *r = ten_open_fd(from, "-", NULL, &e);
    struct ten_writer *w = ten_create_fd(to, "-", &(struct ten_options){.zstd = 1}, &e);
    const struct ten_provenance p = {.tool = "copy", .version = "1", .seeded = true, .seed = 7,
                                     .args = (char *[]){"--say=\"hi\"\n", "\xff\xc3\xa9", NULL}};
    struct ten_record rec;

    ten_writer_provenance(w, &p);
    ten_writer_input(w, ten_reader_input, r);
    while (ten_next(r, &rec, &e) > 0)
        CHECK_INT(ten_write(w, &rec, &e), 0);
    CHECK_INT(ten_finish(w, &e), 0);
    ten_discard(w);

    struct ten_input plain, packed;
    ten_reader_input(r, &plain);
    lseek(to, 0, SEEK_SET);
    struct ten_reader *again = ten_open_fd(to, "-", NULL, &e);
    CHECK_INT(ten_next(again, &rec, &e), 1);
    static const char start[] = "{\"tool\":\"copy\",\"version\":\"1\",\"args\":[\"--say=\\\"hi\\\"\\u000a\",\""
                  "\xef\xbf\xbd\xc3\xa9\"],\"seed\":7,\"in\":[{\"name\":\"-\",\"records\":1,\"digest\":\"";
    CHECK_BYTES(rec.history, start, sizeof start - 1);
    CHECK_INT(strlen(rec.history), sizeof start - 1 + 16 + 5);
    CHECK_STR(rec.history + strlen(rec.history) - 5, "\"}]}\n");
    while (ten_next(again, &rec, &e) > 0)
        ;
    ten_reader_input(again, &packed);
    CHECK(plain.digest == packed.digest);               /* compression and history stand outside */
    CHECK_INT(packed.records, SAMPLES);
    ten_close(again);
    ten_close(r);
    close(from);
    close(to);
}

/* Changed data under an old record, with the size unchanged: the checksum must be new. */
static void a_filter_that_replaces_data_gets_a_new_checksum(void)
{
    struct ten_err e = {0};
    const int from = write_samples(0, 1, 1), to = memfd_create("stream", 0);
    struct ten_reader *r = ten_open_fd(from, "-", NULL, &e);
    struct ten_writer *w = ten_create_fd(to, "-", NULL, &e);
    struct ten_record rec;
    float changed[15] = {1, 2, 3};

    CHECK_INT(ten_next(r, &rec, &e), 1);
    rec.data = changed;
    CHECK_INT(ten_write(w, &rec, &e), 0);
    CHECK_INT(ten_finish(w, &e), 0);
    ten_discard(w);
    ten_close(r);
    lseek(to, 0, SEEK_SET);
    r = ten_open_fd(to, "-", NULL, &e);
    CHECK_INT(ten_next(r, &rec, &e), 1);
    CHECK_BYTES(rec.data, changed, sizeof changed);
    ten_close(r);
    close(from);
    close(to);
}

/* Five chunks and a bit, compressible and not, through a pipe and from a file. */
static void payloads_of_many_chunks_come_back(void)
{
    const int64_t n = 5 * 1048576 + 12345;
    unsigned char *data = xmalloc((size_t)n);
    struct ten_err e = {0};
    struct ten_record rec = {.name = "x", .type = TEN_U8, .shape = {1, {n}}, .data = data}, got;

    for (int64_t i = 0; i < n; i++)
        data[i] = (unsigned char)(i < n / 2 ? i / 1000 : (i * 2654435761u) >> 13);
    for (int threads = 1; threads <= 3; threads++) {
        const int fd = memfd_create("stream", 0);
        const struct ten_options opt = {.zstd = 1, .threads = threads};
        struct ten_writer *w = ten_create_fd(fd, "-", &opt, &e);

        CHECK_INT(ten_write(w, &rec, &e), 0);
        CHECK_INT(ten_write(w, &rec, &e), 0);
        CHECK_INT(ten_finish(w, &e), 0);
        ten_discard(w);
        lseek(fd, 0, SEEK_SET);
        struct ten_reader *r = ten_open_fd(fd, "-", &opt, &e);
        for (int i = 0; i < 2; i++) {
            CHECK_INT(ten_next(r, &got, &e), 1);
            CHECK_BYTES(got.data, data, (size_t)n);
            CHECK(got.zstd && got.stored < n);
        }
        CHECK_INT(ten_next(r, &got, &e), 0);
        ten_close(r);
        close(fd);
    }
    free(data);
}

static void text_is_not_a_stream_and_neither_is_nothing(void)
{
    struct ten_err e = {0};
    int rc;

    CHECK_INT(good_bytes((const unsigned char *)"hello\n", 6, &rc, &e), 0);
    CHECK(strstr(e.text, "byte 0: not a tensor stream: expected one that starts with \\x89TEN"));
    CHECK_INT(good_bytes((const unsigned char *)"", 0, &rc, &e), 0);
    CHECK_STR(e.text, "empty input: expected a tensor stream");
}

int main(void)
{
    RUN(every_type_shape_and_attribute_comes_back_plain_and_compressed);
    RUN(the_same_through_a_pipe);
    RUN(groups_are_counted_and_keep_their_attributes);
    RUN(data_are_aligned_and_stay_when_the_file_is_mapped);
    RUN(two_readers_share_a_descriptor_one_after_the_other);
    RUN(threads_do_not_change_a_byte);
    RUN(concatenated_streams_are_one_stream);
    RUN(every_flipped_bit_is_noticed_and_what_stood_before_it_arrives);
    RUN(every_truncation_is_noticed_and_what_stood_before_it_arrives);
    RUN(a_lost_record_is_noticed_at_the_end_mark);
    RUN(unknown_kinds_are_skipped_and_newer_versions_refused);
    RUN(claims_cost_no_memory);
    RUN(sizes_that_do_not_fit_64_bits_are_refused);
    RUN(the_limit_on_records_holds);
    RUN(bad_records_are_refused_by_the_writer);
    RUN(a_full_disk_is_reported);
    RUN(history_grows_by_a_line_that_names_its_input);
    RUN(a_filter_that_replaces_data_gets_a_new_checksum);
    RUN(payloads_of_many_chunks_come_back);
    RUN(text_is_not_a_stream_and_neither_is_nothing);
    return check_report();
}
