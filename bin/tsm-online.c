/* bin/tsm-online.c - what a network sees in a video, frame by frame, as the frames come. */
#include "stream/tool.h"

#include "base/files.h"
#include "base/mem.h"
#include "metrics/timing.h"
#include "models/model_io.h"
#include "models/online.h"
#include "video/steady.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct opts {
    struct tool tool;
    const char *model, *record, *histogram;
    int64_t every;
    struct steady_rules rules;
    struct batch_scale scale;
};

enum { KEY_RECORD = 1, KEY_SMOOTH, KEY_AGREE, KEY_HOLD, KEY_EVERY, KEY_IGNORE, KEY_MAP, KEY_LEAST, KEY_HISTOGRAM };

static const struct argp_option options[] = {
    {"model", 'm', "FILE", 0, "The network, as train-classifier writes it, with \"shift_mode\": \"uni\"", 0},
    {"record", KEY_RECORD, "NAME", 0, "Frames are the records of this name (default clip)", 0},
    {"smooth", KEY_SMOOTH, "N", 0, "Add up the logits of the last N frames for the label (default 1)", 0},
    {"agree", KEY_AGREE, "N", 0, "Change the label when N frames in a row agree on another (default 1)", 0},
    {"hold", KEY_HOLD, "N", 0, "And when it has stood for N frames (default 1)", 0},
    {"every", KEY_EVERY, "N", 0, "Look at every Nth frame of a clip, from the first on (default 1)", 0},
    {"ignore", KEY_IGNORE, "LIST", 0, "Classes that change no label", 0},
    {"least", KEY_LEAST, "P", 0, "Nor do those that are no more probable than this (default 0)", 0},
    {"map", KEY_MAP, "LIST", 0, "FROM:TO, classes that are called by the number of another one", 0},
    {"histogram", KEY_HISTOGRAM, "FILE", 0, "Write there how many frames took how long, as a table", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;

    switch (key) {
    case ARGP_KEY_INIT:
        st->child_inputs[0] = &o->tool.opt;
        st->child_inputs[1] = &o->scale;
        break;
    case 'm':           o->model = arg; break;
    case KEY_RECORD:    o->record = arg; break;
    case KEY_SMOOTH:    o->rules.smooth = tool_int(st, arg, 1, 1 << 16); break;
    case KEY_AGREE:     o->rules.agree = tool_int(st, arg, 1, 1 << 16); break;
    case KEY_HOLD:      o->rules.hold = tool_int(st, arg, 1, 1 << 16); break;
    case KEY_EVERY:     o->every = tool_int(st, arg, 1, 1 << 16); break;
    case KEY_IGNORE:    o->rules.ignore = arg; break;
    case KEY_MAP:       o->rules.map = arg; break;
    case KEY_LEAST:     o->rules.least = tool_float(st, arg, 0, 1); break;
    case KEY_HISTOGRAM: o->histogram = arg; break;
    case ARGP_KEY_END:
        if (!o->model)
            argp_error(st, "no network: expected --model=FILE");
        break;
    default:            return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

/* A video on its way through the network. */
struct video {
    struct opts *o;
    struct model *m;
    struct tape *t;
    struct clip_past past;
    struct steady steady;
    struct batch_form form;             /* h 0: no frame yet */
    void *scratch;
    int64_t frames, passed;             /* looked at; of this clip, also those that were not */
    double *seconds;                    /* [frames] */
};

static void begin_clip(struct video *v)
{
    v->passed = 0;
    clip_past_free(&v->past);
    steady_reset(&v->steady);
}

/* A stored frame as the network reads it. */
static struct var *prepare(struct video *v, const void *frame)
{
    const struct batch_form *f = &v->form;
    struct batch_look look;
    struct tensor x = tensor_new(tape_memory(v->t), TEN_F32, 4, (int64_t[]){1, f->out_h, f->out_w, f->c});
    batch_look(&look, f, &(struct batch_key){0}, 0);
    batch_image(x.f, frame, f, &look, v->scratch);
    return tape_input(v->t, x);
}

static int write_frame(struct video *v, const float *logits, int32_t label)
{
    struct ten_writer *w = v->o->tool.out;
    struct ten_err *e = &v->o->tool.err;
    const struct ten_record rec[] = {
        {.name = "logits", .type = TEN_F32, .shape = {2, {1, v->m->out}}, .data = logits, .group = v->frames},
        {.name = "label", .type = TEN_I32, .shape = {1, {1}}, .data = &label, .group = v->frames},
    };
    return ten_write(w, &rec[0], e) < 0 || ten_write(w, &rec[1], e) < 0 ? -1 : ten_flush(w, e);
}

static int one_frame(struct video *v, const void *frame)
{
    const double since = raw_seconds();
    struct var *y = op_compact(v->t, online_step(v->m, v->t, prepare(v, frame), &v->past));
    const int32_t label = steady_next(&v->steady, y->v.f);
    const int rc = write_frame(v, y->v.f, label);
    tape_clear(v->t);
    if ((v->frames & (v->frames - 1)) == 0)
        v->seconds = xrealloc(v->seconds, (size_t)(v->frames ? 2 * v->frames : 1) * sizeof *v->seconds);
    v->seconds[v->frames++] = raw_seconds() - since;
    return rc;
}

/* Frames [H,W,C] behind each other, of the network's size. */
static int check_frames(struct video *v, const struct ten_record *rec)
{
    const int64_t *d = rec->shape.dim + rec->shape.rank - 3, *want = v->m->in + 1;
    struct ten_err *e = &v->o->tool.err;
    char text[192];
    if (rec->shape.rank < 3 || memcmp(d, want, 3 * sizeof *d) != 0)
        return fail(e, TEN_E_DATA, "standard input: %s: %s: expected frames [...,%" PRId64 ",%" PRId64 ",%" PRId64 "], which the network reads",
                    rec->name, ten_shape_text(&rec->shape, text), want[0], want[1], want[2]);
    if (v->form.h && v->form.type == rec->type)
        return 0;
    if (v->form.h)
        return fail(e, TEN_E_DATA, "standard input: %s: %s: expected %s as before", rec->name, ten_type_name(rec->type), ten_type_name(v->form.type));
    if (batch_form_init(&v->form, rec->type, &(struct ten_shape){3, {d[0], d[1], d[2]}}, &(struct batch_augment){0}, &v->o->scale, true, e) < 0)
        return -1;
    v->scratch = tool_buffer(&v->o->tool, (size_t)batch_form_scratch(&v->form));
    return 0;
}

/* Records [N,T,H,W,C] are clips, others go on with the video. */
static int frames_of(struct video *v, const struct ten_record *rec)
{
    if (check_frames(v, rec) < 0)
        return -1;
    const int64_t count = ten_count(rec) / (v->form.h * v->form.w * v->form.c);
    const int64_t clip = rec->shape.rank >= 5 ? rec->shape.dim[rec->shape.rank - 4] : 0;
    const size_t bytes = count ? (size_t)(ten_bytes(rec) / count) : 0;
    int rc = 0;
    for (int64_t i = 0; rc == 0 && i < count; i++) {
        if (clip && i % clip == 0)
            begin_clip(v);
        if (v->passed++ % v->o->every == 0)
            rc = one_frame(v, (const char *)rec->data + (size_t)i * bytes);
        progress_step(&v->o->tool.progress, v->frames, "");
    }
    return rc;
}

/* On standard error, and as a table. */
static int tell_latency(struct video *v, struct save *table)
{
    if (v->frames > 0) {
        const struct timing s = timing_of(v->seconds, v->frames);
        tool_note(&v->o->tool, "%" PRId64 " frames: %.3f ms each (median), %.3f ms (90 %%), %.3f ms (99 %%), %.3f ms at most, %" PRId64
                  " numbers kept from frame to frame", v->frames, 1e3 * s.median, 1e3 * s.p90, 1e3 * s.p99, 1e3 * s.max, clip_past_count(&v->past));
    }
    if (!table)
        return 0;
    timing_histogram(save_file(table), v->seconds, v->frames, "frames");
    return save_commit(table, &v->o->tool.err);
}

static int all_records(struct video *v)
{
    struct ten_record rec;
    int64_t records = 0;
    int rc;
    progress_start(&v->o->tool.progress, "frames", 0);
    ten_tie(v->o->tool.in, v->o->tool.out);
    while ((rc = ten_next(v->o->tool.in, &rec, &v->o->tool.err)) > 0) {
        records++;
        if (strcmp(rec.name, v->o->record) == 0 && (rc = frames_of(v, &rec)) < 0)
            break;
    }
    progress_end(&v->o->tool.progress);
    if (rc == 0 && records > 0 && v->frames == 0)
        rc = fail(&v->o->tool.err, TEN_E_DATA, "standard input: %" PRId64 " records, no frame: expected one named %s", records, v->o->record);
    return rc;
}

/* The table is opened first: a path that cannot be is known before a day of video. */
static int watch(struct video *v)
{
    const char *path = v->o->histogram;
    struct save *table = path ? save_open(path, &v->o->tool.err) : NULL;
    const int rc = path && !table ? -1 : all_records(v);
    if (rc == 0)
        return tell_latency(v, table);
    save_abort(table);
    return rc;
}

int main(int argc, char **argv)
{
    const struct argp_child children[] = {tool_common[0], scale_child, {0}};
    const struct argp argp = {
        options, parse, "", "Run a network with temporal shift on a video, frame by frame as they come: logits f32 [1,K] and label i32 [1] of "
        "every frame, at once. How long frames took is said at the end.\v"
        "Example:\n  y4m2ten camera.y4m | tsm-online --model=model.ten --smooth=12 | ten-dump", children, 0, 0
    };
    struct opts o = {.record = "clip", .every = 1, .rules = {.smooth = 1, .agree = 1, .hold = 1}};
    struct video v = {.o = &o};
    int rc = -1;

    tool_open(&o.tool, TOOL_IN | TOOL_OUT, &argp, argc, argv, &o);
    struct memory *memory = memory_new();
    v.m = model_open(&o.tool, o.model, memory);
    if (v.m && online_check(v.m, &o.tool.err) == 0) {
        v.t = tape_new(memory, o.tool.opt.seed);
        tape_mode(v.t)->record = tape_mode(v.t)->training = false;
        rc = steady_init(&v.steady, v.m->out, &o.rules, &o.tool.err) == 0 ? watch(&v) : -1;
        clip_past_free(&v.past);
        steady_free(&v.steady);
        if (v.form.h)
            batch_form_free(&v.form);
        tape_free(v.t);
    } else if (v.m) {
        const struct ten_err was = o.tool.err;
        fail(&o.tool.err, was.code, "%s: %s", o.model, was.text);
    }
    free(v.seconds);
    model_free(v.m);
    memory_free(memory);
    return tool_close(&o.tool, rc);
}
