#include "nn/schedule.h"

#include "check.h"

#include <math.h>

static struct schedule s;
static struct ten_err e;

static void use(const char *text, int64_t total)
{
    const int rc = schedule_parse(&s, text, total, &e);

    CHECK_INT(rc, 0);
    if (rc < 0)
        printf("%s\n", e.text);
}

static void check_at(int64_t t, double want)
{
    CHECK_NEAR(schedule_lr(&s, t), want, 1e-12 * fabs(want) + 1e-15);
}

static void refused(const char *text, const char *why)
{
    CHECK_INT(schedule_parse(&s, text, 0, &e), -1);
    CHECK_STR(e.text, why);
    CHECK_INT(e.code, TEN_E_USAGE);
}

static void constant_is_constant(void)
{
    use("constant:lr=0.25", 0);
    check_at(0, 0.25);
    check_at(1000000, 0.25);
}

static void warm_up_starts_with_one_step_s_share_and_ends_at_the_rate(void)
{
    use("constant:lr=0.5,warmup=10", 0);
    check_at(0, 0.05);
    check_at(5, 0.05 + 0.45 / 2);
    check_at(10, 0.5);
    use("constant:lr=0.5,warmup=10,from=0.1", 0);
    check_at(0, 0.1);
    check_at(5, 0.3);
    check_at(10, 0.5);
}

static void steps_are_counted_from_the_start_of_the_run(void)
{
    use("step:lr=1,every=30", 90);
    check_at(29, 1);
    check_at(30, 0.1);
    check_at(89, 0.01);
    use("multistep:lr=1,at=30/60/80,factor=0.5,warmup=5", 90);
    check_at(29, 1);
    check_at(30, 0.5);
    check_at(79, 0.25);
    check_at(80, 0.125);
}

static void exponential_falls_by_the_factor_every_so_many_steps(void)
{
    use("exponential:lr=2,factor=0.5,every=10,warmup=5", 0);
    check_at(5, 2);
    check_at(15, 1);
    check_at(20, 2 * pow(0.5, 1.5));
}

/* fairseq's cosine: update 0, end of the warm-up, middle, end. */
static void cosine_runs_from_the_end_of_the_warm_up_to_the_end(void)
{
    use("cosine:lr=1e-3,warmup=10000,from=1e-7,min=1e-7", 40000);
    check_at(0, 1e-7);
    check_at(10000, 1e-3);
    check_at(25000, 5.0005e-4);
    check_at(40000, 1e-7);
    check_at(50000, 1e-7);
    /* The text's own number of steps goes before the trainer's. */
    use("cosine:lr=1,steps=100", 40000);
    check_at(50, 0.5);
}

/* lr t/W, then lr (1 + cos(pi t/S)) / 2. */
static void cosine_may_run_under_the_warm_up(void)
{
    use("cosine:lr=1e-3,warmup=1000,from=0,under=1", 200000);
    check_at(1, 1e-6);
    check_at(999, 9.99e-4);
    check_at(1001, 0.5e-3 * (1 + cos(3.14159265358979323846 * 1001 / 200000)));
    check_at(100000, 0.5e-3);
}

static void cosine_restarts_after_each_period(void)
{
    use("cosine:lr=1,period=10,min=0.2", 0);
    check_at(0, 1);
    check_at(5, 0.6);
    check_at(10, 1);
    check_at(25, 0.6);
    /* Cycles of 10, 20 and 40 steps, whose heights above min are 0.8, 0.4, 0.2. */
    use("cosine:lr=1,period=10,mult=2,shrink=0.5,min=0.2,warmup=3", 0);
    check_at(3, 1);
    check_at(3 + 10, 0.6);
    check_at(3 + 20, 0.4);
    check_at(3 + 30, 0.4);
    check_at(3 + 50, 0.3);
    use("cosine:lr=1,period=10,shrink=0.5", 0);
    check_at(20, 0.25);
}

static void inverse_square_root_is_half_at_four_times_the_warm_up(void)
{
    use("rsqrt:lr=5e-4,warmup=4000", 0);
    check_at(4000, 5e-4);
    check_at(16000, 2.5e-4);
    check_at(2000, 5e-4 / 4000 + (5e-4 - 5e-4 / 4000) / 2);
}

static void linear_and_polynomial_reach_min_at_the_end(void)
{
    use("linear:lr=1,min=0.1,warmup=10", 110);
    check_at(10, 1);
    check_at(60, 0.55);
    check_at(110, 0.1);
    check_at(111, 0.1);
    use("polynomial:lr=1,power=2", 100);
    check_at(50, 0.25);
    check_at(100, 0);
}

/* torch.optim.lr_scheduler.OneCycleLR(max_lr=1, total_steps=20) of PyTorch 1.13. */
static void one_cycle_is_pytorch_s(void)
{
    static const double want[20] = {
        0.04, 0.1316718427, 0.3716718427, 0.6683281573, 0.9083281573, 1, 0.9874640062, 0.950484632,
        0.8909161776, 0.8117456539, 0.7169430018, 0.6112620219, 0.500002, 0.3887419781, 0.2830609982,
        0.1882583461, 0.1090878224, 0.04951936799, 0.01253999376, 4e-06,
    };

    use("onecycle:lr=1", 20);
    for (int t = 0; t < 20; t++)
        CHECK_NEAR(schedule_lr(&s, t), want[t], 1e-10);
    use("onecycle:lr=1,up=0", 20);              /* no way up */
    CHECK(schedule_lr(&s, 0) <= 1 && schedule_lr(&s, 0) > 0.9);
    use("onecycle:lr=1", 1);
    CHECK(isfinite(schedule_lr(&s, 0)));
}

/* 10 steps an epoch. */
static void a_text_may_count_epochs_whole_or_not(void)
{
    CHECK_INT(schedule_parse_epochs(&s, "multistep:lr=0.5,at=2/3.5,warmup=0.5", 5, 10, &e), 0);
    check_at(0, 0.1);                                   /* 5 steps of warm-up */
    check_at(5, 0.5);
    check_at(19, 0.5);
    check_at(20, 0.05);
    check_at(35, 0.005);
    CHECK_INT(schedule_parse_epochs(&s, "cosine:lr=1", 4, 10, &e), 0);
    check_at(20, 0.5);
    check_at(40, 0);
    CHECK_INT(schedule_parse_epochs(&s, "step:lr=1,factor=0.5", 4, 10, &e), 0);
    check_at(9, 1);
    check_at(10, 0.5);
}

/* Four workers: from the rate of one to that of all. */
static void linear_scaling_warms_up_from_the_rate_of_one_worker(void)
{
    use("cosine:lr=0.1,warmup=10,under=1,min=0.01", 100);
    schedule_scale(&s, 4, 1);
    check_at(0, 0.1);
    check_at(5, 0.25);
    check_at(100, 0.04);
    use("constant:lr=0.1,warmup=10,from=0.02", 100);
    schedule_scale(&s, 4, 1);
    check_at(0, 0.08);                                  /* its own beginning, scaled */
    check_at(10, 0.4);
    use("constant:lr=0.1", 100);
    schedule_scale(&s, 4, 1);
    check_at(0, 0.4);
}

static void a_text_that_says_nothing_sensible_is_refused_with_what_would(void)
{
    refused("cosin:lr=1", "schedule: cosin: unknown: expected one of constant, step, multistep, exponential, rsqrt, "
            "linear, polynomial, cosine, onecycle");
    refused("", "schedule: : unknown: expected one of constant, step, multistep, exponential, rsqrt, linear, "
            "polynomial, cosine, onecycle");
    refused("cosine", "cosine: no lr: expected lr=NUMBER");
    refused("cosine:lr=0.1,wamup=5", "cosine: wamup: unknown: expected some of lr, warmup, from, steps, under, min, "
            "period, mult, shrink");
    refused("cosine:lr=0.1", "cosine: the number of steps is not known: expected steps=NUMBER");
    refused("cosine:lr=0.1,steps=10,warmup=10", "cosine: warmup=10 of 10 steps: expected fewer");
    refused("cosine:lr=fast", "cosine: lr=fast: expected a number from 0 to 1e+06");
    refused("cosine:lr=0.1x", "cosine: lr=0.1x: expected a number from 0 to 1e+06");
    refused("cosine:lr=nan", "cosine: lr=nan: expected a number from 0 to 1e+06");
    refused("cosine:lr=-1", "cosine: lr=-1: expected a number from 0 to 1e+06");
    refused("cosine:lr=1/2", "cosine: lr=1/2: expected a number from 0 to 1e+06");
    refused("cosine:lr", "cosine: lr: no value: expected lr=NUMBER");
    refused("cosine:lr=1,lr=2", "cosine: lr: given twice: expected it once");
    refused("cosine:lr=1,", "cosine: a comma at the end: expected another KEY=NUMBER");
    refused("linear:lr=0.1,min=0.2,steps=5", "linear: min=0.2 is above lr=0.1: expected min <= lr");
    refused("multistep:lr=1", "multistep: no at: expected at=STEP/STEP/...");
    refused("multistep:lr=1,at=3//5", "multistep: at=/5: expected 16 or fewer numbers between \"/\", each from 0 to 1e+15");
    refused("multistep:lr=1,at=1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17", "multistep: at=16/17: expected 16 or "
            "fewer numbers between \"/\", each from 0 to 1e+15");
    refused("rsqrt:lr=1", "rsqrt: no warmup: expected warmup=NUMBER, which is its scale");
    refused("onecycle:lr=1,steps=9,warmup=2", "onecycle: warmup: unknown: expected some of lr, steps, up, div, final");
}

int main(void)
{
    RUN(constant_is_constant);
    RUN(warm_up_starts_with_one_step_s_share_and_ends_at_the_rate);
    RUN(steps_are_counted_from_the_start_of_the_run);
    RUN(exponential_falls_by_the_factor_every_so_many_steps);
    RUN(cosine_runs_from_the_end_of_the_warm_up_to_the_end);
    RUN(cosine_may_run_under_the_warm_up);
    RUN(cosine_restarts_after_each_period);
    RUN(inverse_square_root_is_half_at_four_times_the_warm_up);
    RUN(linear_and_polynomial_reach_min_at_the_end);
    RUN(one_cycle_is_pytorch_s);
    RUN(a_text_may_count_epochs_whole_or_not);
    RUN(linear_scaling_warms_up_from_the_rate_of_one_worker);
    RUN(a_text_that_says_nothing_sensible_is_refused_with_what_would);
    return check_report();
}
