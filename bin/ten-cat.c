/* bin/ten-cat.c - join tensor streams. */
#include "stream/tool.h"

#include <stdio.h>

struct opts { struct tool tool; char **files; int nfiles; };

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;

    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case ARGP_KEY_ARGS: o->files = st->argv + st->next; o->nfiles = st->argc - st->next; break;
    default:            return ARGP_ERR_UNKNOWN;
    }
    (void)arg;
    return 0;
}

static const struct argp argp = {
    NULL, parse, "[FILE...]", "Join tensor streams, standard input when no FILE is named or FILE is "
    "-, into one. With --zstd the result is compressed, without it plain.\v"
    "Example:\n  ten-cat --zstd=9 day1.ten day2.ten >both.ten", tool_common, 0, 0
};

/* Copy one stream; its groups continue the count of those before. */
static int copy(struct tool *t, const char *path, int64_t *groups)
{
    struct ten_reader *r = tool_reader(t, path);
    struct ten_record rec;
    const int64_t before = *groups;
    int rc = r ? 0 : -1;

    if (r)
        ten_tie(r, t->out);
    while (rc == 0 && (rc = ten_next(r, &rec, &t->err)) > 0) {
        rec.group += before;
        *groups = rec.group + 1;
        rc = ten_write(t->out, &rec, &t->err);
    }
    return rc;
}

int main(int argc, char **argv)
{
    static char *standard[] = {"-"};
    struct opts o = {0};
    int64_t groups = 0;
    int rc = 0;

    tool_open(&o.tool, TOOL_OUT, &argp, argc, argv, &o);
    if (o.nfiles == 0) {
        o.files = standard;
        o.nfiles = 1;
    }
    for (int i = 0; i < o.nfiles && rc == 0; i++)
        rc = copy(&o.tool, o.files[i], &groups);
    return tool_close(&o.tool, rc);
}
