#include "check.h"

#include "tensor/memory.h"

#include <stdint.h>
#include <string.h>

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
    struct memory *m = memory_new();
    struct block *a = block_new(m, 1 << 20), *b = block_new(m, 1 << 20);
    block_drop(a);
    CHECK_INT(memory_used(m), 1 << 20);
    CHECK_INT(memory_peak(m), 2 << 20);
    CHECK_INT(memory_lent(m), 2 << 20);
    memory_reset_peak(m);
    CHECK_INT(memory_peak(m), 1 << 20);
    memory_trim(m);
    CHECK_INT(memory_lent(m), 1 << 20);
    block_drop(b);
    memory_free(m);
    memory_free(NULL);
}

static void a_large_block_that_is_too_small_is_given_back(void)
{
    struct memory *m = memory_new();
    block_drop(block_new(m, 3 << 20));
    block_drop(block_new(m, 4 << 20));
    CHECK_INT(memory_lent(m), 4 << 20);
    struct block *b = block_new(m, 3 << 20);
    CHECK_INT(memory_lent(m), 4 << 20);
    CHECK_INT((int64_t)b->bytes, 4 << 20);
    block_drop(b);
    block_drop(block_new(m, 16 << 20));                 /* more than twice as large: beside it */
    CHECK_INT(memory_lent(m), 20 << 20);
    memory_free(m);
}

int main(void)
{
    RUN(a_block_comes_back_when_nobody_holds_it_and_serves_the_next_of_its_size);
    RUN(every_size_gets_at_least_its_bytes_and_at_most_an_eighth_more);
    RUN(a_reused_block_is_as_large_as_asked_for);
    RUN(a_large_block_that_is_too_small_is_given_back);
    RUN(the_peak_is_the_most_held_at_once_and_trim_gives_back_the_rest);
    return check_report();
}
