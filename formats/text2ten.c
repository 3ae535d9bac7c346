/* formats/text2ten.c - lines of text as records. */
#include "base/utf8.h"
#include "formats/ragged.h"
#include "stream/tool.h"

#include <inttypes.h>

enum { KEY_BATCH = 1 };
enum { MAX_LINE = 1 << 30 };

struct opts {
    struct tool tool;
    int64_t batch, groups;
    char **files;
    int nfiles;
    struct ragged lines;
};

static const struct argp_option options[] = {
    {"batch", KEY_BATCH, "N", 0, "Lines in a group (default 10000); the last may have fewer", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;

    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case KEY_BATCH:     o->batch = tool_int(st, arg, 1, INT64_MAX); break;
    case ARGP_KEY_ARGS:
        o->files = st->argv + st->next;
        o->nfiles = st->argc - st->next;
        break;
    default:            return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "[FILE...]", "Write lines of UTF-8 (from standard input when no FILE is named) as "
    "groups of a record `text', the lines without their newlines, and a record `offsets' of where they "
    "start.\v"
    "Example:\n  text2ten --batch=100 train.en | ten2text | cmp - train.en", tool_common, 0, 0
};

static int write_lines(struct opts *o, bool terminated)
{
    const int rc = ragged_write(o->tool.out, &o->lines, "text", "offsets",
                                terminated ? NULL : "{\"unterminated\":true}", o->groups++, &o->tool.err);

    ragged_clear(&o->lines);
    return rc;
}

static int convert(struct opts *o, const char *path)
{
    struct source *src = tool_source(&o->tool, path);
    bool terminated = true;
    const char *line;
    int64_t n;
    int rc = -1;

    while (src) {
        const int64_t start = source_offset(src);

        if ((rc = source_line(src, &line, &n, MAX_LINE, &o->tool.err)) <= 0)
            break;
        if (utf8_end(line, line + n) != line + n)
            return fail(&o->tool.err, TEN_E_DATA, "%s: line %" PRId64 ": byte %td is not UTF-8: expected "
                        "UTF-8 (iconv makes it)", source_name(src), source_line_number(src),
                        utf8_end(line, line + n) - line + 1);
        const int64_t ending = source_offset(src) - start - n;
        ragged_add(&o->lines, line, n);
        if (ending == 2)
            ragged_append(&o->lines, "\r", 1);
        terminated = ending > 0;
        if ((o->lines.n == o->batch || !terminated) && write_lines(o, terminated) < 0)
            return -1;
    }
    return rc == 0 && o->lines.n > 0 ? write_lines(o, true) : rc;
}

int main(int argc, char **argv)
{
    static char *standard[] = {"-"};
    struct opts o = {.batch = 10000, .files = standard, .nfiles = 1};
    int rc = 0;

    tool_open(&o.tool, TOOL_OUT, &argp, argc, argv, &o);
    for (int i = 0; i < o.nfiles && rc == 0; i++)
        rc = convert(&o, o.files[i]);
    ragged_free(&o.lines);
    return tool_close(&o.tool, rc);
}
