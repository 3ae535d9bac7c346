/* lib/accel/scaling.h: all-reduce by hand, order statistics from tables, and what no parameter may break. */
#include "accel/scaling.h"

#include "base/random.h"

#include "check.h"

static struct scaling summit(void)
{
    struct scaling s;
    scaling_preset(&s, SCALING_SUMMIT);
    return s;
}

/* 97.3 MB on 1, 2, 16, 64 and 256 nodes of six; and one ring of 1536 with 5 us a message. */
static void all_reduce_takes_what_its_formula_says(void)
{
    static const struct { double nodes, ms; } want[] = {{1, 3.7}, {2, 8.3}, {16, 12.4}, {64, 13.2}, {256, 14.4}};
    struct scaling s = summit();
    for (int i = 0; i < 5; i++)
        CHECK_NEAR(1e3 * allreduce_seconds(&s, 6 * want[i].nodes, 97.3e6), want[i].ms, 0.06);
    s.algorithm = ALLREDUCE_RING;
    s.latency_out = 5e-6;
    CHECK_NEAR(1e3 * allreduce_seconds(&s, 1536, 97.3e6), 24.6, 0.06);

    s = (struct scaling){.workers_per_node = 1, .latency_out = 2, .bandwidth_out = 10, .reduce_seconds = 0.01};
    static const double by_hand[] = {
        2 * 7 * 2 + 2 * 7. / 8 * 100 / 10 + 7. / 8 * 100 * 0.01,        /* ring, 8 workers, 100 bytes */
        3 * (2 + 100. / 10 + 100 * 0.01),
        2 * 3 * 2 + 2 * 7. / 8 * 100 / 10 + 7. / 8 * 100 * 0.01,
        2 * 3 * (2 + 100. / 10) + 3 * 100 * 0.01,
        2 * 3 * 2 + 2 * 100. / 10 + 100 * 0.01,
    };
    for (int a = 0; a < ALLREDUCE_HIER; a++) {
        s.algorithm = (enum allreduce)a;
        CHECK_NEAR(allreduce_seconds(&s, 8, 100), by_hand[a], 1e-12);
        CHECK_NEAR(allreduce_seconds(&s, 1, 100), 0, 0);
    }
}

/* Mean of the largest of n normal numbers: 1/sqrt(pi), 3/(2 sqrt(pi)), and tables of order statistics. */
static void the_largest_of_normals_is_that_of_the_tables(void)
{
    CHECK_NEAR(largest_of_normals(1), 0, 0);
    CHECK_NEAR(largest_of_normals(2), 0.5641895835, 1e-8);
    CHECK_NEAR(largest_of_normals(3), 0.8462843753, 1e-8);
    CHECK_NEAR(largest_of_normals(10), 1.5387527308, 1e-6);
    CHECK_NEAR(largest_of_normals(100), 2.5075936, 1e-5);
    CHECK(largest_of_normals(1e7) < sqrt(2 * log(1e7)));
}

/* 1/2, 1/2 + 1/3, and with Euler's constant for many. */
static void the_largest_of_exponentials_is_a_harmonic_sum(void)
{
    CHECK_NEAR(largest_of_exponentials(1), 0, 0);
    CHECK_NEAR(largest_of_exponentials(2), 1. / 2, 1e-12);
    CHECK_NEAR(largest_of_exponentials(3), 1. / 2 + 1. / 3, 1e-12);
    CHECK_NEAR(largest_of_exponentials(1e6), log(1e6) + 0.5772156649 - 1, 1e-6);
}

/* 6 s, two thirds of it backward; 40 bytes in buckets of 20 that take 1 s each and become ready half-way and at its
 * end. */
static void what_is_exposed_of_two_buckets(void)
{
    struct scaling s = {.workers_per_node = 2, .clips = 1, .clip_seconds = 6, .samples = 2, .epochs = 3, .model_bytes = 40,
                        .fusion_bytes = 20, .overlap = 1, .bandwidth_in = 20, .cores = 1, .disk_bandwidth = 1};
    struct scaling_point y;
    scaling_at(&y, &s, 2);
    CHECK_NEAR(y.comm, 2, 1e-12);
    CHECK_NEAR(y.exposed, 1, 1e-12);
    s.cycle_seconds = 1.5;                          /* the second waits from 4 to 4.5 */
    scaling_at(&y, &s, 2);
    CHECK_NEAR(y.exposed, 1.5, 1e-12);
    s.cycle_seconds = 0;
    s.host_share = 0.5;                             /* half of the hidden second, too */
    scaling_at(&y, &s, 2);
    CHECK_NEAR(y.exposed, 1.5, 1e-12);
    s.overlap = 0;
    s.eval_seconds = 100;
    scaling_at(&y, &s, 2);
    CHECK_NEAR(y.exposed, 2, 1e-12);
    CHECK_NEAR(y.total, 3 * 8 + 100, 1e-12);
}

/* 4 workers in nodes of 2, 3 clips of 5 frames of 7 bytes. */
static void input_comes_from_disks_or_from_one_file_system(void)
{
    struct scaling s = {.workers_per_node = 2, .clips = 3, .frames = 5, .frame_bytes = 7, .file_frames = 1, .disk_bandwidth = 2,
                        .decode_seconds = 0.25, .cores = 2, .fusion_bytes = 1};
    struct scaling_point y;
    scaling_at(&y, &s, 4);
    CHECK_NEAR(y.io, 2 * 15 * 7 / 2. + 15 * 0.25 / 2, 1e-12);
    CHECK(y.step == y.io);
    s.shared_bandwidth = 10;
    scaling_at(&y, &s, 4);
    CHECK_NEAR(y.io, 4 * 15 * 7 / 10. + 15 * 0.25 / 2, 1e-12);
    s.shared_opens = 4;
    s.file_frames = 5;
    scaling_at(&y, &s, 4);
    CHECK_NEAR(y.io, 4 * 15 * 7 / 10. + 4 * 3 / 4. + 15 * 0.25 / 2, 1e-12);
}

/* Numbers drawn at random, over and over. */
static struct scaling any(uint64_t i)
{
    const struct rng r = {7, 0};
    struct scaling s = summit();
    double *const v[] = {&s.clip_macs, &s.model_bytes, &s.fusion_bytes, &s.latency_in, &s.latency_out, &s.bandwidth_in, &s.bandwidth_out,
                         &s.jitter, &s.frame_bytes, &s.disk_bandwidth, &s.fixed_seconds};
    s.jitter = 0.05;
    s.fixed_seconds = 0.01;
    for (int k = 0; k < 11; k++)
        *v[k] *= exp(2 * rng_uniform(&r, i * 16 + (uint64_t)k) - 1);
    s.algorithm = (enum allreduce)rng_below(&r, i * 16 + 15, ALLREDUCES);
    s.overlap = i % 2;
    s.jitter_kind = (enum jitter)(i / 2 % JITTERS);
    s.cycle_seconds = i / 4 % 2 ? 5e-3 : 0;
    s.host_share = i / 8 % 2 ? 0.3 : 0;
    s.samples = 1 << 24;
    /* A way between nodes is no better than one inside. */
    s.bandwidth_in = fmax(s.bandwidth_in, s.bandwidth_out);
    s.latency_in = fmin(s.latency_in, s.latency_out);
    return s;
}

static void what_no_parameter_may_break(void)
{
    for (uint64_t i = 0; i < 200; i++) {
        struct scaling s = any(i);
        struct scaling_point one, y, more;
        double efficiency = 1 + 1e-12;
        scaling_at(&one, &s, 1);
        CHECK(one.comm == 0 && one.exposed == 0 && one.wait == 0);
        for (double p = 6; p <= 6 << 8; p *= 2) {
            scaling_at(&y, &s, p);
            CHECK(y.efficiency <= efficiency);
            efficiency = y.efficiency * (1 + 1e-3);     /* the last step of an epoch may be fuller than that of fewer workers */
            CHECK(y.exposed <= y.comm * (1 + 1e-12) + s.cycle_seconds && y.exposed >= 0);
            CHECK(y.step >= y.compute && y.step >= y.io);
            /* A ring sends every byte twice; trees may once. */
            const double sent = (s.algorithm == ALLREDUCE_RING ? 2 : 1) * (p - 1) / p * 1e8;
            CHECK(allreduce_seconds(&s, p, 1e8) >= sent / fmax(s.bandwidth_in, s.bandwidth_out));
            struct scaling larger = s;
            larger.model_bytes *= 1.3;
            scaling_at(&more, &larger, p);
            CHECK(more.step >= y.step * (1 - 1e-12));
            struct scaling behind = s;
            behind.overlap = 0;
            scaling_at(&more, &behind, p);
            CHECK(more.step >= y.step * (1 - 1e-12));
        }
    }
}

/* 49 h 55 min in one node and 14 min 13 s in 256 (Lin, Gan and Han, 2019). */
static void both_runs_of_the_paper_are_explained(void)
{
    const struct scaling_run run[2] = {{6, 179700}, {1536, 853}};
    struct scaling s = summit();
    struct scaling_point y;
    struct ten_err e = {0};
    CHECK_INT(scaling_fit_runs(&s, run, &e), 0);
    CHECK(s.jitter > 0.01 && s.jitter < 0.2);
    scaling_at(&y, &s, 6);
    CHECK_NEAR(y.total, 179700, 1);
    scaling_at(&y, &s, 1536);
    CHECK_NEAR(y.total, 853, 0.01);
    CHECK_NEAR(y.efficiency, 0.823, 0.001);
    /* Ever faster than a perfect speed-up: no jitter explains that. */
    CHECK_INT(scaling_fit_runs(&s, (const struct scaling_run[]){{6, 179700}, {1536, 600}}, &e), -1);
    CHECK_INT(e.code, TEN_E_INFEASIBLE);
}

static void links_come_out_of_measurements(void)
{
    struct scaling s = summit(), fitted = summit();
    struct allreduce_sample x[6];
    struct ten_err e = {0};
    double error;
    s.algorithm = fitted.algorithm = ALLREDUCE_RING;
    s.latency_in = s.latency_out = 17e-6;
    s.bandwidth_in = s.bandwidth_out = 3e9;
    for (int i = 0; i < 6; i++) {
        x[i] = (struct allreduce_sample){.workers = 2 + i % 3, .bytes = 1000 << (2 * i)};
        x[i].seconds = allreduce_seconds(&s, x[i].workers, x[i].bytes);
    }
    CHECK_INT(scaling_fit_links(&fitted, x, 6, &error, &e), 0);
    CHECK_NEAR(fitted.latency_out, 17e-6, 1e-12);
    CHECK_NEAR(fitted.bandwidth_in, 3e9, 1e3);
    CHECK_NEAR(error, 0, 1e-9);
    CHECK_INT(scaling_fit_links(&fitted, x, 1, &error, &e), -1);
}

int main(void)
{
    RUN(all_reduce_takes_what_its_formula_says);
    RUN(the_largest_of_normals_is_that_of_the_tables);
    RUN(the_largest_of_exponentials_is_a_harmonic_sum);
    RUN(what_is_exposed_of_two_buckets);
    RUN(input_comes_from_disks_or_from_one_file_system);
    RUN(what_no_parameter_may_break);
    RUN(both_runs_of_the_paper_are_explained);
    RUN(links_come_out_of_measurements);
    return check_report();
}
