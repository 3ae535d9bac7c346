#include "graph/spanner.h"

#include "base/threads.h"
#include "graph/build.h"
#include "graph/stretch.h"

#include "check.h"
#include "digraphs.h"

static const struct spanner_options plain = {.k = 2, .eps = 1, .order = GREEDY_FAR,
                                             .fast = {.rho = 0.25, .reps = 1}};

/* The highest stretch over sources, by Floyd and Warshall; INFINITY when a round trip is missing. */
static double stretch_in(const struct digraph *g)
{
    double *in_g = all_distances(g, NULL), *in_h = all_distances(g, g->in_h), most = 1;
    const int64_t n = g->n, s = g->sources ? g->nsources : n;
    for (int64_t i = 0; i < s; i++)
        for (int64_t v = 0; v < n; v++) {
            const int64_t u = g->sources ? g->sources[i] : i;
            const double a = in_g[u * n + v] + in_g[v * n + u], b = in_h[u * n + v] + in_h[v * n + u];
            if (a < INFINITY)
                most = fmax(most, stretch_of(a, b));
        }
    free(in_g);
    free(in_h);
    return most;
}

static int64_t arcs_in(const struct digraph *g)
{
    int64_t n = 0;
    for (int64_t k = 0; k < g->m; k++)
        n += g->in_h[k];
    return n;
}

static struct spanner_result build(struct digraph *g, struct spanner_options o)
{
    struct spanner_result r;
    free(g->in_h);
    g->in_h = NULL;
    spanner_build(g, &o, &r);
    return r;
}

static struct spanner_options with(enum spanner_algo algo, int k, double stretch)
{
    struct spanner_options o = plain;
    o.algo = algo;
    o.k = k;
    o.stretch = stretch;
    return o;
}

/* ---- Closed forms ----------------------------------------------------------------------------- */

static struct digraph ring(int64_t n)
{
    uint32_t tail[64], head[64];
    double w[64];
    struct digraph g;
    for (int64_t v = 0; v < n; v++)
        tail[v] = (uint32_t)v, head[v] = (uint32_t)((v + 1) % n), w[v] = 1 + (double)v;
    digraph_from_arcs(&g, n, n, tail, head, w, true, NULL);
    return g;
}

static void a_ring_is_its_only_spanner(void)
{
    struct digraph g = ring(17);
    for (int a = SPANNER_FAST; a <= SPANNER_SPT; a++) {
        build(&g, with(a, 2, 3));
        CHECK_INT(arcs_in(&g), 17);
        CHECK_NEAR(stretch_in(&g), 1, 0);
    }
    digraph_free(&g);
}

static void a_star_both_ways_is_its_only_spanner(void)
{
    enum { N = 12 };
    uint32_t tail[2 * N], head[2 * N];
    double w[2 * N];
    struct digraph g;
    for (uint32_t v = 1; v <= N; v++) {
        tail[2 * v - 2] = 0, head[2 * v - 2] = v, w[2 * v - 2] = v;
        tail[2 * v - 1] = v, head[2 * v - 1] = 0, w[2 * v - 1] = 1.0 / v;
    }
    digraph_from_arcs(&g, N + 1, 2 * N, tail, head, w, false, NULL);
    for (int a = SPANNER_FAST; a <= SPANNER_SPT; a++) {
        build(&g, with(a, 2, 3));
        CHECK_INT(arcs_in(&g), 2 * N);
    }
    digraph_free(&g);
}

static void of_a_complete_graph_greedy_takes_a_star(void)
{
    enum { N = 9 };
    uint32_t tail[N * N], head[N * N], *sources = xcalloc(1, sizeof *sources);
    double w[N * N];
    int64_t m = 0;
    struct digraph g;
    for (uint32_t a = 0; a < N; a++)
        for (uint32_t b = 0; b < N; b++)
            if (a != b)
                tail[m] = a, head[m] = b, w[m++] = 1;
    digraph_from_arcs(&g, N, m, tail, head, w, true, NULL);
    g.sources = sources;
    g.nsources = 1;
    build(&g, with(SPANNER_GREEDY, 2, 1));
    CHECK_INT(arcs_in(&g), 2 * (N - 1));
    build(&g, with(SPANNER_SPT, 2, 0));
    CHECK_INT(arcs_in(&g), 2 * (N - 1));
    /* With stretch 2, two vertices may share a triangle with the source. */
    build(&g, with(SPANNER_GREEDY, 2, 2));
    CHECK(arcs_in(&g) <= 2 * (N - 1) && stretch_in(&g) <= 2);
    digraph_free(&g);
}

static void arcs_on_no_cycle_and_heavier_parallel_ones_are_left_out(void)
{
    /* Two rings of two, joined one way by arc 2->0; 0->1 twice; a loop. */
    struct digraph g;
    int64_t number[7];
    digraph_from_arcs(&g, 4, 7, (uint32_t[]){0, 0, 1, 2, 2, 3, 3}, (uint32_t[]){1, 1, 0, 0, 3, 2, 3},
                      (double[]){5, 4, 1, 1, 1, 1, 0}, true, number);
    for (int a = SPANNER_FAST; a <= SPANNER_SPT; a++) {
        build(&g, with(a, 2, 3));
        CHECK_BYTES(g.in_h, "\0\1\1\0\1\1\0", 7);
    }
    digraph_free(&g);
}

static void components_without_a_source_need_nothing(void)
{
    struct digraph g;
    uint32_t *sources = xcalloc(1, sizeof *sources);
    digraph_from_arcs(&g, 4, 4, (uint32_t[]){0, 1, 2, 3}, (uint32_t[]){1, 0, 3, 2}, (double[]){1, 1, 0, 0}, true, NULL);
    g.sources = sources;
    g.nsources = 1;
    for (int a = SPANNER_FAST; a <= SPANNER_SPT; a++) {
        build(&g, with(a, 2, 3));
        CHECK_BYTES(g.in_h, "\1\1\0\0", 4);
    }
    digraph_free(&g);
}

static void graphs_without_cycles_arcs_or_vertices(void)
{
    for (int64_t n = 0; n < 3; n++) {
        struct digraph g;
        digraph_from_arcs(&g, n, n == 2, (uint32_t[]){0}, (uint32_t[]){1}, (double[]){1}, true, NULL);
        for (int a = SPANNER_FAST; a <= SPANNER_SPT; a++) {
            build(&g, with(a, 2, 3));
            CHECK_INT(arcs_in(&g), 0);
        }
        digraph_free(&g);
    }
}

/* ---- What is promised ------------------------------------------------------------------------- */

static void every_construction_keeps_its_promise(void)
{
    for (uint64_t seed = 0; seed < 30; seed++) {
        const bool whole = seed % 2;
        struct digraph g = random_digraph(50, 220, whole ? 0 : 0.01, seed % 3 ? 10 : 1e6, whole, seed % 5 ? 12 : 0, seed);
        for (int a = SPANNER_RTZ; a <= SPANNER_SPT; a++)
            for (int k = 1; k <= 4; k++) {
                struct spanner_options o = with(a, k, 0);
                o.seed = seed;
                const struct spanner_result r = build(&g, o);
                CHECK(r.bound <= (a == SPANNER_CLRS ? clrs_bound(k, g.n) : 2 * k + 1));
                CHECK(stretch_in(&g) <= r.bound * (1 + 1e-9));
            }
        digraph_free(&g);
    }
}

/* Cuts that are good enough put every vertex into few balls: 2 n^(1+1/k) in all for a length. */
static void clrs_has_as_few_arcs_as_its_cuts_promise(void)
{
    for (uint64_t seed = 0; seed < 12; seed++)
        for (int k = 1; k <= 3; k++) {
            struct digraph g = random_digraph(120, 1800, 1, seed % 2 ? 4 : 1000, false, 0, seed);
            double least = INFINITY, longest = 0;
            for (int64_t i = 0; i < g.m; i++) {
                least = fmin(least, digraph_weights(&g)[i]);
                longest += digraph_weights(&g)[i];
            }
            build(&g, with(SPANNER_CLRS, k, 0));
            const double lengths = log2(longest / least) + 2;
            CHECK((double)arcs_in(&g) <= 4 * pow(120, 1 + 1.0 / k) * lengths);
            CHECK(stretch_in(&g) <= clrs_bound(k, 120));
            digraph_free(&g);
        }
    /* 2I+1 steps, where ln s falls to ln 4/3 in I, each by k/(k+1). */
    CHECK_NEAR(clrs_bound(2, 1), 4, 0);
    CHECK_NEAR(clrs_bound(1, 2), 4 * (2 * 2 + 1), 0);       /* 0.69, 0.35, 0.17 */
    CHECK_NEAR(clrs_bound(2, 32), 4 * (2 * 7 + 1), 0);
    CHECK(clrs_bound(2, 1000000) < 100);
}

static void greedy_and_repairs_give_the_stretch_asked_for(void)
{
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct digraph g = random_digraph(50, 220, seed % 2 ? 0 : 0.5, 20, seed % 2, 10, seed);
        for (int order = GREEDY_NEAR; order <= GREEDY_BOTH; order++)
            for (double t = 1; t < 6; t += 1.25) {
                struct spanner_options o = with(seed % 3 ? SPANNER_GREEDY : SPANNER_FAST, 2, t);
                struct spanner_result r;
                o.order = order;
                build(&g, o);
                CHECK(stretch_in(&g) <= t * (1 + 1e-9));
                const int64_t before = arcs_in(&g);
                spanner_repair(&g, t, order, &r);
                CHECK_INT(arcs_in(&g), before);
                spanner_repair(&g, 1, order, &r);
                CHECK_NEAR(stretch_in(&g), 1, 1e-9);
            }
        digraph_free(&g);
    }
}

static void theory_and_coverage_keep_their_promise_for_all_seeds(void)
{
    double worst = 0;
    int64_t own = 0;
    for (uint64_t seed = 0; seed < 100; seed++) {
        struct digraph g = random_digraph(60, 240, 1, 200, false, 15, seed);
        struct spanner_options o = with(SPANNER_FAST, 2, 0);
        o.seed = seed;
        o.fast.mode = FAST_THEORY;
        struct spanner_result r = build(&g, o);
        CHECK(stretch_in(&g) <= r.bound);
        worst = fmax(worst, stretch_in(&g) / r.bound);
        o.fast.mode = FAST_COVERAGE;
        o.fast.reps = 1 + (int)(seed % 9);
        o.fast.rho = seed % 2 ? 0.25 : 1;
        r = build(&g, o);
        CHECK_NEAR(r.bound, seed % 2 ? 8 : 26, 0);
        own += r.fast.uncovered;
        CHECK(stretch_in(&g) <= r.bound);
        digraph_free(&g);
    }
    CHECK(worst > 0 && worst <= 1);
    CHECK(own > 0);
}

static void practical_covers_connect_all_there_is(void)
{
    for (uint64_t seed = 0; seed < 50; seed++) {
        struct digraph g = random_digraph(80, 300, seed % 2, seed % 3 ? 9 : 1e9, seed % 4 == 0, 20, seed);
        struct spanner_options o = with(SPANNER_FAST, 2, 0);
        o.seed = seed;
        o.fast.rho = seed % 5 ? 0.25 : 0.1;
        const struct spanner_result r = build(&g, o);
        CHECK(stretch_in(&g) < INFINITY);
        /* Every cover puts a vertex into one ball, which adds 2 arcs for it; and skeletons. */
        CHECK(arcs_in(&g) <= 2 * g.n * (r.fast.covers + 1));
        digraph_free(&g);
    }
}

/* ---- Invariance ------------------------------------------------------------------------------- */

static void the_spanner_is_the_same_for_any_number_of_threads(void)
{
    struct digraph g = random_digraph(400, 2400, 1, 50, false, 60, 9);
    uint8_t *first = xmalloc((size_t)g.m);
    for (int a = SPANNER_FAST; a <= SPANNER_SPT; a++) {
        struct verify_report r[3];
        for (int threads = 1; threads <= 3; threads++) {
            threads_set(threads);
            build(&g, with(a, 2, a == SPANNER_GREEDY ? 3 : 0));
            verify(&r[threads - 1], &g, 3, 20, 1);
            if (threads == 1)
                memcpy(first, g.in_h, (size_t)g.m);
            CHECK_BYTES(g.in_h, first, (size_t)g.m);
            CHECK_BYTES(&r[threads - 1], &r[0], sizeof r[0]);
        }
    }
    threads_set(threads_default());
    free(first);
    digraph_free(&g);
}

static void weights_times_a_power_of_two_change_nothing(void)
{
    for (int a = SPANNER_FAST; a <= SPANNER_SPT; a++) {
        struct digraph g = random_digraph(100, 500, 1, 50, false, 20, 4), h = random_digraph(100, 500, 1, 50, false, 20, 4);
        for (int64_t k = 0; k < h.m; k++)
            ((double *)h.out.val)[k] *= 0x1p-9;
        for (int64_t k = 0; k < h.m; k++)
            ((double *)h.in.val)[k] *= 0x1p-9;
        build(&g, with(a, 2, a == SPANNER_GREEDY ? 3 : 0));
        build(&h, with(a, 2, a == SPANNER_GREEDY ? 3 : 0));
        CHECK_BYTES(g.in_h, h.in_h, (size_t)g.m);
        digraph_free(&g);
        digraph_free(&h);
    }
}

static void vertices_with_other_numbers_give_the_same_arcs(void)
{
    static const enum spanner_algo ordered[] = {SPANNER_GREEDY, SPANNER_ZL, SPANNER_CDG, SPANNER_CLRS, SPANNER_SPT};
    enum { N = 60, M = 300, S = 10 };
    struct digraph g = random_digraph(N, M, 1, 50, false, S, 8), h;
    int64_t to[N], number[M];
    uint32_t tail[M], head[M];
    rng_permutation(&(struct rng){3, 3}, 0, to, N);
    for (int64_t k = 0; k < M; k++)
        tail[k] = (uint32_t)to[digraph_tail(&g, k)], head[k] = (uint32_t)to[g.out.col[k]];
    digraph_from_arcs(&h, N, M, tail, head, digraph_weights(&g), false, number);
    h.nsources = S;
    h.sources = xmalloc(S * sizeof *h.sources);
    for (int64_t i = 0; i < S; i++)
        h.sources[i] = (uint32_t)to[g.sources[i]];
    for (int i = 0; i < 5; i++) {
        build(&g, with(ordered[i], 2, ordered[i] == SPANNER_GREEDY ? 3 : 0));
        build(&h, with(ordered[i], 2, ordered[i] == SPANNER_GREEDY ? 3 : 0));
        int64_t different = 0;
        for (int64_t k = 0; k < M; k++)
            different += h.in_h[k] != g.in_h[number[k]];
        CHECK_INT(different, 0);
    }
    digraph_free(&g);
    digraph_free(&h);
}

/* ---- Pruning ---------------------------------------------------------------------------------- */

static void pruning_keeps_the_stretch_and_leaves_no_arc_that_can_go(void)
{
    for (uint64_t seed = 0; seed < 12; seed++) {
        struct digraph g = random_digraph(30, 140, seed % 2 ? 0 : 0.5, 20, seed % 2, seed % 3 ? 6 : 0, seed);
        struct spanner_result r;
        const double t = 1 + 0.5 * (double)(seed % 5);
        build(&g, with(seed % 2 ? SPANNER_SPT : SPANNER_ZL, 2, 0));
        spanner_prune(&g, t, 0, GREEDY_FAR, &r);
        CHECK(stretch_in(&g) <= t * (1 + 1e-9));
        int64_t idle = 0;
        for (int64_t k = 0; k < g.m; k++)
            if (g.in_h[k] && digraph_weights(&g)[k] > 0) {
                g.in_h[k] = 0;
                idle += stretch_in(&g) <= t;
                g.in_h[k] = 1;
            }
        CHECK_INT(idle, 0);
        digraph_free(&g);
    }
}

static void pruning_mends_what_is_no_spanner_and_drops_arcs_of_no_use(void)
{
    /* A ring of two with a parallel arc, which is in H in place of the lighter one; a loop; an arc out. */
    struct digraph g;
    struct spanner_result r;
    digraph_from_arcs(&g, 3, 5, (uint32_t[]){0, 0, 1, 1, 1}, (uint32_t[]){1, 1, 0, 1, 2}, (double[]){2, 1, 1, 1, 1}, true, NULL);
    g.in_h = xmalloc(5);
    memcpy(g.in_h, "\1\0\1\1\1", 5);
    spanner_prune(&g, 3, 0, GREEDY_FAR, &r);
    CHECK_BYTES(g.in_h, "\0\1\1\0\0", 5);
    digraph_free(&g);
}

/* ---- Brute force ------------------------------------------------------------------------------ */

/* The fewest arcs that give the stretch, by trying all subsets. */
static int64_t fewest_arcs(struct digraph *g, double t)
{
    int64_t fewest = g->m;
    for (uint32_t set = 0; set < 1u << g->m; set++) {
        if (__builtin_popcount(set) >= fewest)
            continue;
        for (int64_t k = 0; k < g->m; k++)
            g->in_h[k] = set >> k & 1;
        if (stretch_in(g) <= t * (1 + 1e-9))
            fewest = __builtin_popcount(set);
    }
    return fewest;
}

static void greedy_is_near_the_fewest_arcs_there_can_be(void)
{
    double ratio = 0;
    int n = 0;
    for (uint64_t seed = 0; seed < 25; seed++) {
        struct digraph g = random_digraph(6, 13, 1, 9, true, 2, seed);
        build(&g, with(SPANNER_GREEDY, 2, 2));
        CHECK(stretch_in(&g) <= 2);
        const int64_t greedy = arcs_in(&g), fewest = fewest_arcs(&g, 2);
        CHECK(greedy >= fewest);
        if (fewest > 0)
            ratio += (double)greedy / (double)fewest, n++;
        digraph_free(&g);
    }
    CHECK(n > 5 && ratio / n < 1.2);
}

/* ---- The certificate ---------------------------------------------------------------------------- */

static void the_certificate_is_floyds_and_warshalls(void)
{
    for (uint64_t seed = 0; seed < 30; seed++) {
        struct digraph g = random_digraph(40, 150, 0, 9, seed % 2, seed % 3 ? 7 : 0, seed);
        const struct rng r = {seed, 1};
        struct verify_report report;
        g.in_h = xmalloc((size_t)g.m);
        for (int64_t k = 0; k < g.m; k++)
            g.in_h[k] = rng_below(&r, (uint64_t)k, 8) > 0;
        verify(&report, &g, 1.5, 0, 0);
        const double want = stretch_in(&g);
        CHECK(want == INFINITY ? report.max == INFINITY : fabs(report.max - want) < 1e-9);
        CHECK((want == INFINITY) == (report.broken > 0));
        CHECK((want > 1.5) == (report.above > 0));
        CHECK(report.p50 <= report.p95 && report.p95 <= report.p99);
        CHECK_INT(report.pairs + report.unreachable, report.sources * (g.n - 1));
        struct ten_err e = {0};
        CHECK_INT(verify_verdict(&report, 1.5, &e), want > 1.5 ? -1 : 0);
        digraph_free(&g);
    }
}

static void no_round_trip_gets_shorter_and_more_sources_ask_for_more(void)
{
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct digraph g = random_digraph(60, 260, 0, 30, seed % 2, 16, seed);
        struct verify_report all, some;
        build(&g, with(SPANNER_FAST + (int)(seed % (SPANNER_SPT + 1)), 2, 4));
        double *in_g = all_distances(&g, NULL), *in_h = all_distances(&g, g.in_h);
        int64_t shorter = 0;
        for (int64_t i = 0; i < g.n * g.n; i++)
            shorter += in_h[i] < in_g[i];
        CHECK_INT(shorter, 0);
        verify(&all, &g, 1.1, 0, 0);
        g.nsources = 5;
        verify(&some, &g, 1.1, 0, 0);
        CHECK(some.max <= all.max && some.above <= all.above && some.pairs <= all.pairs);
        free(in_g);
        free(in_h);
        digraph_free(&g);
    }
}

static void quantiles_are_within_a_thousandth(void)
{
    struct stretch_histogram *h = xcalloc(1, sizeof *h);
    for (int i = 1; i <= 1000; i++)
        stretch_count(h, 1 + i / 100.0);
    CHECK_NEAR(stretch_quantile(h, 0.5), 6, 6e-3);
    CHECK_NEAR(stretch_quantile(h, 0.99), 10.9, 11e-3);
    CHECK(stretch_quantile(h, 0.5) >= 6);
    free(h);
    h = xcalloc(1, sizeof *h);
    CHECK_NEAR(stretch_quantile(h, 0.5), 1, 0);
    stretch_count(h, 1);
    stretch_count(h, INFINITY);
    CHECK_NEAR(stretch_quantile(h, 0.5), 1, 0);
    CHECK(stretch_quantile(h, 0.95) == INFINITY);
    CHECK_NEAR(stretch_of(0, 0), 1, 0);
    CHECK(stretch_of(0, 1) == INFINITY);
    free(h);
}

int main(void)
{
    RUN(a_ring_is_its_only_spanner);
    RUN(a_star_both_ways_is_its_only_spanner);
    RUN(of_a_complete_graph_greedy_takes_a_star);
    RUN(arcs_on_no_cycle_and_heavier_parallel_ones_are_left_out);
    RUN(components_without_a_source_need_nothing);
    RUN(graphs_without_cycles_arcs_or_vertices);
    RUN(every_construction_keeps_its_promise);
    RUN(clrs_has_as_few_arcs_as_its_cuts_promise);
    RUN(greedy_and_repairs_give_the_stretch_asked_for);
    RUN(theory_and_coverage_keep_their_promise_for_all_seeds);
    RUN(practical_covers_connect_all_there_is);
    RUN(the_spanner_is_the_same_for_any_number_of_threads);
    RUN(weights_times_a_power_of_two_change_nothing);
    RUN(vertices_with_other_numbers_give_the_same_arcs);
    RUN(pruning_keeps_the_stretch_and_leaves_no_arc_that_can_go);
    RUN(pruning_mends_what_is_no_spanner_and_drops_arcs_of_no_use);
    RUN(greedy_is_near_the_fewest_arcs_there_can_be);
    RUN(the_certificate_is_floyds_and_warshalls);
    RUN(no_round_trip_gets_shorter_and_more_sources_ask_for_more);
    RUN(quantiles_are_within_a_thousandth);
    return check_report();
}
