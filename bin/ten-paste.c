/* bin/ten-paste.c - join the groups of several streams side by side. */
#include "stream/tool.h"

#include "base/mem.h"
#include "stream/attrs.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* A stream and the record that it is about to give: the first of its next group. */
struct input { const char *path; struct ten_reader *reader; struct ten_record rec; bool more; };

struct opts { struct tool tool; char **paths; struct input *in; int n; };

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;
    int standard = 0;

    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case ARGP_KEY_ARGS:
        o->paths = st->argv + st->next;
        o->n = st->argc - st->next;
        for (int i = 0; i < o->n; i++)
            if (strcmp(o->paths[i], "-") == 0 && standard++)
                argp_error(st, "standard input twice: expected - once");
        break;
    case ARGP_KEY_NO_ARGS:
        argp_error(st, "expected the streams to join");
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    (void)arg;
    return 0;
}

static const struct argp argp = {
    NULL, parse, "FILE...", "Write groups that hold the records of the first group of every "
    "FILE, then of every second group, and so on.  One FILE may be -, standard input.\v"
    "Example:\n  ten-paste images.ten labels.ten >both.ten", tool_common, 0, 0
};

static int advance(struct opts *o, struct input *in)
{
    const int rc = ten_next(in->reader, &in->rec, &o->tool.err);

    in->more = rc > 0;
    return rc < 0 ? -1 : 0;
}

static int open_inputs(struct opts *o)
{
    o->in = xcalloc((size_t)o->n, sizeof *o->in);
    for (int i = 0; i < o->n; i++) {
        o->in[i].path = o->paths[i];
        if (!(o->in[i].reader = tool_reader(&o->tool, o->paths[i])) || advance(o, &o->in[i]) < 0)
            return -1;
        ten_tie(o->in[i].reader, o->tool.out);
    }
    return 0;
}

/* All the keys of the group attributes of every input; of a key's values the first one stays.
 * *text is NULL when there are none. */
static int merge_attrs(struct opts *o, char **text)
{
    json_t *all = json_object(), *one = NULL;
    int rc = 0;

    for (int i = 0; i < o->n && rc == 0; i++) {
        if (!(one = attrs_parse(o->in[i].rec.group_attrs, "group attributes", &o->tool.err)))
            rc = -1;
        else if (json_object_update_missing(all, one) < 0)
            rc = fail(&o->tool.err, TEN_E_DATA, "group attributes: out of memory");
        json_decref(one);
    }
    *text = rc == 0 && json_object_size(all) > 0 ? attrs_text(all) : NULL;
    json_decref(all);
    return rc;
}

static int copy_group(struct opts *o, struct input *in, int64_t group, const char *attrs,
                      const char *history)
{
    const int64_t number = in->rec.group;
    int rc = 0;

    while (rc == 0 && in->more && in->rec.group == number) {
        in->rec.group = group;
        in->rec.group_attrs = attrs;
        in->rec.history = history;
        if ((rc = ten_write(o->tool.out, &in->rec, &o->tool.err)) == 0)
            rc = advance(o, in);
    }
    return rc;
}

static int paste(struct opts *o, int64_t group)
{
    char *attrs, *history = o->in[0].rec.history ? xstrdup(o->in[0].rec.history) : NULL;
    int rc = merge_attrs(o, &attrs);

    for (int i = 0; i < o->n && rc == 0; i++)
        rc = copy_group(o, &o->in[i], group, attrs, history);
    free(attrs);
    free(history);
    return rc;
}

/* 1 while every input has a group, 0 when all have ended together, or -1. */
static int more(struct opts *o, int64_t group)
{
    for (int i = 1; i < o->n; i++)
        if (o->in[i].more != o->in[0].more) {
            const char *ended = o->in[i].more ? o->in[0].path : o->in[i].path;

            return fail(&o->tool.err, TEN_E_DATA, "%s: ends after %" PRId64 " groups, another "
                        "stream goes on: expected as many groups in each", ended, group);
        }
    return o->in[0].more;
}

int main(int argc, char **argv)
{
    struct opts o = {0};
    int rc;

    tool_open(&o.tool, TOOL_OUT, &argp, argc, argv, &o);
    rc = open_inputs(&o);
    for (int64_t group = 0; rc == 0 && (rc = more(&o, group)) > 0; group++)
        rc = paste(&o, group);
    free(o.in);
    return tool_close(&o.tool, rc);
}
