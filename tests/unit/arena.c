#include "base/arena.h"

#include "check.h"

#include <stdint.h>
#include <stdlib.h>

static void pieces_are_aligned_and_do_not_overlap(void)
{
    static const size_t sizes[] = {1, 64, 0, 65, 100000, 3, 1 << 20, 7};
    unsigned char *p[400];
    struct arena a = {0};

    for (int i = 0; i < 400; i++) {
        p[i] = arena_alloc(&a, sizes[i % 8]);
        CHECK((uintptr_t)p[i] % 64 == 0);
        memset(p[i], i, sizes[i % 8]);
    }
    for (int i = 0; i < 400; i++)
        for (size_t k = 0; k < sizes[i % 8]; k += 13)
            if (p[i][k] != (unsigned char)i) {
                CHECK_INT(p[i][k], (unsigned char)i);
                break;
            }
    arena_free(&a);
}

static void a_loop_gets_the_same_memory_from_the_third_round_on(void)
{
    struct arena a = {0};
    void *second[50];

    for (int round = 0; round < 5; round++) {
        for (int i = 0; i < 50; i++) {
            void *p = arena_alloc(&a, (size_t)i * 10000);

            if (round == 1)
                second[i] = p;
            if (round > 1)
                CHECK(p == second[i]);
        }
        arena_reset(&a);
    }
    arena_free(&a);
}

static void peak_is_the_most_that_was_ever_out(void)
{
    struct arena a = {0};

    CHECK_INT(a.peak, 0);
    arena_alloc(&a, 1);
    CHECK_INT(a.used, 64);
    arena_alloc(&a, 64 << 10);
    CHECK_INT(a.peak, 64 + (64 << 10));
    arena_reset(&a);
    CHECK_INT(a.used, 0);
    arena_alloc(&a, 100);
    CHECK_INT(a.used, 128);
    CHECK_INT(a.peak, 64 + (64 << 10));
    arena_free(&a);
    CHECK_INT(a.used, 0);
    CHECK_INT(a.peak, 64 + (64 << 10));
}

static void an_arena_can_be_freed_unused_twice_and_used_again(void)
{
    struct arena a = {0};

    arena_reset(&a);
    arena_free(&a);
    arena_free(&a);
    memset(arena_alloc(&a, 10), 1, 10);
    arena_free(&a);
    CHECK(!a.blocks);
}

int main(void)
{
    RUN(pieces_are_aligned_and_do_not_overlap);
    RUN(a_loop_gets_the_same_memory_from_the_third_round_on);
    RUN(peak_is_the_most_that_was_ever_out);
    RUN(an_arena_can_be_freed_unused_twice_and_used_again);
    return check_report();
}
