/* bin/ten-batch.c - samples in groups of another size. */
#include "stream/rows.h"
#include "stream/tool.h"

struct opts { struct tool tool; int64_t size; bool drop_last; };

static const struct argp_option options[] = {
    {"size",      'b', "N", 0, "Samples in each group; 0: all in one (default 64)", 0},
    {"drop-last", 'd', 0,   0, "Leave out the last samples when they are fewer than N", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;

    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case 'b': o->size = tool_int(st, arg, 0, INT64_MAX); break;
    case 'd': o->drop_last = true; break;
    case ARGP_KEY_END:
        if (o->drop_last && o->size == 0)
            argp_error(st, "--drop-last with --size=0: expected a size to fall short of");
        break;
    default:  return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "", "Write the samples of a stream, which lie along the first axis of all "
    "records of a group, in groups of N samples.\v"
    "Example:\n  ten-gen --records=5 image u8 3,8,8,1 | ten-batch --size=4 | ten-info",
    tool_common, 0, 0
};

static int copy(struct opts *o, struct rows_reader *r, struct rows_writer *w)
{
    struct ten_err *e = &o->tool.err, ignored;
    struct rows rows;
    int rc;

    while ((rc = rows_next(r, &rows, e)) > 0)
        if (rows_write(w, &rows, 0, rows.n, e) < 0)
            return -1;
    if (rc == 0)
        return o->drop_last ? 0 : rows_flush(w, e);
    rows_flush(w, &ignored);                            /* what was good still goes out */
    return -1;
}

int main(int argc, char **argv)
{
    struct opts o = {.size = 64};
    struct rows_reader *r;
    struct rows_writer *w;
    int rc;

    tool_open(&o.tool, TOOL_IN | TOOL_OUT, &argp, argc, argv, &o);
    r = rows_reader_new(o.tool.in);
    w = rows_writer_new(o.tool.out, o.size > 0 ? o.size : INT64_MAX);
    rc = copy(&o, r, w);
    rows_writer_free(w);
    rows_reader_free(r);
    return tool_close(&o.tool, rc);
}
