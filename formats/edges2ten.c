/* formats/edges2ten.c - edge lists as digraphs. */
#include "formats/edges.h"
#include "stream/tool.h"

enum { KEY_IDS = 1, KEY_BASE, KEY_NODES, KEY_HEADER, KEY_UNDIRECTED, KEY_DUP, KEY_MAX_NODES };

struct opts {
    struct tool tool;
    struct edges_options edges;
    const char *file;
};

static const struct argp_option options[] = {
    {"ids", KEY_IDS, "KIND", 0, "What names a node: number (default), or string: any word, kept as record "
     "names", 0},
    {"base", KEY_BASE, "N", 0, "Number of the first node, 0 (default) or 1", 0},
    {"nodes", KEY_NODES, "N", 0, "The graph has N nodes (default: as many as the largest number needs)", 0},
    {"header", KEY_HEADER, 0, 0, "Skip the first line, which names the columns", 0},
    {"undirected", KEY_UNDIRECTED, 0, 0, "Every line stands for an arc in either direction", 0},
    {"dup", KEY_DUP, "HOW", 0, "Parallel arcs: keep (default), min or sum of their weights", 0},
    {"max-nodes", KEY_MAX_NODES, "N", 0, "Refuse graphs of more nodes, which take 8 bytes each "
     "(default 2^31)", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    static const char *const kinds[] = {"number", "string", NULL};
    static const char *const dups[] = {"keep", "min", "sum", NULL};
    static const enum dup how[] = {DUP_KEEP, DUP_MIN, DUP_SUM};
    struct opts *o = st->input;

    switch (key) {
    case ARGP_KEY_INIT:  st->child_inputs[0] = &o->tool.opt; break;
    case KEY_IDS:        o->edges.names = tool_choice(st, arg, kinds) == 1; break;
    case KEY_BASE:       o->edges.base = tool_int(st, arg, 0, 1); break;
    case KEY_NODES:      o->edges.nodes = tool_int(st, arg, 0, INT64_MAX - 1); break;
    case KEY_HEADER:     o->edges.header = true; break;
    case KEY_UNDIRECTED: o->edges.undirected = true; break;
    case KEY_DUP:        o->edges.dup = how[tool_choice(st, arg, dups)]; break;
    case KEY_MAX_NODES:  o->edges.max_nodes = tool_int(st, arg, 0, INT64_MAX - 1); break;
    case ARGP_KEY_ARG:
        if (st->arg_num > 0)
            argp_error(st, "%s: a second file: expected one list", arg);
        o->file = arg;
        break;
    case ARGP_KEY_END:
        if (o->edges.names && (o->edges.base != 0 || o->edges.nodes >= 0))
            argp_error(st, "--ids=string: words are no numbers: expected it without --base and --nodes");
        if (o->edges.nodes > o->edges.max_nodes)
            argp_error(st, "--nodes: expected at most --max-nodes");
        break;
    default:             return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "[FILE]", "Write a list of edges (standard input when no FILE is named), a line `from to "
    "[weight]' each, as a digraph: a sparse matrix by rows, with the weights of the arcs.\v"
    "Fields are separated by blanks or commas; lines that start with # or % are comments.\n\n"
    "Example:\n  edges2ten --ids=string --undirected friends.txt | ten-info", tool_common, 0, 0
};

int main(int argc, char **argv)
{
    struct opts o = {.file = "-", .edges = {.nodes = -1, .max_nodes = (int64_t)1 << 31}};
    struct entries s = {0};
    struct ragged names = {0};
    struct source *src;
    const void *text;
    int64_t size;
    int rc = -1;

    tool_open(&o.tool, TOOL_OUT, &argp, argc, argv, &o);
    if ((src = tool_source(&o.tool, o.file)) && (size = source_rest(src, &text, &o.tool.err)) >= 0)
        rc = edges_parse(&s, &names, source_name(src), text, size, &o.edges, &o.tool.err);
    if (rc == 0)
        rc = entries_write(o.tool.out, &s, &(struct form){.values = "weight", .symmetry = "general",
                           .type = s.whole ? TEN_I64 : TEN_F64}, 0, &o.tool.err);
    if (rc == 0 && o.edges.names)
        rc = ragged_write(o.tool.out, &names, "names", "names_offsets", NULL, 0, &o.tool.err);
    entries_free(&s);
    ragged_free(&names);
    return tool_close(&o.tool, rc);
}
