/* formats/ten2mtx.c - a sparse matrix as a Matrix Market file. */
#include "formats/mtx.h"
#include "stream/tool.h"

enum { KEY_PATTERN = 1 };

struct opts { struct tool tool; bool pattern; };

static const struct argp_option options[] = {
    {"pattern", KEY_PATTERN, 0, 0, "Leave the values out, write where entries stand", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;

    (void)arg;
    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case KEY_PATTERN:   o->pattern = true; break;
    default:            return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "", "Write the sparse matrix or digraph on standard input (kind csr, csc or coo) as a "
    "Matrix Market file.\v"
    "Example:\n  gr2ten city.gr | ten2mtx >city.mtx", tool_common, 0, 0
};

int main(int argc, char **argv)
{
    struct opts o = {0};
    struct sparse m = {0};
    struct ten_record rec;
    int rc;

    tool_open(&o.tool, TOOL_IN, &argp, argc, argv, &o);
    while ((rc = ten_next(o.tool.in, &rec, &o.tool.err)) > 0) {
        if (rec.group > 0)
            rc = fail(&o.tool.err, TEN_E_DATA, "standard input: %s: a second group: expected one matrix",
                      rec.name);
        if (rc < 0 || (rc = sparse_take(&m, &rec, &o.tool.err)) < 0)
            break;
    }
    if (rc == 0 && !m.started)
        rc = fail(&o.tool.err, TEN_E_DATA, "standard input: no record: expected a sparse matrix");
    if (rc == 0 && (rc = sparse_check(&m, &o.tool.err)) == 0)
        rc = mtx_write(stdout, &m, o.pattern, &o.tool.err);
    sparse_free(&m);
    return tool_close(&o.tool, rc);
}
