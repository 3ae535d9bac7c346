/* bin/video-sample.c - clips of a few frames from whole videos. */
#include "base/mem.h"
#include "stream/tool.h"
#include "video/videos.h"

#include <inttypes.h>
#include <stdlib.h>

struct opts {
    struct tool tool;
    struct sampling sampling;
    int64_t epoch;
    const char *pack;
};

enum { KEY_SEGMENTS = 1, KEY_MODE, KEY_TRAIN, KEY_VALID, KEY_TEST, KEY_LENGTH, KEY_EPOCH,
       KEY_PACK };

static const struct argp_option options[] = {
    {"segments", KEY_SEGMENTS, "T", 0, "Segments of a video (default 8)", 0},
    {"mode", KEY_MODE, "MODE", 0, "uniform (default), dense or twice", 0},
    {"train", KEY_TRAIN, 0, 0, "Draw frames", 0},
    {"valid", KEY_VALID, 0, 0, "Frames in the middle of segments, one clip (default)", 0},
    {"test", KEY_TEST, 0, 0, "The same; of dense 10 clips, of twice 2", 0},
    {"length", KEY_LENGTH, "L", 0, "Frames in a row of a segment, side by side in the channels: 5 "
     "for flow, 6 for differences of colours (default 1)", 0},
    {"epoch", KEY_EPOCH, "E", 0, "Other draws for each (default 0)", 0},
    {"pack", KEY_PACK, "FILE", 0, "Videos that video-pack wrote, instead of standard input; frames "
     "that are not needed are not read", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;
    struct sampling *s = &o->sampling;

    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case KEY_SEGMENTS:  s->segments = tool_int(st, arg, 1, 1 << 12); break;
    case KEY_MODE:      s->mode = (enum sampling_mode)tool_choice(st, arg, sampling_modes); break;
    case KEY_TRAIN:     s->phase = SAMPLING_TRAIN; break;
    case KEY_VALID:     s->phase = SAMPLING_VALID; break;
    case KEY_TEST:      s->phase = SAMPLING_TEST; break;
    case KEY_LENGTH:    s->length = tool_int(st, arg, 1, 1 << 8); break;
    case KEY_EPOCH:     o->epoch = tool_int(st, arg, 0, INT32_MAX); break;
    case KEY_PACK:      o->pack = arg; break;
    case ARGP_KEY_END:
        if (s->mode == SAMPLING_DENSE && s->segments > SAMPLING_SPAN)
            argp_error(st, "--segments: %" PRId64 ": expected at most %d with --mode=dense",
                       s->segments, SAMPLING_SPAN);
        break;
    default:            return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "", "Cut every video, a row of the records clip u8 [N,L,H,W,C] of standard "
    "input or a store's, into clips of T frames, as networks are trained and tested with them: "
    "clip [n,T,H,W,C], label, and the number of the video.\v"
    "Example:\n  video-sample --pack=train.ten --train --seed=1 | video-crop --train --seed=1",
    tool_common, 0, 0
};

static int write_clips(struct opts *o, const struct video *v, const uint8_t *clip)
{
    const struct sampling *s = &o->sampling;
    const int64_t n = sampling_clips(s), group = v->number;
    int32_t label[SAMPLING_DENSE_CLIPS];
    int64_t number[SAMPLING_DENSE_CLIPS];
    for (int64_t i = 0; i < n; i++) {
        label[i] = v->label;
        number[i] = v->number;
    }
    const struct ten_record rec[] = {
        {.name = "clip", .type = TEN_U8, .data = clip, .group = group,
         .group_attrs = v->group_attrs, .history = v->history,
         .shape = {5, {n, s->segments, v->size.height, v->size.width,
                       v->size.channels * s->length}}},
        {.name = "video", .type = TEN_I64, .shape = {1, {n}}, .data = number, .group = group},
        {.name = "label", .type = TEN_I32, .shape = {1, {n}}, .data = label, .group = group},
    };
    for (int i = 0; i < (v->labelled ? 3 : 2); i++)
        if (ten_write(o->tool.out, &rec[i], &o->tool.err) < 0)
            return -1;
    return 0;
}

static int sample(struct opts *o, struct videos *in)
{
    const struct sampling *s = &o->sampling;
    const int64_t frames = sampling_clips(s) * s->segments * s->length;
    int64_t *index = xmalloc((size_t)frames * sizeof *index);
    struct ten_err *e = &o->tool.err;
    struct video v;
    int rc;
    while ((rc = videos_next(in, &v, e)) > 0) {
        const int64_t bytes = v.size.height * v.size.width * v.size.channels;
        const struct video_key key = {o->tool.opt.seed, o->epoch, v.number};
        int64_t all;
        if (!mul_i64(bytes, 2 * frames, &all)) {
            rc = fail(e, TEN_E_DATA, "video %" PRId64 ": frames of %" PRId64 " bytes: expected "
                      "smaller ones", v.number, bytes);
            break;
        }
        uint8_t *clip = tool_buffer(&o->tool, (size_t)all);
        if (videos_sample(in, &v, s, &key, index, clip + frames * bytes, clip, e) < 0 ||
            write_clips(o, &v, clip) < 0) {
            rc = -1;
            break;
        }
        progress_step(&o->tool.progress, v.number + 1, "");
    }
    free(index);
    return rc;
}

int main(int argc, char **argv)
{
    struct opts o = {.sampling = {.segments = 8, .length = 1, .phase = SAMPLING_VALID}};

    tool_open(&o.tool, TOOL_OUT, &argp, argc, argv, &o);
    struct videos *in = videos_open(&o.tool, o.pack);
    progress_start(&o.tool.progress, "videos", in ? videos_count(in) : 0);
    int rc = in ? sample(&o, in) : -1;
    progress_end(&o.tool.progress);
    rc = tool_close(&o.tool, rc);
    videos_close(in);
    return rc;
}
