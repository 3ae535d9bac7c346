/* formats/ten2gr.c - a digraph as a DIMACS shortest-path graph. */
#include "base/files.h"
#include "base/mem.h"
#include "formats/gr.h"
#include "stream/tool.h"
#include "tensor/cast.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_COORDINATES = 1 };

struct opts {
    struct tool tool;
    const char *coordinates;
    struct sparse graph;
    int32_t *xy;
    int64_t nodes;                          /* of xy */
};

static const struct argp_option options[] = {
    {"coordinates", KEY_COORDINATES, "FILE", 0, "Write record xy to FILE, in the .co format", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;

    switch (key) {
    case ARGP_KEY_INIT:   st->child_inputs[0] = &o->tool.opt; break;
    case KEY_COORDINATES: o->coordinates = arg; break;
    default:              return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "", "Write the digraph on standard input, or a square sparse matrix of whole numbers, as "
    "a DIMACS .gr file.\v"
    "Example:\n  edges2ten --undirected friends.txt | ten2gr >friends.gr", tool_common, 0, 0
};

static int take_xy(struct opts *o, const struct ten_record *rec)
{
    if (rec->type != TEN_I32 || rec->shape.rank != 2 || rec->shape.dim[1] != 2 || o->xy)
        return fail(&o->tool.err, TEN_E_DATA, "standard input: xy: %s of rank %d: expected one record i32 "
                    "[nodes,2]", ten_type_name(rec->type), rec->shape.rank);
    o->nodes = rec->shape.dim[0];
    o->xy = xmalloc((size_t)ten_bytes(rec));
    if (o->nodes > 0)
        memcpy(o->xy, rec->data, (size_t)ten_bytes(rec));
    return 0;
}

static int take(struct opts *o, const struct ten_record *rec)
{
    if (rec->group > 0)
        return fail(&o->tool.err, TEN_E_DATA, "standard input: %s: a second group: expected one graph",
                    rec->name);
    if (strcmp(rec->name, "xy") == 0 && o->coordinates)
        return take_xy(o, rec);
    return sparse_take(&o->graph, rec, &o->tool.err);
}

static int write_coordinates(struct opts *o)
{
    struct save *file;

    if (!o->xy || o->nodes != o->graph.rows)
        return fail(&o->tool.err, TEN_E_DATA, "standard input: xy: %" PRId64 " nodes: expected %" PRId64
                    " as in the graph", o->xy ? o->nodes : 0, o->graph.rows);
    if (!(file = save_open(o->coordinates, &o->tool.err)))
        return -1;
    co_write(save_file(file), o->xy, o->nodes);
    return save_commit(file, &o->tool.err);
}

int main(int argc, char **argv)
{
    struct opts o = {0};
    struct ten_record rec;
    int rc;

    tool_open(&o.tool, TOOL_IN, &argp, argc, argv, &o);
    while ((rc = ten_next(o.tool.in, &rec, &o.tool.err)) > 0)
        if ((rc = take(&o, &rec)) < 0)
            break;
    if (rc == 0 && !o.graph.started)
        rc = fail(&o.tool.err, TEN_E_DATA, "standard input: no record: expected a digraph");
    if (rc == 0)
        rc = sparse_check(&o.graph, &o.tool.err);
    if (rc == 0)
        rc = gr_write(stdout, &o.graph, &o.tool.err);
    if (rc == 0 && o.coordinates)
        rc = write_coordinates(&o);
    sparse_free(&o.graph);
    free(o.xy);
    return tool_close(&o.tool, rc);
}
