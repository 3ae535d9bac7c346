/* formats/ten2gif.c - pictures as an animation. */
#include "base/mem.h"
#include "image/frames.h"
#include "image/gif.h"
#include "stream/tool.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_DELAY = 1, KEY_LOOPS, KEY_SCALE, KEY_RECORD };

struct opts {
    struct tool tool;
    const char *record;             /* NULL: clip or image */
    int64_t delay, loops, scale;    /* delay: milliseconds */

    struct image_dims dims;         /* of a frame, enlarged; h = 0 before the first */
    int64_t frames;
    uint8_t *pixels, *rgb;
};

static const struct argp_option options[] = {
    {"delay", KEY_DELAY, "MS", 0, "Milliseconds of a frame, a multiple of 10 (default 50)", 0},
    {"loops", KEY_LOOPS, "N", 0, "Show all frames N times; 0: for ever (default)", 0},
    {"scale", KEY_SCALE, "K", 0, "Make K x K pixels of each", 0},
    {"record", KEY_RECORD, "NAME", 0, "Take records of this name (default clip and image)", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;

    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case KEY_DELAY:
        o->delay = tool_int(st, arg, 0, GIF_MAX_DELAY * 10);
        if (o->delay % 10)
            argp_error(st, "--delay=%s: expected a multiple of 10", arg);
        break;
    case KEY_LOOPS:     o->loops = tool_int(st, arg, 0, 65536); break;
    case KEY_SCALE:     o->scale = tool_int(st, arg, 1, 1024); break;
    case KEY_RECORD:    o->record = arg; break;
    default:            return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {options,
                                 parse,
                                 "",
                                 "Write records `clip' and `image', u8 or f32 in [-1,1], as one "
                                 "animated GIF of up to 256 colours a "
                                 "frame.\v"
                                 "Example:\n  gan-interp <gan.ten | ten2gif --scale=2 >morph.gif",
                                 tool_common,
                                 0,
                                 0};

/* The first picture decides how large all are. */
static int check(struct opts *o, const struct frames *f)
{
    const struct image_dims d = frames_enlarged(f, o->scale);

    if (d.h < 1 || d.w < 1 || d.h > GIF_MAX_SIDE || d.w > GIF_MAX_SIDE)
        return fail(&o->tool.err, TEN_E_DATA,
                    "byte %lld: %s: %lldx%lld pixels: expected 1 to %d a side",
                    (long long)f->rec->offset, f->rec->name, (long long)d.w, (long long)d.h,
                    GIF_MAX_SIDE);
    if (o->dims.h > 0 && (d.h != o->dims.h || d.w != o->dims.w || d.c != o->dims.c))
        return fail(&o->tool.err, TEN_E_DATA,
                    "byte %lld: %s: %lldx%lld pixels of %lld channels: expected the size of those "
                    "before",
                    (long long)f->rec->offset, f->rec->name, (long long)d.w, (long long)d.h,
                    (long long)d.c);
    if (o->dims.h == 0) {
        o->dims = d;
        o->pixels = xmalloc((size_t)image_bytes(&d));
        o->rgb = xmalloc((size_t)(d.h * d.w * 3));
        gif_start(stdout, d.w, d.h, o->loops);
    }
    return 0;
}

static int write_frames(struct opts *o, const struct frames *f)
{
    static const uint8_t white[3] = {255, 255, 255};

    if (f->n > 0 && check(o, f) < 0)
        return -1;
    for (int64_t k = 0; k < f->n; k++) {
        if (frames_draw(f, k, o->scale, o->pixels, &o->tool.err) < 0)
            return -1;
        pixels_channels(o->rgb, 3, o->pixels, (int)o->dims.c, o->dims.h * o->dims.w, white);
        gif_frame(stdout, o->rgb, o->dims.w, o->dims.h, o->delay / 10);
        if (ferror(stdout))
            return fail(&o->tool.err, TEN_E_DATA, "standard output: %s: the output is incomplete",
                        strerror(errno));
        progress_step(&o->tool.progress, ++o->frames, "");
    }
    return 0;
}

static bool wanted(const struct opts *o, const char *name)
{
    return o->record ? strcmp(name, o->record) == 0
                     : strcmp(name, "clip") == 0 || strcmp(name, "image") == 0;
}

int main(int argc, char **argv)
{
    struct opts o = {.delay = 50, .scale = 1};
    struct ten_record rec;
    struct frames f;
    int rc;

    tool_open(&o.tool, TOOL_IN | TOOL_BINARY, &argp, argc, argv, &o);
    progress_start(&o.tool.progress, "frames", 0);
    while ((rc = ten_next(o.tool.in, &rec, &o.tool.err)) > 0) {
        if (!wanted(&o, rec.name))
            continue;
        if ((rc = frames_of(&f, &rec, &o.tool.err)) < 0 || (rc = write_frames(&o, &f)) < 0)
            break;
    }
    if (rc == 0 && o.frames == 0)
        rc = fail(&o.tool.err, TEN_E_DATA,
                  "standard input: no picture in a record %s: expected at least one",
                  o.record ? o.record : "clip or image");
    else if (rc == 0)
        gif_end(stdout);
    free(o.pixels);
    free(o.rgb);
    return tool_close(&o.tool, rc);
}
