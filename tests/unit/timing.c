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
    CHECK_NEAR(t.p99, 19 + 0.81 * (1e9 - 19), 1e-3);
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

/* 1 ms begins a bin; 10^0.1 = 1.259, 10^0.2 = 1.585, 10^0.3 = 1.995. */
static void a_histogram_has_ten_bins_in_a_decade_empty_ones_too(void)
{
    char text[400];
    FILE *to = fmemopen(text, sizeof text, "w");
    double x[] = {0.0021, 0.001, 0.00125, 0.0012};
    timing_of(x, 4);
    timing_histogram(to, x, 4, "frames");
    fclose(to);
    CHECK_STR(text, "from_ms\tto_ms\tframes\tshare\n1\t1.259\t3\t0.75\n1.259\t1.585\t0\t0.75\n1.585\t1.995\t0\t0.75\n1.995\t2.512\t1\t1\n");
    to = fmemopen(text, sizeof text, "w");
    timing_histogram(to, x, 0, "runs");
    fclose(to);
    CHECK_STR(text, "from_ms\tto_ms\truns\tshare\n");
    to = fmemopen(text, sizeof text, "w");
    timing_histogram(to, &(double){0}, 1, "runs");
    fclose(to);
    CHECK_STR(text, "from_ms\tto_ms\truns\tshare\n1e-06\t1.259e-06\t1\t1\n");
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
    RUN(a_histogram_has_ten_bins_in_a_decade_empty_ones_too);
    RUN(the_clock_goes_on);
    RUN(pinned_threads_have_a_processor_each);
    return check_report();
}
