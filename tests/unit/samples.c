#include "nn/samples.h"

#include "tests/unit/check.h"

#include <stdlib.h>
#include <unistd.h>

/* A stream in a file that has a name until it is freed. */
struct file { char path[64]; int fd; struct ten_writer *w; struct ten_err e; };

static void file_new(struct file *f, int zstd)
{
    strcpy(f->path, "/tmp/samples.XXXXXX");
    f->fd = mkstemp(f->path);
    f->e.code = 0;
    f->w = ten_create_fd(f->fd, f->path, &(struct ten_options){.zstd = zstd}, &f->e);
}

static void file_end(struct file *f)
{
    if (f->w)
        CHECK_INT(ten_finish(f->w, &f->e), 0);
    ten_discard(f->w);
    f->w = NULL;
}

static void file_free(struct file *f)
{
    file_end(f);
    close(f->fd);
    unlink(f->path);
}

static void put(struct file *f, int64_t group, const char *name, enum ten_type type,
                struct ten_shape shape, const void *data)
{
    CHECK_INT(ten_write(f->w, &(struct ten_record){.name = name, .type = type, .shape = shape,
              .data = data, .group = group,
              .group_attrs = "{\"classes\":10}", .history = "{\"n\":0}\n"}, &f->e), 0);
}

enum { GROUPS = 5, WIDE = 300 };
static const int64_t sizes[GROUPS] = {3, 0, 1, 40, 7};
enum { TOTAL = 51 };

/* x [n,WIDE] u8: sample i is i, i+1, ...; y [n] i64: 1000 + i. */
static void five_groups(struct file *f, int zstd)
{
    static uint8_t x[40 * WIDE];
    int64_t y[40], i = 0;

    file_new(f, zstd);
    for (int g = 0; g < GROUPS; g++) {
        for (int64_t k = 0; k < sizes[g]; k++, i++) {
            for (int j = 0; j < WIDE; j++)
                x[k * WIDE + j] = (uint8_t)(i + j);
            y[k] = 1000 + i;
        }
        put(f, g, "x", TEN_U8, (struct ten_shape){2, {sizes[g], WIDE}}, x);
        put(f, g, "y", TEN_I64, (struct ten_shape){1, {sizes[g]}}, y);
    }
    file_end(f);
}

static void check_all(const struct samples *s)
{
    CHECK_INT(samples_count(s), TOTAL);
    for (int64_t i = TOTAL - 1; i >= 0; i--) {
        const uint8_t *x = samples_row(s, 0, i);

        CHECK_INT(*(const int64_t *)samples_row(s, 1, i), 1000 + i);
        for (int j = 0; j < WIDE; j++)
            CHECK_INT(x[j], (uint8_t)(i + j));
    }
}

static struct samples *opened(const char *path, int64_t memory)
{
    struct ten_err e = {0};
    struct samples *s = samples_open(path, NULL, &(struct samples_options){memory}, &e);

    CHECK_STR(e.text, "");
    return s;
}

static void columns_tell_name_type_and_shape_of_one_sample(void)
{
    struct file f;
    int n = 0;

    five_groups(&f, 0);
    struct samples *s = opened(f.path, 0);
    const struct samples_column *c = samples_columns(s, &n);

    CHECK_INT(n, 2);
    CHECK_STR(c[0].name, "x");
    CHECK_INT(c[0].type, TEN_U8);
    CHECK_INT(c[0].shape.rank, 1);
    CHECK_INT(c[0].shape.dim[0], WIDE);
    CHECK_INT(c[1].shape.rank, 0);
    CHECK_INT(c[1].count, 1);
    CHECK_INT(c[1].bytes, 8);
    CHECK_INT(samples_find(s, "y"), 1);
    CHECK_INT(samples_find(s, "z"), -1);
    CHECK_STR(samples_group_attrs(s), "{\"classes\":10}");
    CHECK_STR(samples_history(s), "{\"n\":0}\n");
    samples_close(s);
    file_free(&f);
}

/* What is written to the file shows: it is mapped, not copied. */
static void check_mapped(const struct samples *s, int fd)
{
    const int64_t before = *(const int64_t *)samples_row(s, 1, TOTAL - 1), mark = 77;
    int64_t v = 0;

    for (off_t at = 0; pread(fd, &v, 8, at) == 8; at += 8)
        if (v == before)
            CHECK_INT(pwrite(fd, &mark, 8, at), 8);
    CHECK_INT(*(const int64_t *)samples_row(s, 1, TOTAL - 1), 77);
}

static void plain_files_are_used_where_they_lie(void)
{
    struct file f;

    five_groups(&f, 0);
    struct samples *s = opened(f.path, 1);              /* so nothing could be kept in memory */

    check_all(s);
    check_mapped(s, f.fd);
    samples_close(s);
    file_free(&f);
}

static void compressed_files_are_kept_in_memory(void)
{
    struct file f;

    five_groups(&f, 3);
    struct samples *s = opened(f.path, 0);

    unlink(f.path);
    check_all(s);
    samples_close(s);
    file_free(&f);
}

/* Limits that take nothing, one group, and some columns of a group. */
static void beyond_the_limit_temporary_files_hold_the_same(void)
{
    static const int64_t limits[] = {1, 10, 1000, 1300, 12400, 14000};
    struct file f;

    five_groups(&f, 3);
    for (size_t k = 0; k < sizeof limits / sizeof *limits; k++) {
        struct samples *s = opened(f.path, limits[k]);

        check_all(s);
        samples_close(s);
    }
    file_free(&f);
}

static void a_pipe_is_as_good_as_a_file(void)
{
    struct file f;
    char buffer[1 << 16];
    int fds[2];
    struct ten_err e = {0};

    five_groups(&f, 0);
    const ssize_t n = pread(f.fd, buffer, sizeof buffer, 0);
    CHECK_INT(pipe(fds), 0);
    CHECK_INT(write(fds[1], buffer, (size_t)n), n);
    close(fds[1]);
    struct ten_reader *in = ten_open_fd(fds[0], "-", NULL, &e);
    struct samples *s = samples_open("/nowhere", in, NULL, &e);

    ten_close(in);
    close(fds[0]);
    check_all(s);
    samples_close(s);
    file_free(&f);
}

static void a_reader_that_is_given_counts_what_it_read(void)
{
    struct file f;
    struct ten_err e = {0};
    struct ten_input now;

    five_groups(&f, 0);
    struct ten_reader *in = ten_open(f.path, NULL, &e);
    struct samples *s = samples_open(f.path, in, &(struct samples_options){1}, &e);

    ten_reader_input(in, &now);
    CHECK_INT(now.records, 2 * GROUPS);
    ten_close(in);
    check_all(s);
    samples_close(s);
    file_free(&f);
}

static void another_file_of_that_name_is_not_taken_for_it(void)
{
    struct file f, other;
    struct ten_err e = {0};

    five_groups(&f, 0);
    struct ten_reader *in = ten_open(f.path, NULL, &e);
    file_new(&other, 0);
    put(&other, 0, "x", TEN_U8, (struct ten_shape){2, {20, WIDE}}, (uint8_t[20 * WIDE]){9});
    file_end(&other);
    struct samples *s = samples_open(other.path, in, NULL, &e);

    check_all(s);
    samples_close(s);
    ten_close(in);
    file_free(&f);
    file_free(&other);
}

static void standard_input_may_be_a_file_and_starts_where_it_stands(void)
{
    struct file f, behind;
    char buffer[1 << 16] = {0};
    const int stdin_before = dup(0);

    five_groups(&f, 0);
    const ssize_t n = pread(f.fd, buffer + 128, sizeof buffer - 128, 0);
    for (int64_t at = 64; at <= 128; at += 64) {        /* at 64 there are 64 zeros before the stream */
        struct ten_err e = {0};

        file_new(&behind, 0);
        CHECK_INT(pwrite(behind.fd, buffer, (size_t)n + 128, 0), n + 128);
        lseek(behind.fd, at, SEEK_SET);
        dup2(behind.fd, 0);
        struct samples *s = samples_open("-", NULL, &(struct samples_options){1}, &e);
        if (at == 64) {
            CHECK_STR(e.text, "byte 0: not a tensor stream: expected one that starts with \\x89TEN; "
                      "ten-gen, png2ten and others make them");
        } else {
            check_all(s);
            check_mapped(s, behind.fd);
        }
        samples_close(s);
        ten_discard(behind.w);
        behind.w = NULL;
        file_free(&behind);
    }
    dup2(stdin_before, 0);
    close(stdin_before);
    file_free(&f);
}

static void subsets_name_samples_and_outlive_the_whole(void)
{
    struct file f;

    five_groups(&f, 0);
    struct samples *s = opened(f.path, 0);
    struct samples *odd = samples_subset(s, (int64_t[]){1, 3, 5, 50}, 4);
    struct samples *of = samples_subset(odd, (int64_t[]){3, 0, 3}, 3), *none = samples_subset(s, NULL, 0);

    samples_close(s);
    samples_close(odd);
    CHECK_INT(samples_count(of), 3);
    CHECK_INT(samples_count(none), 0);
    CHECK_INT(*(const int64_t *)samples_row(of, 1, 0), 1050);
    CHECK_INT(*(const int64_t *)samples_row(of, 1, 1), 1001);
    CHECK_INT(*(const int64_t *)samples_row(of, 1, 2), 1050);
    CHECK_INT(samples_number(of, 0), 50);
    samples_close(of);
    samples_close(none);
    file_free(&f);
}

static void check_refused(const struct file *f, const char *why)
{
    struct ten_err e = {0};
    struct samples *s = samples_open(f->path, NULL, NULL, &e);

    CHECK(!s);
    CHECK_INT(e.code, TEN_E_DATA);
    CHECK(strncmp(e.text, f->path, strlen(f->path)) == 0);
    if (!strstr(e.text, why)) {
        CHECK(0);
        printf("got: %s\n", e.text);
    }
    samples_close(s);
}

static void a_cut_stream_fails_with_the_line_of_its_reader(void)
{
    struct file f;
    struct ten_err e = {0};
    struct ten_record rec;

    five_groups(&f, 0);
    CHECK_INT(ftruncate(f.fd, lseek(f.fd, 0, SEEK_END) - 200), 0);
    struct ten_reader *in = ten_open(f.path, NULL, &e);
    while (ten_next(in, &rec, &e) > 0)
        ;
    ten_close(in);
    check_refused(&f, e.text);
    file_free(&f);
}

static void a_flipped_bit_fails_at_opening(void)
{
    struct file f;
    uint8_t v;

    five_groups(&f, 0);
    CHECK_INT(pread(f.fd, &v, 1, 6000), 1);
    v ^= 1;
    CHECK_INT(pwrite(f.fd, &v, 1, 6000), 1);
    check_refused(&f, "checksum differs");
    file_free(&f);
}

static void without_samples_there_is_nothing_to_open(void)
{
    struct file f;

    file_new(&f, 0);
    check_refused(&f, "empty input");
    file_free(&f);
    file_new(&f, 0);
    put(&f, 0, "x", TEN_U8, (struct ten_shape){2, {0, 5}}, "");
    file_end(&f);
    check_refused(&f, "no samples in the stream: expected one at least");
    file_free(&f);
}

static void groups_that_differ_are_refused(void)
{
    struct file f;

    file_new(&f, 0);
    put(&f, 0, "x", TEN_U8, (struct ten_shape){2, {1, 5}}, "12345");
    put(&f, 1, "x", TEN_U8, (struct ten_shape){2, {1, 4}}, "1234");
    file_end(&f);
    check_refused(&f, "u8[1,4]: expected samples of one kind, as in the first group: u8[1,5]");
    file_free(&f);
    file_new(&f, 0);
    put(&f, 0, "x", TEN_U4, (struct ten_shape){2, {2, 3}}, "\x11\x11\x11");
    file_end(&f);
    check_refused(&f, "x: u4[2,3]: expected samples of whole bytes");
    file_free(&f);
}

static void a_missing_record_is_named_beside_those_there_are(void)
{
    struct file f;
    struct ten_err e = {0};

    five_groups(&f, 0);
    struct samples *s = opened(f.path, 0);

    CHECK_INT(samples_need(s, "image", &e), -1);
    CHECK_STR(e.text, "image: no such record: expected it beside x, y");
    CHECK_INT(samples_need(s, "y", &e), 1);
    samples_close(s);
    file_free(&f);
}

int main(void)
{
    RUN(columns_tell_name_type_and_shape_of_one_sample);
    RUN(plain_files_are_used_where_they_lie);
    RUN(compressed_files_are_kept_in_memory);
    RUN(beyond_the_limit_temporary_files_hold_the_same);
    RUN(a_pipe_is_as_good_as_a_file);
    RUN(a_reader_that_is_given_counts_what_it_read);
    RUN(another_file_of_that_name_is_not_taken_for_it);
    RUN(standard_input_may_be_a_file_and_starts_where_it_stands);
    RUN(subsets_name_samples_and_outlive_the_whole);
    RUN(a_cut_stream_fails_with_the_line_of_its_reader);
    RUN(a_flipped_bit_fails_at_opening);
    RUN(without_samples_there_is_nothing_to_open);
    RUN(groups_that_differ_are_refused);
    RUN(a_missing_record_is_named_beside_those_there_are);
    return check_report();
}
