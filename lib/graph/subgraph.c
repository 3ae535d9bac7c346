#include "graph/subgraph.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

static const uint32_t GONE = UINT32_MAX;

/* name[v] = the number of v in the subgraph, GONE outside of it. */
static uint32_t *name_vertices(struct submap *map, int64_t n, const uint8_t *keep)
{
    uint32_t *name = xmalloc((size_t)n * sizeof *name);

    map->vertex = xmalloc((size_t)n * sizeof *map->vertex);
    for (int64_t v = 0; v < n; v++) {
        name[v] = keep && !keep[v] ? GONE : (uint32_t)map->n;
        if (name[v] != GONE)
            map->vertex[map->n++] = v;
    }
    return name;
}

static void choose_arcs(struct submap *map, const struct csr *g, const uint32_t *name,
                        const uint8_t *keep)
{
    map->arc = xmalloc((size_t)g->n * sizeof *map->arc);
    for (int64_t i = 0; i < map->n; i++)
        for (int64_t k = g->ptr[map->vertex[i]]; k < g->ptr[map->vertex[i] + 1]; k++)
            if ((!keep || keep[k]) && name[g->col[k]] != GONE)
                map->arc[map->m++] = k;
}

void subgraph(struct csr *s, struct submap *map, const struct csr *g, const uint8_t *vertices,
              const uint8_t *arcs)
{
    *map = (struct submap){0};
    uint32_t *name = name_vertices(map, g->rows, vertices);
    choose_arcs(map, g, name, arcs);

    csr_alloc(s, map->n, map->n, map->m, g->val ? g->type : 0);
    s->type = g->type;
    s->weight = g->weight;
    for (int64_t i = 0, k = 0; i < map->n; i++) {
        for (; k < map->m && map->arc[k] < g->ptr[map->vertex[i] + 1]; k++)
            s->col[k] = name[g->col[map->arc[k]]];
        s->ptr[i + 1] = k;
    }
    if (g->val)
        submap_gather(s->val, g->val, map->arc, map->m, csr_value_size(g));
    free(name);
}

void submap_free(struct submap *map)
{
    free(map->vertex);
    free(map->arc);
    *map = (struct submap){0};
}

void submap_gather(void *y, const void *x, const int64_t *at, int64_t n, size_t size)
{
    for (int64_t i = 0; i < n; i++)
        memcpy((char *)y + (size_t)i * size, (const char *)x + (size_t)at[i] * size, size);
}
