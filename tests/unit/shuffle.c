#include "stream/shuffle.h"

#include "base/mem.h"
#include "tests/unit/check.h"

#include <stdlib.h>

static const struct rng keys = {1, 2};

/* Items are their own number, followed by as many bytes as `size` says. */
struct collected { int64_t *order; int64_t n; bool whole; };

static int64_t size_of(int64_t i)
{
    return 8 + i % 5 * 3;
}

static int collect(void *arg, const void *item, int64_t n, struct ten_err *e)
{
    struct collected *c = arg;
    int64_t i;

    (void)e;
    memcpy(&i, item, sizeof i);
    c->whole = c->whole && n == size_of(i);
    for (int64_t k = 8; k < n; k++)
        c->whole = c->whole && ((const unsigned char *)item)[k] == (unsigned char)(i + k);
    c->order[c->n++] = i;
    return 0;
}

/* The order of n items, the caller's. */
static int64_t *shuffled(int64_t n, int64_t memory)
{
    struct shuffle *s = shuffle_new(&keys, memory);
    struct collected c = {.order = xmalloc((size_t)(n + 1) * 8), .whole = true};
    struct ten_err e = {0};

    for (int64_t i = 0; i < n; i++) {
        unsigned char *p = shuffle_add(s, size_of(i), &e);

        CHECK((uintptr_t)p % 8 == 0);
        memcpy(p, &i, sizeof i);
        for (int64_t k = 8; k < size_of(i); k++)
            p[k] = (unsigned char)(i + k);
    }
    CHECK_INT(shuffle_emit(s, collect, &c, &e), 0);
    CHECK_INT(c.n, n);
    CHECK(c.whole);
    shuffle_free(s);
    return c.order;
}

static void order_is_that_of_the_keys(void)
{
    enum { N = 1000 };
    int64_t *order = shuffled(N, 1 << 20);
    bool seen[N] = {0};

    for (int i = 0; i < N; i++) {
        CHECK(order[i] >= 0 && order[i] < N && !seen[order[i]]);
        seen[order[i]] = true;
        CHECK(i == 0 ||
              rng_u64(&keys, (uint64_t)order[i - 1]) < rng_u64(&keys, (uint64_t)order[i]));
    }
    free(order);
}

/* 30000 items of about 60 bytes: 2 MiB.  2000 bytes of memory need three deals of 64. */
static void the_order_does_not_depend_on_memory(void)
{
    enum { N = 30000 };
    static const int64_t memory[] = {1 << 20, 100000, 2000, 0};
    int64_t *want = shuffled(N, 1 << 30);

    for (int i = 0; i < 4; i++) {
        int64_t *got = shuffled(i < 3 ? N : 300, memory[i]);
        int64_t *small = i < 3 ? want : shuffled(300, 1 << 30);

        CHECK_BYTES(got, small, (size_t)(i < 3 ? N : 300) * 8);
        if (small != want)
            free(small);
        free(got);
    }
    free(want);
}

static int note(void *arg, const void *item, int64_t n, struct ten_err *e)
{
    (void)n;
    (void)e;
    *(int *)arg = 4 * *(int *)arg + *(const char *)item;
    return 0;
}

/* 4 items, 24 orders, 2400 seeds: chi-square, 23 degrees of freedom, passes 64 once in 10^5. */
static void every_order_is_equally_likely(void)
{
    int count[256] = {0}, seen = 0;
    double chi = 0;

    for (uint64_t seed = 0; seed < 2400; seed++) {
        struct shuffle *s = shuffle_new(&(struct rng){seed, 2}, 1000);
        struct ten_err e = {0};
        int order = 0;

        for (int i = 0; i < 4; i++)
            memset(shuffle_add(s, 1, &e), i, 1);
        CHECK_INT(shuffle_emit(s, note, &order, &e), 0);
        count[order]++;
        shuffle_free(s);
    }
    for (int i = 0; i < 256; i++)
        if (count[i] > 0) {
            chi += (count[i] - 100) * (count[i] - 100) / 100.0;
            seen++;
        }
    CHECK_INT(seen, 24);
    CHECK(chi < 64);
}

static void no_items_give_none(void)
{
    free(shuffled(0, 100));
}

static void a_missing_temporary_folder_is_reported(void)
{
    struct shuffle *s = shuffle_new(&keys, 10);
    struct ten_err e = {0};

    setenv("TMPDIR", "/nowhere/at/all", 1);
    CHECK(shuffle_add(s, 8, &e) != NULL);
    CHECK(shuffle_add(s, 8, &e) == NULL);
    CHECK_STR(e.text,
              "/nowhere/at/all: No such file or directory: expected a folder for temporary files, "
              "set by TMPDIR");
    CHECK_INT(e.code, TEN_E_DATA);
    unsetenv("TMPDIR");
    shuffle_free(s);
}

static int refuse(void *arg, const void *item, int64_t n, struct ten_err *e)
{
    (void)item;
    (void)n;
    (void)e;
    return ++*(int *)arg == 3 ? -1 : 0;
}

static void a_failing_receiver_ends_it(void)
{
    for (int64_t memory = 0; memory <= 1000; memory += 1000) {
        struct shuffle *s = shuffle_new(&keys, memory);
        struct ten_err e = {0};
        int calls = 0;

        for (int i = 0; i < 5; i++)
            memset(shuffle_add(s, 8, &e), i, 8);
        CHECK_INT(shuffle_emit(s, refuse, &calls, &e), -1);
        CHECK_INT(calls, 3);
        shuffle_free(s);
    }
}

int main(void)
{
    RUN(order_is_that_of_the_keys);
    RUN(the_order_does_not_depend_on_memory);
    RUN(every_order_is_equally_likely);
    RUN(no_items_give_none);
    RUN(a_missing_temporary_folder_is_reported);
    RUN(a_failing_receiver_ends_it);
    return check_report();
}
