/* Lists of arcs, components, subgraphs, and the digraphs that are made up. */
#include "graph/generate.h"

#include "base/mem.h"
#include "base/random.h"
#include "base/threads.h"
#include "graph/arcs.h"
#include "graph/components.h"
#include "graph/subgraph.h"

#include "check.h"

#include <stdlib.h>

static void random_graph(struct csr *m, int64_t n, int64_t arcs, uint64_t seed)
{
    const struct rng r = {seed, rng_stream("test")};
    struct arcs a = {.n = n};

    for (int64_t k = 0; k < arcs; k++)
        arcs_add(&a, (int64_t)rng_below(&r, 3 * (uint64_t)k, (uint64_t)n),
                 (int64_t)rng_below(&r, 3 * (uint64_t)k + 1, (uint64_t)n),
                 (double)rng_below(&r, 3 * (uint64_t)k + 2, 9));
    arcs_to_csr(m, &a, true);
    arcs_free(&a);
}

/* reach[u n + v]: Warshall's closure. */
static void closure(uint8_t *reach, const struct csr *m)
{
    const int64_t n = m->rows;

    memset(reach, 0, (size_t)(n * n));
    for (int64_t u = 0; u < n; u++) {
        reach[u * n + u] = 1;
        for (int64_t k = m->ptr[u]; k < m->ptr[u + 1]; k++)
            reach[u * n + m->col[k]] = 1;
    }
    for (int64_t w = 0; w < n; w++)
        for (int64_t u = 0; u < n; u++)
            for (int64_t v = 0; v < n; v++)
                reach[u * n + v] |= reach[u * n + w] & reach[w * n + v];
}

static void lists_become_rows_without_loops_and_with_the_lightest_of_parallel_arcs(void)
{
    struct arcs a = {.n = 3};
    struct csr m;

    arcs_add(&a, 2, 0, 5);
    arcs_add(&a, 0, 2, 4);
    arcs_add(&a, 1, 1, 1);
    arcs_add(&a, 0, 1, 7);
    arcs_add(&a, 0, 2, 3);
    arcs_to_csr(&m, &a, true);
    CHECK_INT(m.n, 3);
    CHECK_BYTES(m.ptr, ((int64_t[]){0, 2, 2, 3}), 32);
    CHECK_BYTES(m.col, ((uint32_t[]){1, 2, 0}), 12);
    CHECK_BYTES(m.val, ((int64_t[]){7, 3, 5}), 24);
    csr_free(&m);
    arcs_to_csr(&m, &a, false);
    CHECK_INT(m.type, TEN_F64);
    CHECK_BYTES(m.val, ((double[]){7, 3, 5}), 24);
    csr_free(&m);
    arcs_free(&a);
}

static void components_are_the_classes_of_mutual_reachability(void)
{
    uint8_t reach[40 * 40];
    uint32_t part[40];

    for (uint64_t seed = 0; seed < 200; seed++) {
        const int64_t n = 1 + (int64_t)seed % 40;
        struct csr m;

        random_graph(&m, n, n + (int64_t)(seed / 40) * n / 4, seed);
        closure(reach, &m);
        const int64_t parts = components(part, &m);
        int64_t next = 0;
        for (int64_t u = 0; u < n; u++) {
            CHECK(part[u] <= next && part[u] < parts);
            next += part[u] == next;
            for (int64_t v = 0; v < n; v++)
                CHECK((part[u] == part[v]) == (reach[u * n + v] && reach[v * n + u]));
        }
        CHECK_INT(next, parts);
        csr_free(&m);
    }
}

/* Recursion would need a stack of a million frames. */
static void a_long_path_and_a_long_cycle_cost_no_stack(void)
{
    enum { N = 1000000 };
    uint32_t *part = xmalloc(N * sizeof *part);
    struct arcs a = {.n = N};
    struct csr m;

    for (int64_t v = 0; v + 1 < N; v++)
        arcs_add(&a, v, v + 1, 1);
    arcs_to_csr(&m, &a, true);
    CHECK_INT(components(part, &m), N);
    csr_free(&m);
    arcs_add(&a, N - 1, 0, 1);
    arcs_to_csr(&m, &a, true);
    CHECK_INT(components(part, &m), 1);
    csr_free(&m);
    arcs_free(&a);
    free(part);
}

static void the_largest_component_is_the_first_of_equals(void)
{
    uint8_t keep[6];

    CHECK_INT(components_largest(keep, (uint32_t[]){0, 1, 1, 2, 2, 0}, 6, 3), 2);
    CHECK_BYTES(keep, ((uint8_t[]){1, 0, 0, 0, 0, 1}), 6);
    CHECK_INT(components_largest(keep, (uint32_t[]){0, 1, 1, 1, 2, 0}, 6, 3), 3);
    CHECK_BYTES(keep, ((uint8_t[]){0, 1, 1, 1, 0, 0}), 6);
    CHECK_INT(components_largest(keep, NULL, 0, 0), 0);
}

/* Every arc of the whole graph is in the part when both ends and the arc itself are kept. */
static void subgraphs_hold_exactly_what_is_kept(void)
{
    for (uint64_t seed = 0; seed < 50; seed++) {
        const struct rng r = {seed, rng_stream("keep")};
        struct csr m, s;
        struct submap map;
        uint8_t vertices[30], arcs[200];
        int64_t kept = 0;

        random_graph(&m, 30, 150, seed);
        for (int64_t i = 0; i < 30; i++)
            vertices[i] = rng_below(&r, (uint64_t)i, 3) > 0;
        for (int64_t k = 0; k < 200; k++)
            arcs[k] = rng_below(&r, 100 + (uint64_t)k, 2) > 0;
        subgraph(&s, &map, &m, seed % 3 == 1 ? NULL : vertices, seed % 3 == 2 ? NULL : arcs);
        for (int64_t u = 0; u < 30; u++)
            for (int64_t k = m.ptr[u]; k < m.ptr[u + 1]; k++)
                kept += (seed % 3 == 1 || (vertices[u] && vertices[m.col[k]])) && (seed % 3 == 2 ||
                    arcs[k]);
        CHECK_INT(s.n, kept);
        for (int64_t i = 0; i < s.rows; i++)
            for (int64_t k = s.ptr[i]; k < s.ptr[i + 1]; k++) {
                const int64_t from = map.arc[k], u = map.vertex[i];
                CHECK(m.ptr[u] <= from && from < m.ptr[u + 1]);
                CHECK_INT(m.col[from], map.vertex[s.col[k]]);
                CHECK_INT(((int64_t *)m.val)[from], ((int64_t *)s.val)[k]);
            }
        submap_free(&map);
        csr_free(&s);
        csr_free(&m);
    }
}

static void every_kind_is_strongly_connected_and_without_loops(void)
{
    for (int kind = 0; graph_kinds[kind]; kind++)
        for (int64_t n = 2; n < 3000; n = n < 30 ? n + 1 : n * 3) {
            const struct graph_defaults *d = graph_defaults((enum graph_kind)kind);
            const struct graph_plan p = {.kind = (enum graph_kind)kind, .n = n, .degree = d->degree,
                                         .lo = d->lo, .hi = d->hi, .seed = (uint64_t)n};
            uint32_t part[3000];
            int32_t *xy;
            struct csr m;

            if (kind == GRAPH_COMPLETE && n > 100)
                continue;
            graph_generate(&m, &xy, &p);
            const bool core = kind == GRAPH_GEO || kind == GRAPH_CITATION || kind == GRAPH_ROAD;
            CHECK(core ? m.rows > 0 && m.rows <= n : m.rows == n);
            CHECK((xy != NULL) == d->places);
            CHECK_INT(components(part, &m), 1);
            CHECK(m.type == TEN_I64 && m.weight);
            for (int64_t u = 0; u < m.rows; u++)
                for (int64_t k = m.ptr[u]; k < m.ptr[u + 1]; k++) {
                    CHECK(m.col[k] != u && (k == m.ptr[u] || m.col[k - 1] < m.col[k]));
                    CHECK(d->lo == 0 ? ((int64_t *)m.val)[k] >= 1
                                     : ((int64_t *)m.val)[k] >= d->lo &&
                                         ((int64_t *)m.val)[k] <= d->hi);
                }
            csr_free(&m);
            free(xy);
        }
}

static int64_t arcs_of(const struct graph_plan *p)
{
    struct csr m;
    int32_t *xy;

    graph_generate(&m, &xy, p);
    const int64_t n = m.n;
    csr_free(&m);
    free(xy);
    return n;
}

static void closed_forms_have_the_arcs_they_should(void)
{
    CHECK_INT(arcs_of(&(struct graph_plan){.kind = GRAPH_CYCLE, .n = 17, .lo = 1, .hi = 1}), 17);
    CHECK_INT(arcs_of(&(struct graph_plan){.kind = GRAPH_COMPLETE, .n = 17, .lo = 1, .hi = 1}),
              17 * 16);
    CHECK_INT(arcs_of(&(struct graph_plan){.kind = GRAPH_STAR, .n = 17, .lo = 1, .hi = 1}), 32);
    /* 100 x 100 crossings: 200 streets of 99 pieces; of the 50 rows and 50 columns of odd number
     * all but the last go one way. */
    CHECK_INT(arcs_of(&(struct graph_plan){.kind = GRAPH_GRID, .n = 10000, .lo = 1, .hi = 1}),
              2 * 200 * 99 - (49 + 49) * 99);
}

/* The degree asked for is met up to parallel arcs and chance. */
static void degrees_are_about_what_was_asked_for(void)
{
    static const enum graph_kind kinds[] = {GRAPH_RAND, GRAPH_PREF, GRAPH_GEO, GRAPH_FLIGHT};

    for (int i = 0; i < 4; i++)
        CHECK_NEAR((double)arcs_of(&(struct graph_plan){.kind = kinds[i], .n = 4000, .degree = 12,
                                                        .lo = 1, .hi = 9,
                                                        .seed = 1}), 48000, 4800);
}

static void real_weights_fill_their_range(void)
{
    const struct graph_plan p = {.kind = GRAPH_RAND, .n = 1000, .degree = 10, .lo = 2, .hi = 3,
                                 .real = true};
    struct csr m;
    int32_t *xy;
    double sum = 0;

    graph_generate(&m, &xy, &p);
    CHECK_INT(m.type, TEN_F64);
    for (int64_t k = 0; k < m.n; k++) {
        const double w = ((double *)m.val)[k];
        CHECK(w >= 2 && w < 3);
        sum += w;
    }
    CHECK_NEAR(sum / (double)m.n, 2.5, 0.02);       /* 6 standard deviations of a mean of 10000 */
    csr_free(&m);
}

static void the_seed_and_nothing_else_decides(void)
{
    for (int kind = 0; graph_kinds[kind]; kind++) {
        const struct graph_defaults *d = graph_defaults((enum graph_kind)kind);
        struct graph_plan p = {.kind = (enum graph_kind)kind, .n = 400, .degree = d->degree,
                               .lo = 1, .hi = 99, .seed = 5};
        struct csr a, b, c;
        int32_t *xa, *xb, *xc;

        threads_set(1);
        graph_generate(&a, &xa, &p);
        threads_set(3);
        graph_generate(&b, &xb, &p);
        p.seed = 6;
        graph_generate(&c, &xc, &p);
        CHECK(csr_same_structure(&a, &b));
        CHECK_BYTES(a.val, b.val, (size_t)a.n * 8);
        if (xa)
            CHECK_BYTES(xa, xb, (size_t)a.rows * 8);
        CHECK(a.n != c.n || memcmp(a.val, c.val, (size_t)a.n * 8) != 0);
        csr_free(&a);
        csr_free(&b);
        csr_free(&c);
        free(xa);
        free(xb);
        free(xc);
    }
}

int main(void)
{
    RUN(lists_become_rows_without_loops_and_with_the_lightest_of_parallel_arcs);
    RUN(components_are_the_classes_of_mutual_reachability);
    RUN(a_long_path_and_a_long_cycle_cost_no_stack);
    RUN(the_largest_component_is_the_first_of_equals);
    RUN(subgraphs_hold_exactly_what_is_kept);
    RUN(every_kind_is_strongly_connected_and_without_loops);
    RUN(closed_forms_have_the_arcs_they_should);
    RUN(degrees_are_about_what_was_asked_for);
    RUN(real_weights_fill_their_range);
    RUN(the_seed_and_nothing_else_decides);
    return check_report();
}
