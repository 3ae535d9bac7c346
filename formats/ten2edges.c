/* formats/ten2edges.c - a digraph as an edge list. */
#include "formats/edges.h"
#include "stream/tool.h"

#include <string.h>

enum { KEY_IDS = 1, KEY_BASE, KEY_SEPARATOR, KEY_NO_WEIGHT };

struct opts {
    struct tool tool;
    struct edges_form form;
    bool numbers;
    struct sparse graph;
    struct ragged names;
};

static const struct argp_option options[] = {
    {"ids", KEY_IDS, "KIND", 0, "Write nodes as number, or as string (default): as record names calls "
     "them, where it is there", 0},
    {"base", KEY_BASE, "N", 0, "Number of the first node, 0 (default) or 1", 0},
    {"separator", KEY_SEPARATOR, "KIND", 0, "Between fields: tab (default), space or comma", 0},
    {"no-weight", KEY_NO_WEIGHT, 0, 0, "Leave the weights out", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    static const char *const kinds[] = {"number", "string", NULL};
    static const char *const separators[] = {"tab", "space", "comma", NULL};
    struct opts *o = st->input;

    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case KEY_IDS:       o->numbers = tool_choice(st, arg, kinds) == 0; break;
    case KEY_BASE:      o->form.base = tool_int(st, arg, 0, 1); break;
    case KEY_SEPARATOR: o->form.separator = "\t ,"[tool_choice(st, arg, separators)]; break;
    case KEY_NO_WEIGHT: o->form.weight = false; break;
    default:            return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "", "Write the digraph on standard input, or a square sparse matrix, as a list of "
    "edges: a line `from to weight' each.\v"
    "Example:\n  gr2ten city.gr | ten2edges --separator=comma >city.csv", tool_common, 0, 0
};

static int take(struct opts *o, const struct ten_record *rec)
{
    if (rec->group > 0)
        return fail(&o->tool.err, TEN_E_DATA, "standard input: %s: a second group: expected one graph",
                    rec->name);
    if (!o->numbers && strcmp(rec->name, "names") == 0)
        return ragged_take_bytes(&o->names, rec, &o->tool.err);
    if (!o->numbers && strcmp(rec->name, "names_offsets") == 0)
        return ragged_take_offsets(&o->names, rec, &o->tool.err);
    return sparse_take(&o->graph, rec, &o->tool.err);
}

int main(int argc, char **argv)
{
    struct opts o = {.form = {.separator = '\t', .weight = true}};
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
        rc = edges_write(stdout, &o.graph, o.names.bytes || o.names.offset ? &o.names : NULL, &o.form,
                         &o.tool.err);
    sparse_free(&o.graph);
    ragged_free(&o.names);
    return tool_close(&o.tool, rc);
}
