#include "nn/params.h"

#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DIMS(...) (int)(sizeof (int64_t[]){__VA_ARGS__} / sizeof(int64_t)), (int64_t[]){__VA_ARGS__}

struct net { struct memory *m; struct params *ps; struct param *w, *b, *mean, *fc, *none; };

/* Added in an order that is not that of the layout. */
static struct net net(void)
{
    struct net n = {.m = memory_new()};

    n.ps = params_new(n.m);
    const int plain = params_group(n.ps, "plain", 2, false);
    n.b = params_add(n.ps, "conv.bias", plain, DIMS(3));
    n.mean = params_add_state(n.ps, "bn.mean", DIMS(5));
    n.w = params_add(n.ps, "conv.weight", PARAMS_MAIN, DIMS(3, 2, 2, 4));
    n.none = params_add(n.ps, "empty", plain, DIMS(0, 7));
    n.fc = params_add(n.ps, "fc.weight", PARAMS_MAIN, DIMS(17));
    params_seal(n.ps);
    return n;
}

static void end(struct net *n)
{
    params_free(n->ps);
    CHECK_INT(memory_used(n->m), 0);
    memory_free(n->m);
}

static int64_t resident(void)
{
    long long all = 0, now = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    const int read = f ? fscanf(f, "%lld %lld", &all, &now) : 0;
    if (f)
        fclose(f);
    CHECK_INT(read, 2);
    return now * sysconf(_SC_PAGESIZE);
}

/* 64 MiB of values, and as many of gradients. */
static void gradients_take_no_memory_until_they_are_written(void)
{
    enum { MIB = 1 << 20, COUNT = 16 << 20 };
    struct memory *m = memory_new();
    struct params *ps = params_new(m);
    const int64_t before = resident();
    struct param *p = params_add(ps, "weight", PARAMS_MAIN, DIMS(COUNT));

    params_seal(ps);
    const int64_t sealed = resident();
    CHECK(sealed - before > 60 * MIB && sealed - before < 90 * MIB);
    CHECK(p->grad[0] == 0 && p->grad[COUNT - 1] == 0);
    memset(p->grad, 0, (size_t)p->count * sizeof *p->grad);
    CHECK(resident() - sealed > 60 * MIB);
    params_free(ps);
    memory_free(m);
}

static void trained_tensors_lie_group_by_group_each_on_64_bytes(void)
{
    struct net n = net();

    CHECK(n.w->value == n.ps->values);
    CHECK(n.fc->value == n.ps->values + 48);            /* 3*2*2*4 = 48, three lines */
    CHECK(n.b->value == n.ps->values + 80);             /* 17 take two lines */
    CHECK_INT(n.ps->trained, 96);
    CHECK_INT(params_count(n.ps), 48 + 17 + 3);
    for (int i = 0; i < n.ps->n; i++)
        CHECK_INT((uintptr_t)n.ps->list[i]->value % 64, 0);
    end(&n);
}

static void gradients_have_the_layout_of_values_and_state_has_none(void)
{
    struct net n = net();

    for (int i = 0; i < n.ps->n; i++) {
        const struct param *p = n.ps->list[i];

        if (p != n.mean)
            CHECK_INT(p->grad - n.ps->grads, p->value - n.ps->values);
    }
    CHECK(n.mean->grad == NULL);
    CHECK(n.mean->value == n.ps->state);
    CHECK_INT(n.ps->states, 16);
    end(&n);
}

static void iteration_is_in_order_of_addition_and_names_are_found(void)
{
    static const char *const names[] = {"conv.bias", "bn.mean", "conv.weight", "empty", "fc.weight"};
    struct net n = net();

    CHECK_INT(n.ps->n, 5);
    for (int i = 0; i < 5; i++) {
        CHECK_STR(n.ps->list[i]->name, names[i]);
        CHECK(params_find(n.ps, names[i]) == n.ps->list[i]);
    }
    CHECK(params_find(n.ps, "conv") == NULL);
    CHECK(params_find(n.ps, "") == NULL);
    CHECK_INT(n.none->count, 0);
    end(&n);
}

static void everything_is_zero_at_first_and_gradients_again_when_asked(void)
{
    struct net n = net();

    for (int64_t i = 0; i < n.ps->trained; i++)
        CHECK(n.ps->values[i] == 0 && n.ps->grads[i] == 0);
    n.w->grad[3] = n.b->grad[2] = 1;
    n.b->value[1] = 5;
    params_zero_grad(n.ps);
    CHECK(n.w->grad[3] == 0 && n.b->grad[2] == 0 && n.b->value[1] == 5);
    end(&n);
}

static void a_change_gives_every_tensor_another_version(void)
{
    struct net n = net();

    CHECK_INT(n.w->version, 1);                         /* 0 would mean unknown */
    params_changed(n.ps);
    CHECK_INT(n.w->version, 2);
    CHECK_INT(n.mean->version, 2);
    end(&n);
}

static void a_group_is_made_once_and_keeps_what_it_has(void)
{
    struct net n = net();

    CHECK_INT(n.ps->ngroups, 2);
    CHECK_INT(params_group(n.ps, "plain", 7, true), 1);
    CHECK(n.ps->groups[1].lr_scale == 2 && !n.ps->groups[1].decay);
    CHECK_INT(params_group(n.ps, "main", 7, false), PARAMS_MAIN);
    CHECK(n.ps->groups[PARAMS_MAIN].lr_scale == 1 && n.ps->groups[PARAMS_MAIN].decay);
    end(&n);
}

static void a_set_without_tensors_is_a_set(void)
{
    struct memory *m = memory_new();
    struct params *ps = params_new(m);

    params_seal(ps);
    CHECK_INT(ps->trained, 0);
    CHECK(params_find(ps, "x") == NULL);
    params_zero_grad(ps);
    params_free(ps);
    params_free(NULL);
    memory_free(m);
}

static void a_scalar_has_one_element(void)
{
    struct memory *m = memory_new();
    struct params *ps = params_new(m);
    struct param *p = params_add(ps, "theta", PARAMS_MAIN, 0, NULL);

    params_seal(ps);
    CHECK_INT(p->count, 1);
    params_free(ps);
    memory_free(m);
}

static void names_that_checkpoints_use_are_reserved(void)
{
    CHECK(params_reserved("config") && params_reserved("run"));
    CHECK(params_reserved("opt.m.w") && params_reserved("ema.w"));
    CHECK(!params_reserved("optimal.w") && !params_reserved("runner") && !params_reserved("a.ema.w"));
}

/* The first layer last, and others where they were. */
static void other_groups_lay_tensors_out_anew(void)
{
    struct net n = net();
    int group[5];
    const int own = params_group(n.ps, "own", 3, true);

    for (int i = 0; i < n.ps->n; i++)
        group[i] = n.ps->list[i] == n.w ? own : n.ps->list[i]->group;
    const int64_t trained = n.ps->trained;
    params_regroup(n.ps, group);
    CHECK_INT(n.ps->trained, trained);
    CHECK(n.fc->value == n.ps->values);
    CHECK(n.b->value == n.ps->values + 32);
    CHECK(n.w->value == n.ps->values + 48);
    CHECK(n.w->grad == n.ps->grads + 48);
    CHECK(n.mean->value == n.ps->state);
    end(&n);
}

int main(void)
{
    RUN(gradients_take_no_memory_until_they_are_written);
    RUN(trained_tensors_lie_group_by_group_each_on_64_bytes);
    RUN(gradients_have_the_layout_of_values_and_state_has_none);
    RUN(iteration_is_in_order_of_addition_and_names_are_found);
    RUN(everything_is_zero_at_first_and_gradients_again_when_asked);
    RUN(a_change_gives_every_tensor_another_version);
    RUN(a_group_is_made_once_and_keeps_what_it_has);
    RUN(a_set_without_tensors_is_a_set);
    RUN(a_scalar_has_one_element);
    RUN(names_that_checkpoints_use_are_reserved);
    RUN(other_groups_lay_tensors_out_anew);
    return check_report();
}
