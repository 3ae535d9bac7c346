/* bin/ten-head.c - the first part of a stream. */
#include "stream/tool.h"

struct opts { struct tool tool; bool records; int64_t count, skip; };

static const struct argp_option options[] = {
    {"groups",  'g', "N", 0, "Write N groups (default 1)", 0},
    {"records", 'n', "N", 0, "Write N records, wherever groups end", 0},
    {"skip",    's', "N", 0, "Leave out N groups first, with --records N records", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;

    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case 'g':
    case 'n':
        o->records = key == 'n';
        o->count = tool_int(st, arg, 0, INT64_MAX);
        break;
    case 's': o->skip = tool_int(st, arg, 0, INT64_MAX); break;
    default:  return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "", "Write the first groups or records of a stream and stop reading.\v"
    "Example:\n  ten-gen --records=9 x f32 4 | ten-head --skip=2 --groups=3 | ten-info",
    tool_common, 0, 0
};

int main(int argc, char **argv)
{
    struct opts o = {.count = 1};
    struct ten_record rec;
    int64_t records = 0;
    int rc = 0;

    tool_open(&o.tool, TOOL_IN | TOOL_OUT, &argp, argc, argv, &o);
    while (rc == 0 && o.count > 0 && (rc = ten_next(o.tool.in, &rec, &o.tool.err)) > 0) {
        const int64_t at = o.records ? records++ : rec.group;

        /* The end of a group shows in the next one, the end of N records in the last. */
        if (at >= o.skip && at - o.skip >= o.count)
            break;
        rc = at < o.skip ? 0 : ten_write(o.tool.out, &rec, &o.tool.err);
        if (o.records && at - o.skip == o.count - 1)
            break;
    }
    return tool_close(&o.tool, rc);
}
