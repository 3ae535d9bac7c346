/* formats/ten2y4m.c - clips as YUV4MPEG2 video. */
#include "image/frames.h"
#include "stream/attrs.h"
#include "stream/tool.h"
#include "video/y4m.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_420 = 1, KEY_FULL, KEY_FPS, KEY_RECORD };

struct opts {
    struct tool tool;
    const char *record;
    bool half, full_range;
    double fps;                     /* 0: as the records say */

    struct y4m video;               /* w = 0 before the first frame */
    int64_t frames;
    uint8_t *pixels, *planes;       /* one frame */
};

static const struct argp_option options[] = {
    {"420", KEY_420, 0, 0, "Write one chroma sample for 2 x 2 pixels, instead of one for each", 0},
    {"full-range", KEY_FULL, 0, 0, "Write luma from 0 to 255 instead of 16 to 235", 0},
    {"fps", KEY_FPS, "RATE", 0, "Frames a second (default: as the attribute says, else 25)", 0},
    {"record", KEY_RECORD, "NAME", 0, "Take records of this name (default clip)", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;

    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case KEY_420:       o->half = true; break;
    case KEY_FULL:      o->full_range = true; break;
    case KEY_FPS:       o->fps = tool_float(st, arg, 0.001, 1e6); break;
    case KEY_RECORD:    o->record = arg; break;
    default:            return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "",
    "Write records `clip' [N,T,H,W,C], u8 or f32 in [-1,1], as one YUV4MPEG2 video; 1 channel is "
    "grey, 3 are RGB.\v"
    "Example:\n  ten2y4m --420 <film.ten | ffmpeg -i - film.mp4",
    tool_common, 0, 0
};

/* The rate in a record's attributes, the fraction before the number; 25 where there is none. */
static int find_rate(struct opts *o, const struct ten_record *rec)
{
    int64_t *rate = o->video.rate;
    json_t *json = attrs_parse(rec->attrs, "attributes", &o->tool.err), *fraction;
    double fps = o->fps > 0 ? o->fps : 25;

    if (!json)
        return -1;
    fraction = json_object_get(json, "rate");
    for (int i = 0; i < 2; i++)
        rate[i] = json_integer_value(json_array_get(fraction, (size_t)i));
    if (o->fps == 0 && json_number_value(json_object_get(json, "fps")) > 0)
        fps = json_number_value(json_object_get(json, "fps"));
    json_decref(json);
    if (o->fps > 0 || rate[0] < 1 || rate[1] < 1 || rate[0] > INT32_MAX || rate[1] > INT32_MAX)
        y4m_rate(fps, rate);
    return 0;
}

static int put(struct opts *o, const void *p, int64_t n)
{
    if (fwrite(p, 1, (size_t)n, stdout) == (size_t)n)
        return 0;
    return fail(&o->tool.err, TEN_E_DATA, "standard output: %s: the output is incomplete",
                strerror(errno));
}

/* The first clip decides how the video looks. */
static int start(struct opts *o, const struct frames *f)
{
    struct y4m *v = &o->video;
    char text[160];

    v->h = f->dims.h;
    v->w = f->dims.w;
    v->c = f->dims.c;
    v->chroma = v->c == 1 ? Y4M_MONO : o->half ? Y4M_420 : Y4M_444;
    v->full_range = o->full_range;
    o->pixels = tool_buffer(&o->tool, (size_t)(image_bytes(&f->dims) + y4m_frame_bytes(v)));
    o->planes = o->pixels + image_bytes(&f->dims);
    if (find_rate(o, f->rec) < 0)
        return -1;
    y4m_header(v, text);
    return put(o, text, (int64_t)strlen(text));
}

static int check(struct opts *o, const struct frames *f)
{
    const struct image_dims *d = &f->dims;

    if (d->c != 1 && d->c != 3)
        return fail(&o->tool.err, TEN_E_DATA, "byte %lld: %s: %lld channels: expected 1 or 3",
                    (long long)f->rec->offset, f->rec->name, (long long)d->c);
    if (d->h < 1 || d->w < 1 || d->h > Y4M_MAX_SIDE || d->w > Y4M_MAX_SIDE)
        return fail(&o->tool.err, TEN_E_DATA, "byte %lld: %s: %lldx%lld pixels: expected 1 to %d a "
                    "side", (long long)f->rec->offset, f->rec->name, (long long)d->w,
                    (long long)d->h, Y4M_MAX_SIDE);
    if (o->video.w > 0 && (d->h != o->video.h || d->w != o->video.w || d->c != o->video.c))
        return fail(&o->tool.err, TEN_E_DATA, "byte %lld: %s: %lldx%lld pixels of %lld channels: "
                    "expected the size of those before", (long long)f->rec->offset, f->rec->name,
                    (long long)d->w, (long long)d->h, (long long)d->c);
    return 0;
}

static int write_frames(struct opts *o, const struct frames *f)
{
    if (check(o, f) < 0 || (o->video.w == 0 && start(o, f) < 0))
        return -1;
    for (int64_t k = 0; k < f->n; k++) {
        if (frames_get(f, k, o->pixels, &o->tool.err) < 0)
            return -1;
        y4m_from_pixels(&o->video, o->planes, o->pixels);
        if (put(o, "FRAME\n", 6) < 0 || put(o, o->planes, y4m_frame_bytes(&o->video)) < 0)
            return -1;
        progress_step(&o->tool.progress, ++o->frames, "");
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct opts o = {.record = "clip"};
    struct ten_record rec;
    struct frames f;
    int rc;

    tool_open(&o.tool, TOOL_IN | TOOL_BINARY, &argp, argc, argv, &o);
    progress_start(&o.tool.progress, "frames", 0);
    while ((rc = ten_next(o.tool.in, &rec, &o.tool.err)) > 0) {
        if (strcmp(rec.name, o.record) != 0)
            continue;
        if ((rc = frames_of(&f, &rec, &o.tool.err)) < 0 || (rc = write_frames(&o, &f)) < 0)
            break;
    }
    if (rc == 0 && o.video.w == 0)
        rc = fail(&o.tool.err, TEN_E_DATA, "standard input: no record %s: expected at least one",
                  o.record);
    return tool_close(&o.tool, rc);
}
