#include "graph/generate.h"

#include "base/mem.h"
#include "base/random.h"
#include "graph/arcs.h"
#include "graph/points.h"
#include "graph/roads.h"
#include "graph/components.h"
#include "graph/subgraph.h"

#include <math.h>
#include <stdlib.h>

const char *const graph_kinds[] = {
    "rand", "grid", "pref", "geo", "flight", "citation-core", "road", "cycle", "complete", "star",
        NULL
};

const struct graph_defaults *graph_defaults(enum graph_kind kind)
{
    static const struct graph_defaults defaults[] = {
        [GRAPH_RAND] = {2000, 10, 1, 100, false},     [GRAPH_GRID] = {10000, 0, 50, 149, true},
        [GRAPH_PREF] = {5000, 20, 1, 100, false},     [GRAPH_GEO] = {2000, 8, 0, 0, true},
        [GRAPH_FLIGHT] = {3000, 8, 0, 0, true},       [GRAPH_CITATION] = {5000, 8, 1, 1, false},
        [GRAPH_ROAD] = {10000, 0, 0, 0, true},        [GRAPH_CYCLE] = {10, 0, 1, 1, false},
        [GRAPH_COMPLETE] = {10, 0, 1, 1, false},      [GRAPH_STAR] = {10, 0, 1, 1, false},
    };
    return &defaults[kind];
}

struct making {
    const struct graph_plan *p;
    struct arcs a;
    struct rng pick, weight;            /* of vertices by the kind's count of draws; by arc */
};

static void add(struct making *x, int64_t from, int64_t to)
{
    const struct graph_plan *p = x->p;
    const uint64_t k = (uint64_t)x->a.m;

    arcs_add(&x->a, from, to, p->real
        ? (double)p->lo + (double)(p->hi - p->lo) * rng_uniform(&x->weight, k)
        : (double)(p->lo + (int64_t)rng_below(&x->weight, k, (uint64_t)(p->hi - p->lo) + 1)));
}

static int64_t below(const struct making *x, int64_t draw, int64_t n)
{
    return (int64_t)rng_below(&x->pick, (uint64_t)draw, (uint64_t)n);
}

static void make_rand(struct making *x)
{
    const int64_t n = x->p->n, m = llround((double)n * x->p->degree);
    const struct rng order = {x->p->seed, rng_stream("graphgen.order")};
    int64_t *v = xmalloc((size_t)n * sizeof *v);

    rng_permutation(&order, 0, v, n);
    for (int64_t i = 0; i < n; i++)
        add(x, v[i], v[(i + 1) % n]);
    free(v);
    for (int64_t k = n; k < m; k++) {
        const int64_t from = below(x, 2 * k, n), to = below(x, 2 * k + 1, n - 1);
        add(x, from, to + (to >= from));
    }
}

/* A street from u to v: streets of odd number go one way, every second of them the other. */
static void build_street(struct making *x, int64_t u, int64_t v, int64_t line, bool border)
{
    if (border || line % 4 != 3)
        add(x, u, v);
    if (border || line % 4 != 1)
        add(x, v, u);
}

/* The last row may be short, so the one above counts as border as well. */
static void make_grid(struct making *x)
{
    const int64_t n = x->p->n, width = (int64_t)ceil(sqrt((double)n)),
        rows = (n + width - 1) / width;

    for (int64_t v = 0; v < n; v++) {
        const int64_t c = v % width, r = v / width;

        if (c + 1 < width && v + 1 < n)
            build_street(x, v, v + 1, r, r + 2 >= rows);
        if (v + width < n)
            build_street(x, v, v + width, c, c + 1 == width);
    }
}

/* The ends of the arcs so far hold every vertex as often as its degree.  The first arc of a
 * vertex leaves it and the second one reaches it, so the graph stays strongly connected as it
 * grows. */
static void make_pref(struct making *x)
{
    const int64_t degree = llround(x->p->degree);
    int64_t draw = 0;

    add(x, 0, 1);
    add(x, 1, 0);
    for (int64_t v = 2; v < x->p->n; v++) {
        const int64_t m = x->a.m;

        for (int64_t i = 0; i < degree; i++, draw += 2) {
            const int64_t end = below(x, draw, 2 * m), coin = below(x, draw + 1, 2);
            const int64_t other = end % 2 ? x->a.arc[end / 2].to : x->a.arc[end / 2].from;

            if (i == 0 || (i > 1 && coin))
                add(x, v, other);
            else
                add(x, other, v);
        }
    }
}

static void make_citation(struct making *x)
{
    enum { WINDOW = 50, ANSWERED = 8 };
    const int64_t degree = llround(x->p->degree);
    int64_t draw = 0, cited = 0;
    int64_t *all = xmalloc((size_t)(x->p->n * degree) * sizeof *all);

    for (int64_t v = 1; v < x->p->n; v++)
        for (int64_t i = 0; i < degree; i++, draw += 2) {
            const bool recent = i % 2 == 0 || cited == 0;
            const int64_t u = recent ? v - 1 - below(x, draw, v < WINDOW ? v : WINDOW)
                : all[below(x, draw, cited)];

            if (u == v)
                continue;
            add(x, v, u);
            all[cited++] = u;
            if (recent && below(x, draw + 1, ANSWERED) == 0)
                add(x, u, v);
        }
    free(all);
}

static void make_cycle(struct making *x)
{
    for (int64_t v = 0; v < x->p->n; v++)
        add(x, v, (v + 1) % x->p->n);
}

static void make_complete(struct making *x)
{
    for (int64_t u = 0; u < x->p->n; u++)
        for (int64_t v = 0; v < x->p->n; v++)
            if (u != v)
                add(x, u, v);
}

static void make_star(struct making *x)
{
    for (int64_t v = 1; v < x->p->n; v++) {
        add(x, 0, v);
        add(x, v, 0);
    }
}

static void place_grid(int32_t *xy, int64_t n)
{
    enum { SIDE = 100 };
    const int64_t width = (int64_t)ceil(sqrt((double)n));

    for (int64_t v = 0; v < n; v++) {
        xy[2 * v] = (int32_t)(v % width * SIDE);
        xy[2 * v + 1] = (int32_t)(v / width * SIDE);
    }
}

static void make(struct making *x, int32_t *xy)
{
    const struct graph_plan *p = x->p;

    switch (p->kind) {
    case GRAPH_RAND:     make_rand(x); break;
    case GRAPH_GRID:     make_grid(x); place_grid(xy, p->n); break;
    case GRAPH_PREF:     make_pref(x); break;
    case GRAPH_GEO:      make_near_points(&x->a, xy, p->degree, p->seed); break;
    case GRAPH_FLIGHT:   make_flights(&x->a, xy, p->degree, p->seed); break;
    case GRAPH_CITATION: make_citation(x); break;
    case GRAPH_ROAD:     make_roads(&x->a, xy, p->seed); break;
    case GRAPH_CYCLE:    make_cycle(x); break;
    case GRAPH_COMPLETE: make_complete(x); break;
    case GRAPH_STAR:     make_star(x); break;
    }
}

/* m, and xy in step, become their largest strongly connected component. */
static void keep_core(struct csr *m, int32_t *xy)
{
    uint32_t *part = xmalloc((size_t)m->rows * sizeof *part);
    uint8_t *keep = xmalloc((size_t)m->rows);
    struct submap map;
    struct csr whole = *m;

    components_largest(keep, part, m->rows, components(part, m));
    subgraph(m, &map, &whole, keep, NULL);
    for (int64_t i = 0; xy && i < map.n; i++) {
        xy[2 * i] = xy[2 * map.vertex[i]];
        xy[2 * i + 1] = xy[2 * map.vertex[i] + 1];
    }
    submap_free(&map);
    csr_free(&whole);
    free(keep);
    free(part);
}

void graph_generate(struct csr *m, int32_t **xy, const struct graph_plan *p)
{
    struct making x = {.p = p, .a = {.n = p->n}, .pick = {p->seed, rng_stream("graphgen.pick")},
                       .weight = {p->seed, rng_stream("graphgen.weight")}};

    *xy = graph_defaults(p->kind)->places ? xmalloc((size_t)p->n * 2 * sizeof **xy) : NULL;
    make(&x, *xy);
    arcs_to_csr(m, &x.a, !p->real);
    arcs_free(&x.a);
    if (p->kind == GRAPH_GEO || p->kind == GRAPH_CITATION || p->kind == GRAPH_ROAD)
        keep_core(m, *xy);
}
