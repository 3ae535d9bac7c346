#include "nn/ema.h"

#include "base/mem.h"
#include "base/random.h"
#include "check.h"

#include <float.h>
#include <omp.h>
#include <stdlib.h>

static struct memory *m;
static struct params *ps;
static struct ema *a;

static struct ema_rule rule_of(const char *text)
{
    struct ema_rule r = {0};
    struct ten_err e;

    CHECK_INT(ema_parse(&r, text, &e), 0);
    return r;
}

static void end(void)
{
    ema_free(a);
    params_free(ps);
    a = NULL;
    ps = NULL;
}

/* A weight of n numbers and a state of two, all 1. */
static void begin(const char *rule, int64_t n)
{
    const struct ema_rule r = rule_of(rule);

    end();
    ps = params_new(m);
    struct param *w = params_add(ps, "w", PARAMS_MAIN, 1, &n);
    struct param *mean = params_add_state(ps, "mean", 1, (int64_t[]){2});
    params_seal(ps);
    for (int64_t i = 0; i < n; i++)
        w->value[i] = 1;
    mean->value[0] = mean->value[1] = 1;
    a = ema_new(ps, &r);
}

static double decay(const char *rule, int64_t step, int64_t images, int64_t batch)
{
    const struct ema_rule r = rule_of(rule);

    return ema_decay(&r, &(struct ema_now){step, images, batch});
}

static void an_update_goes_the_rest_of_the_decay_towards_the_value(void)
{
    begin("decay=0.75", 1);
    CHECK(a->values[0] == 1);
    ps->values[0] = 5;
    ema_update(a, &(struct ema_now){1, 8, 8});
    CHECK(a->values[0] == 2);
    ema_update(a, &(struct ema_now){2, 16, 8});
    CHECK(a->values[0] == 2.75f);
    CHECK(ps->values[0] == 5);
}

static void what_does_not_change_stays_to_the_bit(void)
{
    begin("decay=0.999", 1);
    ps->values[0] = a->values[0] = 0.1f;
    for (int t = 1; t < 1000; t++)
        ema_update(a, &(struct ema_now){t, t, 1});
    CHECK(a->values[0] == 0.1f);
}

/* x images leave 0.5^(x/K) of the old value, however they are divided into batches. */
static void after_the_half_life_the_old_value_weighs_one_half(void)
{
    CHECK_NEAR(decay("half=10000", 1, 64, 10000), 0.5, 1e-15);
    CHECK_NEAR(pow(decay("half=10000", 1, 64, 50), 200), 0.5, 1e-12);
    begin("half=1000", 1);
    ps->values[0] = 0;
    for (int t = 1; t <= 100; t++)
        ema_update(a, &(struct ema_now){t, 10 * t, 10});
    CHECK_NEAR(a->values[0], 0.5, 100 * FLT_EPSILON);
}

static void before_the_start_the_average_is_a_copy(void)
{
    CHECK(decay("decay=0.9999,start=1000", 1000, 0, 50) == 0);
    CHECK(decay("decay=0.9999,start=1000", 1001, 0, 50) == 0.9999);
    CHECK(decay("half=500,start=10000", 1, 10000, 500) == 0);
    CHECK_NEAR(decay("half=500,start=10000", 1, 10001, 500), 0.5, 1e-15);
    begin("decay=0.9,start=3", 1);
    ps->values[0] = 0.3f;
    ema_update(a, &(struct ema_now){3, 3, 1});
    CHECK(a->values[0] == 0.3f);
}

static void ramp_and_warm_up_let_a_young_average_forget_faster(void)
{
    /* 0.05 * 2000 images = 100 of half-life */
    CHECK_NEAR(decay("half=10000,ramp=0.05", 1, 2000, 100), 0.5, 1e-15);
    CHECK_NEAR(decay("half=10000,ramp=0.05", 1, 400000, 10000), 0.5, 1e-15);
    CHECK(decay("half=10000,ramp=0.05", 0, 0, 100) == 0);
    CHECK_NEAR(decay("decay=0.999,warm=1", 8, 0, 1), 0.5, 1e-15);
    CHECK_NEAR(decay("decay=0.999,warm=1", 1000000, 0, 1), 0.999, 1e-15);
}

static void state_is_the_network_s_own_or_averaged_when_asked(void)
{
    begin("decay=0.5", 1);
    ps->state[0] = 3;
    ema_update(a, &(struct ema_now){1, 1, 1});
    ema_swap(a);
    CHECK(ps->state[0] == 3);
    begin("decay=0.5,state=1", 1);
    ps->state[0] = 3;
    ema_update(a, &(struct ema_now){1, 1, 1});
    ema_swap(a);
    CHECK(ps->state[0] == 2 && ps->state[1] == 1);
    ema_swap(a);
    CHECK(ps->state[0] == 3);
}

static void swapping_twice_changes_nothing_but_versions(void)
{
    begin("decay=0.5", 40000);
    ps->values[39999] = 3;
    ema_update(a, &(struct ema_now){1, 1, 1});
    ema_swap(a);
    CHECK(a->swapped && ps->list[0]->value[39999] == 2 && a->values[39999] == 3);
    CHECK_INT(ps->list[0]->version, 2);
    ema_swap(a);
    CHECK(!a->swapped && ps->list[0]->value[39999] == 3 && a->values[39999] == 2);
    CHECK_INT(ps->list[0]->version, 3);
}

static void the_thread_count_changes_no_bit(void)
{
    enum { N = 100003 };
    const int before = omp_get_max_threads();
    float *first = xmalloc(N * sizeof *first);

    for (int threads = 1; threads <= 3; threads++) {
        omp_set_num_threads(threads);
        begin("decay=0.9", N);
        for (uint64_t t = 1; t < 4; t++) {
            rng_fill_normal(&(struct rng){t, 0}, 0, ps->values, N, 0, 1);
            ema_update(a, &(struct ema_now){(int64_t)t, 1, 1});
        }
        if (threads == 1)
            memcpy(first, a->values, N * sizeof *first);
        CHECK_BYTES(a->values, first, N * sizeof *first);
    }
    omp_set_num_threads(before);
    free(first);
}

static void nothing_to_average_is_no_failure(void)
{
    begin("decay=0.9,state=1", 0);
    ema_update(a, &(struct ema_now){1, 1, 1});
    ema_swap(a);
    ema_free(NULL);
}

static void a_rule_wants_one_of_decay_and_half(void)
{
    struct ema_rule r;
    struct ten_err e;

    CHECK_INT(ema_parse(&r, "start=5", &e), -1);
    CHECK_STR(e.text, "average: no decay: expected either decay=NUMBER or half=IMAGES");
    CHECK_INT(ema_parse(&r, "decay=0.9,half=5", &e), -1);
    CHECK_STR(e.text, "average: decay and half: expected either decay=NUMBER or half=IMAGES");
    CHECK_INT(ema_parse(&r, "decay=0.9,ramp=5", &e), -1);
    CHECK_STR(e.text, "average: ramp without half: expected half=IMAGES");
    CHECK_INT(ema_parse(&r, "decay=2", &e), -1);
    CHECK_STR(e.text, "average: decay=2: expected a number from 0 to 1");
    CHECK_INT(ema_parse(&r, "beta=2", &e), -1);
    CHECK_STR(e.text, "average: beta: unknown: expected some of decay, half, ramp, warm, start, state");
}

int main(void)
{
    m = memory_new();
    RUN(an_update_goes_the_rest_of_the_decay_towards_the_value);
    RUN(what_does_not_change_stays_to_the_bit);
    RUN(after_the_half_life_the_old_value_weighs_one_half);
    RUN(before_the_start_the_average_is_a_copy);
    RUN(ramp_and_warm_up_let_a_young_average_forget_faster);
    RUN(state_is_the_network_s_own_or_averaged_when_asked);
    RUN(swapping_twice_changes_nothing_but_versions);
    RUN(the_thread_count_changes_no_bit);
    RUN(nothing_to_average_is_no_failure);
    RUN(a_rule_wants_one_of_decay_and_half);
    end();
    memory_free(m);
    return check_report();
}
