/* bin/graph-filter.c - keep a part of a digraph. */
#include "stream/tool.h"

#include "base/mem.h"
#include "graph/carried.h"
#include "graph/part.h"
#include "graph/vertices.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct opts {
    struct tool tool;
    const char *mask, *vertices;
    bool invert, boxed;
    double box[4];                      /* west, south, east, north */
};

static const struct argp_option options[] = {
    {"mask",     'm', "NAME", 0, "Keep the arcs for which record NAME is not 0", 0},
    {"invert",   'i', 0, 0, "Keep the arcs for which it is 0 instead", 0},
    {"vertices", 'v', "FILE", 0, "Keep the vertices that FILE lists, as numbers from 0 or in the "
     ".ss format", 0},
    {"box",      'b', "X,Y,X,Y", 0, "Keep the vertices between two corners, by the record xy", 0},
    {0}
};

static void parse_box(struct argp_state *st, struct opts *o, char *arg)
{
    char *copy = xstrdup(arg), *rest = copy, *number;
    int n = 0;

    while ((number = strsep(&rest, ",")) && n < 5) {
        if (n < 4)
            o->box[n] = tool_float(st, number, -1e300, 1e300);
        n++;
    }
    free(copy);
    if (n != 4 || o->box[0] > o->box[2] || o->box[1] > o->box[3])
        argp_error(st, "--box: %s: expected X,Y,X,Y of the lower left and the upper right corner",
                   arg);
    o->boxed = true;
}

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;

    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case 'm': o->mask = arg; break;
    case 'i': o->invert = true; break;
    case 'v': o->vertices = arg; break;
    case 'b': parse_box(st, o, arg); break;
    case ARGP_KEY_END:
        if (o->invert && !o->mask)
            argp_error(st, "--invert: expected --mask beside it");
        if (!o->mask && !o->vertices && !o->boxed)
            argp_error(st, "expected some of --mask, --vertices and --box");
        break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "", "Keep some arcs or vertices of a digraph, and what belongs to them.\v"
    "Example:\n  graphgen grid | graph-filter --box=0,0,1000,1000 | graph-scc | ten-info",
    tool_common, 0, 0
};

/* arcs [m] by the record o->mask, which has served its purpose. */
static int take_mask(struct opts *o, struct digraph *g, uint8_t *arcs)
{
    struct ten_record rec;

    if (strcmp(o->mask, "in_h") == 0 && g->in_h) {
        memcpy(arcs, g->in_h, (size_t)g->m);
        free(g->in_h);
        g->in_h = NULL;
    } else if (!carried_find(g, o->mask, &rec)) {
        return fail(&o->tool.err, TEN_E_DATA, "%s: no such record: expected the one that --mask "
                    "names", o->mask);
    } else if ((rec.type != TEN_U8 && rec.type != TEN_BOOL) || rec.shape.rank != 1 ||
               rec.shape.dim[0] != g->m) {
        char text[192];
        return fail(&o->tool.err, TEN_E_DATA, "%s: %s%s: expected u8[%" PRId64 "], one for every "
                    "arc", o->mask,
                    ten_type_name(rec.type), ten_shape_text(&rec.shape, text), g->m);
    } else {
        memcpy(arcs, rec.data, (size_t)g->m);
        carried_drop(g, o->mask);
    }
    for (int64_t k = 0; k < g->m; k++)
        arcs[k] = (arcs[k] != 0) != o->invert;
    return 0;
}

static int take_listed(struct opts *o, const struct digraph *g, uint8_t *vertices)
{
    struct source *s = tool_source(&o->tool, o->vertices);
    uint32_t *list;
    int64_t n;

    if (!s || vertices_read(&list, &n, s, g->n, &o->tool.err) < 0)
        return -1;
    memset(vertices, 0, (size_t)g->n);
    for (int64_t i = 0; i < n; i++)
        vertices[list[i]] = 1;
    free(list);
    return 0;
}

static int cut_box(struct opts *o, const struct digraph *g, uint8_t *vertices)
{
    double *xy = carried_places(g, &o->tool.err);

    if (!xy)
        return o->tool.err.code ? -1 : fail(&o->tool.err, TEN_E_DATA,
                                            "xy: no such record: expected coordinates for --box");
    for (int64_t v = 0; v < g->n; v++)
        if (!(xy[2 * v] >= o->box[0] && xy[2 * v] <= o->box[2] && xy[2 * v + 1] >= o->box[1] &&
              xy[2 * v + 1] <= o->box[3]))
            vertices[v] = 0;
    free(xy);
    return 0;
}

static int filter(struct opts *o, struct digraph *g)
{
    uint8_t *arcs = o->mask ? xmalloc((size_t)g->m) : NULL;
    uint8_t *vertices = xmalloc((size_t)g->n);
    int rc = o->mask ? take_mask(o, g, arcs) : 0;

    memset(vertices, 1, (size_t)g->n);
    if (rc == 0 && o->vertices)
        rc = take_listed(o, g, vertices);
    if (rc == 0 && o->boxed)
        rc = cut_box(o, g, vertices);
    if (rc == 0)
        rc = digraph_cut(g, vertices, arcs, &o->tool.err);
    free(arcs);
    free(vertices);
    return rc;
}

int main(int argc, char **argv)
{
    struct opts o = {0};
    struct digraph g;

    tool_open(&o.tool, TOOL_IN | TOOL_OUT, &argp, argc, argv, &o);
    int rc = digraph_read(&g, o.tool.in, "", &o.tool.err);
    if (rc == 0)
        rc = filter(&o, &g);
    if (rc == 0)
        rc = digraph_write(o.tool.out, &g, 0, &o.tool.err);
    digraph_free(&g);
    return tool_close(&o.tool, rc);
}
