/* formats/mtx2ten.c - Matrix Market files as sparse matrices. */
#include "formats/mtx.h"
#include "stream/tool.h"

enum { KEY_DUP = 1, KEY_TYPE, KEY_COO, KEY_KEEP, KEY_DROP, KEY_MAX_ROWS, KEY_WEIGHTS };

struct opts {
    struct tool tool;
    struct mtx_options mtx;
    enum ten_type type;                     /* 0: as the file has it */
    bool dup_given;
    char **files;
    int nfiles;
};

static const struct argp_option options[] = {
    {"dup", KEY_DUP, "HOW", 0, "Entries that stand more than once: sum (default), last, or error", 0},
    {"type", KEY_TYPE, "TYPE", 0, "Type of the values: f64 or f32 (default: f64, i64 for integer files)", 0},
    {"coo", KEY_COO, 0, 0, "Write row, col and values of every entry, in the order of the file", 0},
    {"keep-symmetric", KEY_KEEP, 0, 0, "Write only the half that the file stores of a symmetric matrix", 0},
    {"drop-zeros", KEY_DROP, 0, 0, "Leave out entries whose value is 0", 0},
    {"weights", KEY_WEIGHTS, 0, 0, "The matrix is a digraph, values are weights of its arcs: finite "
     "numbers from 0 on, written as weight; of parallel arcs the lightest stays", 0},
    {"max-rows", KEY_MAX_ROWS, "N", 0, "Refuse matrices of more rows, which take 8 bytes each "
     "(default 2^31)", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    static const char *const dups[] = {"sum", "last", "error", NULL};
    static const char *const types[] = {"f64", "f32", NULL};
    static const enum dup how[] = {DUP_SUM, DUP_LAST, DUP_ERROR};
    struct opts *o = st->input;

    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case KEY_DUP:
        o->mtx.dup = how[tool_choice(st, arg, dups)];
        o->dup_given = true;
        break;
    case KEY_TYPE:      o->type = tool_choice(st, arg, types) == 0 ? TEN_F64 : TEN_F32; break;
    case KEY_COO:       o->mtx.in_order = true; break;
    case KEY_KEEP:      o->mtx.keep_symmetric = true; break;
    case KEY_DROP:      o->mtx.drop_zeros = true; break;
    case KEY_WEIGHTS:   o->mtx.weights = true; break;
    case KEY_MAX_ROWS:  o->mtx.max_rows = tool_int(st, arg, 0, INT64_MAX - 1); break;
    case ARGP_KEY_ARGS:
        o->files = st->argv + st->next;
        o->nfiles = st->argc - st->next;
        break;
    case ARGP_KEY_END:
        if (o->mtx.in_order && o->dup_given)
            argp_error(st, "--coo keeps every entry: expected it without --dup");
        if (o->mtx.weights && !o->dup_given)
            o->mtx.dup = DUP_MIN;
        break;
    default:            return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "[FILE...]", "Write Matrix Market files (standard input when no FILE is named), each as "
    "a group: a sparse matrix by rows.  Symmetric matrices are written whole.\v"
    "Example:\n  zstd -dc facebook.mtx.zst | mtx2ten | ten-info", tool_common, 0, 0
};

static int convert(struct opts *o, const char *path, int64_t group)
{
    struct source *src = tool_source(&o->tool, path);
    const void *text;
    int64_t size;
    struct mtx m;

    if (!src || (size = source_rest(src, &text, &o->tool.err)) < 0 ||
        mtx_parse(&m, source_name(src), text, size, &o->mtx, &o->tool.err) < 0)
        return -1;
    if (m.one_percent)
        tool_note(&o->tool, "%s: line 1: the banner starts with one %%: read as if with two", source_name(src));

    const struct form form = {.values = o->mtx.weights ? "weight" : "values",
                              .type = o->type ? o->type : m.s.whole ? TEN_I64 : TEN_F64,
                              .symmetry = mtx_symmetry_name(m.symmetry), .coo = o->mtx.in_order};
    const int rc = entries_write(o->tool.out, &m.s, &form, group, &o->tool.err);
    entries_free(&m.s);
    return rc;
}

int main(int argc, char **argv)
{
    static char *standard[] = {"-"};
    struct opts o = {.mtx = {.dup = DUP_SUM, .max_rows = (int64_t)1 << 31}, .nfiles = 1, .files = standard};
    int rc = 0;

    tool_open(&o.tool, TOOL_OUT, &argp, argc, argv, &o);
    for (int i = 0; i < o.nfiles && rc == 0; i++)
        rc = convert(&o, o.files[i], i);
    return tool_close(&o.tool, rc);
}
