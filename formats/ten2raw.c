/* formats/ten2raw.c - the elements of records as plain bytes. */
#include "base/files.h"
#include "stream/tool.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { KEY_RECORD = 1 };

struct opts { struct tool tool; const char *record; };

static const struct argp_option options[] = {
    {"record", KEY_RECORD, "NAME", 0, "Write records of this name only (default: all)", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;

    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case KEY_RECORD:    o->record = arg; break;
    default:            return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "",
    "Write the elements of the records on standard input, little-endian and one record after the "
    "other, without names, types and shapes.\v"
    "Example:\n  ten2raw --record=label <train.ten | od -An -td4",
    tool_common, 0, 0
};

int main(int argc, char **argv)
{
    struct opts o = {0};
    struct ten_record rec;
    int64_t found = 0;
    int rc;

    tool_open(&o.tool, TOOL_IN | TOOL_BINARY, &argp, argc, argv, &o);
    fd_enlarge_pipe(STDOUT_FILENO);
    while ((rc = ten_next(o.tool.in, &rec, &o.tool.err)) > 0) {
        const size_t n = (size_t)ten_bytes(&rec);
        if (o.record && strcmp(rec.name, o.record) != 0)
            continue;
        found++;
        if (fwrite(rec.data, 1, n, stdout) < n) {
            rc = fail(&o.tool.err, TEN_E_DATA, "standard output: %s: the output is incomplete",
                      strerror(errno));
            break;
        }
    }
    if (rc == 0 && found == 0 && o.record)
        rc = fail(&o.tool.err, TEN_E_DATA, "standard input: no record %s: expected at least one",
                  o.record);
    return tool_close(&o.tool, rc);
}
