/* The tape: what gradients are, how long values live, in which order parameters are complete. */
#include "check.h"

#include "autograd/ops.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

static struct memory *memory;

static struct tensor numbers(int64_t n, const float *x)
{
    struct tensor v = tensor_new(memory, TEN_F32, 1, &n);
    memcpy(v.f, x, n * sizeof *x);
    return v;
}
#define NUMBERS(...) numbers(sizeof (float[]){__VA_ARGS__} / sizeof(float), (const float[]){__VA_ARGS__})

static struct param parameter(float *value, float *grad, int64_t rows, int64_t cols)
{
    return (struct param){.value = value, .grad = grad, .rank = 2, .dim = {rows, cols}, .version = 1};
}

/* f = x y + x: df/dx = y + 1, df/dy = x */
static void a_value_used_twice_gets_the_sum_of_both_ways(void)
{
    struct tape *t = tape_new(memory, 1);
    struct var *x = tape_leaf(t, NUMBERS(2, 3)), *y = tape_leaf(t, NUMBERS(5, 7));
    struct var *f = op_add(t, op_mul(t, x, y), x);
    CHECK(f->v.f[0] == 12 && f->v.f[1] == 24);
    tape_backward(t, f);
    CHECK(x->grad->v.f[0] == 6 && x->grad->v.f[1] == 8);
    CHECK(y->grad->v.f[0] == 2 && y->grad->v.f[1] == 3);
    tape_free(t);
    CHECK_INT(memory_used(memory), 0);
}

static void a_constant_and_what_is_stopped_get_no_gradient(void)
{
    struct tape *t = tape_new(memory, 1);
    struct var *x = tape_leaf(t, NUMBERS(2)), *k = tape_input(t, NUMBERS(5));
    tape_backward(t, op_mul(t, op_mul(t, x, k), tape_stop(t, x)));
    CHECK(x->grad->v.f[0] == 10);
    CHECK(!k->grad);
    tape_free(t);
    CHECK_INT(memory_used(memory), 0);
}

/* x^3: 3 x^2, then 6 x, then 6. */
static void gradients_have_gradients_to_any_order(void)
{
    struct tape *t = tape_new(memory, 1);
    struct var *x = tape_leaf(t, NUMBERS(2)), *g[3];
    struct var *y = op_mul(t, op_mul(t, x, x), x);
    tape_grad(t, y, NULL, &x, 1, true, &g[0]);
    tape_grad(t, g[0], NULL, &x, 1, true, &g[1]);
    tape_grad(t, g[1], NULL, &x, 1, false, &g[2]);
    CHECK(g[0]->v.f[0] == 12 && g[1]->v.f[0] == 12 && g[2]->v.f[0] == 6);
    /* and the penalty (dy/dx)^2 = 9 x^4 reaches x as 36 x^3 */
    tape_backward(t, op_mul(t, g[0], g[0]));
    CHECK(x->grad->v.f[0] == 288);
    tape_free(t);
    CHECK_INT(memory_used(memory), 0);
}

static void asking_for_a_gradient_leaves_parameters_alone_and_the_way_back_open(void)
{
    struct tape *t = tape_new(memory, 1);
    float w[2] = {3, 4}, dw[2] = {0};
    const struct param p = parameter(w, dw, 1, 2);
    struct var *x = tape_leaf(t, NUMBERS(1, 2)), *other = tape_leaf(t, NUMBERS(1)), *ask[2] = {x, other}, *g[2];
    struct var *y = op_mul(t, op_reshape(t, x, DIMS(1, 2)), tape_param(t, &p));
    tape_grad(t, y, NULL, ask, 2, false, g);
    CHECK(g[0]->v.f[0] == 3 && g[0]->v.f[1] == 4 && !g[1]);
    CHECK(dw[0] == 0 && dw[1] == 0);
    tape_backward(t, y);
    CHECK(dw[0] == 1 && dw[1] == 2 && x->grad->v.f[1] == 4);
    tape_free(t);
    CHECK_INT(memory_used(memory), 0);
}

static void gradients_of_parameters_are_added_to_what_is_there(void)
{
    struct tape *t = tape_new(memory, 1);
    float w[2] = {3, 4}, dw[2] = {0};
    const struct param p = parameter(w, dw, 1, 2);
    for (int step = 0; step < 3; step++) {
        struct var *x = tape_input(t, NUMBERS(1, 2));
        tape_backward(t, op_linear(t, op_reshape(t, x, DIMS(1, 2)), tape_param(t, &p), NULL));
        tape_clear(t);
    }
    CHECK(dw[0] == 3 && dw[1] == 6);
    tape_free(t);
    CHECK_INT(memory_used(memory), 0);
}

/* The first two rows and columns of a 3x3 weight, as a supernet uses them. */
static void a_front_slice_of_a_weight_trains_that_part_alone(void)
{
    struct tape *t = tape_new(memory, 1);
    float w[9] = {1, 2, 3, 4, 5, 6, 7, 8, 9}, dw[9] = {0};
    const struct param p = parameter(w, dw, 3, 3);
    struct var *x = op_reshape(t, tape_leaf(t, NUMBERS(1, 10)), DIMS(1, 2));
    struct var *part = op_slice(t, op_slice(t, tape_param(t, &p), 0, 0, 2), 1, 0, 2);
    struct var *y = op_linear(t, x, part, NULL);
    CHECK(y->v.f[0] == 21 && y->v.f[1] == 54);
    tape_backward(t, y);
    const float want[9] = {1, 10, 0, 1, 10, 0, 0, 0, 0};
    CHECK_BYTES(dw, want, sizeof want);
    tape_free(t);
    CHECK_INT(memory_used(memory), 0);
}

static void values_go_when_their_scope_closes_unless_the_way_back_reads_them(void)
{
    struct tape *t = tape_new(memory, 1);
    struct var *x = tape_leaf(t, NUMBERS(1, 2, 3));
    tape_scope s = tape_open(t);
    struct var *sum = op_add(t, x, x), *y = tape_close(t, s, op_mul(t, op_add(t, sum, x), x));
    CHECK(!sum->v.data);                        /* nobody reads a sum on the way back */
    CHECK(y->v.f[2] == 27);
    tape_backward(t, y);
    CHECK(x->grad->v.f[2] == 18);               /* (3 x^2)' */

    tape_mode(t)->record = false;
    s = tape_open(t);
    struct var *product = op_mul(t, x, x), *z = tape_close(t, s, op_mul(t, product, x));
    CHECK(!product->v.data && z->v.f[2] == 27 && !z->needs);
    tape_free(t);
    CHECK_INT(memory_used(memory), 0);
}

static void the_backward_pass_gives_values_up_but_for_those_kept(void)
{
    struct tape *t = tape_new(memory, 1);
    struct var *x = tape_leaf(t, NUMBERS(1, 2, 3));
    struct var *a = op_mul(t, x, x), *b = tape_keep(t, op_mul(t, a, x)), *c = op_mul(t, b, x);
    tape_backward(t, c);
    CHECK(!a->v.data && b->v.f[1] == 8 && c->v.f[1] == 16);
    CHECK(x->grad->v.f[1] == 32);               /* (x^4)' */
    tape_free(t);
    CHECK_INT(memory_used(memory), 0);
}

static int ready_count;
static const struct param *ready_order[4];
static void note_ready(void *ctx, const struct param *p)
{
    float *expected = ctx;
    CHECK(p->grad[0] == expected[ready_count]);
    ready_order[ready_count++] = p;
}

/* y = ((x a) b) a: b is read after a, so it is complete first; a only when its first reader has been passed. */
static void a_parameter_is_ready_when_its_first_reader_has_been_passed(void)
{
    struct tape *t = tape_new(memory, 1);
    float a[1] = {3}, da[1] = {0}, b[1] = {5}, db[1] = {0};
    const struct param pa = parameter(a, da, 1, 1), pb = parameter(b, db, 1, 1);
    float expected[2] = {18, 60};               /* d/db = x a^2 = 18, d/da = 2 x a b = 60 */
    struct var *x = op_reshape(t, tape_input(t, NUMBERS(2)), DIMS(1, 1));
    struct var *y = op_mul(t, op_mul(t, op_mul(t, x, tape_param(t, &pa)), tape_param(t, &pb)), tape_param(t, &pa));
    ready_count = 0;
    tape_on_ready(t, note_ready, expected);
    tape_backward(t, y);
    CHECK_INT(ready_count, 2);
    CHECK(ready_order[0] == &pb && ready_order[1] == &pa);
    tape_free(t);
    CHECK_INT(memory_used(memory), 0);
}

static struct var *cubes(struct tape *t, void *ctx, struct var *const *x)
{
    struct var *w = tape_param(t, ctx);
    struct rng r = tape_rng(t);                 /* a draw that has to come again */
    struct var *k = op_scale(t, x[0], 1 + rng_below(&r, 0, 5));
    return op_mul(t, op_mul(t, op_mul(t, k, k), k), w);
}

static void a_segment_computed_again_has_the_same_gradients_and_keeps_nothing_in_between(void)
{
    float w[3] = {1, 2, 3}, dw[2][3] = {{0}}, dx[2][3], y[2][3];
    for (int again = 0; again < 2; again++) {
        struct tape *t = tape_new(memory, 9);
        const struct param p = {.value = w, .grad = dw[again], .rank = 1, .dim = {3}};
        struct var *x = tape_leaf(t, NUMBERS(1, -2, 0.5f));
        struct var *in = op_scale(t, x, 2);
        const size_t before = memory_used(memory);
        const tape_scope s = tape_open(t);
        struct var *out = again ? tape_recompute(t, cubes, (void *)&p, &in, 1) : cubes(t, (void *)&p, &in);
        tape_close(t, s, out);
        if (again)
            CHECK_INT(memory_used(memory) - before, out->v.block->bytes);
        else
            CHECK(memory_used(memory) - before > out->v.block->bytes);
        memcpy(y[again], out->v.f, sizeof y[0]);
        tape_backward(t, op_mul(t, out, out));
        memcpy(dx[again], x->grad->v.f, sizeof dx[0]);
        tape_free(t);
    }
    CHECK_BYTES(y[0], y[1], sizeof y[0]);
    CHECK_BYTES(dx[0], dx[1], sizeof dx[0]);
    CHECK_BYTES(dw[0], dw[1], sizeof dw[0]);
    CHECK(dx[0][0] != 0 && dw[0][0] != 0);
    CHECK_INT(memory_used(memory), 0);
}

/* norm(x^2) + x, all one op: recorded, its way back is made of ops that end at x^2 and do not go on to x by themselves. */
static void an_op_whose_inputs_come_from_each_other_has_one_gradient_recorded_or_not(void)
{
    struct tape *t = tape_new(memory, 1);
    struct var *x = tape_leaf(t, NUMBERS(1, 2, 4, -1)), *g[2];
    struct var *add = op_reshape(t, x, DIMS(4, 1)), *from = op_square(t, add);
    struct var *y = op_square(t, op_norm(t, from, NULL, NULL, add, &(struct norm_options){.eps = 1e-3f}));
    for (int graph = 0; graph < 2; graph++)
        tape_grad(t, y, NULL, &x, 1, graph, &g[graph]);
    for (int i = 0; i < 4; i++)
        CHECK_NEAR(g[1]->v.f[i], g[0]->v.f[i], 1e-5);
    tape_free(t);
    CHECK_INT(memory_used(memory), 0);
}

static void draws_depend_on_seed_step_and_order_alone(void)
{
    struct tape *t = tape_new(memory, 4), *u = tape_new(memory, 4);
    tape_set_step(t, 7);
    const struct rng a = tape_rng(t), b = tape_rng(t);
    tape_set_step(u, 6);
    tape_rng(u);
    tape_set_step(u, 7);
    const struct rng c = tape_rng(u);
    CHECK(rng_u64(&a, 0) != rng_u64(&b, 0));
    CHECK(rng_u64(&a, 3) == rng_u64(&c, 3));
    tape_free(t);
    tape_free(u);
}

int main(void)
{
    memory = memory_new();
    RUN(a_value_used_twice_gets_the_sum_of_both_ways);
    RUN(a_constant_and_what_is_stopped_get_no_gradient);
    RUN(gradients_have_gradients_to_any_order);
    RUN(asking_for_a_gradient_leaves_parameters_alone_and_the_way_back_open);
    RUN(gradients_of_parameters_are_added_to_what_is_there);
    RUN(a_front_slice_of_a_weight_trains_that_part_alone);
    RUN(values_go_when_their_scope_closes_unless_the_way_back_reads_them);
    RUN(the_backward_pass_gives_values_up_but_for_those_kept);
    RUN(a_parameter_is_ready_when_its_first_reader_has_been_passed);
    RUN(a_segment_computed_again_has_the_same_gradients_and_keeps_nothing_in_between);
    RUN(an_op_whose_inputs_come_from_each_other_has_one_gradient_recorded_or_not);
    RUN(draws_depend_on_seed_step_and_order_alone);
    memory_free(memory);
    return check_report();
}
