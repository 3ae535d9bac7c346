/* Estimates of round trips beside searches. */
#include "graph/oracle.h"

#include "base/random.h"
#include "base/threads.h"
#include "graph/carried.h"

#include "check.h"

#include <stdlib.h>

enum { N = 60, MAX_ARCS = 600 };

static struct ten_err e;

/* Arcs at random, not strongly connected when there are few; weights 0 to 9, or heavy-tailed from
 * 1 to 2^20. */
static void random_graph(struct digraph *g, int64_t m, int64_t sources, bool heavy, uint64_t seed)
{
    const struct rng r = {seed, rng_stream("test")};
    uint32_t tail[MAX_ARCS], head[MAX_ARCS];
    double weight[MAX_ARCS];

    for (int64_t k = 0; k < m; k++) {
        tail[k] = (uint32_t)rng_below(&r, 4 * (uint64_t)k, N);
        head[k] = (uint32_t)rng_below(&r, 4 * (uint64_t)k + 1, N);
        weight[k] = heavy ? (double)((int64_t)1 << rng_below(&r, 4 * (uint64_t)k + 2, 21))
                          : (double)rng_below(&r, 4 * (uint64_t)k + 2, 10);
    }
    digraph_from_arcs(g, N, m, tail, head, weight, true, NULL);
    g->nsources = sources;
    g->sources = malloc((size_t)sources * sizeof *g->sources);
    for (int64_t i = 0; i < sources; i++)
        g->sources[i] = (uint32_t)(i * (N / sources));
}

/* rt [N][N] by the oracle's own exact answers, which another test compares with Floyd and
 * Warshall's. */
static void round_trips(double *rt, const struct digraph *g, const uint8_t *arcs)
{
    static uint32_t pairs[2 * N * N];

    for (uint32_t u = 0; u < N; u++)
        for (uint32_t v = 0; v < N; v++) {
            pairs[2 * (u * N + v)] = u;
            pairs[2 * (u * N + v) + 1] = v;
        }
    oracle_exact(rt, g, arcs, pairs, N * N);
}

static void exact_answers_are_those_of_brute_force(void)
{
    static double d[N][N], rt[N * N];
    struct digraph g;

    for (uint64_t seed = 0; seed < 10; seed++) {
        random_graph(&g, 150, 1, false, seed);
        for (int u = 0; u < N; u++)
            for (int v = 0; v < N; v++)
                d[u][v] = u == v ? 0 : INFINITY;
        for (int64_t u = 0; u < N; u++)
            for (int64_t k = g.out.ptr[u]; k < g.out.ptr[u + 1]; k++)
                d[u][g.out.col[k]] = fmin(d[u][g.out.col[k]], digraph_weights(&g)[k]);
        for (int w = 0; w < N; w++)
            for (int u = 0; u < N; u++)
                for (int v = 0; v < N; v++)
                    d[u][v] = fmin(d[u][v], d[u][w] + d[w][v]);
        round_trips(rt, &g, NULL);
        for (int u = 0; u < N; u++)
            for (int v = 0; v < N; v++)
                CHECK(rt[u * N + v] == d[u][v] + d[v][u]);
        digraph_free(&g);
    }
}

static void estimates_keep_to_both_bounds(void)
{
    static double rt[N * N];

    for (uint64_t seed = 0; seed < 60; seed++) {
        const int k = 1 + (int)seed % 3;
        const double eps = seed % 2 ? 1 : 0.1;
        const int64_t sources = seed % 5 == 4 ? N : 1 + (int64_t)(seed % 5) * 7;
        const struct rng r = {seed, rng_stream("arcs")};
        uint8_t arcs[MAX_ARCS];
        struct digraph g;
        struct oracle o;

        random_graph(&g, 80 + 8 * (int64_t)seed, sources, seed % 4 == 0, seed);
        for (int64_t i = 0; i < g.m; i++)
            arcs[i] = rng_below(&r, (uint64_t)i, 4) > 0;
        const uint8_t *some = seed % 7 == 3 ? arcs : NULL;
        oracle_build(&o, &g, some, k, eps);
        round_trips(rt, &g, some);
        for (uint32_t u = 0; u < N; u++)
            for (uint32_t v = 0; v < N; v++)
                CHECK(oracle_estimate(&o, u, v) >= rt[u * N + v]);
        for (int64_t i = 0; i < sources; i++)
            for (uint32_t v = 0; v < N; v++) {
                const double want = rt[g.sources[i] * N + v], got = oracle_estimate(&o,
                    g.sources[i], v);
                CHECK(got <= (2 * k + eps) * want * (1 + 1e-12));
                CHECK((got == INFINITY) == (want == INFINITY));
                CHECK(got == oracle_estimate(&o, v, g.sources[i]));
            }
        oracle_free(&o);
        digraph_free(&g);
    }
}

static void without_sources_all_vertices_are(void)
{
    struct digraph g;
    struct oracle o;

    digraph_from_arcs(&g, 3, 3, (uint32_t[]){0, 1, 2}, (uint32_t[]){1, 2, 0}, (double[]){1, 1, 1},
                      true, NULL);
    oracle_build(&o, &g, NULL, 1, 1);
    for (uint32_t u = 0; u < 3; u++)
        for (uint32_t v = 0; v < 3; v++)
            CHECK(u == v ? oracle_estimate(&o, u, v) == 0 : oracle_estimate(&o, u, v) <= 9);
    oracle_free(&o);
    digraph_free(&g);
}

static void graphs_without_arcs_or_vertices_have_an_oracle(void)
{
    struct digraph g;
    struct oracle o;

    digraph_from_arcs(&g, 0, 0, NULL, NULL, NULL, true, NULL);
    oracle_build(&o, &g, NULL, 2, 1);
    CHECK_INT(o.entries, 0);
    oracle_free(&o);
    digraph_free(&g);
    digraph_from_arcs(&g, 2, 0, NULL, NULL, NULL, true, NULL);
    oracle_build(&o, &g, NULL, 2, 1);
    CHECK(oracle_estimate(&o, 0, 1) == INFINITY && oracle_estimate(&o, 1, 1) == 0);
    oracle_free(&o);
    digraph_free(&g);
}

static bool same(const struct oracle *a, const struct oracle *b)
{
    return a->n == b->n && a->entries == b->entries && memcmp(a->offset, b->offset,
                                                              ((size_t)a->n + 1) * 8) == 0 &&
           memcmp(a->ball, b->ball, (size_t)a->entries * 4) == 0 && memcmp(a->trip, b->trip,
               (size_t)a->entries * 8) == 0;
}

static void records_bring_it_back_and_threads_change_nothing(void)
{
    struct digraph g;
    struct oracle o, again;

    random_graph(&g, 300, 8, false, 5);
    threads_set(1);
    oracle_build(&o, &g, NULL, 2, 1);
    for (int t = 2; t <= 3; t++) {
        threads_set(t);
        oracle_build(&again, &g, NULL, 2, 1);
        CHECK(same(&o, &again));
        oracle_free(&again);
    }
    oracle_put(&o, &g, 2, 1);
    CHECK_INT(oracle_take(&again, &g, &e), 0);
    CHECK(same(&o, &again));
    oracle_free(&again);
    oracle_free(&o);
    digraph_free(&g);
}

static void records_that_do_not_hold_together_are_refused(void)
{
    struct digraph g;
    struct oracle o;
    struct ten_record ball = {.name = "oracle_ball", .type = TEN_U32, .shape = {1, {2}},
                              .data = (uint32_t[]){0, 1}};
    struct ten_record trip = {.name = "oracle_trip", .type = TEN_F64, .shape = {1, {2}},
                              .data = (double[]){1, 2}};

    digraph_from_arcs(&g, 1, 0, NULL, NULL, NULL, true, NULL);
    CHECK_INT(oracle_take(&o, &g, &e), -1);
    CHECK_STR(e.text, "oracle_offset: no such record: expected the output of rt-oracle build");
    carried_put(&g, &(struct ten_record){.name = "oracle_offset", .type = TEN_I64,
                                         .shape = {1, {2}}, .data = (int64_t[]){0, 3}});
    carried_put(&g, &ball);
    carried_put(&g, &trip);
    CHECK_INT(oracle_take(&o, &g, &e), -1);
    CHECK_STR(e.text, "oracle_offset: vertex 0: expected a part of 2 entries");
    carried_put(&g, &(struct ten_record){.name = "oracle_offset", .type = TEN_I64,
                                         .shape = {1, {2}}, .data = (int64_t[]){0, 2}});
    CHECK_INT(oracle_take(&o, &g, &e), 0);
    oracle_free(&o);
    ball.data = (uint32_t[]){1, 1};
    carried_put(&g, &ball);
    CHECK_INT(oracle_take(&o, &g, &e), -1);
    ball.data = (uint32_t[]){0, 1};
    trip.data = (double[]){1, NAN};
    carried_put(&g, &ball);
    carried_put(&g, &trip);
    CHECK_INT(oracle_take(&o, &g, &e), -1);
    digraph_free(&g);
}

int main(void)
{
    RUN(exact_answers_are_those_of_brute_force);
    RUN(estimates_keep_to_both_bounds);
    RUN(without_sources_all_vertices_are);
    RUN(graphs_without_arcs_or_vertices_have_an_oracle);
    RUN(records_bring_it_back_and_threads_change_nothing);
    RUN(records_that_do_not_hold_together_are_refused);
    return check_report();
}
