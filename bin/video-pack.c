/* bin/video-pack.c - videos in one file, whose frames can be read in any order. */
#include "base/mem.h"
#include "image/numbered.h"
#include "stream/tool.h"
#include "video/listing.h"
#include "video/pack.h"
#include "video/videos.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { LEVEL = 3 };                     /* of zstd, unless told */

struct opts {
    struct tool tool;
    const char *list, *classes;
    struct listing_files files;
    char *patterns;
    struct ten_input read;              /* pictures and videos of a list */
};

enum { KEY_LIST = 1, KEY_ROOT, KEY_TEMPLATE, KEY_CLASSES };

static const struct argp_option options[] = {
    {"list", KEY_LIST, "FILE", 0, "Videos are those of the lines PATH FRAMES LABEL of FILE: "
     "folders of PNG pictures, or .y4m files", 0},
    {"classes", KEY_CLASSES, "FILE", 0, "LABEL is a name, a line of FILE", 0},
    {"root", KEY_ROOT, "DIR", 0, "Where relative paths of the list start", 0},
    {"template", KEY_TEMPLATE, "NAME", 0, "Files of a folder, counted from 1 (default "
     "img_%05d.png); two, with a comma between, become channels of motion", 0},
    {0}
};

static void parse_template(struct opts *o, struct argp_state *st, const char *arg)
{
    char *comma;
    free(o->patterns);
    o->patterns = xstrdup(arg);
    o->files.pattern[0] = o->patterns;
    o->files.pattern[1] = NULL;
    if ((comma = strchr(o->patterns, ','))) {
        *comma = 0;
        o->files.pattern[1] = comma + 1;
    }
    for (int i = 0; i < LISTING_PATTERNS && o->files.pattern[i]; i++) {
        char *name = numbered(o->files.pattern[i], 1);
        if (!name)
            argp_error(st, "--template: %s: expected a file name with one %%d, or %%05d", arg);
        free(name);
    }
}

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;

    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case KEY_LIST:      o->list = arg; break;
    case KEY_CLASSES:   o->classes = arg; break;
    case KEY_ROOT:      o->files.root = arg; break;
    case KEY_TEMPLATE:  parse_template(o, st, arg); break;
    case ARGP_KEY_END:
        if (!o->list && (o->files.root || o->patterns || o->classes))
            argp_error(st, "--root, --template, --classes: not without --list: expected a list of "
                       "videos");
        if (!o->tool.opt.zstd)
            o->tool.opt.zstd = LEVEL;
        break;
    default:            return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "", "Pack the videos of standard input, each a row of a record clip with its "
    "label, if it has one, or those of a list, into a stream with an index behind it, so that "
    "frames of any video are read without the others.\v"
    "Example:\n  video-pack --list=train.txt --root=frames >train.ten\n"
    "  video-sample --pack=train.ten --segments=8 | ten-info", tool_common, 0, 0
};

static int add(struct pack_writer *w, const struct pack_video *v, const uint8_t *pixels,
               const struct video *from, struct ten_err *e)
{
    const struct ten_record clip = {
        .name = "clip", .type = TEN_U8,
        .shape = {5, {1, v->frames, v->height, v->width, v->channels}}, .data = pixels,
        .group_attrs = from ? from->group_attrs : NULL, .history = from ? from->history : NULL,
    };
    return pack_add(w, v, &clip, e);
}

/* ---- Of a stream ---------------------------------------------------------------------------- */

static int pack_stream(struct opts *o, struct pack_writer *w)
{
    struct videos *in = videos_open(&o->tool, NULL);
    struct video v;
    int rc = in ? 1 : -1;
    while (rc > 0 && (rc = videos_next(in, &v, &o->tool.err)) > 0) {
        const struct pack_video to = {0, v.frames, v.size.height, v.size.width, v.size.channels,
                                       v.labelled ? v.label : PACK_UNKNOWN, v.name};
        if (add(w, &to, v.pixels, &v, &o->tool.err) < 0)
            rc = -1;
        progress_step(&o->tool.progress, v.number + 1, "");
    }
    videos_close(in);
    return rc;
}

/* ---- Of a list ------------------------------------------------------------------------------ */

static void read_now(void *of, struct ten_input *now) { *now = ((struct opts *)of)->read; }

static int pack_one(struct opts *o, struct pack_writer *w, const struct listed *from)
{
    struct loaded v;
    if (listing_load(&v, from, &o->files, &o->read, &o->tool.err) < 0)
        return -1;
    if (v.missing > 0)
        tool_note(&o->tool, "%s: %" PRId64 " of %" PRId64 " pictures are missing: the first stands "
                  "for them", from->path, v.missing, v.frames);
    const struct pack_video to = {0, v.frames, v.height, v.width, v.channels, from->label,
                                   from->path};
    const int rc = add(w, &to, v.pixels, NULL, &o->tool.err);
    free(v.pixels);
    return rc;
}

static int read_list(struct opts *o, struct listing *l)
{
    struct names classes = {0};
    struct source *src = o->classes ? tool_source(&o->tool, o->classes) : NULL;
    int rc = o->classes ? src ? listing_classes(&classes, src, &o->tool.err) : -1 : 0;
    if (rc == 0 && (src = tool_source(&o->tool, o->list)))
        rc = listing_read(l, src, o->classes ? &classes : NULL, &o->tool.err);
    else
        rc = -1;
    names_free(&classes);
    return rc;
}

static int pack_list(struct opts *o, struct pack_writer *w)
{
    struct listing l = {0};
    int rc = read_list(o, &l);
    o->files.max_bytes = o->tool.opt.max_record;
    o->read = (struct ten_input){.name = "videos of the list", .records = -1};
    ten_writer_input(o->tool.out, read_now, o);
    for (int64_t i = 0; i < l.n && rc == 0; i++) {
        rc = pack_one(o, w, &l.video[i]);
        progress_step(&o->tool.progress, i + 1, "");
    }
    listing_free(&l);
    return rc;
}

int main(int argc, char **argv)
{
    struct opts o = {.files.pattern = {"img_%05d.png"}};
    int rc;

    tool_open(&o.tool, TOOL_OUT, &argp, argc, argv, &o);
    struct pack_writer *w = pack_writer_new(o.tool.out);
    progress_start(&o.tool.progress, "videos", 0);
    rc = o.list ? pack_list(&o, w) : pack_stream(&o, w);
    progress_end(&o.tool.progress);
    if (rc == 0)
        rc = pack_end(w, &o.tool.err);
    pack_writer_free(w);
    rc = tool_close(&o.tool, rc);
    free(o.patterns);
    return rc;
}
