/* bin/video-eval.c - the classes that networks see in videos, and how often they are right. */
#include "base/files.h"
#include "base/mem.h"
#include "models/video_report.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { NETS = 16 };

struct opts {
    struct tool tool;
    const char *model[NETS], *pack, *metrics, *csv;
    double weight[NETS];
    int models, weights;
    int64_t segments, max, csv_top;
    struct video_protocol protocol;
};

enum { KEY_PROTOCOL = 1, KEY_SEGMENTS, KEY_DENSE, KEY_TWICE, KEY_UNIFORM, KEY_FULL, KEY_CROPS, KEY_SOFTMAX, KEY_COEFF, KEY_CSV,
       KEY_CSV_TOP, KEY_MAX, KEY_LENGTH, KEY_MODALITY, KEY_METRICS, KEY_PACK };

static const struct argp_option options[] = {
    {"model", 'm', "FILE", 0, "A network of clips; several are an ensemble", 0},
    {"protocol", KEY_PROTOCOL, "NAME", 0, "sth-efficient (default), sth-accurate, k400-uniform, k400-10crop or k400-dense; "
     "switches behind it change it", 0},
    {"test-segments", KEY_SEGMENTS, "T", 0, "Frames of a clip (default: as in training, from which a network with shifts may not "
     "differ)", 0},
    {"uniform", KEY_UNIFORM, 0, 0, "One clip, its frames all over the video", 0},
    {"twice", KEY_TWICE, 0, 0, "Two of these", 0},
    {"dense", KEY_DENSE, 0, 0, "Ten clips of 64 frames each, T of which are seen", 0},
    {"crops", KEY_CROPS, "N", 0, "1, 3, 5 or 10 of each frame", 0},
    {"full-res", KEY_FULL, 0, 0, "Crops as high as the frame, 256/224 of the network's size", 0},
    {"softmax", KEY_SOFTMAX, 0, 0, "Average probabilities instead of logits", 0},
    {"coeff", KEY_COEFF, "LIST", 0, "What the scores of each network are multiplied with (default 1)", 0},
    {"length", KEY_LENGTH, "L", 0, "Frames in a row of a segment: 5 for flow, 6 for diff (default 1)", 0},
    {"modality", KEY_MODALITY, "KIND", 0, "rgb (default), diff or flow", 0},
    {"batch", 'b', "N", 0, "Clips and crops at a time (default 10)", 0},
    {"max", KEY_MAX, "N", 0, "Only the first N videos", 0},
    {"pack", KEY_PACK, "FILE", 0, "Videos that video-pack wrote, instead of standard input", 0},
    {"metrics", KEY_METRICS, "FILE", 0, "Write the figures there, as JSON", 0},
    {"csv", KEY_CSV, "FILE", 0, "Write a line NAME;CLASS for every video there", 0},
    {"csv-top", KEY_CSV_TOP, "N", 0, "With the best N classes (default 1)", 0},
    {0}
};

/* ---- Options -------------------------------------------------------------------------------- */

static void parse_coeff(struct opts *o, struct argp_state *st, const char *arg)
{
    char *const copy = xstrdup(arg), *left = copy;
    o->weights = 0;
    for (char *word; (word = strsep(&left, ","));) {
        if (o->weights == NETS)
            argp_error(st, "--coeff: %s: expected at most %d", arg, NETS);
        o->weight[o->weights++] = tool_float(st, word, -1e6, 1e6);
    }
    free(copy);
}

static void check(const struct opts *o, struct argp_state *st)
{
    if (o->models == 0)
        argp_error(st, "no network: expected --model=FILE");
    if (o->weights && o->weights != o->models)
        argp_error(st, "--coeff: %d numbers: expected %d, one for each network", o->weights, o->models);
    if (o->protocol.mode == SAMPLING_DENSE && o->segments > SAMPLING_SPAN)
        argp_error(st, "--test-segments: %" PRId64 ": expected at most %d with --dense", o->segments, SAMPLING_SPAN);
}

static error_t parse_protocol_switch(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;
    struct video_protocol *p = &o->protocol;

    switch (key) {
    case KEY_PROTOCOL: video_protocol_set(p, tool_choice(st, arg, video_protocols)); break;
    case KEY_UNIFORM:  p->mode = SAMPLING_UNIFORM; break;
    case KEY_TWICE:    p->mode = SAMPLING_TWICE; break;
    case KEY_DENSE:    p->mode = SAMPLING_DENSE; break;
    case KEY_FULL:     p->full = true; break;
    case KEY_SOFTMAX:  p->softmax = true; break;
    case KEY_LENGTH:   p->length = tool_int(st, arg, 1, 1 << 8); break;
    case KEY_MODALITY: p->modality = (enum crop_modality)tool_choice(st, arg, crop_modalities); break;
    case 'b':          p->batch = tool_int(st, arg, 1, 1 << 16); break;
    case KEY_CROPS:
        p->views = (int)tool_int(st, arg, 1, CROP_VIEWS);
        if (!crop_views_known(p->views))
            argp_error(st, "--crops: %s: expected 1, 3, 5 or 10", arg);
        break;
    default:           return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;

    switch (key) {
    case ARGP_KEY_INIT:
        st->child_inputs[0] = &o->tool.opt;
        st->child_inputs[1] = &o->protocol.scale;
        break;
    case 'm':
        if (o->models == NETS)
            argp_error(st, "--model: more than %d: expected fewer", NETS);
        o->model[o->models++] = arg;
        break;
    case KEY_SEGMENTS: o->segments = tool_int(st, arg, 1, 1 << 12); break;
    case KEY_COEFF:    parse_coeff(o, st, arg); break;
    case KEY_MAX:      o->max = tool_int(st, arg, 1, INT64_MAX); break;
    case KEY_PACK:     o->pack = arg; break;
    case KEY_METRICS:  o->metrics = arg; break;
    case KEY_CSV:      o->csv = arg; break;
    case KEY_CSV_TOP:  o->csv_top = tool_int(st, arg, 1, 1 << 10); break;
    case ARGP_KEY_END: check(o, st); break;
    default:           return parse_protocol_switch(key, arg, st);
    }
    return 0;
}

/* ---- Work ----------------------------------------------------------------------------------- */

struct eval {
    struct opts *o;
    struct video_net net[NETS];
    struct video_tally tally;
    struct save *csv;
};

static int report(struct eval *v)
{
    const struct top_classes *top = &v->tally.top;
    struct tool *t = &v->o->tool;
    struct save *s = v->o->metrics ? save_open(v->o->metrics, &t->err) : NULL;
    if (v->o->metrics && !s)
        return -1;
    if (s) {
        char *text = video_tally_text(&v->tally, v->net, v->o->models, &v->o->protocol);
        fprintf(save_file(s), "%s\n", text);
        free(text);
        if (save_commit(s, &t->err) < 0)
            return -1;
    }
    if (top->n)
        tool_note(t, "%" PRId64 " videos: %.4f right, %.4f among the best %d, %.4f as the mean over classes", top->n,
                  (double)top->first / (double)top->n, (double)top->five / (double)top->n, TOP_CLASSES, top_classes_mean(top));
    return 0;
}

static int one_video(struct eval *v, struct videos *in, const struct video *one, float *score)
{
    struct opts *o = v->o;
    struct ten_err *e = &o->tool.err;
    if (video_score(score, v->net, o->models, &o->protocol, in, one, e) < 0 || video_tally_add(&v->tally, one, score, e) < 0 ||
        video_write(o->tool.out, one, score, v->tally.top.classes, e) < 0)
        return -1;
    if (v->csv)
        video_line(save_file(v->csv), one, score, v->tally.top.classes, o->csv_top);
    return 0;
}

static int evaluate(struct eval *v, struct videos *in)
{
    struct opts *o = v->o;
    float *score = xmalloc((size_t)v->tally.top.classes * sizeof *score);
    struct video one;
    int rc = o->csv && !(v->csv = save_open(o->csv, &o->tool.err)) ? -1 : 0;
    progress_start(&o->tool.progress, "videos", videos_count(in));
    while (rc >= 0 && (o->max == 0 || v->tally.videos < o->max) && (rc = videos_next(in, &one, &o->tool.err)) > 0) {
        if (one_video(v, in, &one, score) < 0)
            rc = -1;
        progress_step(&o->tool.progress, v->tally.videos, "");
    }
    progress_end(&o->tool.progress);
    if (rc >= 0 && v->csv)
        rc = save_commit(v->csv, &o->tool.err);
    else
        save_abort(v->csv);
    free(score);
    return rc < 0 ? -1 : report(v);
}

int main(int argc, char **argv)
{
    const struct argp_child children[] = {tool_common[0], scale_child, {0}};
    const struct argp argp = {
        options, parse, "", "Tell the classes of whole videos, the rows of the records clip u8 [N,L,H,W,C] of standard input or a "
        "store's, as papers on video do: answers for several clips and crops are averaged. A group with logits, class and label "
        "comes for each.\v"
        "Example:\n  video-eval --model=model.ten --protocol=sth-accurate --pack=valid.ten |\n    confusion",
        children, 0, 0
    };
    struct opts o = {.csv_top = 1, .protocol = {.length = 1, .views = 1, .batch = 10}};
    struct eval v = {.o = &o};
    int rc = -1;

    tool_open(&o.tool, TOOL_OUT, &argp, argc, argv, &o);
    struct memory *memory = memory_new();
    struct videos *in = videos_open(&o.tool, o.pack);
    if (in && video_nets_open(v.net, o.models, &o.tool, o.model, o.weights ? o.weight : NULL, o.segments, &o.protocol, memory) == 0) {
        video_tally_init(&v.tally, v.net[0].m->out);
        rc = evaluate(&v, in);
        video_tally_free(&v.tally);
    }
    video_nets_close(v.net, o.models);
    memory_free(memory);
    rc = tool_close(&o.tool, rc);
    videos_close(in);
    return rc;
}
