/* bin/video-eval.c - the classes that networks see in videos, and how often they are right. */
#include "base/files.h"
#include "base/mem.h"
#include "metrics/top_classes.h"
#include "models/video_score.h"
#include "stream/attrs.h"
#include "stream/tool.h"

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

enum { KEY_PROTOCOL = 1, KEY_SEGMENTS, KEY_DENSE, KEY_TWICE, KEY_UNIFORM, KEY_FULL, KEY_CROPS,
       KEY_SOFTMAX, KEY_COEFF, KEY_CSV, KEY_CSV_TOP, KEY_MAX, KEY_LENGTH, KEY_MODALITY, KEY_METRICS,
       KEY_PACK };

static const struct argp_option options[] = {
    {"model", 'm', "FILE", 0, "A network of clips; several are an ensemble", 0},
    {"protocol", KEY_PROTOCOL, "NAME", 0, "sth-efficient (default), sth-accurate, k400-uniform, "
     "k400-10crop or k400-dense; switches behind it change it", 0},
    {"test-segments", KEY_SEGMENTS, "T", 0, "Frames of a clip (default: as in training, from which "
     "a network with shifts may not differ)", 0},
    {"uniform", KEY_UNIFORM, 0, 0, "One clip, its frames all over the video", 0},
    {"twice", KEY_TWICE, 0, 0, "Two of these", 0},
    {"dense", KEY_DENSE, 0, 0, "Ten clips of 64 frames each, T of which are seen", 0},
    {"crops", KEY_CROPS, "N", 0, "1, 3, 5 or 10 of each frame", 0},
    {"full-res", KEY_FULL, 0, 0, "Crops as high as the frame, 256/224 of the network's size", 0},
    {"softmax", KEY_SOFTMAX, 0, 0, "Average probabilities instead of logits", 0},
    {"coeff", KEY_COEFF, "LIST", 0, "What the scores of each network are multiplied with (default "
     "1)", 0},
    {"length", KEY_LENGTH, "L", 0, "Frames in a row of a segment: 5 for flow, 6 for diff (default "
     "1)", 0},
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

static void parse_protocol(struct opts *o, struct argp_state *st, const char *arg)
{
    static const char *const names[] = {"sth-efficient", "sth-accurate", "k400-uniform",
                                        "k400-10crop", "k400-dense", NULL};
    static const struct { enum sampling_mode mode; int views; bool full; } rules[] = {
        {SAMPLING_UNIFORM, 1, false}, {SAMPLING_TWICE, 3, true}, {SAMPLING_UNIFORM, 1, false},
        {SAMPLING_UNIFORM, 10, false}, {SAMPLING_DENSE, 1, false},
    };
    const int i = tool_choice(st, arg, names);
    o->protocol.mode = rules[i].mode;
    o->protocol.views = rules[i].views;
    o->protocol.full = rules[i].full;
}

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
        argp_error(st, "--coeff: %d numbers: expected %d, one for each network", o->weights,
                   o->models);
    if (o->protocol.mode == SAMPLING_DENSE && o->segments > SAMPLING_SPAN)
        argp_error(st, "--test-segments: %" PRId64 ": expected at most %d with --dense",
                   o->segments, SAMPLING_SPAN);
}

static error_t parse_protocol_switch(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;
    struct video_protocol *p = &o->protocol;

    switch (key) {
    case KEY_PROTOCOL: parse_protocol(o, st, arg); break;
    case KEY_UNIFORM:  p->mode = SAMPLING_UNIFORM; break;
    case KEY_TWICE:    p->mode = SAMPLING_TWICE; break;
    case KEY_DENSE:    p->mode = SAMPLING_DENSE; break;
    case KEY_FULL:     p->full = true; break;
    case KEY_SOFTMAX:  p->softmax = true; break;
    case KEY_LENGTH:   p->length = tool_int(st, arg, 1, 1 << 8); break;
    case KEY_MODALITY:
        p->modality = (enum crop_modality)tool_choice(st, arg, crop_modalities);
        break;
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

/* ---- Results -------------------------------------------------------------------------------- */

struct eval {
    struct opts *o;
    struct video_net net[NETS];
    int64_t classes, videos;
    struct top_classes top;
    struct save *csv;
};

static int write_video(struct eval *v, const struct video *one, const float *score)
{
    struct ten_writer *out = v->o->tool.out;
    int32_t best;
    best_classes(&best, 1, score, v->classes);
    const struct ten_record rec[] = {
        {.name = "logits", .type = TEN_F32, .shape = {2, {1, v->classes}}, .data = score,
         .group = one->number, .group_attrs = one->group_attrs, .history = one->history},
        {.name = "class", .type = TEN_I32, .shape = {1, {1}}, .data = &best, .group = one->number},
        {.name = "label", .type = TEN_I32, .shape = {1, {1}}, .data = &one->label,
         .group = one->number},
    };
    for (int i = 0; i < (one->labelled ? 3 : 2); i++)
        if (ten_write(out, &rec[i], &v->o->tool.err) < 0)
            return -1;
    return 0;
}

static void csv_line(struct eval *v, const struct video *one, const float *score)
{
    const int64_t n = v->o->csv_top < v->classes ? v->o->csv_top : v->classes;
    int32_t *best = xmalloc((size_t)n * sizeof *best);
    FILE *to = save_file(v->csv);
    best_classes(best, n, score, v->classes);
    if (*one->name)
        fputs(one->name, to);
    else
        fprintf(to, "%" PRId64, one->number);
    for (int64_t i = 0; i < n; i++)
        fprintf(to, ";%" PRId32, best[i]);
    putc('\n', to);
    free(best);
}

static json_t *share(int64_t n, const struct top_classes *t)
{
    return t->n ? json_real((double)n / (double)t->n) : json_null();
}

/* What was measured, and how, as one line. */
static char *metrics_text(const struct eval *v)
{
    const struct video_protocol *p = &v->o->protocol;
    const struct sampling s = {p->mode, SAMPLING_TEST, v->net[0].segments, p->length};
    const struct top_classes *t = &v->top;
    json_t *json = json_object();
    json_object_set_new(json, "videos", json_integer(v->videos));
    json_object_set_new(json, "labelled", json_integer(t->n));
    json_object_set_new(json, "top1", share(t->first, t));
    json_object_set_new(json, "top5", share(t->five, t));
    json_object_set_new(json, "class_accuracy",
                        t->n ? json_real(top_classes_mean(t)) : json_null());
    json_object_set_new(json, "networks", json_integer(v->o->models));
    json_object_set_new(json, "segments", json_integer(v->net[0].segments));
    json_object_set_new(json, "sampling", json_string(sampling_modes[p->mode]));
    json_object_set_new(json, "clips", json_integer(sampling_clips(&s)));
    json_object_set_new(json, "crops", json_integer(p->views));
    json_object_set_new(json, "size", json_integer(v->net[0].size));
    json_object_set_new(json, "average", json_string(p->softmax ? "probabilities" : "logits"));
    char *text = attrs_text(json);
    json_decref(json);
    return text;
}

static int report(struct eval *v)
{
    struct tool *t = &v->o->tool;
    char *text = metrics_text(v);
    struct save *s = v->o->metrics ? save_open(v->o->metrics, &t->err) : NULL;
    int rc = v->o->metrics && !s ? -1 : 0;
    if (s) {
        fprintf(save_file(s), "%s\n", text);
        rc = save_commit(s, &t->err);
    }
    if (rc == 0 && v->top.n)
        tool_note(t, "%" PRId64 " videos: %.4f right, %.4f among the best %d, %.4f as the mean "
                  "over classes", v->top.n, (double)v->top.first / (double)v->top.n,
                  (double)v->top.five / (double)v->top.n, TOP_CLASSES, top_classes_mean(&v->top));
    free(text);
    return rc;
}

/* ---- Work ----------------------------------------------------------------------------------- */

static int open_nets(struct eval *v, struct memory *memory)
{
    struct opts *o = v->o;
    for (int i = 0; i < o->models; i++) {
        struct video_net *net = &v->net[i];
        if (video_net_open(net, &o->tool, o->model[i], o->segments, &o->protocol, memory) < 0)
            return -1;
        net->weight = o->weights ? o->weight[i] : 1;
        if (net->m->out != v->net[0].m->out)
            return fail(&o->tool.err, TEN_E_DATA, "%s: %" PRId64 " classes: expected %" PRId64
                        ", as of %s", o->model[i], net->m->out, v->net[0].m->out, o->model[0]);
        if (o->protocol.mode == SAMPLING_DENSE && net->segments > SAMPLING_SPAN)
            return fail(&o->tool.err, TEN_E_DATA, "%s: %" PRId64 " frames: expected at most %d for "
                        "--dense", o->model[i], net->segments, SAMPLING_SPAN);
    }
    v->classes = v->net[0].m->out;
    return 0;
}

static int one_video(struct eval *v, struct videos *in, const struct video *one, float *score)
{
    struct opts *o = v->o;
    if (one->labelled && (one->label < 0 || one->label >= v->classes))
        return fail(&o->tool.err, TEN_E_DATA, "video %" PRId64 ": label %" PRId32 ": expected one "
                    "of the network's, 0 to %" PRId64, one->number, one->label, v->classes - 1);
    if (video_score(score, v->net, o->models, &o->protocol, in, one, &o->tool.err) < 0 ||
        write_video(v, one, score) < 0)
        return -1;
    if (one->labelled)
        top_classes_add(&v->top, score, one->label);
    if (v->csv)
        csv_line(v, one, score);
    v->videos++;
    return 0;
}

static int evaluate(struct eval *v, struct videos *in)
{
    struct opts *o = v->o;
    float *score = xmalloc((size_t)v->classes * sizeof *score);
    struct video one;
    int rc = o->csv && !(v->csv = save_open(o->csv, &o->tool.err)) ? -1 : 0;
    progress_start(&o->tool.progress, "videos", videos_count(in));
    while (rc >= 0 && (o->max == 0 || v->videos < o->max) &&
           (rc = videos_next(in, &one, &o->tool.err)) > 0) {
        if (one_video(v, in, &one, score) < 0)
            rc = -1;
        progress_step(&o->tool.progress, v->videos, "");
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
        options, parse, "", "Tell the classes of whole videos, the rows of the records clip u8 "
        "[N,L,H,W,C] of standard input or a store's, as papers on video do: answers for several "
        "clips and crops are averaged. A group with logits, class and label comes for each.\v"
        "Example:\n  video-eval --model=model.ten --protocol=sth-accurate --pack=valid.ten |\n"
        "    confusion",
        children, 0, 0
    };
    struct opts o = {.csv_top = 1, .protocol = {.length = 1, .views = 1, .batch = 10}};
    struct eval v = {.o = &o};
    int rc = -1;

    tool_open(&o.tool, TOOL_OUT, &argp, argc, argv, &o);
    struct memory *memory = memory_new();
    struct videos *in = videos_open(&o.tool, o.pack);
    if (in && open_nets(&v, memory) == 0) {
        top_classes_init(&v.top, v.classes);
        rc = evaluate(&v, in);
        top_classes_free(&v.top);
    }
    for (int i = 0; i < o.models; i++)
        video_net_free(&v.net[i]);
    memory_free(memory);
    rc = tool_close(&o.tool, rc);
    videos_close(in);
    return rc;
}
