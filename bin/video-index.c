/* bin/video-index.c - what a file of packed videos holds. */
#include "stream/tool.h"
#include "video/pack.h"

#include <inttypes.h>
#include <stdio.h>

struct opts { struct tool tool; const char *path; };

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;

    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case ARGP_KEY_ARG:
        if (o->path)
            argp_error(st, "%s: a second file: expected one", arg);
        o->path = arg;
        break;
    case ARGP_KEY_NO_ARGS: argp_error(st, "no file: expected one that video-pack wrote"); break;
    default:            return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    NULL, parse, "FILE", "Print the index of packed videos: a table with a line for each, its "
    "frames, size, label, the byte where it starts, and its name.\v"
    "Example:\n  video-index train.ten | cut -f6 | sort | uniq -c", tool_common, 0, 0
};

static void print(const struct pack *s)
{
    puts("video\tframes\theight\twidth\tchannels\tlabel\tbyte\tname");
    for (int64_t i = 0; i < pack_count(s); i++) {
        const struct pack_video *v = pack_video(s, i);
        printf("%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%" PRId32 "\t%"
               PRId64 "\t%s\n", i, v->frames, v->height, v->width, v->channels, v->label, v->at,
               v->name);
    }
}

int main(int argc, char **argv)
{
    struct opts o = {0};

    tool_open(&o.tool, 0, &argp, argc, argv, &o);
    struct pack *s = pack_open(o.path, &o.tool.err);
    if (s)
        print(s);
    const int rc = tool_close(&o.tool, s ? 0 : -1);
    pack_close(s);
    return rc;
}
