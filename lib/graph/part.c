#include "graph/part.h"

#include "base/fail.h"
#include "base/mem.h"
#include "graph/carried.h"
#include "graph/subgraph.h"
#include "stream/parcel.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Replace record rec of g by the elements `at` [n] of its first dimension. */
static int cut_record(struct digraph *g, const struct ten_record *rec, const int64_t *at,
                      int64_t n, struct ten_err *e)
{
    struct ten_record part = *rec;
    const size_t size = ten_elem_size(rec->type);
    size_t row = size;

    if (size == 0)
        return fail(e, TEN_E_DATA, "%s: of type %s: expected one with whole bytes", rec->name,
                    ten_type_name(rec->type));
    for (int d = 1; d < rec->shape.rank; d++)
        row *= (size_t)rec->shape.dim[d];
    void *data = xmalloc(row * (size_t)n);
    submap_gather(data, rec->data, at, n, row);
    part.shape.dim[0] = n;
    part.data = data;
    carried_put(g, &part);
    free(data);
    return 0;
}

/* names is the text of all vertices, name i from byte offsets[i] to offsets[i+1]. */
static int cut_names(struct digraph *g, int64_t whole_n, const struct submap *map,
                     struct ten_err *e)
{
    struct ten_record text, offsets;

    if (!carried_find(g, "names", &text) || !carried_find(g, "names_offsets", &offsets))
        return 0;
    const int64_t *at = offsets.data, bytes = ten_bytes(&text);
    if (offsets.type != TEN_I64 || offsets.shape.rank != 1 || offsets.shape.dim[0] != whole_n + 1)
        return fail(e, TEN_E_DATA, "names_offsets: expected i64 [%" PRId64 "]", whole_n + 1);
    for (int64_t v = 0; v < whole_n; v++)
        if (at[v] < 0 || at[v + 1] < at[v] || at[v + 1] > bytes)
            return fail(e, TEN_E_DATA, "names_offsets: vertex %" PRId64 ": expected a part of the "
                        "%" PRId64
                        " bytes of names", v, bytes);
    char *kept = xmalloc((size_t)bytes);
    int64_t *ends = xmalloc(((size_t)map->n + 1) * sizeof *ends), n = 0;
    ends[0] = 0;
    for (int64_t i = 0; i < map->n; i++) {
        const int64_t from = at[map->vertex[i]], length = at[map->vertex[i] + 1] - from;
        memcpy(kept + n, (const char *)text.data + from, (size_t)length);
        n += length;
        ends[i + 1] = n;
    }
    carried_put(g, &(struct ten_record){.name = "names", .type = text.type, .shape = {1, {n}},
                                        .data = kept,
                                        .attrs = text.attrs});
    carried_put(g, &(struct ten_record){.name = "names_offsets", .type = TEN_I64,
                                        .shape = {1, {map->n + 1}}, .data = ends});
    free(kept);
    free(ends);
    return 0;
}

static bool of_vertices(const char *name)
{
    return strcmp(name, "xy") == 0 || strcmp(name, "vertex") == 0 || strcmp(name, "component") == 0;
}
static bool of_arcs(const char *name) { return strcmp(name, "arc") == 0; }
static bool of_names(const char *name)
{
    return strcmp(name, "names") == 0 || strcmp(name, "names_offsets") == 0;
}

/* n, m: of the graph before. */
static int cut_carried(struct digraph *g, int64_t n, int64_t m, const struct submap *map,
                       struct ten_err *e)
{
    for (int64_t i = 0; i < g->nothers; i++) {
        struct ten_record rec;
        parcel_unpack(&rec, g->others[i]);
        const int64_t first = rec.shape.rank > 0 ? rec.shape.dim[0] : -1;
        if ((first != n && first != m) || of_names(rec.name))
            continue;
        if (n == m && !of_vertices(rec.name) && !of_arcs(rec.name))
            return fail(e, TEN_E_DATA, "%s: %" PRId64 " elements, as many as vertices and as arcs: "
                        "expected to "
                        "know of which; ten-cut --drop=%s leaves it out", rec.name, n, rec.name);
        const bool vertices = first == n && !of_arcs(rec.name);
        if (cut_record(g, &rec, vertices ? map->vertex : map->arc, vertices ? map->n : map->m,
                       e) < 0)
            return -1;
    }
    return cut_names(g, n, map, e);
}

/* Where the parts come from, unless a cut before has told. */
static void put_numbers(struct digraph *g, const struct submap *map)
{
    struct ten_record rec;

    if (!carried_find(g, "vertex", &rec)) {
        uint32_t *vertex = xmalloc((size_t)map->n * sizeof *vertex);
        for (int64_t i = 0; i < map->n; i++)
            vertex[i] = (uint32_t)map->vertex[i];
        carried_put(g, &(struct ten_record){.name = "vertex", .type = TEN_U32,
                                            .shape = {1, {map->n}}, .data = vertex});
        free(vertex);
    }
    if (!carried_find(g, "arc", &rec))
        carried_put(g, &(struct ten_record){.name = "arc", .type = TEN_I64, .shape = {1, {map->m}},
                                            .data = map->arc});
}

static void cut_sources(struct digraph *g, int64_t n, const struct submap *map)
{
    int64_t *name = xmalloc((size_t)n * sizeof *name), kept = 0;

    memset(name, 0xff, (size_t)n * sizeof *name);
    for (int64_t i = 0; i < map->n; i++)
        name[map->vertex[i]] = i;
    for (int64_t i = 0; i < g->nsources; i++)
        if (name[g->sources[i]] >= 0)
            g->sources[kept++] = (uint32_t)name[g->sources[i]];
    g->nsources = kept;
    free(name);
}

int digraph_cut(struct digraph *g, const uint8_t *vertices, const uint8_t *arcs, struct ten_err *e)
{
    const int64_t n = g->n, m = g->m;
    struct csr whole = g->out;
    struct submap map;

    subgraph(&g->out, &map, &whole, vertices, arcs);
    csr_free(&whole);
    g->n = map.n;
    g->m = map.m;
    cut_sources(g, n, &map);
    for (int64_t k = 0; g->in_h && k < map.m; k++)
        g->in_h[k] = g->in_h[map.arc[k]];
    csr_free(&g->in);
    free(g->in_arc);
    g->in_arc = xmalloc((size_t)g->m * sizeof *g->in_arc);
    csr_transpose(&g->in, &g->out, g->in_arc);
    const int rc = cut_carried(g, n, m, &map, e);
    if (rc == 0)
        put_numbers(g, &map);
    submap_free(&map);
    return rc;
}
