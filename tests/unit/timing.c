#include "metrics/timing.h"

#include "base/threads.h"
#include "tests/unit/check.h"

#include <sched.h>

/* 1 .. 20 in disorder: without two at each end the mean of 3 .. 18, whose variance is (16^2 - 1) / 12 * 16 / 15. */
static void the_fastest_and_the_slowest_tenth_do_not_count(void)
{
    double x[20];

    for (int i = 0; i < 20; i++)
        x[i] = (i * 7) % 20 + 1;
    for (int i = 0; i < 20; i++)
        x[i] = x[i] == 20 ? 1e9 : x[i];
    const struct timing t = timing_of(x, 20);
    CHECK_NEAR(t.mean, 10.5, 1e-12);
    CHECK_NEAR(t.std, sqrt(255.0 / 12 * 16 / 15), 1e-12);
    CHECK_NEAR(t.median, 10.5, 0);
    CHECK_NEAR(t.p90, 18.1, 1e-12);
    CHECK_NEAR(t.min, 1, 0);
    CHECK_NEAR(t.max, 1e9, 0);
}

static void of_few_the_slowest_alone_does_not_count(void)
{
    struct timing t = timing_of((double[]){3, 1, 100, 2}, 4);

    CHECK_NEAR(t.mean, 2, 1e-15);
    CHECK_NEAR(t.std, 1, 1e-15);
    CHECK_NEAR(t.max, 100, 0);
    t = timing_of((double[]){5, 4}, 2);
    CHECK_NEAR(t.mean, 4, 0);
    CHECK_NEAR(t.std, 0, 0);
    t = timing_of((double[]){5}, 1);
    CHECK_NEAR(t.mean, 5, 0);
    CHECK_NEAR(t.p90, 5, 0);
}

static void the_clock_goes_on(void)
{
    const double a = raw_seconds();

    CHECK(raw_seconds() >= a);
    CHECK(isnan(cpu_mhz()) || cpu_mhz() > 0);
}

static void pinned_threads_have_a_processor_each(void)
{
    const int n = threads_default() < 2 ? threads_default() : 2;
    int cpus[2] = {-1, -1};

    threads_set(n);
    CHECK_INT(threads_count(), n);
    CHECK_INT(threads_pin(), 0);
    #pragma omp parallel for schedule(static, 1)
    for (int i = 0; i < n; i++)
        cpus[i] = sched_getcpu();
    CHECK(cpus[0] != cpus[1]);
    cpu_set_t set;
    sched_getaffinity(0, sizeof set, &set);
    CHECK_INT(CPU_COUNT(&set), 1);
    threads_set(2);
    CHECK_INT(threads_pin(), -1);                       /* this thread may use one by now */
}

int main(void)
{
    RUN(the_fastest_and_the_slowest_tenth_do_not_count);
    RUN(of_few_the_slowest_alone_does_not_count);
    RUN(the_clock_goes_on);
    RUN(pinned_threads_have_a_processor_each);
    return check_report();
}
