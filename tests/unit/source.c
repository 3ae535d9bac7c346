#include "base/source.h"

#include "check.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xxhash.h>

static struct ten_err e;

/* A file of these bytes; remove_file() when done. */
static char path[] = "/tmp/source-XXXXXX";

static void make_file(const void *bytes, size_t size)
{
    strcpy(path, "/tmp/source-XXXXXX");
    const int fd = mkstemp(path);

    CHECK_INT(write(fd, bytes, size), size);
    close(fd);
}

static void remove_file(void)
{
    unlink(path);
}

/* A pipe into which a child writes `size` bytes in pieces; becomes standard input. */
static pid_t feed(const unsigned char *bytes, size_t size, size_t piece)
{
    int fd[2];

    if (pipe(fd) != 0)
        exit(1);
    fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
        close(fd[0]);
        for (size_t at = 0; at < size; at += piece)
            if (write(fd[1], bytes + at, size - at < piece ? size - at : piece) < 0)
                _exit(1);
        _exit(0);
    }
    close(fd[1]);
    dup2(fd[0], STDIN_FILENO);
    close(fd[0]);
    return child;
}

static unsigned char *noise(size_t size)
{
    unsigned char *p = malloc(size);
    uint64_t x = 88172645463325252;

    for (size_t i = 0; i < size; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        p[i] = (unsigned char)x;
    }
    return p;
}

static void lines_end_with_newline_or_both_or_the_input(void)
{
    static const char text[] = "one\ntwo\r\n\n\r\nfi\rve\nlast";
    static const char *const want[] = {"one", "two", "", "", "fi\rve", "last"};
    struct source *s = source_memory("text", text, sizeof text - 1);
    const char *line;
    int64_t n;

    for (int i = 0; i < 6; i++) {
        CHECK_INT(source_line(s, &line, &n, 10, &e), 1);
        CHECK_INT(n, strlen(want[i]));
        CHECK_BYTES(line, want[i], (size_t)n);
        CHECK_INT(source_line_number(s), i + 1);
    }
    CHECK_INT(source_line(s, &line, &n, 10, &e), 0);
    CHECK_INT(source_line_number(s), 6);
    CHECK_INT(source_offset(s), sizeof text - 1);
    source_close(s);
}

static void a_line_may_be_as_long_as_the_limit_and_no_longer(void)
{
    static const char *const good[] = {"abcde", "abcde\n", "abcde\r\n"};
    static const char *const bad[] = {"abcdef", "abcdef\n", "abcdef\r\n", "abcdefghij"};
    const char *line;
    int64_t n;

    for (int i = 0; i < 3; i++) {
        struct source *s = source_memory("t", good[i], strlen(good[i]));

        CHECK_INT(source_line(s, &line, &n, 5, &e), 1);
        CHECK_INT(n, 5);
        CHECK_INT(source_line(s, &line, &n, 5, &e), 0);
        source_close(s);
    }
    for (int i = 0; i < 4; i++) {
        struct source *s = source_memory("t", bad[i], strlen(bad[i]));

        CHECK_INT(source_line(s, &line, &n, 5, &e), -1);
        CHECK_STR(e.text, "t: line 1: is longer than 5 bytes: expected a newline before");
        CHECK_INT(e.code, TEN_E_DATA);
        source_close(s);
    }
}

/* Take pieces of many sizes, and peek before each. */
static void check_pieces(struct source *s, const unsigned char *bytes, size_t size)
{
    static const int64_t sizes[] = {1, 7, 64, 4096, 100000, 3, 0, 300000, 65536, 1000000};
    size_t at = 0;

    for (int i = 0; at < size; i++) {
        const int64_t left = (int64_t)(size - at), ask = sizes[i % 10];
        const int64_t want = ask < left ? ask : left;
        const void *p;

        CHECK_INT(source_peek(s, &p, ask, &e), want);
        CHECK_BYTES(p, bytes + at, (size_t)want);
        CHECK_INT(source_take(s, &p, ask, &e), want);
        CHECK_BYTES(p, bytes + at, (size_t)want);
        at += (size_t)want;
        CHECK_INT(source_offset(s), at);
        if (i % 7 == 0)
            CHECK(source_digest(s) == XXH3_64bits(bytes, at));
    }
    const void *p;
    CHECK_INT(source_take(s, &p, 1, &e), 0);
    CHECK_INT(source_peek(s, &p, INT64_MAX, &e), 0);
    CHECK(source_digest(s) == XXH3_64bits(bytes, size));
}

static void memory_file_and_pipe_give_the_same_bytes_and_digest(void)
{
    const size_t size = 20000003;
    unsigned char *bytes = noise(size);
    struct source *s = source_memory("memory", bytes, size);
    int status;

    check_pieces(s, bytes, size);
    source_close(s);

    make_file(bytes, size);
    s = source_open(path, &e);
    CHECK_STR(source_name(s), path);
    check_pieces(s, bytes, size);
    source_close(s);
    remove_file();

    for (size_t piece = 1000; piece < 10000000; piece *= 77) {
        const pid_t child = feed(bytes, size, piece);

        s = source_open("-", &e);
        CHECK_STR(source_name(s), "standard input");
        check_pieces(s, bytes, size);
        source_close(s);
        waitpid(child, &status, 0);
    }
    free(bytes);
}

static void lines_come_whole_out_of_a_pipe_that_trickles(void)
{
    enum { LINES = 30000 };
    char *text = malloc(LINES * 40);
    const char *line;
    int64_t n, size = 0;
    int status;

    for (int i = 0; i < LINES; i++)
        size += sprintf(text + size, "%*d\n", i * 7 % 31 + 1, i);
    const pid_t child = feed((unsigned char *)text, (size_t)size, 97);
    struct source *s = source_open("-", &e);
    const char *want = text;
    for (int i = 0; i < LINES; i++) {
        CHECK_INT(source_line(s, &line, &n, 100, &e), 1);
        CHECK_BYTES(line, want, (size_t)n);
        want += n + 1;
        CHECK_INT(source_offset(s), want - text);
    }
    CHECK_INT(source_line(s, &line, &n, 100, &e), 0);
    CHECK(source_digest(s) == XXH3_64bits(text, (size_t)size));
    source_close(s);
    waitpid(child, &status, 0);
    free(text);
}

static void a_line_may_be_longer_than_the_buffer(void)
{
    const size_t size = 3000000;
    unsigned char *text = malloc(size);
    const char *line;
    int64_t n;
    int status;

    memset(text, 'x', size);
    text[size - 1] = '\n';
    const pid_t child = feed(text, size, size);
    struct source *s = source_open("-", &e);
    CHECK_INT(source_line(s, &line, &n, INT64_MAX, &e), 1);
    CHECK_INT(n, size - 1);
    CHECK_BYTES(line, text, size - 1);
    source_close(s);
    waitpid(child, &status, 0);
    free(text);
}

static void the_rest_is_one_block(void)
{
    const size_t size = 5000001;
    unsigned char *bytes = noise(size);
    const void *p;
    int status;
    const pid_t child = feed(bytes, size, 4096);
    struct source *s = source_open("-", &e);

    CHECK_INT(source_take(s, &p, 1001, &e), 1001);
    CHECK_INT(source_rest(s, &p, &e), size - 1001);
    CHECK_BYTES(p, bytes + 1001, size - 1001);
    CHECK_INT(source_rest(s, &p, &e), 0);
    CHECK(source_digest(s) == XXH3_64bits(bytes, size));
    source_close(s);
    waitpid(child, &status, 0);
    free(bytes);
}

/* Blocks so large that the file is mapped, from a place that is no page's start. */
static void large_blocks_of_a_file_are_right_and_so_is_what_follows(void)
{
    const size_t size = 50000001;
    unsigned char *bytes = noise(size);
    const void *p;

    make_file(bytes, size);
    const int fd = open(path, O_RDONLY);
    lseek(fd, 12345, SEEK_SET);
    dup2(fd, STDIN_FILENO);
    close(fd);
    struct source *s = source_open("-", &e);
    CHECK_INT(source_take(s, &p, 1001, &e), 1001);
    CHECK_BYTES(p, bytes + 12345, 1001);
    CHECK_INT(source_take(s, &p, 20000000, &e), 20000000);
    CHECK_BYTES(p, bytes + 12345 + 1001, 20000000);
    CHECK_INT(source_take(s, &p, 99, &e), 99);
    CHECK_BYTES(p, bytes + 12345 + 20001001, 99);
    CHECK_INT(source_rest(s, &p, &e), size - 12345 - 20001100);
    CHECK_BYTES(p, bytes + 12345 + 20001100, size - 12345 - 20001100);
    CHECK_INT(source_rest(s, &p, &e), 0);
    CHECK(source_digest(s) == XXH3_64bits(bytes + 12345, size - 12345));
    source_close(s);
    remove_file();
    free(bytes);
}

static void an_input_that_ends_too_early_says_where_and_in_what(void)
{
    struct source *s = source_memory("x.png", "0123456789", 10);
    char got[8];

    CHECK_INT(source_read(s, got, 4, "the header", &e), 0);
    CHECK_BYTES(got, "0123", 4);
    CHECK_INT(source_read(s, got, 8, "the image", &e), -1);
    CHECK_STR(e.text, "x.png: byte 4: ends after 6 of 8 bytes of the image: "
                      "expected the whole of it");
    source_close(s);
}

static void an_empty_input_is_just_at_its_end(void)
{
    const char *line;
    const void *p;
    int64_t n;

    make_file("", 0);
    struct source *s = source_open(path, &e);
    CHECK_INT(source_line(s, &line, &n, 10, &e), 0);
    CHECK_INT(source_rest(s, &p, &e), 0);
    CHECK(p != NULL);
    CHECK(source_digest(s) == XXH3_64bits("", 0));
    source_close(s);
    remove_file();
}

static void files_whose_size_says_nothing_are_read(void)
{
    struct source *s = source_open("/proc/self/status", &e);
    const char *line;
    int64_t n;

    CHECK_INT(source_line(s, &line, &n, 1000, &e), 1);
    CHECK_BYTES(line, "Name:", 5);
    source_close(s);
}

static void standard_input_starts_where_the_descriptor_stands(void)
{
    const void *p;

    make_file("skipped and read", 16);
    const int fd = open(path, O_RDONLY);
    lseek(fd, 12, SEEK_SET);
    dup2(fd, STDIN_FILENO);
    close(fd);
    struct source *s = source_open("-", &e);
    CHECK_INT(source_rest(s, &p, &e), 4);
    CHECK_BYTES(p, "read", 4);
    CHECK_INT(source_offset(s), 4);
    CHECK(source_digest(s) == XXH3_64bits("read", 4));
    source_close(s);
    remove_file();
}

static void what_cannot_be_read_gives_one_clear_line(void)
{
    const void *p;

    CHECK(!source_open("/tmp", &e));
    CHECK_STR(e.text, "/tmp: Is a directory: expected a file to read");
    CHECK_INT(e.code, TEN_E_DATA);
    CHECK(!source_open("/no/such/file", &e));
    CHECK_STR(e.text, "/no/such/file: No such file or directory: expected a file to read");
    close(STDIN_FILENO);
    CHECK(!source_open("-", &e));
    CHECK_STR(e.text, "standard input: Bad file descriptor: expected a file to read");

    /* A read that fails: the pages before address 64 KiB of this process. */
    struct source *s = source_open("/proc/self/mem", &e);
    CHECK_INT(source_take(s, &p, 10, &e), -1);
    CHECK_STR(e.text, "/proc/self/mem: byte 0: Input/output error: expected more to read");
    source_close(s);
}

static long resident_kib(void)
{
    long pages = 0, resident = 0;
    FILE *f = fopen("/proc/self/statm", "r");

    CHECK_INT(fscanf(f, "%ld %ld", &pages, &resident), 2);
    fclose(f);
    return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

/* KiB that may be resident: the system maps large pages at times, and the address sanitizer keeps a
 * byte for every eight that are looked at. */
#ifdef __SANITIZE_ADDRESS__
enum { RESIDENT = (64 + 256 / 8) << 10 };
#else
enum { RESIDENT = 64 << 10 };
#endif

/* In blocks that are read, and after one that was mapped. */
static void a_large_file_passes_in_little_memory(void)
{
    const int64_t size = 256 << 20;
    const long before = resident_kib();

    make_file("", 0);
    CHECK_INT(truncate(path, size), 0);
    for (int mapped = 0; mapped < 2; mapped++) {
        struct source *s = source_open(path, &e);
        long most = 0, sum = 0;
        const void *p;
        int64_t n;

        if (mapped)
            CHECK_INT(source_peek(s, &p, size, &e), size);
        while ((n = source_take(s, &p, 100000, &e)) > 0) {
            for (int64_t i = 0; i < n; i += 512)
                sum += ((const char *)p)[i];
            if (resident_kib() > most)
                most = resident_kib();
        }
        CHECK_INT(sum, 0);
        CHECK_INT(source_offset(s), size);
        CHECK(most - before < RESIDENT);
        source_close(s);
    }
    remove_file();
}

int main(void)
{
    RUN(lines_end_with_newline_or_both_or_the_input);
    RUN(a_line_may_be_as_long_as_the_limit_and_no_longer);
    RUN(memory_file_and_pipe_give_the_same_bytes_and_digest);
    RUN(lines_come_whole_out_of_a_pipe_that_trickles);
    RUN(a_line_may_be_longer_than_the_buffer);
    RUN(the_rest_is_one_block);
    RUN(large_blocks_of_a_file_are_right_and_so_is_what_follows);
    RUN(an_input_that_ends_too_early_says_where_and_in_what);
    RUN(an_empty_input_is_just_at_its_end);
    RUN(files_whose_size_says_nothing_are_read);
    RUN(standard_input_starts_where_the_descriptor_stands);
    RUN(what_cannot_be_read_gives_one_clear_line);
    RUN(a_large_file_passes_in_little_memory);
    return check_report();
}
