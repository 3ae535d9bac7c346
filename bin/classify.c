/* bin/classify.c - the classes that a network sees in images or clips. */
#include "autograd/ops.h"
#include "models/losses.h"
#include "models/model_io.h"
#include "nn/feeder.h"
#include "stream/tool.h"

#include <string.h>

struct opts {
    struct tool tool;
    const char *model;
    int64_t batch;
    struct batch_scale scale;
};

static const struct argp_option options[] = {
    {"model", 'm', "FILE", 0, "The network, as train-classifier writes it", 0},
    {"batch", 'b', "N", 0, "Samples at a time (default 256)", 0},
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
    case 'm': o->model = arg; break;
    case 'b': o->batch = tool_int(st, arg, 1, 1 << 24); break;
    case ARGP_KEY_END:
        if (!o->model)
            argp_error(st, "no network: expected --model=FILE");
        break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

struct counts { int64_t seen, right; };

static int write(struct opts *o, int64_t group, const char *name, const struct tensor *x)
{
    struct ten_record rec = tensor_record(name, x);
    rec.group = group;
    return ten_write(o->tool.out, &rec, &o->tool.err);
}

static int one_batch(struct opts *o, struct model *m, struct tape *t, const struct batch *b, struct counts *n)
{
    struct var *p = op_softmax(t, model_forward(m, t, tape_input(t, *b->image)));
    struct tensor class = tensor_new(m->params->memory, TEN_I32, 1, &b->n);
    largest(class.i, &p->v);
    for (int64_t i = 0; b->label && i < b->n; i++) {
        n->seen++;
        n->right += b->label->i[i] == class.i[i];
    }
    int rc = write(o, b->number, "class", &class);
    if (rc == 0)
        rc = write(o, b->number, "probability", &p->v);
    if (rc == 0 && b->label)
        rc = write(o, b->number, "label", b->label);
    tensor_drop(&class);
    tape_clear(t);
    return rc;
}

static int classify(struct opts *o, struct model *m)
{
    struct samples *s = samples_open("-", o->tool.in, NULL, &o->tool.err);
    const struct feeder_options feed = {.batch = o->batch, .evaluate = true, .scale = o->scale};
    struct feeder *f = s && model_reads(m, s, &o->tool.err) == 0 ? feeder_new(s, &feed, &o->tool.err) : NULL;
    struct counts n = {0};
    struct tape *t = tape_new(m->params->memory, o->tool.opt.seed);
    struct batch b;
    int rc = f ? 0 : -1;
    tape_mode(t)->record = tape_mode(t)->training = false;
    if (f)
        progress_start(&o->tool.progress, "batches", feeder_batches(f));
    while (rc >= 0 && f && (rc = feeder_next(f, &b, &o->tool.err)) > 0) {
        if ((rc = one_batch(o, m, t, &b, &n)) < 0)
            break;
        progress_step(&o->tool.progress, b.number + 1, "");
    }
    progress_end(&o->tool.progress);
    if (rc == 0 && n.seen)
        tool_note(&o->tool, "%lld of %lld right: %.4f", (long long)n.right, (long long)n.seen, (double)n.right / n.seen);
    tape_free(t);
    feeder_free(f);
    samples_close(s);
    return rc;
}

int main(int argc, char **argv)
{
    const struct argp_child children[] = {tool_common[0], scale_child, {0}};
    const struct argp argp = {
        options, parse, "", "Tell the classes of the records image, or clip, of standard input: a record class i32 [N] and "
        "the probabilities f32 [N,C] for every batch, and its labels; how many are right is said on standard error.\v"
        "Example:\n  classify --model=model.ten <test.ten | confusion", children, 0, 0
    };
    struct opts o = {.batch = 256};
    tool_open(&o.tool, TOOL_IN | TOOL_OUT, &argp, argc, argv, &o);
    struct memory *memory = memory_new();
    struct model *m = model_open(&o.tool, o.model, memory);
    const int rc = m ? classify(&o, m) : -1;
    model_free(m);
    memory_free(memory);
    return tool_close(&o.tool, rc);
}
