/* bin/graph-sources.c - choose the sources of a digraph. */
#include "stream/tool.h"

#include "base/mem.h"
#include "graph/choose.h"
#include "graph/vertices.h"

#include <inttypes.h>
#include <stdlib.h>

enum how { NONE, RANDOM, DEGREE, LISTED, ALL };

struct opts { struct tool tool; enum how how; int64_t k; const char *file; };

static const struct argp_option options[] = {
    {"random", 'r', "K", 0, "K vertices at random", 0},
    {"degree", 'd', "K", 0, "The K vertices with most arcs, in and out", 0},
    {"file",   'f', "FILE", 0, "The vertices that FILE lists, as numbers from 0 or in the .ss "
     "format", 0},
    {"all",    'a', 0, 0, "All vertices", 0},
    {0}
};

static void choose(struct argp_state *st, enum how how)
{
    struct opts *o = st->input;

    if (o->how)
        argp_error(st, "expected one of --random, --degree, --file and --all");
    o->how = how;
}

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;

    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case 'r': choose(st, RANDOM); o->k = tool_int(st, arg, 0, UINT32_MAX); break;
    case 'd': choose(st, DEGREE); o->k = tool_int(st, arg, 0, UINT32_MAX); break;
    case 'f': choose(st, LISTED); o->file = arg; break;
    case 'a': choose(st, ALL); break;
    case ARGP_KEY_END:
        if (!o->how)
            argp_error(st, "expected one of --random, --degree, --file and --all");
        break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "", "Choose sources: add the record `sources' to a digraph, in the place of "
    "one that is there.\v"
    "Example:\n  graphgen rand | graph-sources --random=32 --seed=1 | ten-info", tool_common, 0, 0
};

static int listed(struct opts *o, struct digraph *g)
{
    struct source *s = tool_source(&o->tool, o->file);

    return s ? vertices_read(&g->sources, &g->nsources, s, g->n, &o->tool.err) : -1;
}

static int choose_sources(struct opts *o, struct digraph *g)
{
    if (o->how == ALL)
        o->k = g->n;
    if (o->k > g->n)
        return fail(&o->tool.err, TEN_E_DATA, "%" PRId64 " sources of %" PRId64 " vertices: "
                    "expected at most all",
                    o->k, g->n);
    free(g->sources);
    g->sources = NULL;
    if (o->how == LISTED)
        return listed(o, g);
    g->nsources = o->k;
    g->sources = xmalloc((size_t)o->k * sizeof *g->sources);
    if (o->how == RANDOM)
        choose_random(g->sources, o->k, g->n, o->tool.opt.seed);
    else if (o->how == DEGREE)
        choose_by_degree(g->sources, o->k, g);
    for (int64_t v = 0; o->how == ALL && v < g->n; v++)
        g->sources[v] = (uint32_t)v;
    return 0;
}

int main(int argc, char **argv)
{
    struct opts o = {0};
    struct digraph g;

    tool_open(&o.tool, TOOL_IN | TOOL_OUT, &argp, argc, argv, &o);
    int rc = digraph_read(&g, o.tool.in, "", &o.tool.err);
    if (rc == 0)
        rc = choose_sources(&o, &g);
    if (rc == 0)
        rc = digraph_write(o.tool.out, &g, 0, &o.tool.err);
    digraph_free(&g);
    return tool_close(&o.tool, rc);
}
