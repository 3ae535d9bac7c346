/* bin/train-classifier.c - train a network to tell the classes of images or clips. */
#include "base/mem.h"
#include "models/losses.h"
#include "models/model_io.h"
#include "models/trainer.h"

struct opts {
    struct tool tool;
    struct trainer_options train;
    float smoothing;
    struct batch_scale scale;
    struct classifier_loss loss;
};

static const struct argp_option options[] = {
    {"smoothing", 's', "E", 0, "Label smoothing (default 0)", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;
    switch (key) {
    case ARGP_KEY_INIT:
        st->child_inputs[0] = &o->tool.opt;
        st->child_inputs[1] = &o->train;
        st->child_inputs[2] = &o->scale;
        break;
    case 's': o->smoothing = (float)tool_float(st, arg, 0, 0.999); break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct argp_child children[] = {tool_common[0], trainer_child, scale_child, {0}};
    const struct argp argp = {
        options, parse, "", "Train a network on the records image, or clip, and label of standard input and write it, "
        "as a model stream, to standard output.\v"
        "Example:\n  train-classifier --config='{\"family\": \"resnet\", \"width\": 16, \"blocks\": [1,1,1],\n"
        "    \"in\": [28,28,1]}' --valid=test.ten --curve=curve.tsv <train.ten >model.ten", children, 0, 0
    };
    struct opts o = {0};
    struct samples *train = NULL, *valid = NULL;
    int rc = -1;

    trainer_options_default(&o.train);
    if (!(o.train.dist = dist_open(&o.tool.err)) && o.tool.err.code)
        return tool_close(&o.tool, -1);
    tool_open(&o.tool, TOOL_IN | TOOL_OUT | (o.train.dist ? TOOL_FORWARDED : 0), &argp, argc, argv, &o);
    struct memory *memory = memory_new();
    json_t *config = network_config(&o.train.network, &o.tool.err);
    struct model *m = config ? model_new(config, memory, &o.tool.err) : NULL;
    struct trainer *r = NULL;
    if (m && (train = samples_open("-", o.tool.in, NULL, &o.tool.err)) &&
        (!o.train.valid || (valid = samples_open(o.train.valid, tool_reader(&o.tool, o.train.valid), NULL, &o.tool.err)))) {
        o.loss = (struct classifier_loss){.classes = m->out, .smoothing = o.smoothing};
        const struct feeder_options feed = {.scale = o.scale, .classes = m->out};
        const struct objective objective = {.score = "accuracy", .higher = true, .loss = classifier_loss, .ctx = &o.loss};
        r = trainer_new(&o.tool, &o.train, m, train, valid, &feed, &objective);
    }
    if (r && (rc = trainer_run(r)) == 0)
        rc = trainer_write(r);
    trainer_free(r);
    model_free(m);
    json_decref(config);
    samples_close(train);
    samples_close(valid);
    memory_free(memory);
    return tool_close(&o.tool, rc);
}
