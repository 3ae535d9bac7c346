/* bin/video-gen.c - labelled clips whose class lies in the order of their frames. */
#include "stream/tool.h"

#include "base/mem.h"
#include "stream/rows.h"
#include "video/footage.h"
#include "video/motion.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum task { TASK_MOTION, TASK_ARROW, TASK_PAN };

struct opts {
    struct tool tool;
    enum task task;
    bool chosen;
    int64_t n, batch, side[2];
    const char *sprites;
    struct motion motion;
    uint8_t *pictures;
};

enum { KEY_FRAMES = 1, KEY_SIZE, KEY_CLASSES, KEY_NOISE, KEY_SPRITES };

static const struct argp_option options[] = {
    {"n", 'n', "N", 0, "Clips to make (motion, default 1000), or windows of every clip (pan, default 1)", 0},
    {"frames", KEY_FRAMES, "T", 0, "Frames of a clip (motion; default 8)", 0},
    {"size", KEY_SIZE, "H,W", 0, "Height and width (motion, pan; default 32,32)", 0},
    {"classes", KEY_CLASSES, "K", 0, "8: directions (default); 12: also turning and growing (motion)", 0},
    {"noise", KEY_NOISE, "STD", 0, "Noise of every pixel of every frame, of 0 to 1 (motion; default 0.02)", 0},
    {"sprites", KEY_SPRITES, "FILE", 0, "Move these pictures, records image u8 [N,S,S,1], black being nothing, instead of noise (motion)", 0},
    {"batch", 'b', "N", 0, "Clips of a group (motion; default 100)", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;

    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case 'n':           o->n = tool_int(st, arg, 0, INT32_MAX); break;
    case 'b':           o->batch = tool_int(st, arg, 1, INT32_MAX); break;
    case KEY_FRAMES:    o->motion.frames = tool_int(st, arg, 1, 1 << 16); break;
    case KEY_SIZE:
        if (tool_ints(st, arg, o->side, 2, MOTION_MIN_SIDE, 1 << 14) != 2)
            argp_error(st, "--size: %s: expected height and width", arg);
        break;
    case KEY_CLASSES:
        o->motion.classes = (int)tool_int(st, arg, MOTION_DIRECTIONS, MOTION_CLASSES);
        if (o->motion.classes != MOTION_DIRECTIONS && o->motion.classes != MOTION_CLASSES)
            argp_error(st, "--classes: %s: expected 8 or 12", arg);
        break;
    case KEY_NOISE:     o->motion.noise = tool_float(st, arg, 0, 1); break;
    case KEY_SPRITES:   o->sprites = arg; break;
    case ARGP_KEY_ARG:
        if (o->chosen)
            argp_error(st, "%s: a second task: expected one", arg);
        o->task = (enum task)tool_choice(st, arg, (const char *[]){"motion", "arrow", "pan", NULL});
        o->chosen = true;
        break;
    case ARGP_KEY_NO_ARGS: argp_error(st, "no task: expected motion, arrow or pan"); break;
    default:            return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "motion|arrow|pan", "Make clips with labels that only the order of their frames gives away. motion: sprites that move "
    "over a still background. arrow: every clip of standard input, label 1, and after it the same backwards, label 0. pan: a window that "
    "moves over the clips of standard input in one of four directions.\v"
    "Example:\n  video-gen motion --n=200 --seed=1 | ten2y4m >motion.y4m", tool_common, 0, 0
};

/* ---- motion ------------------------------------------------------------------------------------------------- */

/* All records image of a stream, of one size. */
static int read_sprites(struct opts *o)
{
    struct ten_reader *r = tool_reader(&o->tool, o->sprites);
    struct ten_record rec;
    int rc = r ? 1 : -1;

    while (rc > 0 && (rc = ten_next(r, &rec, &o->tool.err)) > 0) {
        const int64_t *d = rec.shape.dim, bytes = ten_bytes(&rec);
        if (strcmp(rec.name, "image") != 0)
            continue;
        if (rec.type != TEN_U8 || rec.shape.rank != 4 || d[1] != d[2] || d[1] < 1 || d[3] != 1 || (o->motion.count && d[1] != o->motion.side))
            return fail(&o->tool.err, TEN_E_DATA, "%s: image: expected square grey pictures u8 [N,S,S,1] of one size", o->sprites);
        const int64_t had = o->motion.count * d[1] * d[1];
        o->pictures = xrealloc(o->pictures, (size_t)(had + bytes));
        memcpy(o->pictures + had, rec.data, (size_t)bytes);
        o->motion.pictures = o->pictures;
        o->motion.side = d[1];
        o->motion.count += d[0];
    }
    if (rc == 0 && o->motion.count == 0)
        return fail(&o->tool.err, TEN_E_DATA, "%s: no picture: expected records named image", o->sprites);
    return rc;
}

static int write_clips(struct opts *o, const uint8_t *clip, const int32_t *label, int64_t n, const int64_t dim[4], int64_t group)
{
    const struct ten_record rec[] = {
        {.name = "clip", .type = TEN_U8, .shape = {5, {n, dim[0], dim[1], dim[2], dim[3]}}, .data = clip, .group = group},
        {.name = "label", .type = TEN_I32, .shape = {1, {n}}, .data = label, .group = group},
    };
    return ten_write(o->tool.out, &rec[0], &o->tool.err) < 0 ? -1 : ten_write(o->tool.out, &rec[1], &o->tool.err);
}

static int make_motion(struct opts *o)
{
    struct motion *m = &o->motion;
    const int64_t n = o->n < 0 ? 1000 : o->n, size = m->frames * o->side[0] * o->side[1] * 3;
    int rc = o->sprites ? read_sprites(o) : 0;

    m->height = o->side[0];
    m->width = o->side[1];
    uint8_t *clip = rc == 0 ? tool_buffer(&o->tool, (size_t)(o->batch * size)) : NULL;
    int32_t *label = xmalloc((size_t)o->batch * sizeof *label);
    for (int64_t first = 0; rc == 0 && first < n; first += o->batch) {
        const int64_t count = n - first < o->batch ? n - first : o->batch;
        #pragma omp parallel for schedule(static)
        for (int64_t i = 0; i < count; i++)
            label[i] = motion_clip(clip + i * size, m, o->tool.opt.seed, (uint64_t)(first + i));
        rc = write_clips(o, clip, label, count, (int64_t[]){m->frames, m->height, m->width, 3}, first / o->batch);
        progress_step(&o->tool.progress, first + count, "");
    }
    free(label);
    return rc;
}

/* ---- arrow and pan -------------------------------------------------------------------------------------------- */

/* The column of clips u8 [n,T,H,W,C], or -1 with the error set. */
static int find_clips(const struct rows *rows, struct ten_err *e)
{
    for (int c = 0; c < rows->columns; c++)
        if (strcmp(rows->rec[c].name, "clip") == 0) {
            if (rows->rec[c].type == TEN_U8 && rows->rec[c].shape.rank == 5)
                return c;
            return fail(e, TEN_E_DATA, "standard input: clip: %s of rank %d: expected u8 [N,T,H,W,C]", ten_type_name(rows->rec[c].type),
                        rows->rec[c].shape.rank);
        }
    return fail(e, TEN_E_DATA, "standard input: no record clip: expected clips u8 [N,T,H,W,C]");
}

/* `each` clips and labels for every one of rows, and its other columns as often. */
static int write_copies(struct opts *o, const struct rows *rows, int clips, int64_t each, const uint8_t *clip, const int32_t *label,
                        const int64_t dim[4], int64_t group)
{
    int rc = write_clips(o, clip, label, rows->n * each, dim, group);
    for (int c = 0; rc == 0 && c < rows->columns; c++) {
        struct ten_record rec = rows->rec[c];
        const size_t bytes = (size_t)rows->bits[c] / 8;
        if (c == clips || strcmp(rec.name, "label") == 0)
            continue;
        if (rows->bits[c] % 8)
            return fail(&o->tool.err, TEN_E_DATA, "standard input: %s: %s: expected whole bytes for every clip", rec.name, ten_type_name(rec.type));
        char *copy = xmalloc(bytes * (size_t)(rows->n * each));
        for (int64_t i = 0; i < rows->n * each; i++)
            memcpy(copy + (size_t)i * bytes, (const char *)rec.data + (size_t)(i / each) * bytes, bytes);
        rec.data = copy;
        rec.shape.dim[0] = rows->n * each;
        rec.group = group;
        rc = ten_write(o->tool.out, &rec, &o->tool.err);
        free(copy);
    }
    return rc;
}

static int reverse_group(struct opts *o, const struct rows *rows, int clips, int64_t group)
{
    const struct ten_record *rec = &rows->rec[clips];
    const int64_t *d = rec->shape.dim, frame = d[2] * d[3] * d[4], size = d[1] * frame;
    uint8_t *clip = tool_buffer(&o->tool, (size_t)(2 * rows->n * size));
    int32_t *label = xmalloc((size_t)(2 * rows->n) * sizeof *label);

    for (int64_t i = 0; i < rows->n; i++) {
        const uint8_t *from = (const uint8_t *)rec->data + i * size;
        memcpy(clip + 2 * i * size, from, (size_t)size);
        clip_reverse(clip + (2 * i + 1) * size, from, d[1], frame);
        label[2 * i] = 1;
        label[2 * i + 1] = 0;
    }
    const int rc = write_copies(o, rows, clips, 2, clip, label, d + 1, group);
    free(label);
    return rc;
}

static int pan_group(struct opts *o, const struct rows *rows, int clips, int64_t first, int64_t group)
{
    const struct ten_record *rec = &rows->rec[clips];
    const int64_t *d = rec->shape.dim, each = o->n < 0 ? 1 : o->n, size = d[1] * d[2] * d[3] * d[4];
    const struct pan p = {d[1], d[2], d[3], d[4], o->side[0], o->side[1]};
    const int64_t cut = p.frames * p.window_height * p.window_width * p.channels;

    if (!pan_fits(&p))
        return fail(&o->tool.err, TEN_E_DATA, "standard input: clip: %" PRId64 "x%" PRId64 ": expected at least %" PRId64 "x%" PRId64
                    " for the ways of the window", d[2], d[3], p.window_height + PAN_SPEED * (p.frames - 1),
                    p.window_width + PAN_SPEED * (p.frames - 1));
    uint8_t *clip = tool_buffer(&o->tool, (size_t)(each * rows->n * cut));
    int32_t *label = xmalloc((size_t)(each * rows->n) * sizeof *label);
    #pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < each * rows->n; i++)
        label[i] = pan_cut(clip + i * cut, &p, (const uint8_t *)rec->data + i / each * size, o->tool.opt.seed, (uint64_t)(first * each + i));
    const int rc = write_copies(o, rows, clips, each, clip, label, (int64_t[]){p.frames, p.window_height, p.window_width, p.channels}, group);
    free(label);
    return rc;
}

static int make_from_footage(struct opts *o)
{
    struct ten_reader *in = tool_reader(&o->tool, "-");
    struct rows_reader *r = in ? rows_reader_new(in) : NULL;
    struct rows rows;
    int64_t clips = 0;
    int rc = in ? 0 : -1, column;

    for (int64_t group = 0; rc >= 0 && (rc = rows_next(r, &rows, &o->tool.err)) > 0; group++) {
        if ((column = find_clips(&rows, &o->tool.err)) < 0)
            rc = -1;
        else
            rc = o->task == TASK_ARROW ? reverse_group(o, &rows, column, group) : pan_group(o, &rows, column, clips, group);
        clips += rows.n;
        progress_step(&o->tool.progress, clips, "");
    }
    if (r)
        rows_reader_free(r);
    return rc;
}

int main(int argc, char **argv)
{
    struct opts o = {.n = -1, .batch = 100, .side = {32, 32}, .motion = {.frames = 8, .classes = MOTION_DIRECTIONS, .noise = 0.02}};
    int rc;

    tool_open(&o.tool, TOOL_OUT, &argp, argc, argv, &o);
    progress_start(&o.tool.progress, "clips", 0);
    rc = o.task == TASK_MOTION ? make_motion(&o) : make_from_footage(&o);
    free(o.pictures);
    return tool_close(&o.tool, rc);
}
