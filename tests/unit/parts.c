/* Samples dealt to files: exact shares of every class, order kept, whole files or none. */
#include "check.h"

#include "base/mem.h"
#include "stream/parts.h"

#include <stdlib.h>
#include <unistd.h>

enum { N = 10 };
static const char *const names[] = {"a", "b"};

/* A folder of this process, and the prefix of files in it. */
struct place { char folder[64], prefix[80]; };

static struct place somewhere(void)
{
    struct place p = {.folder = "/tmp/parts.XXXXXX"};

    if (!mkdtemp(p.folder))
        abort();
    snprintf(p.prefix, sizeof p.prefix, "%s/x-", p.folder);
    return p;
}

static char *file_of(const struct place *p, const char *name)
{
    return xasprintf("%s%s.ten", p->prefix, name);
}

static void forget(const struct place *p)
{
    for (int i = 0; i < 2; i++) {
        char *path = file_of(p, names[i]);

        unlink(path);
        free(path);
    }
    CHECK_INT(rmdir(p->folder), 0);                 /* nothing else was left */
}

/* Deal the samples 0..N-1 of a record x i32, every second one of class 1; false: not finished. */
static void deal_numbers(const struct place *at, bool by_hash, uint64_t seed, bool finish)
{
    struct tool t = {.opt.quiet = true};
    struct ten_record rec = {.name = "x", .type = TEN_I32, .shape = {1, {0}}, .data = ""};
    const struct rows like = {.columns = 1, .rec = &rec, .bits = (int64_t[]){32}};
    struct parts *parts = parts_open(&t, at->prefix, names, 2);
    struct shares shares;
    struct deal *d;

    CHECK(parts);
    shares_set(&shares, (const double[]){0.6, 0.4}, 2);
    d = deal_new(parts, &shares, seed, by_hash);
    parts_start(parts, &like, 4);
    for (int32_t i = 0; i < N; i++)
        CHECK_INT(deal_sample(d, &i, sizeof i, i % 2, &t.err), 0);
    CHECK_INT(deal_finish(d, &t.err), 0);
    if (finish)
        CHECK_INT(parts_finish(parts), 0);
    deal_free(d);
    parts_free(parts);
}

/* The numbers in a part's file into x: how many; at most `group` lie in a group. */
static int numbers(const struct place *at, const char *name, int32_t x[N], int64_t group)
{
    char *path = file_of(at, name);
    struct ten_err e;
    struct ten_reader *r = ten_open(path, NULL, &e);
    struct ten_record rec;
    int n = 0;

    CHECK(r);
    while (r && ten_next(r, &rec, &e) > 0) {
        CHECK(rec.shape.dim[0] <= group);
        for (int64_t i = 0; i < rec.shape.dim[0] && n < N; i++)
            x[n++] = ((const int32_t *)rec.data)[i];
    }
    ten_close(r);
    free(path);
    return n;
}

static void every_class_is_shared_out_exactly_in_order(void)
{
    const struct place at = somewhere();
    int32_t x[2][N];
    int odd = 0, seen = 0;

    deal_numbers(&at, false, 1, true);
    CHECK_INT(numbers(&at, "a", x[0], 4), 6);       /* 0.6 of 5 and of 5 */
    CHECK_INT(numbers(&at, "b", x[1], 4), 4);
    for (int i = 0; i < 6; i++) {
        CHECK(i == 0 || x[0][i - 1] < x[0][i]);
        odd += x[0][i] % 2;
        seen |= 1 << x[0][i];
    }
    for (int i = 0; i < 4; i++)
        seen |= 1 << x[1][i];
    CHECK_INT(odd, 3);
    CHECK_INT(seen, (1 << N) - 1);
    forget(&at);
}

static void the_seed_decides_and_by_hash_every_sample_goes_somewhere(void)
{
    for (int by_hash = 0; by_hash < 2; by_hash++) {
        const struct place one = somewhere(), again = somewhere(), other = somewhere();
        int32_t x[N] = {0}, y[N] = {0}, z[N] = {0};

        deal_numbers(&one, by_hash, 1, true);
        deal_numbers(&again, by_hash, 1, true);
        deal_numbers(&other, by_hash, 5, true);
        const int n = numbers(&one, "a", x, 4);
        CHECK_INT(numbers(&again, "a", y, 4), n);
        CHECK_BYTES(x, y, sizeof x);
        numbers(&other, "a", z, 4);
        CHECK(memcmp(x, z, sizeof x) != 0);
        CHECK_INT(numbers(&one, "b", y, 4), N - n);
        forget(&one);
        forget(&again);
        forget(&other);
    }
}

static void without_samples_the_parts_are_empty_streams(void)
{
    const struct place at = somewhere();
    struct tool t = {.opt.quiet = true};
    struct parts *parts = parts_open(&t, at.prefix, names, 2);
    int32_t x[N];

    CHECK_INT(parts_finish(parts), 0);
    parts_free(parts);
    CHECK_INT(numbers(&at, "a", x, 0), 0);
    forget(&at);
}

static void what_is_not_finished_leaves_nothing_behind(void)
{
    const struct place at = somewhere();

    deal_numbers(&at, false, 1, false);
    forget(&at);
}

static void a_part_that_cannot_be_opened_is_named(void)
{
    struct tool t = {.opt.quiet = true};

    CHECK(!parts_open(&t, "/nowhere/x-", names, 2));
    CHECK(strncmp(t.err.text, "/nowhere/x-a.ten", 16) == 0);
}

int main(void)
{
    RUN(every_class_is_shared_out_exactly_in_order);
    RUN(the_seed_decides_and_by_hash_every_sample_goes_somewhere);
    RUN(without_samples_the_parts_are_empty_streams);
    RUN(what_is_not_finished_leaves_nothing_behind);
    RUN(a_part_that_cannot_be_opened_is_named);
    return check_report();
}
