/* bin/video-crop.c - parts of clips, of one size. */
#include "base/mem.h"
#include "stream/tool.h"
#include "video/crop.h"
#include "video/groups.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct opts {
    struct tool tool;
    bool training, floats, full, scales_given, flip_given;
    int64_t size, epoch, clips;
    enum crop_modality modality;
    struct crop_train train;
    struct crop_test test;
};

enum { KEY_TRAIN = 1, KEY_TEST, KEY_SIZE, KEY_FULL, KEY_FLIP, KEY_NO_FLIP, KEY_SCALES, KEY_MODALITY,
       KEY_FLOAT, KEY_EPOCH };

static const struct argp_option options[] = {
    {"train", KEY_TRAIN, 0, 0, "A box drawn for each clip", 0},
    {"test", KEY_TEST, "N", 0, "1: the centre (default); 3: left, right, centre; 5: corners, "
     "centre; 10: these, and mirrored", 0},
    {"size", KEY_SIZE, "S", 0, "Sides of what comes out (default 224)", 0},
    {"full-res", KEY_FULL, 0, 0, "Test boxes as high as the scaled frame, S 256/224", 0},
    {"flip", KEY_FLIP, 0, 0, "Mirror one of two clips in training (default)", 0},
    {"no-flip", KEY_NO_FLIP, 0, 0, "Never, where left and right matter", 0},
    {"scales", KEY_SCALES, "LIST", 0, "Sides of training boxes as parts of the shorter side "
     "(default 1,0.875,0.75,0.66; of flow the first three)", 0},
    {"modality", KEY_MODALITY, "KIND", 0, "rgb (default), diff or flow", 0},
    {"float", KEY_FLOAT, 0, 0, "Write f32, normalised, instead of u8", 0},
    {"epoch", KEY_EPOCH, "E", 0, "Other draws for each (default 0)", 0},
    {0}
};

static void parse_scales(struct opts *o, struct argp_state *st, const char *arg)
{
    char *const copy = xstrdup(arg), *left = copy;
    struct crop_train *c = &o->train;
    o->scales_given = true;
    c->scales = 0;
    for (char *word; (word = strsep(&left, ","));) {
        if (c->scales == CROP_SCALES)
            argp_error(st, "--scales: %s: expected at most %d", arg, CROP_SCALES);
        c->scale[c->scales++] = tool_float(st, word, 1e-6, 1);
    }
    free(copy);
}

/* What options leave open. */
static void complete(struct opts *o, struct argp_state *st)
{
    if (o->training && (o->test.views || o->full))
        argp_error(st, "--test, --full-res: not with --train: expected one or the other");
    if (!o->training && (o->scales_given || o->flip_given))
        argp_error(st, "--scales, --flip, --no-flip: of training: expected --train");
    if (o->modality == CROP_DIFF && !o->floats)
        argp_error(st, "--modality=diff: differences have a sign: expected --float");
    if (!o->scales_given)
        crop_train_scales(&o->train, o->modality);
    o->test.views = o->test.views ? o->test.views : 1;
    o->test.shorter = o->size * 256 / 224;
    o->train.size = o->size;
    o->test.size = o->full ? o->test.shorter : o->size;
}

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;

    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case KEY_TRAIN:     o->training = true; break;
    case KEY_TEST:
        o->test.views = (int)tool_int(st, arg, 1, CROP_VIEWS);
        if (!crop_views_known(o->test.views))
            argp_error(st, "--test: %s: expected 1, 3, 5 or 10", arg);
        break;
    case KEY_SIZE:      o->size = tool_int(st, arg, 1, 1 << 14); break;
    case KEY_FULL:      o->full = true; break;
    case KEY_FLIP:      o->train.flip = o->flip_given = true; break;
    case KEY_NO_FLIP:   o->train.flip = false; o->flip_given = true; break;
    case KEY_SCALES:    parse_scales(o, st, arg); break;
    case KEY_MODALITY:
        o->modality = (enum crop_modality)tool_choice(st, arg, crop_modalities);
        break;
    case KEY_FLOAT:     o->floats = true; break;
    case KEY_EPOCH:     o->epoch = tool_int(st, arg, 0, INT32_MAX); break;
    case ARGP_KEY_END:  complete(o, st); break;
    default:            return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "", "Cut the clips u8 [N,T,H,W,C] of standard input, whose size may change "
    "from group to group, to S x S pixels, all frames of a clip alike, as networks are trained and "
    "tested with them. What stands beside a clip is repeated for each box.\v"
    "Example:\n  video-crop --test=3 --full-res <clips.ten | video-features --model=model.ten",
    tool_common, 0, 0
};

static void cut_clip(struct opts *o, uint8_t *to, const uint8_t *clip, int64_t frames,
                     const struct crop_frame *f)
{
    const struct video_key key = {o->tool.opt.seed, o->epoch, o->clips++};
    struct crop_box box;
    if (!o->training) {
        crop_views(to, &o->test, o->modality, clip, frames, f);
        return;
    }
    crop_draw(&box, &o->train, f, &key);
    crop_clip(to, o->size, &box, o->modality, clip, frames, f);
}

static int check(struct opts *o, const struct clip_group *g)
{
    const int64_t *d = g->clip.shape.dim;
    int64_t all;
    if ((o->floats || o->modality != CROP_RGB) && crop_channels(o->modality, d[4]) == 0)
        return fail(&o->tool.err, TEN_E_DATA, "standard input: clip: %" PRId64 " channels: "
                    "expected %s for %s", d[4], crop_wanted[o->modality], crop_modalities[o->modality]);
    if (!mul_i64(d[0] * d[1] * d[4], 8 * CROP_VIEWS * o->test.shorter * o->test.shorter, &all))
        return fail(&o->tool.err, TEN_E_DATA, "standard input: clip: %" PRId64 " clips of %" PRId64
                    " frames: expected fewer", d[0], d[1]);
    return 0;
}

static int cut_group(struct opts *o, const struct clip_group *g, int64_t group)
{
    const int64_t *d = g->clip.shape.dim, n = o->training ? o->size : o->test.size;
    const int64_t each = o->training ? 1 : o->test.views, c = crop_channels(o->modality, d[4]);
    const struct crop_frame f = {d[2], d[3], d[4]};
    if (check(o, g) < 0)
        return -1;
    const int64_t in = d[1] * d[2] * d[3] * d[4], out = each * d[1] * n * n * d[4];
    const int64_t pixels = d[0] * each * d[1] * n * n, u8 = (d[0] * out + 63) / 64 * 64;
    const size_t f32 = o->floats ? (size_t)(pixels * c) * sizeof(float) : 0;
    uint8_t *clip = tool_buffer(&o->tool, (size_t)u8 + f32);
    for (int64_t i = 0; i < d[0]; i++)
        cut_clip(o, clip + i * out, (const uint8_t *)g->clip.data + i * in, d[1], &f);
    struct ten_record rec = {.name = "clip", .type = TEN_U8, .data = clip, .attrs = g->clip.attrs,
                             .shape = {5, {d[0] * each, d[1], n, n, d[4]}}};
    if (o->floats) {
        crop_normalise((float *)(clip + u8), clip, pixels, d[4], o->modality);
        rec.type = TEN_F32;
        rec.data = clip + u8;
        rec.shape.dim[4] = c;
    }
    return clip_group_write(g, o->tool.out, &rec, each, group, &o->tool.err);
}

int main(int argc, char **argv)
{
    struct opts o = {.size = 224, .train.flip = true};
    struct clip_group g;
    int64_t groups = 0;
    int rc;

    tool_open(&o.tool, TOOL_IN | TOOL_OUT, &argp, argc, argv, &o);
    struct clip_reader *in = clip_reader_new(o.tool.in);
    progress_start(&o.tool.progress, "groups", 0);
    while ((rc = clip_reader_next(in, &g, &o.tool.err)) > 0) {
        if ((rc = cut_group(&o, &g, groups)) < 0)
            break;
        progress_step(&o.tool.progress, ++groups, "");
    }
    progress_end(&o.tool.progress);
    clip_reader_free(in);
    return tool_close(&o.tool, rc);
}
