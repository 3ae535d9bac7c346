/* bin/video-features.c - what a network makes of clips before it names their classes. */
#include "autograd/ops.h"
#include "models/batches.h"
#include "models/model_io.h"
#include "models/pooled.h"
#include "stream/attrs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct opts {
    struct tool tool;
    const char *model;
    int64_t batch;
    bool frames;
    struct batch_scale scale;
};

enum { KEY_FRAMES = 1 };

static const struct argp_option options[] = {
    {"model", 'm', "FILE", 0, "The network, as train-classifier writes it", 0},
    {"frames", KEY_FRAMES, 0, 0, "Also a record frames [N,T,D], the features of each frame", 0},
    {"batch", 'b', "N", 0, "Clips at a time (default 64)", 0},
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
    case 'm':        o->model = arg; break;
    case 'b':        o->batch = tool_int(st, arg, 1, 1 << 24); break;
    case KEY_FRAMES: o->frames = true; break;
    case ARGP_KEY_END:
        if (!o->model)
            argp_error(st, "no network: expected --model=FILE");
        break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

struct look { struct opts *o; struct model *m; const char *attrs; };

static int one_batch(void *ctx, struct tape *t, const struct batch *b)
{
    const struct look *l = ctx;
    struct tool *tool = &l->o->tool;
    struct var *frames;
    if (!pooled_forward(l->m, t, tape_input(t, *b->image), &frames, &tool->err))
        return -1;
    struct var *feat = op_compact(t, op_mean(t, frames, 1u << 1, false));
    int rc = batch_write(tool, b, "feat", &feat->v, l->attrs);
    if (rc == 0 && l->o->frames)
        rc = batch_write(tool, b, "frames", &frames->v, l->attrs);
    if (rc == 0 && b->label)
        rc = batch_write(tool, b, "label", b->label, NULL);
    return rc;
}

/* Which network's. */
static char *attributes(const struct model *m)
{
    char digest[20];
    snprintf(digest, sizeof digest, "%016llx", (unsigned long long)pooled_weights(m));
    json_t *attrs = json_object();
    json_object_set(attrs, "extractor", json_object_get(m->config, "family"));
    json_object_set_new(attrs, "weights", json_string(digest));
    char *text = attrs_text(attrs);
    json_decref(attrs);
    return text;
}

static int all_batches(struct opts *o, struct model *m, struct feeder *f)
{
    struct tool *tool = &o->tool;
    char *attrs = attributes(m);
    const int rc = batches_see(f, m->params->memory, &tool->progress, one_batch, &(struct look){o, m, attrs}, &tool->err);
    free(attrs);
    return rc;
}

int main(int argc, char **argv)
{
    const struct argp_child children[] = {tool_common[0], scale_child, {0}};
    const struct argp argp = {
        options, parse, "", "Write, for the records clip of standard input, features feat f32 "
        "[N,D]: what the last layer of the network reads, averaged over frames; and the labels.\v"
        "Example:\n  video-features --model=model.ten <clips.ten | ten-info", children, 0, 0
    };
    struct opts o = {.batch = 64};
    int rc = -1;
    tool_open(&o.tool, TOOL_IN | TOOL_OUT, &argp, argc, argv, &o);
    struct memory *memory = memory_new();
    struct samples *s = samples_open("-", o.tool.in, NULL, &o.tool.err);
    struct model *m = s ? model_open(&o.tool, o.model, memory) : NULL;
    const struct feeder_options feed = {.batch = o.batch, .evaluate = true, .scale = o.scale};
    const bool fits = m && model_reads(m, s, &o.tool.err) == 0;
    struct feeder *f = fits ? feeder_new(s, &feed, &o.tool.err) : NULL;
    if (f)
        rc = all_batches(&o, m, f);
    feeder_free(f);
    model_free(m);
    samples_close(s);
    memory_free(memory);
    return tool_close(&o.tool, rc);
}
