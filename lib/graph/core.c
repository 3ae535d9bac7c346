#include "graph/core.h"

#include "base/mem.h"
#include "graph/scc.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Components of the arcs of weight 0, and the arcs that hold each of them together. */
static int64_t join_zeros(uint32_t *of, uint8_t *skeleton, const struct digraph *g)
{
    uint8_t *zero = xmalloc((size_t)g->m);
    bool any = false;
    for (int64_t k = 0; k < g->m; k++)
        any |= zero[k] = digraph_weights(g)[k] == 0;
    int64_t n = g->n;
    if (any)
        n = scc_find(of, g, zero);
    if (n == g->n)
        for (int64_t v = 0; v < n; v++)
            of[v] = (uint32_t)v;
    else
        skeleton_add(skeleton, g, of, n, zero);
    free(zero);
    return n;
}

/* New numbers for the vertices of components that have a source and a second vertex. */
static int64_t number_useful(uint32_t *map, const struct digraph *g, const uint32_t *comp, int64_t components)
{
    uint8_t *useful = xcalloc((size_t)components, 1);
    int64_t *size = xcalloc((size_t)components, sizeof *size), n = 0;
    for (int64_t v = 0; v < g->n; v++)
        size[comp[v]]++;
    for (int64_t i = 0; i < g->nsources; i++)
        useful[comp[g->sources[i]]] = size[comp[g->sources[i]]] > 1;
    for (int64_t v = 0; v < g->n; v++)
        map[v] = useful[comp[v]] ? (uint32_t)n++ : QUOTIENT_NONE;
    free(useful);
    free(size);
    return n;
}

/* What holds vertices together that no source shares a component with serves nobody. */
static void drop_sourceless(uint8_t *skeleton, const struct digraph *g, const uint32_t *of,
                            const struct digraph *joined, const uint32_t *comp, int64_t components)
{
    uint8_t *served = xcalloc((size_t)components, 1);
    for (int64_t i = 0; i < joined->nsources; i++)
        served[comp[joined->sources[i]]] = 1;
    for (int64_t v = 0; v < g->n; v++)
        for (int64_t k = g->out.ptr[v]; k < g->out.ptr[v + 1]; k++)
            skeleton[k] &= served[comp[of[v]]];
    free(served);
}

/* first, then second: where either has none there is none. */
static void compose(uint32_t *first, const uint32_t *second, int64_t n)
{
    for (int64_t v = 0; v < n; v++)
        if (first[v] != QUOTIENT_NONE)
            first[v] = second[first[v]];
}

void core_build(struct core *c, const struct digraph *g)
{
    struct digraph joined;
    int64_t *joined_arc;
    c->vertex = xmalloc((size_t)g->n * sizeof *c->vertex);
    c->whole_m = g->m;
    c->skeleton = xcalloc((size_t)g->m, 1);
    const int64_t n = join_zeros(c->vertex, c->skeleton, g);
    quotient(&joined, &joined_arc, g, c->vertex, n, NULL, INFINITY);

    uint32_t *comp = xmalloc((size_t)n * sizeof *comp), *map = xmalloc((size_t)n * sizeof *map);
    const int64_t components = scc_find(comp, &joined, NULL);
    drop_sourceless(c->skeleton, g, c->vertex, &joined, comp, components);
    const int64_t useful = number_useful(map, &joined, comp, components);
    quotient(&c->g, &c->arc, &joined, map, useful, comp, INFINITY);
    for (int64_t k = 0; k < c->g.m; k++)
        c->arc[k] = joined_arc[c->arc[k]];
    compose(c->vertex, map, g->n);
    c->comp = xmalloc((size_t)useful * sizeof *c->comp);
    c->components = quotient_components(c->comp, comp, components, map, n);
    digraph_free(&joined);
    free(joined_arc);
    free(comp);
    free(map);
}

void core_free(struct core *c)
{
    digraph_free(&c->g);
    free(c->arc);
    free(c->vertex);
    free(c->comp);
    free(c->skeleton);
    *c = (struct core){0};
}

void core_lift(uint8_t *in_h, const struct core *c, const uint8_t *h)
{
    for (int64_t k = 0; k < c->whole_m; k++)
        in_h[k] |= c->skeleton[k];
    for (int64_t k = 0; k < c->g.m; k++)
        if (h[k])
            in_h[c->arc[k]] = 1;
}

void core_lower(uint8_t *h, const struct core *c, const uint8_t *in_h)
{
    for (int64_t k = 0; k < c->g.m; k++)
        h[k] = in_h[c->arc[k]];
}
