/* formats/gr2ten.c - DIMACS shortest-path graphs as digraphs. */
#include "base/mem.h"
#include "formats/gr.h"
#include "stream/tool.h"

#include <stdlib.h>

enum { KEY_DUP = 1, KEY_COORDINATES, KEY_MAX_NODES };

struct opts {
    struct tool tool;
    struct gr_options gr;
    const char *file, *coordinates;
};

static const struct argp_option options[] = {
    {"dup", KEY_DUP, "HOW", 0, "Parallel arcs: keep (default), min or sum of their weights", 0},
    {"coordinates", KEY_COORDINATES, "FILE", 0, "Read the nodes' coordinates from a .co file, "
     "as record xy", 0},
    {"max-nodes", KEY_MAX_NODES, "N", 0, "Refuse graphs of more nodes, which take 8 bytes each "
     "(default 2^31)", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    static const char *const dups[] = {"keep", "min", "sum", NULL};
    static const enum dup how[] = {DUP_KEEP, DUP_MIN, DUP_SUM};
    struct opts *o = st->input;

    switch (key) {
    case ARGP_KEY_INIT:   st->child_inputs[0] = &o->tool.opt; break;
    case KEY_DUP:         o->gr.dup = how[tool_choice(st, arg, dups)]; break;
    case KEY_COORDINATES: o->coordinates = arg; break;
    case KEY_MAX_NODES:   o->gr.max_nodes = tool_int(st, arg, 0, INT64_MAX - 1); break;
    case ARGP_KEY_ARG:
        if (st->arg_num > 0)
            argp_error(st, "%s: a second file: expected one graph", arg);
        o->file = arg;
        break;
    default:              return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "[FILE]", "Write a DIMACS .gr file (standard input when no FILE is named) as a digraph: "
    "a sparse matrix by rows, with the weights of the arcs.\v"
    "Example:\n  gr2ten --coordinates=city.co city.gr >city.ten", tool_common, 0, 0
};

static int read_graph(struct opts *o, struct entries *s)
{
    struct source *src = tool_source(&o->tool, o->file);
    const void *text;
    int64_t size;

    if (!src || (size = source_rest(src, &text, &o->tool.err)) < 0)
        return -1;
    return gr_parse(s, source_name(src), text, size, &o->gr, &o->tool.err);
}

/* xy [n,2], or NULL with the error set. */
static int32_t *read_coordinates(struct opts *o, int64_t n)
{
    struct source *src = tool_source(&o->tool, o->coordinates);
    const void *text;
    int64_t size;

    if (!src || (size = source_rest(src, &text, &o->tool.err)) < 0)
        return NULL;

    int32_t *xy = xcalloc((size_t)n, 2 * sizeof *xy);
    if (co_parse(xy, n, source_name(src), text, size, &o->tool.err) == 0)
        return xy;
    free(xy);
    return NULL;
}

int main(int argc, char **argv)
{
    static const struct form form = {.values = "weight", .type = TEN_I64, .symmetry = "general"};
    struct opts o = {.file = "-", .gr = {.max_nodes = (int64_t)1 << 31}};
    struct entries s = {0};
    int32_t *xy = NULL;
    int rc;

    tool_open(&o.tool, TOOL_OUT, &argp, argc, argv, &o);
    rc = read_graph(&o, &s);
    /* Both files are read before anything is written, so that a bad one leaves nothing behind. */
    if (rc == 0 && o.coordinates && !(xy = read_coordinates(&o, s.rows)))
        rc = -1;
    if (rc == 0)
        rc = entries_write(o.tool.out, &s, &form, 0, &o.tool.err);
    if (rc == 0 && xy)
        rc = ten_write(o.tool.out, &(struct ten_record){.name = "xy", .type = TEN_I32, .data = xy,
                       .shape = {.rank = 2, .dim = {s.rows, 2}}}, &o.tool.err);
    free(xy);
    entries_free(&s);
    return tool_close(&o.tool, rc);
}
