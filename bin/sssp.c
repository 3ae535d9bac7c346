/* bin/sssp.c - shortest paths in a digraph. */
#include "stream/tool.h"

#include "base/mem.h"
#include "graph/path.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

enum { MAX_SOURCES = 4096 };

struct opts {
    struct tool tool;
    int64_t source[MAX_SOURCES], to;
    int nsources;
    bool reverse, bounded, path, spanner;
    double bound;
};

static const struct argp_option options[] = {
    {"source",  's', "V[,V]...", 0, "From here, or from the nearest of these (default: the record "
     "sources)", 0},
    {"reverse", 'r', 0, 0, "To the sources instead of from them", 0},
    {"bound",   'b', "R", 0, "No farther than R", 0},
    {"to",      't', "V", 0, "Only the path to this vertex", 0},
    {"spanner", 'p', 0, 0, "Along arcs of the spanner only (record in_h)", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;

    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case 's': o->nsources = tool_ints(st, arg, o->source, MAX_SOURCES, 0, UINT32_MAX); break;
    case 'r': o->reverse = true; break;
    case 'b': o->bound = tool_float(st, arg, 0, 1e300); o->bounded = true; break;
    case 't': o->to = tool_int(st, arg, 0, UINT32_MAX); o->path = true; break;
    case 'p': o->spanner = true; break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "", "Lengths of the shortest paths from one vertex, or from the nearest of "
    "several, to all others.\v"
    "Example:\n  graphgen grid --n=9 --weights=1:1 | sssp --source=0 | ten-dump", tool_common, 0, 0
};

/* The sources as the search wants them; v is the caller's. */
static int take_sources(struct opts *o, const struct digraph *g, uint32_t *v, struct sssp_query *q)
{
    if (o->nsources == 0 && !g->sources)
        return fail(&o->tool.err, TEN_E_DATA, "sources: no such record: expected the output of "
                    "graph-sources, or --source");
    q->sources = o->nsources ? v : g->sources;
    q->nsources = o->nsources ? o->nsources : g->nsources;
    for (int i = 0; i < o->nsources; i++) {
        if (o->source[i] >= g->n)
            return fail(&o->tool.err, TEN_E_DATA, "--source: %" PRId64 ": expected a vertex, 0 to "
                        "%" PRId64, o->source[i],
                        g->n - 1);
        v[i] = (uint32_t)o->source[i];
    }
    if (o->path && o->to >= g->n)
        return fail(&o->tool.err, TEN_E_DATA, "--to: %" PRId64 ": expected a vertex, 0 to "
                    "%" PRId64, o->to, g->n - 1);
    if (o->spanner && !g->in_h)
        return fail(&o->tool.err, TEN_E_DATA, "in_h: no such record: expected the output of "
                    "spanner");
    return 0;
}

static int put(struct opts *o, const char *name, enum ten_type type, int64_t n, const void *data)
{
    const struct ten_record rec = {.name = name, .type = type, .shape = {1, {n}}, .data = data};

    return ten_write(o->tool.out, &rec, &o->tool.err);
}

static int write_all_labels(struct opts *o, const struct sssp *s)
{
    const int64_t n = s->g->n;
    double *dist = xmalloc((size_t)n * sizeof *dist);
    int64_t *parent = xmalloc((size_t)n * sizeof *parent);

    for (int64_t v = 0; v < n; v++) {
        dist[v] = s->label[v].dist;
        parent[v] = s->label[v].arc >= 0 ? (int64_t)s->label[v].from : -1;
    }
    int rc = put(o, "dist", TEN_F64, n, dist);
    if (rc == 0)
        rc = put(o, "parent", TEN_I64, n, parent);
    free(dist);
    free(parent);
    return rc;
}

static int write_path(struct opts *o, const struct sssp *s)
{
    struct path p;

    path_of(&p, s, (uint32_t)o->to, o->reverse);
    const struct ten_record length = {.name = "length", .type = TEN_F64,
                                      .data = &s->label[o->to].dist};
    int rc = ten_write(o->tool.out, &length, &o->tool.err);
    if (rc == 0)
        rc = put(o, "path", TEN_U32, p.n, p.vertex);
    if (rc == 0)
        rc = put(o, "path_arc", TEN_I64, p.n > 0 ? p.n - 1 : 0, p.arc);
    path_free(&p);
    return rc;
}

static int search(struct opts *o, const struct digraph *g)
{
    uint32_t *v = xmalloc((size_t)o->nsources * sizeof *v), to = (uint32_t)o->to;
    struct sssp_query q = {.backward = o->reverse, .bounded = o->bounded, .bound = o->bound,
                           .target = o->path ? &to : NULL, .arcs = o->spanner ? g->in_h : NULL};
    int rc = take_sources(o, g, v, &q);

    if (rc == 0) {
        struct sssp *s = sssp_new(g);
        sssp_run(s, &q);
        rc = o->path ? write_path(o, s) : write_all_labels(o, s);
        sssp_free(s);
    }
    free(v);
    return rc;
}

int main(int argc, char **argv)
{
    static struct opts o;
    struct digraph g;

    tool_open(&o.tool, TOOL_IN | TOOL_OUT, &argp, argc, argv, &o);
    int rc = digraph_read(&g, o.tool.in, "", &o.tool.err);
    if (rc == 0)
        rc = search(&o, &g);
    digraph_free(&g);
    return tool_close(&o.tool, rc);
}
