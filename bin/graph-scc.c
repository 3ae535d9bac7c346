/* bin/graph-scc.c - strongly connected components of a digraph. */
#include "stream/tool.h"

#include "base/mem.h"
#include "graph/carried.h"
#include "graph/part.h"
#include "graph/components.h"

#include <stdlib.h>

struct opts { struct tool tool; bool all, sources; };

static const struct argp_option options[] = {
    {"all",          'a', 0, 0, "Keep all vertices, and drop the arcs between components", 0},
    {"keep-sources", 'k', 0, 0, "Keep every component that holds a source", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;

    (void)arg;
    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case 'a': o->all = true; break;
    case 'k': o->sources = true; break;
    case ARGP_KEY_END:
        if (o->all && o->sources)
            argp_error(st, "--all, --keep-sources: expected one of them");
        break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "", "Write the largest strongly connected component of a digraph.\v"
    "Example:\n  graphgen rand --n=50 | graph-scc | graph-stat", tool_common, 0, 0
};

/* keep[v]: whether the component of v holds a source. */
static void keep_sources(uint8_t *keep, const uint32_t *part, int64_t parts,
                         const struct digraph *g)
{
    uint8_t *wanted = xcalloc((size_t)parts, 1);

    for (int64_t i = 0; i < g->nsources; i++)
        wanted[part[g->sources[i]]] = 1;
    for (int64_t v = 0; v < g->n; v++)
        keep[v] = wanted[part[v]];
    free(wanted);
}

static int cut_to_components(struct opts *o, struct digraph *g)
{
    uint32_t *part = xmalloc((size_t)g->n * sizeof *part);
    uint8_t *vertices = o->all ? NULL : xmalloc((size_t)g->n), *inner = xmalloc((size_t)g->m);
    const int64_t parts = components(part, &g->out);

    if (o->sources)
        keep_sources(vertices, part, parts, g);
    else if (!o->all)
        components_largest(vertices, part, g->n, parts);
    for (int64_t v = 0; v < g->n; v++)
        for (int64_t k = g->out.ptr[v]; k < g->out.ptr[v + 1]; k++)
            inner[k] = part[v] == part[g->out.col[k]];
    const struct ten_record rec = {.name = "component", .type = TEN_U32, .shape = {1, {g->n}},
                                   .data = part};
    carried_put(g, &rec);
    const int rc = digraph_cut(g, vertices, inner, &o->tool.err);
    free(part);
    free(vertices);
    free(inner);
    return rc;
}

int main(int argc, char **argv)
{
    struct opts o = {0};
    struct digraph g;

    tool_open(&o.tool, TOOL_IN | TOOL_OUT, &argp, argc, argv, &o);
    int rc = digraph_read(&g, o.tool.in, "", &o.tool.err);
    if (rc == 0 && o.sources && !g.sources)
        rc = fail(&o.tool.err, TEN_E_DATA, "sources: no such record: expected the output of "
                  "graph-sources");
    if (rc == 0)
        rc = cut_to_components(&o, &g);
    if (rc == 0)
        rc = digraph_write(o.tool.out, &g, 0, &o.tool.err);
    digraph_free(&g);
    return tool_close(&o.tool, rc);
}
