/* formats/ten2csv.c - columns as a comma or tab separated table. */
#include "formats/columns.h"
#include "stream/tool.h"

#include <stdlib.h>
#include <string.h>

enum { KEY_TSV = 1, KEY_NO_HEADER };

struct opts {
    struct tool tool;
    struct table_form form;
    struct columns columns;
    char *header;                           /* of the first group */
    int64_t group;
};

static const struct argp_option options[] = {
    {"tsv", KEY_TSV, 0, 0, "Separate cells by tabs and do not quote them", 0},
    {"no-header", KEY_NO_HEADER, 0, 0, "Write no line of names", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;

    (void)arg;
    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case KEY_TSV:       o->form.tabs = true; break;
    case KEY_NO_HEADER: o->form.no_header = true; break;
    default:            return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "", "Write the columns on standard input (records of rank 1 and equal length, or "
    "one matrix) as a table of comma separated values; groups follow each other.\v"
    "Example:\n  ten-gen --fill=uniform x f32 5 y f32 5 | ten2csv", tool_common, 0, 0
};

/* Write the group that is complete. */
static int flush(struct opts *o)
{
    char *header;

    if (columns_check(&o->columns, &o->tool.err) < 0 ||
        !(header = columns_header(&o->columns, &o->form, &o->tool.err)))
        return -1;
    if (o->header && strcmp(header, o->header) != 0) {
        free(header);
        return fail(&o->tool.err, TEN_E_DATA, "standard input: group %lld: other columns: expected those of "
                    "the first group", (long long)o->group);
    }
    if (!o->header && !o->form.no_header)
        fputs(header, stdout);
    free(o->header);
    o->header = header;

    const int rc = columns_write(stdout, &o->columns, &o->form, &o->tool.err);
    columns_free(&o->columns);
    return rc;
}

int main(int argc, char **argv)
{
    struct opts o = {0};
    struct ten_record rec;
    int64_t records = 0;
    int rc;

    tool_open(&o.tool, TOOL_IN, &argp, argc, argv, &o);
    while ((rc = ten_next(o.tool.in, &rec, &o.tool.err)) > 0) {
        if (records++ > 0 && rec.group != o.group && (rc = flush(&o)) < 0)
            break;
        o.group = rec.group;
        if ((rc = columns_take(&o.columns, &rec, &o.tool.err)) < 0)
            break;
    }
    if (rc == 0 && records > 0)
        rc = flush(&o);
    columns_free(&o.columns);
    free(o.header);
    return tool_close(&o.tool, rc);
}
