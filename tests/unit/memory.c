#include "check.h"

#include "base/mem.h"
#include "base/random.h"
#include "tensor/memory.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static void a_block_comes_back_when_nobody_holds_it_and_serves_the_next_of_its_size(void)
{
    struct memory *m = memory_new();
    struct block *a = block_new(m, 1000);
    void *data = a->data;
    block_hold(a);
    block_drop(a);
    CHECK_INT(memory_used(m), a->bytes);
    block_drop(a);
    CHECK_INT(memory_used(m), 0);
    struct block *b = block_new(m, 1010);
    CHECK(b->data == data);
    block_drop(b);
    memory_free(m);
}

static void every_size_gets_at_least_its_bytes_and_at_most_an_eighth_more(void)
{
    struct memory *m = memory_new();
    for (size_t n = 0; n < (size_t)1 << 27; n += 1 + n / 7) {
        struct block *b = block_new(m, n);
        CHECK(b->bytes >= n && b->bytes <= n + n / 8 + 64);
        CHECK((uintptr_t)b->data % 64 == 0);
        memset(b->data, 1, b->bytes < 4096 ? b->bytes : 4096);
        ((char *)b->data)[b->bytes - 1] = 1;
        block_drop(b);
    }
    memory_free(m);
}

/* Blocks of one class are interchangeable, so any size of a class must fit into its blocks. */
static void a_reused_block_is_as_large_as_asked_for(void)
{
    struct memory *m = memory_new();
    for (size_t n = 1; n < 100000; n++) {
        struct block *b = block_new(m, n);
        CHECK(b->bytes >= n);
        block_drop(b);
    }
    memory_free(m);
}

static void the_peak_is_the_most_held_at_once_and_trim_gives_back_the_rest(void)
{
    for (size_t n = 1 << 16; n <= 1 << 24; n <<= 8) {
        struct memory *m = memory_new();
        struct block *a = block_new(m, n), *b = block_new(m, n);
        block_drop(a);
        CHECK_INT(memory_used(m), n);
        CHECK_INT(memory_peak(m), 2 * n);
        CHECK(memory_lent(m) >= 2 * n);
        memory_reset_peak(m);
        CHECK_INT(memory_peak(m), n);
        block_drop(b);
        memory_trim(m);
        CHECK_INT(memory_lent(m), 0);
        memory_free(m);
    }
    memory_free(NULL);
}

/* Of two free spans the smaller one that is large enough; all of what is left of it. */
static void a_large_block_is_cut_from_the_smallest_span_that_holds_it(void)
{
    enum { MIB = 1 << 20 };
    struct memory *m = memory_new();
    struct block *b[5];
    const int size[5] = {9, 1, 4, 1, 1};
    for (int i = 0; i < 5; i++)
        b[i] = block_new(m, (size_t)size[i] * MIB);
    char *nine = b[0]->data, *four = b[2]->data;
    block_drop(b[0]);
    block_drop(b[2]);
    b[0] = block_new(m, 3 * MIB);
    b[2] = block_new(m, MIB);
    CHECK(b[0]->data == four && (char *)b[2]->data == four + 3 * MIB);
    block_drop(b[2]);
    block_drop(b[0]);
    b[0] = block_new(m, 5 * MIB);
    b[2] = block_new(m, 4 * MIB);
    CHECK(b[0]->data == nine && (char *)b[2]->data == nine + 5 * MIB);  /* of two as large: given up last */
    for (int i = 0; i < 5; i++)
        block_drop(b[i]);
    memory_free(m);
}

/* Whatever the order in which neighbours are given up, they are one span again. */
static void spans_that_touch_become_one(void)
{
    enum { MIB = 1 << 20 };
    static const int order[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    for (int i = 0; i < 6; i++) {
        struct memory *m = memory_new();
        struct block *b[3] = {block_new(m, 2 * MIB), block_new(m, 3 * MIB), block_new(m, 2 * MIB)}, *last = block_new(m, MIB);
        char *start = b[0]->data;
        for (int j = 0; j < 3; j++)
            block_drop(b[order[i][j]]);
        struct block *whole = block_new(m, 7 * MIB);
        CHECK(whole->data == start);
        CHECK_INT(memory_used(m), 8 * MIB);
        block_drop(whole);
        block_drop(last);
        memory_free(m);
    }
}

/* Held blocks never overlap, and keep what is written. */
static void blocks_of_all_sizes_at_random_keep_their_contents(void)
{
    enum { HELD = 40, STEPS = 20000 };
    struct memory *m = memory_new();
    struct block *b[HELD] = {NULL};
    size_t used = 0;
    for (uint64_t i = 0; i < STEPS; i++) {
        const struct rng r = {5, 0};
        const int k = (int)(HELD * rng_uniform(&r, 2 * i));
        if (b[k]) {
            const uint64_t *first = b[k]->data, *end = (const uint64_t *)((char *)b[k]->data + b[k]->bytes);
            CHECK(*first == end[-1] && *first % HELD == (uint64_t)k);
            used -= b[k]->bytes;
            block_drop(b[k]);
            b[k] = NULL;
        } else {
            b[k] = block_new(m, (size_t)exp2(8 + 15 * (double)rng_uniform(&r, 2 * i + 1)));
            uint64_t *first = b[k]->data, *end = (uint64_t *)((char *)b[k]->data + b[k]->bytes);
            *first = end[-1] = HELD * i + (uint64_t)k;
            used += b[k]->bytes;
        }
        CHECK_INT(memory_used(m), used);
        if (i % 1000 == 999)
            memory_trim(m);
    }
    for (int k = 0; k < HELD; k++)
        block_drop(b[k]);
    memory_free(m);
}

static long resident_kib(void)
{
    long pages = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    CHECK(f && fscanf(f, "%*d %ld", &pages) == 1);
    fclose(f);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

/* What is too small for the next block does not stay in memory beside it. */
static void pages_of_free_spans_are_not_kept_beside_a_new_region(void)
{
    enum { MIB = 1 << 20, BLOCKS = 15 };
    struct memory *m = memory_new();
    struct block *b[BLOCKS], *between[BLOCKS];
    const long before = resident_kib();
    for (int i = 0; i < BLOCKS; i++) {
        b[i] = block_new(m, 16 * MIB);
        between[i] = block_new(m, MIB);
        memset(b[i]->data, 1, b[i]->bytes);
    }
    CHECK(resident_kib() - before >= BLOCKS * 16 * 1024);
    for (int i = 0; i < BLOCKS; i++)
        block_drop(b[i]);
    struct block *large = block_new(m, 200 * MIB);
    CHECK(resident_kib() - before < BLOCKS * 4 * 1024);
    block_drop(large);
    for (int i = 0; i < BLOCKS; i++)
        block_drop(between[i]);
    memory_free(m);
}

#ifndef __SANITIZE_ADDRESS__                    /* its shadow takes more than any limit */
/* Where room for what may come is refused, there is still enough for what is asked for. */
static void a_limit_on_address_space_leaves_what_is_asked_for(void)
{
    fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
        long pages = 0;
        FILE *f = fopen("/proc/self/statm", "r");
        if (!f || fscanf(f, "%ld", &pages) != 1)
            _exit(2);
        fclose(f);
        const rlim_t limit = (rlim_t)(pages * sysconf(_SC_PAGESIZE) + (64 << 20));
        setrlimit(RLIMIT_AS, &(struct rlimit){limit, limit});
        struct memory *m = memory_new();
        struct block *b = block_new(m, 20 << 20);
        memset(b->data, 1, b->bytes);
        block_drop(b);
        memory_free(m);
        _exit(0);
    }
    int status;
    waitpid(child, &status, 0);
    CHECK_INT(status, 0);
}
#endif

static void zeros_that_are_forgotten_are_zeros_again(void)
{
    for (size_t n = 1; n < (size_t)1 << 24; n = 3 * n + 1) {
        unsigned char *p = mem_map(n);
        CHECK(p && (n < 2 << 20 || (uintptr_t)p % (2 << 20) == 0));
        size_t left = 0;
        for (size_t i = 0; i < n; i++)
            left += p[i];
        CHECK_INT(left, 0);
        memset(p, 1, n);
        mem_forget(p, n);
        for (size_t i = 0; i < n; i++)
            left += p[i];
        CHECK_INT(left, n % 4096);                          /* of whole pages */
        xzeros_free(p, n);
    }
    CHECK(mem_map((size_t)1 << 62) == NULL && mem_map(SIZE_MAX) == NULL);
}

int main(void)
{
    RUN(a_block_comes_back_when_nobody_holds_it_and_serves_the_next_of_its_size);
    RUN(every_size_gets_at_least_its_bytes_and_at_most_an_eighth_more);
    RUN(a_reused_block_is_as_large_as_asked_for);
    RUN(a_large_block_is_cut_from_the_smallest_span_that_holds_it);
    RUN(spans_that_touch_become_one);
    RUN(blocks_of_all_sizes_at_random_keep_their_contents);
    RUN(pages_of_free_spans_are_not_kept_beside_a_new_region);
#ifndef __SANITIZE_ADDRESS__
    RUN(a_limit_on_address_space_leaves_what_is_asked_for);
#endif
    RUN(zeros_that_are_forgotten_are_zeros_again);
    RUN(the_peak_is_the_most_held_at_once_and_trim_gives_back_the_rest);
    return check_report();
}
