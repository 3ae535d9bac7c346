/* formats/y4m2ten.c - YUV4MPEG2 video as clips. */
#include "base/mem.h"
#include "stream/attrs.h"
#include "stream/tool.h"
#include "video/y4m.h"

#include <stdlib.h>

enum { KEY_FRAMES = 1, KEY_STRIDE, KEY_DROP, KEY_FULL };

struct opts {
    struct tool tool;
    int64_t frames, stride, clips;
    bool drop_last, full_range;
    char **files;
    int nfiles;
};

static const struct argp_option options[] = {
    {"frames", KEY_FRAMES, "T", 0, "Frames of a clip (default 8); the last clip may hold fewer", 0},
    {"stride", KEY_STRIDE, "S", 0, "Take every S-th frame (default 1)", 0},
    {"drop-last", KEY_DROP, 0, 0, "Leave out a last clip of fewer frames", 0},
    {"full-range", KEY_FULL, 0, 0, "Luma is 0 to 255, also where the header does not say so", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;

    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case KEY_FRAMES:    o->frames = tool_int(st, arg, 1, INT32_MAX); break;
    case KEY_STRIDE:    o->stride = tool_int(st, arg, 1, INT32_MAX); break;
    case KEY_DROP:      o->drop_last = true; break;
    case KEY_FULL:      o->full_range = true; break;
    case ARGP_KEY_ARGS:
        o->files = st->argv + st->next;
        o->nfiles = st->argc - st->next;
        break;
    default:            return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "[FILE...]",
    "Cut YUV4MPEG2 video, from standard input when no FILE is named, into records `clip' "
    "[1,T,H,W,3] of 8-bit RGB, [1,T,H,W,1] where it is grey.\v"
    "Example:\n  ffmpeg -i film.mp4 -s 64x64 -f yuv4mpegpipe - | y4m2ten --frames=16 >film.ten",
    tool_common, 0, 0
};

/* Frames a second that are left, as a number for people and as the exact fraction; NULL when not
 * known.  The caller's. */
static char *rate_attrs(const struct y4m *v, int64_t stride)
{
    if (v->rate[0] == 0)
        return NULL;
    json_t *json = json_object();
    json_object_set_new(json, "fps", json_real((double)v->rate[0] / ((double)v->rate[1] *
                                                                      (double)stride)));
    json_t *rate = json_array();
    json_array_append_new(rate, json_integer(v->rate[0]));
    json_array_append_new(rate, json_integer(v->rate[1] * stride));
    json_object_set_new(json, "rate", rate);
    char *text = attrs_text(json);
    json_decref(json);
    return text;
}

struct clip { uint8_t *pixels; int64_t frames, room; };

/* Add one frame; memory follows what has arrived. */
static void add_frame(struct clip *c, const struct y4m *v, const uint8_t *planes)
{
    const int64_t bytes = v->h * v->w * v->c;

    if (c->frames == c->room) {
        c->room = c->room ? 2 * c->room : 1;
        c->pixels = xrealloc(c->pixels, (size_t)(c->room * bytes));
    }
    y4m_to_pixels(v, c->pixels + c->frames++ * bytes, planes);
}

static int write_clip(struct opts *o, struct clip *c, const struct y4m *v, const char *attrs)
{
    const struct ten_record rec = {
        .name = "clip", .type = TEN_U8, .shape = {5, {1, c->frames, v->h, v->w, v->c}},
        .data = c->pixels, .attrs = attrs, .group = o->clips++,
    };

    c->frames = 0;
    progress_step(&o->tool.progress, o->clips, "");
    return ten_write(o->tool.out, &rec, &o->tool.err);
}

static int convert_video(struct opts *o, struct y4m *v, struct clip *c, const char *attrs)
{
    const uint8_t *planes;
    int rc;

    while ((rc = y4m_next(v, &planes, &o->tool.err)) > 0) {
        if ((v->frames - 1) % o->stride != 0)
            continue;
        add_frame(c, v, planes);
        if (c->frames == o->frames && write_clip(o, c, v, attrs) < 0)
            return -1;
    }
    if (c->frames > 0 && !o->drop_last && write_clip(o, c, v, attrs) < 0)
        return -1;
    return rc;
}

static int convert(struct opts *o, const char *path)
{
    struct source *src = tool_source(&o->tool, path);
    struct clip c = {0};
    struct y4m v;

    if (!src || y4m_open(&v, src, &o->tool.err) < 0)
        return -1;
    v.full_range |= o->full_range;
    char *attrs = rate_attrs(&v, o->stride);
    const int rc = convert_video(o, &v, &c, attrs);
    free(attrs);
    free(c.pixels);
    return rc;
}

int main(int argc, char **argv)
{
    static char *standard[] = {"-"};
    struct opts o = {.frames = 8, .stride = 1, .files = standard, .nfiles = 1};
    int rc = 0;

    tool_open(&o.tool, TOOL_OUT, &argp, argc, argv, &o);
    progress_start(&o.tool.progress, "clips", 0);
    for (int i = 0; i < o.nfiles && rc == 0; i++)
        rc = convert(&o, o.files[i]);
    return tool_close(&o.tool, rc);
}
