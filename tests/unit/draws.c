/* Draws of networks (autograd/draws.h). */
#include "check.h"

#include "autograd/draws.h"

static struct memory *memory;

/* Numbers [n,3] that process `rank` of `ranks`, with `samples` of its own, draws. */
static struct var *drawn(struct tape *t, int64_t n, int64_t samples, int64_t rank, int64_t ranks)
{
    tape_set_step(t, 5);
    tape_mode(t)->share = (struct tape_share){samples, rank, ranks};
    return draw_normals(t, 2, (int64_t[]){n, 3});
}

static void every_call_and_step_has_its_own_numbers(void)
{
    struct tape *t = tape_new(memory, 1);
    struct var *a = draw_normals(t, 1, (int64_t[]){4}), *b = draw_normals(t, 1, (int64_t[]){4});
    CHECK(memcmp(a->v.f, b->v.f, 4 * sizeof(float)) != 0);
    tape_set_step(t, 1);
    struct var *c = draw_normals(t, 1, (int64_t[]){4});
    CHECK(memcmp(a->v.f, c->v.f, 4 * sizeof(float)) != 0);
    tape_set_step(t, 0);
    CHECK_BYTES(draw_normals(t, 1, (int64_t[]){4})->v.f, a->v.f, 4 * sizeof(float));
    tape_free(t);
}

/* Sample i of process r is number r + 2 i of all, also where a batch is there twice, one half
 * behind the other. */
static void processes_draw_together_what_one_would(void)
{
    struct tape *t = tape_new(memory, 1);
    const struct var *all = drawn(t, 6, 0, 0, 1),
                     *part[2] = {drawn(t, 3, 3, 0, 2), drawn(t, 3, 3, 1, 2)};
    const struct var *twice = drawn(t, 12, 0, 0, 1), *half = drawn(t, 6, 3, 1, 2);
    for (int64_t r = 0; r < 2; r++)
        for (int64_t i = 0; i < 3; i++)
            CHECK_BYTES(part[r]->v.f + 3 * i, all->v.f + 3 * (r + 2 * i), 3 * sizeof(float));
    for (int64_t i = 0; i < 6; i++)
        CHECK_BYTES(half->v.f + 3 * i, twice->v.f + 3 * (i / 3 * 6 + 1 + i % 3 * 2),
                    3 * sizeof(float));
    tape_free(t);
}

static void nothing_is_drawn_for_nobody(void)
{
    struct tape *t = tape_new(memory, 1);
    CHECK_INT(tensor_count(&draw_normals(t, 2, (int64_t[]){0, 3})->v), 0);
    tape_free(t);
}

int main(void)
{
    memory = memory_new();
    RUN(every_call_and_step_has_its_own_numbers);
    RUN(processes_draw_together_what_one_would);
    RUN(nothing_is_drawn_for_nobody);
    memory_free(memory);
    return check_report();
}
