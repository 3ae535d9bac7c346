/* Paths, cycles, diameters and counts beside brute force over all pairs (Floyd and Warshall). */
#include "graph/extent.h"

#include "base/mem.h"
#include "base/random.h"
#include "base/threads.h"
#include "graph/census.h"
#include "graph/fragility.h"
#include "graph/girth.h"
#include "graph/components.h"

#include "check.h"

#include <stdlib.h>

enum { MAX = 40 };

/* m arcs at random, loops and parallel ones among them, weights 0 to 8; with a cycle through all
 * vertices when asked. */
static void random_graph(struct digraph *g, int64_t n, int64_t m, bool connected, uint64_t seed)
{
    const struct rng r = {seed, rng_stream("test")};
    uint32_t tail[400], head[400];
    double weight[400];

    for (int64_t k = 0; k < m; k++) {
        const bool cycle = connected && k < n;
        tail[k] = cycle ? (uint32_t)k : (uint32_t)rng_below(&r, 3 * (uint64_t)k, (uint64_t)n);
        head[k] = cycle ? (uint32_t)((k + 1) % n) : (uint32_t)rng_below(&r, 3 * (uint64_t)k + 1,
            (uint64_t)n);
        weight[k] = (double)rng_below(&r, 3 * (uint64_t)k + 2, 9);
    }
    digraph_from_arcs(g, n, m, tail, head, weight, true, NULL);
}

/* d[u][v]: the distance; cycle[v]: of the shortest cycle through v. */
static void all_pairs(double d[MAX][MAX], double cycle[MAX], const struct digraph *g,
                      const uint8_t *arcs)
{
    for (int64_t u = 0; u < g->n; u++)
        for (int64_t v = 0; v < g->n; v++)
            d[u][v] = INFINITY;
    for (int64_t u = 0; u < g->n; u++)
        for (int64_t k = g->out.ptr[u]; k < g->out.ptr[u + 1]; k++)
            if (!arcs || arcs[k])
                d[u][g->out.col[k]] = fmin(d[u][g->out.col[k]], digraph_weights(g)[k]);
    for (int64_t w = 0; w < g->n; w++)
        for (int64_t u = 0; u < g->n; u++)
            for (int64_t v = 0; v < g->n; v++)
                d[u][v] = fmin(d[u][v], d[u][w] + d[w][v]);
    for (int64_t v = 0; v < g->n; v++) {
        cycle[v] = d[v][v];
        d[v][v] = 0;
    }
}

static void paths_lead_along_their_arcs_and_are_as_long_as_said(void)
{
    double d[MAX][MAX], cycle[MAX];

    for (uint64_t seed = 0; seed < 40; seed++) {
        struct digraph g;
        const uint32_t source = (uint32_t)(seed % 20);

        random_graph(&g, 20, 60, false, seed);
        all_pairs(d, cycle, &g, NULL);
        struct sssp *s = sssp_new(&g);
        for (int backward = 0; backward < 2; backward++) {
            sssp_run(s, &(struct sssp_query){.sources = &source, .nsources = 1,
                                             .backward = backward});
            for (uint32_t v = 0; v < 20; v++) {
                struct path p;
                double length = 0;
                path_of(&p, s, v, backward);
                const double want = backward ? d[v][source] : d[source][v];
                CHECK((p.n == 0) == (want == INFINITY));
                for (int64_t i = 0; i + 1 < p.n; i++) {
                    CHECK_INT(digraph_tail(&g, p.arc[i]), p.vertex[i]);
                    CHECK_INT(g.out.col[p.arc[i]], p.vertex[i + 1]);
                    length += digraph_weights(&g)[p.arc[i]];
                }
                if (p.n > 0) {
                    CHECK_INT(p.vertex[backward ? p.n - 1 : 0], source);
                    CHECK_INT(p.vertex[backward ? 0 : p.n - 1], v);
                    CHECK(length == want);
                }
                path_free(&p);
            }
        }
        sssp_free(s);
        digraph_free(&g);
    }
}

static void cycles_are_those_of_brute_force(void)
{
    double d[MAX][MAX], cycle[MAX], length[MAX];
    uint32_t all[MAX];
    uint8_t arcs[400];

    for (uint32_t v = 0; v < MAX; v++)
        all[v] = v;
    for (uint64_t seed = 0; seed < 100; seed++) {
        const struct rng r = {seed, rng_stream("arcs")};
        struct digraph g;

        random_graph(&g, MAX, 20 + 2 * (int64_t)seed, false, seed);
        for (int64_t k = 0; k < g.m; k++)
            arcs[k] = rng_below(&r, (uint64_t)k, 4) > 0;
        const uint8_t *some = seed % 2 ? arcs : NULL;
        all_pairs(d, cycle, &g, some);
        girth_each(length, &g, all, MAX, some, false);
        double best = INFINITY, least = INFINITY;
        for (int64_t v = 0; v < MAX; v++) {
            CHECK(length[v] == cycle[v]);
            best = fmin(best, cycle[v]);
        }
        girth_each(length, &g, all, MAX, some, true);
        for (int64_t v = 0; v < MAX; v++) {
            CHECK(length[v] == cycle[v] || length[v] == INFINITY);
            least = fmin(least, length[v]);
        }
        CHECK(least == best);
        digraph_free(&g);
    }
}

/* 3000 vertices on a ring, a shortcut back from 1999 to 1000: bounds that widen must go all the
 * way round. */
static void a_cycle_longer_than_every_widening_is_found(void)
{
    enum { N = 3000 };
    static uint32_t tail[N + 1], head[N + 1];
    static double weight[N + 1];
    struct digraph g;
    uint32_t v[] = {0, 1500};
    double length[2];

    for (uint32_t i = 0; i < N; i++) {
        tail[i] = i;
        head[i] = (i + 1) % N;
        weight[i] = 1;
    }
    tail[N] = 1999;
    head[N] = 1000;
    weight[N] = 1;
    digraph_from_arcs(&g, N, N + 1, tail, head, weight, true, NULL);
    girth_each(length, &g, v, 2, NULL, false);
    CHECK(length[0] == N && length[1] == 1000);
    digraph_free(&g);
}

static void diameter_and_radius_are_bounded_and_met(void)
{
    double d[MAX][MAX], cycle[MAX];
    static const uint32_t part[MAX];

    for (uint64_t seed = 0; seed < 200; seed++) {
        const int64_t n = 1 + (int64_t)seed % MAX;
        double diameter = 0, trips = 0, radius = INFINITY;
        struct digraph g;
        struct extent x;

        random_graph(&g, n, n + (int64_t)seed % 100, true, seed);
        all_pairs(d, cycle, &g, NULL);
        for (int64_t u = 0; u < n; u++) {
            double ecc = 0;
            for (int64_t v = 0; v < n; v++) {
                diameter = fmax(diameter, d[u][v]);
                ecc = fmax(ecc, d[u][v] + d[v][u]);
            }
            trips = fmax(trips, ecc);
            radius = fmin(radius, ecc);
        }
        extent_bound(&x, &g, part, 0, seed % 3 ? 3 : MAX);
        CHECK(x.diameter.lo <= diameter && diameter <= x.diameter.hi);
        CHECK(x.rt_diameter.lo <= trips && trips <= x.rt_diameter.hi);
        CHECK(x.rt_radius.lo <= radius && radius <= x.rt_radius.hi);
        if (seed % 3 == 0)
            CHECK(x.rt_diameter.lo == x.rt_diameter.hi && x.rt_radius.lo == x.rt_radius.hi);
        digraph_free(&g);
    }
}

static void only_the_part_asked_for_is_measured(void)
{
    struct digraph g;
    struct extent x;

    /* 0 <-> 1 at 2 each way, 2 <-> 3 at 5, and an arc between. */
    digraph_from_arcs(&g, 4, 5, (uint32_t[]){0, 1, 2, 3, 1}, (uint32_t[]){1, 0, 3, 2, 2},
                      (double[]){2, 2, 5, 5, 1}, true,
                      NULL);
    extent_bound(&x, &g, (uint32_t[]){0, 0, 1, 1}, 1, 9);
    CHECK(x.diameter.lo == 5 && x.rt_diameter.lo == 10 && x.rt_diameter.hi == 10 &&
          x.rt_radius.hi == 10);
    digraph_free(&g);
}

static void a_census_counts_what_is_there(void)
{
    struct digraph g;
    struct census c;

    digraph_from_arcs(&g, 6, 7, (uint32_t[]){0, 0, 0, 1, 2, 3, 3}, (uint32_t[]){0, 1, 1, 0, 0, 4,
        4},
                      (double[]){1, 2, 3, 4, 5, 6, 7}, true, NULL);
    g.in_h = calloc(7, 1);
    g.in_h[1] = g.in_h[6] = 1;
    census_take(&c, &g);
    CHECK_INT(c.loops, 1);
    CHECK_INT(c.parallel, 2);
    CHECK_INT(c.answered, 3);           /* both 0 -> 1, and 1 -> 0 */
    CHECK_INT(c.out_max, 3);
    CHECK_INT(c.in_max, 3);
    CHECK_INT(c.isolated, 1);
    CHECK_INT(c.pieces, 3);
    CHECK(c.weight_min == 1 && c.weight_max == 7 && c.weight_sum == 28);
    CHECK_INT(c.spanner_arcs, 2);
    CHECK(c.spanner_weight == 9);
    digraph_free(&g);
}

static void threads_change_nothing(void)
{
    enum { N = 2000 };
    static uint32_t tail[4 * N], head[4 * N], all[N];
    static double weight[4 * N], one[N], some[N];
    const struct rng r = {1, rng_stream("test")};
    struct digraph g;

    for (int64_t k = 0; k < 4 * N; k++) {
        tail[k] = (uint32_t)rng_below(&r, 3 * (uint64_t)k, N);
        head[k] = (uint32_t)rng_below(&r, 3 * (uint64_t)k + 1, N);
        weight[k] = rng_uniform(&r, 3 * (uint64_t)k + 2);
    }
    for (uint32_t v = 0; v < N; v++)
        all[v] = v;
    digraph_from_arcs(&g, N, 4 * N, tail, head, weight, false, NULL);
    for (int least = 0; least < 2; least++) {
        threads_set(1);
        girth_each(one, &g, all, N, NULL, least);
        for (int t = 2; t <= 3; t++) {
            threads_set(t);
            girth_each(some, &g, all, N, NULL, least);
            CHECK_BYTES(one, some, sizeof one);
        }
    }
    digraph_free(&g);
}

static double distance(const struct digraph *g, const uint8_t *arcs, int64_t u, int64_t v)
{
    double d[MAX][MAX], cycle[MAX];

    all_pairs(d, cycle, g, arcs);
    return d[u][v];
}

static void fragility_is_how_much_longer_the_way_is_without_the_arc(void)
{
    int64_t bridges = 0, longer = 0, same = 0;

    for (uint64_t seed = 0; seed < 20; seed++) {
        struct digraph g;
        uint8_t use[400];
        int64_t arc[400], count = 0;
        double ratio[400];

        random_graph(&g, 20, 50, false, seed);
        for (int64_t k = 0; k < g.m; k++) {
            use[k] = seed % 2 == 0 || k % 5 > 0;
            if (use[k])
                arc[count++] = k;
        }
        fragility_each(ratio, &g, use, arc, count);
        for (int64_t i = 0; i < count; i++) {
            const uint32_t u = digraph_tail(&g, arc[i]), v = g.out.col[arc[i]];
            const double with = distance(&g, use, u, v);
            use[arc[i]] = 0;
            const double without = distance(&g, use, u, v);
            use[arc[i]] = 1;
            CHECK(ratio[i] == (without > with ? without / with : 1));
            bridges += isinf(ratio[i]);
            longer += ratio[i] > 1 && ratio[i] < INFINITY;
            same += ratio[i] == 1;
        }
        digraph_free(&g);
    }
    CHECK(bridges > 20 && longer > 100 && same > 100);
}

int main(void)
{
    RUN(paths_lead_along_their_arcs_and_are_as_long_as_said);
    RUN(cycles_are_those_of_brute_force);
    RUN(a_cycle_longer_than_every_widening_is_found);
    RUN(diameter_and_radius_are_bounded_and_met);
    RUN(only_the_part_asked_for_is_measured);
    RUN(fragility_is_how_much_longer_the_way_is_without_the_arc);
    RUN(a_census_counts_what_is_there);
    RUN(threads_change_nothing);
    return check_report();
}
