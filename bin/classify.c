/* bin/classify.c - the classes that a network sees in images or clips. */
#include "autograd/ops.h"
#include "models/batches.h"
#include "models/losses.h"
#include "models/model_io.h"

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

struct look { struct opts *o; struct model *m; int64_t seen, right; };

static int one_batch(void *ctx, struct tape *t, const struct batch *b)
{
    struct look *l = ctx;
    struct tool *tool = &l->o->tool;
    struct var *p = op_softmax(t, model_forward(l->m, t, tape_input(t, *b->image)));
    struct tensor class = tensor_new(tape_memory(t), TEN_I32, 1, &b->n);
    largest(class.i, &p->v);
    for (int64_t i = 0; b->label && i < b->n; i++) {
        l->seen++;
        l->right += b->label->i[i] == class.i[i];
    }
    int rc = batch_write(tool, b, "class", &class, NULL);
    if (rc == 0)
        rc = batch_write(tool, b, "probability", &p->v, NULL);
    if (rc == 0 && b->label)
        rc = batch_write(tool, b, "label", b->label, NULL);
    tensor_drop(&class);
    return rc;
}

static int classify(struct opts *o, struct model *m)
{
    struct ten_err *e = &o->tool.err;
    struct samples *s = samples_open("-", o->tool.in, NULL, e);
    const struct feeder_options feed = {.batch = o->batch, .evaluate = true, .scale = o->scale};
    struct feeder *f = s && model_reads(m, s, e) == 0 ? feeder_new(s, &feed, e) : NULL;
    struct look l = {.o = o, .m = m};
    const int rc = f ? batches_see(f, m->params->memory, &o->tool.progress, one_batch, &l, e) : -1;
    if (rc == 0 && l.seen)
        tool_note(&o->tool, "%lld of %lld right: %.4f", (long long)l.right, (long long)l.seen, (double)l.right / (double)l.seen);
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
