/* bin/score.c - parameters, multiply-accumulates and memory of a network. */
#include "autograd/op.h"
#include "base/mem.h"
#include "models/model_io.h"
#include "stream/tool.h"

#include <stdlib.h>
#include <string.h>

struct opts { struct tool tool; const char *config; bool layers; int64_t batch; };

static const struct argp_option options[] = {
    {"config", 'c', "JSON", 0, "Of this network instead of a model on standard input", 0},
    {"layers", 'l', 0, 0, "A line for every operation that multiplies", 0},
    {"batch", 'b', "N", 0, "Samples at a time, for the memory of activations (default 1)", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;
    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case 'c': o->config = arg; break;
    case 'l': o->layers = true; break;
    case 'b': o->batch = tool_int(st, arg, 1, 1 << 20); break;
    default:  return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "", "Count what the model on standard input has and does for one sample, as a table: parameters, "
    "multiply-accumulates (padding counts; norms, activations and pooling do not), and the most memory that the values of a forward pass "
    "take.\v"
    "Example:\n  score --layers <model.ten", tool_common, 0, 0
};

/* What the calls of one forward pass add up to. */
struct count { bool layers; int64_t macs, batch; };

static void count_call(void *ctx, const struct call *c, double seconds)
{
    struct count *n = ctx;
    char in[192], out[192];
    (void)seconds;
    if (!c->op->macs)
        return;
    const int64_t macs = c->op->macs(c) / n->batch;
    n->macs += macs;
    if (!n->layers)
        return;
    const char *name = "-";
    for (int i = 0; i < c->nin; i++)
        if (c->in[i] && c->in[i]->param) {
            name = c->in[i]->param->name;
            break;
        }
    printf("%s\t%s\t%s\t%s\t%lld\n", c->op->name, name, tensor_shape_text(&c->in[0]->v, in), tensor_shape_text(&c->out[0]->v, out), (long long)macs);
}

/* params->states has the gaps between tensors in it. */
static int64_t count_state(const struct params *ps)
{
    int64_t n = 0;
    for (int i = 0; i < ps->n; i++)
        n += ps->list[i]->group < 0 ? ps->list[i]->count : 0;
    return n;
}

static void report(struct opts *o, struct model *m)
{
    struct tape *t = tape_new(m->params->memory, 0);
    struct count n = {.layers = o->layers, .batch = o->batch};
    struct var *in[MODEL_INPUTS];
    tape_mode(t)->record = tape_mode(t)->training = false;
    tape_on_call(t, count_call, &n);
    if (o->layers)
        puts("op\tparameter\tinput\toutput\tmacs");
    const size_t before = memory_used(m->params->memory);
    memory_reset_peak(m->params->memory);
    model_any_inputs(m, t, o->batch, o->tool.opt.seed, in);
    model_forward_all(m, t, in);
    const size_t most = memory_peak(m->params->memory) - before;
    if (!o->layers)
        printf("parameters\tstate\tmacs\tactivation_bytes\n%lld\t%lld\t%lld\t%lld\n", (long long)params_count(m->params),
               (long long)count_state(m->params), (long long)n.macs, (long long)most);
    else
        printf("total\t-\t-\t-\t%lld\n", (long long)n.macs);
    tape_free(t);
}

int main(int argc, char **argv)
{
    struct opts o = {.batch = 1};
    tool_open(&o.tool, 0, &argp, argc, argv, &o);
    struct memory *memory = memory_new();
    struct model *m = o.config ? model_parse(o.config, memory, &o.tool.err) : model_open(&o.tool, "-", memory);
    if (m)
        report(&o, m);
    const int rc = m ? 0 : -1;
    model_free(m);
    memory_free(memory);
    return tool_close(&o.tool, rc);
}
