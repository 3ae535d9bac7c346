#include "graph/cover.h"

#include "base/threads.h"
#include "graph/scc.h"

#include "check.h"
#include "digraphs.h"

#include <omp.h>

/* A strongly connected graph: a ring and arcs across. */
static struct digraph connected(int64_t n, int64_t m, int64_t s, uint64_t seed)
{
    struct digraph some = random_digraph(n, m - n, 1, 10, false, s, seed), g;
    uint32_t *tail = xmalloc((size_t)m * sizeof *tail), *head = xmalloc((size_t)m * sizeof *head);
    double *w = xmalloc((size_t)m * sizeof *w);
    for (int64_t k = 0; k < m; k++) {
        tail[k] = k < n ? (uint32_t)k : digraph_tail(&some, k - n);
        head[k] = k < n ? (uint32_t)((k + 1) % n) : some.out.col[k - n];
        w[k] = k < n ? 1 : digraph_weights(&some)[k - n];
    }
    digraph_from_arcs(&g, n, m, tail, head, w, false, NULL);
    g.sources = some.sources;
    g.nsources = some.nsources;
    some.sources = NULL;
    digraph_free(&some);
    free(tail);
    free(head);
    free(w);
    return g;
}

static struct cover open_cover(const struct digraph *g, double radius)
{
    const int threads = omp_get_max_threads();
    struct cover c = {.g = g, .radius = radius, .depth = 20, .strict = true, .parts = 1,
                      .h = xcalloc((size_t)g->m, 1), .ball = xmalloc((size_t)g->n * sizeof *c.ball),
                      .part = xcalloc((size_t)g->n, sizeof *c.part), .whole = xcalloc(1, 1),
                      .search = xmalloc((size_t)threads * sizeof *c.search), .threads = threads};
    for (int i = 0; i < threads; i++)
        c.search[i] = (struct ball){sssp_new(g), sssp_new(g)};
    return c;
}

static void close_cover(struct cover *c)
{
    for (int i = 0; i < c->threads; i++) {
        sssp_free(c->search[i].there);
        sssp_free(c->search[i].back);
    }
    free(c->search);
    free(c->h);
    free(c->ball);
    free(c->part);
    free(c->whole);
}

/* ---- Balls ---------------------------------------------------------------------------------------- */

static void a_ball_is_what_floyd_and_warshall_find_and_its_arcs_connect_it(void)
{
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct digraph g = connected(60, 200, 5, seed);
        double *d = all_distances(&g, NULL);
        struct ball b = {sssp_new(&g), sssp_new(&g)};
        for (uint32_t u = 0; u < 60; u += 7)
            for (double radius = 2; radius < 60; radius *= 1.7) {
                uint8_t *h = xcalloc((size_t)g.m, 1);
                int64_t size = 0, arcs = 0;
                ball_grow(&b, u, radius, NULL, 0);
                ball_add(&b, h);
                double *in_h = all_distances(&g, h);
                bool same = true, near = true;
                for (int64_t v = 0; v < 60; v++) {
                    const double rt = d[u * 60 + v] + d[v * 60 + u];
                    size += rt <= radius;
                    same = same && ball_has(&b, (uint32_t)v) == (rt <= radius);
                    near = near && (rt > radius || fabs(in_h[u * 60 + v] + in_h[v * 60 + u] - rt) < 1e-9);
                }
                for (int64_t k = 0; k < g.m; k++)
                    arcs += h[k];
                CHECK(same);
                CHECK(near);
                CHECK_INT(b.back->reached, size);
                CHECK(arcs <= 2 * (size - 1));
                free(h);
                free(in_h);
            }
        sssp_free(b.there);
        sssp_free(b.back);
        free(d);
        digraph_free(&g);
    }
}

/* ---- Clusters ------------------------------------------------------------------------------------- */

/* A round trip of length R is whole in at least exp(-rate R) of the clusterings, less three deviations. */
static void clusters_leave_cycles_whole_as_often_as_the_lemma_says(void)
{
    enum { N = 80, RUNS = 20000 };
    struct digraph g = connected(N, 240, N, 3);
    struct cover c = open_cover(&g, 10);
    for (double rate = 0.02; rate < 0.2; rate *= 2) {
        int64_t whole = 0;
        struct ball b = {sssp_new(&g), sssp_new(&g)};
        const uint32_t u = 5;
        uint32_t cycle[2 * N];
        const uint32_t v = 40;
        int64_t n = 0;
        double length;
        sssp_run(b.there, &(struct sssp_query){.sources = &u, .nsources = 1});
        sssp_run(b.back, &(struct sssp_query){.sources = &u, .nsources = 1, .backward = true});
        length = ball_round_trip(&b, v);
        for (uint32_t x = v; b.there->label[x].arc >= 0; x = b.there->label[x].from)
            cycle[n++] = x;
        for (uint32_t x = v; b.back->label[x].arc >= 0; x = b.back->label[x].from)
            cycle[n++] = b.back->label[x].from;
        for (int run = 0; run < RUNS; run++) {
            struct sssp *s = c.search[0].there;
            c.number = (uint64_t)run;
            cover_cluster(&c, 0, g.sources, g.nsources, run % 2, rate, 1e9, s);
            bool one = true;
            for (int64_t i = 1; i < n; i++)
                one = one && s->label[cycle[i]].owner == s->label[cycle[0]].owner;
            whole += one;
        }
        const double chance = exp(-rate * length);
        CHECK((double)whole / RUNS >= chance - 3 * sqrt(chance * (1 - chance) / RUNS));
        sssp_free(b.there);
        sssp_free(b.back);
    }
    close_cover(&c);
    digraph_free(&g);
}

static void clusters_have_every_centre_and_no_vertex_beyond_the_longest_draw(void)
{
    struct digraph g = connected(200, 600, 20, 4);
    struct cover c = open_cover(&g, 5);
    struct sssp *s = c.search[0].there;
    for (int run = 0; run < 50; run++) {
        c.number = (uint64_t)run;
        cover_cluster(&c, 0, g.sources, g.nsources, run % 2, 0.3, 9, s);
        double *d = all_distances(&g, NULL);
        bool near = true;
        for (int64_t i = 0; i < g.nsources; i++)
            CHECK(s->label[g.sources[i]].dist <= 0);
        for (int64_t v = 0; v < g.n; v++) {
            if (s->label[v].dist > 0)
                continue;
            const uint32_t u = g.sources[s->label[v].owner];
            near = near && (run % 2 ? d[v * g.n + u] : d[u * g.n + v]) <= 9 + 1e-9;
        }
        CHECK(near);
        free(d);
    }
    close_cover(&c);
    digraph_free(&g);
}

/* ---- Estimates ------------------------------------------------------------------------------------- */

static void estimates_are_within_an_eighth(void)
{
    enum { N = 700, RUNS = 20 };
    struct digraph g = connected(N, 2100, N, 5);
    struct cover c = open_cover(&g, 5);
    int32_t *near[2] = {xmalloc(N * sizeof(int32_t)), xmalloc(N * sizeof(int32_t))},
            *want[2] = {xmalloc(N * sizeof(int32_t)), xmalloc(N * sizeof(int32_t))};
    int64_t off = 0;
    c.samples = N;
    CHECK_INT(cover_estimate(&c, 0, g.sources, N, 25, want), N);
    c.samples = 0;
    c.depth = 2;
    for (int run = 0; run < RUNS; run++) {
        c.number = (uint64_t)run;
        const int64_t t = cover_estimate(&c, 0, g.sources, N, 25, near);
        CHECK(t < N);
        bool good = true;
        for (int i = 0; i < 2 * N; i++)
            good = good && fabs((double)near[i / N][i % N] / (double)t - (double)want[i / N][i % N] / N) <= 1.0 / 8;
        off += !good;
    }
    CHECK_INT(off, 0);
    /* What is counted, by all distances. */
    double *d = all_distances(&g, NULL);
    int64_t out = 0, in = 0;
    for (int64_t v = 0; v < N; v++) {
        out += d[17 * N + v] <= 25;
        in += d[v * N + 17] <= 25;
    }
    CHECK_INT(want[0][17], out);
    CHECK_INT(want[1][17], in);
    free(d);
    for (int way = 0; way < 2; way++) {
        free(near[way]);
        free(want[way]);
    }
    close_cover(&c);
    digraph_free(&g);
}

/* ---- Covers ------------------------------------------------------------------------------------------ */

static void balls_are_disjoint_and_hold_every_source_unless_parts_are_given_up(void)
{
    for (uint64_t seed = 0; seed < 30; seed++) {
        struct digraph g = connected(300, 900, 40, seed);
        struct cover c = open_cover(&g, seed % 2 ? 2 : 6);
        c.seed = seed;
        c.strict = seed % 3 == 0;
        c.samples = seed % 3 ? 16 : 0;
        cover_make(&c);
        int64_t without = 0;
        for (int64_t i = 0; i < g.nsources; i++)
            without += c.ball[g.sources[i]] == COVER_NONE;
        CHECK(c.given_up > 0 || without == 0);
        CHECK(c.strict || c.given_up == 0);
        CHECK(c.balls >= 1 && c.balls <= g.nsources);
        double *d = all_distances(&g, c.h);
        bool near = true;
        for (int64_t u = 0; u < g.n; u++)
            for (int64_t v = 0; v < g.n; v++)
                if (c.ball[u] != COVER_NONE && c.ball[u] == c.ball[v])
                    near = near && d[u * g.n + v] + d[v * g.n + u] <= 4 * 3 * c.radius * (1 + 1e-9);
        CHECK(near);
        free(d);
        close_cover(&c);
        digraph_free(&g);
    }
}

static void a_radius_beyond_the_diameter_gives_one_ball(void)
{
    struct digraph g = connected(100, 300, 10, 1);
    struct cover c = open_cover(&g, 1e4);
    cover_make(&c);
    CHECK_INT(c.balls, 1);
    CHECK_INT(c.whole[0], 1);
    close_cover(&c);
    digraph_free(&g);
}

static void components_are_those_of_all_distances(void)
{
    for (uint64_t seed = 0; seed < 30; seed++) {
        struct digraph g = random_digraph(60, 90, 1, 9, true, 0, seed);
        uint32_t of[60];
        double *d = all_distances(&g, NULL);
        const int64_t n = scc_find(of, &g, NULL);
        bool same = true, ordered = true;
        for (int64_t u = 0; u < 60; u++)
            for (int64_t v = 0; v < 60; v++)
                same = same && (of[u] == of[v]) == (d[u * 60 + v] + d[v * 60 + u] < INFINITY);
        for (int64_t k = 0; k < g.m; k++)
            ordered = ordered && of[digraph_tail(&g, k)] >= of[g.out.col[k]];
        for (int64_t v = 0; v < 60; v++)
            ordered = ordered && of[v] < n;
        CHECK(same);
        CHECK(ordered);
        free(d);
        digraph_free(&g);
    }
}

int main(void)
{
    RUN(a_ball_is_what_floyd_and_warshall_find_and_its_arcs_connect_it);
    RUN(clusters_leave_cycles_whole_as_often_as_the_lemma_says);
    RUN(clusters_have_every_centre_and_no_vertex_beyond_the_longest_draw);
    RUN(estimates_are_within_an_eighth);
    RUN(balls_are_disjoint_and_hold_every_source_unless_parts_are_given_up);
    RUN(a_radius_beyond_the_diameter_gives_one_ball);
    RUN(components_are_those_of_all_distances);
    return check_report();
}
