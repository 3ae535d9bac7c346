/* formats/csv2ten.c - comma or tab separated tables as columns. */
#include "formats/table.h"
#include "stream/tool.h"

enum { KEY_TSV = 1, KEY_NO_HEADER, KEY_MATRIX, KEY_BATCH };

struct opts {
    struct tool tool;
    struct table_form form;
    bool matrix;
    int64_t batch;
    const char *file;
};

static const struct argp_option options[] = {
    {"tsv", KEY_TSV, 0, 0, "Cells are separated by tabs and never quoted", 0},
    {"no-header", KEY_NO_HEADER, 0, 0, "The first line holds cells; columns are named column1, column2 ...",
     0},
    {"matrix", KEY_MATRIX, 0, 0, "Write all columns, which must be numbers, as one record x "
     "[rows,columns]", 0},
    {"batch", KEY_BATCH, "N", 0, "Write groups of N rows, the last may have fewer (default: one group)", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;

    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case KEY_TSV:       o->form.tabs = true; break;
    case KEY_NO_HEADER: o->form.no_header = true; break;
    case KEY_MATRIX:    o->matrix = true; break;
    case KEY_BATCH:     o->batch = tool_int(st, arg, 1, INT64_MAX); break;
    case ARGP_KEY_ARG:
        if (st->arg_num > 0)
            argp_error(st, "%s: a second file: expected one table", arg);
        o->file = arg;
        break;
    default:            return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "[FILE]", "Write a table of comma separated values (standard input when no FILE is "
    "named) as a record per column: i64 where all cells are whole numbers, f64 where all are numbers, "
    "else text.\v"
    "Example:\n  csv2ten --matrix measured.csv | ten-stat", tool_common, 0, 0
};

static int convert(struct opts *o, struct table *t)
{
    int64_t rows = 1;
    int rc = 0;

    /* A table without rows still has columns, of no row each. */
    for (int64_t group = 0; rc == 0; group++) {
        if ((rows = table_read(t, o->batch, &o->tool.err)) < 0)
            return -1;
        if (t->columns == 0 || (rows == 0 && group > 0))
            break;
        rc = o->matrix ? table_write_matrix(t, o->tool.out, group, &o->tool.err)
                       : table_write(t, o->tool.out, group, &o->tool.err);
    }
    return rc;
}

int main(int argc, char **argv)
{
    struct opts o = {.file = "-", .batch = INT64_MAX};
    struct source *src;
    int rc = -1;

    tool_open(&o.tool, TOOL_OUT, &argp, argc, argv, &o);
    if ((src = tool_source(&o.tool, o.file))) {
        struct table t;

        rc = table_open(&t, src, &o.form, &o.tool.err);
        if (rc == 0)
            rc = convert(&o, &t);
        table_close(&t);
    }
    return tool_close(&o.tool, rc);
}
