/* bin/score.c - parameters, multiply-accumulates and memory of a network. */
#include "autograd/op.h"
#include "base/mem.h"
#include "models/model_io.h"
#include "models/work.h"
#include "stream/tool.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct opts { struct tool tool; const char *config; bool layers; int64_t batch; const struct convention *convention; int bits; };

static const struct argp_option options[] = {
    {"config", 'c', "JSON", 0, "Of this network instead of a model on standard input", 0},
    {"layers", 'l', 0, 0, "A line for every operation that multiplies", 0},
    {"batch", 'b', "N", 0, "Samples at a time, for the memory of activations (default 1)", 0},
    {"convention", 'n', "NAME", 0, "Whose rules count: macs (default), hat, lite-transformer, gan-compression or micronet", 0},
    {"bits", 'w', "N", 0, "Bits of weights and multiplications, for micronet (default 16)", 0},
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
    case 'n': o->convention = &conventions[tool_choice(st, arg, (const char *[]){"macs", "hat", "lite-transformer", "gan-compression", "micronet", NULL})]; break;
    case 'w': o->bits = tool_int(st, arg, 1, 32); break;
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

/* params->states has the gaps between tensors in it. */
static int64_t count_state(const struct params *ps)
{
    int64_t n = 0;
    for (int i = 0; i < ps->n; i++)
        n += ps->list[i]->group < 0 ? ps->list[i]->count : 0;
    return n;
}

/* A forward pass of o->batch samples into the ledger, without its arithmetic: the most bytes that its values take
 * at once. */
static size_t pass(const struct opts *o, struct model *m, struct ledger *l)
{
    struct tape *t = tape_new(m->params->memory, 0);
    struct var *in[MODEL_INPUTS];
    tape_mode(t)->record = tape_mode(t)->training = false;
    tape_mode(t)->shapes = true;
    tape_on_call(t, ledger_note, l);
    const size_t before = memory_used(m->params->memory);
    memory_reset_peak(m->params->memory);
    model_any_inputs(m, t, o->batch, o->tool.opt.seed, in);
    model_forward_all(m, t, in);
    const size_t most = memory_peak(m->params->memory) - before;
    tape_free(t);
    ledger_end(l);
    return most;
}

static void print_layers(const struct opts *o, const struct ledger *l)
{
    printf("op\tparameter\tinput\toutput\t%s\n", o->convention->unit);
    for (int64_t i = 0; i < l->n; i++) {
        const struct entry *e = &l->entry[i];
        const double cost = ledger_cost(e, o->convention, o->bits) / (double)o->batch;
        if (cost > 0)
            printf("%s\t%s\t%s\t%s\t%.16g\n", e->name, e->param ? e->param->name : "-", e->in, e->out, cost);
    }
}

static void report(const struct opts *o, struct model *m)
{
    struct ledger l = {0};
    const size_t most = pass(o, m, &l);
    double cost = 0;
    for (int64_t i = 0; i < l.n; i++)
        cost += ledger_cost(&l.entry[i], o->convention, o->bits) / (double)o->batch;
    if (o->layers) {
        print_layers(o, &l);
        printf("total\t-\t-\t-\t%.16g\n", cost);
    } else {
        printf("parameters\tstate\t%s\tactivation_bytes\n%.16g\t%" PRId64 "\t%.16g\t%zu\n", o->convention->unit,
               ledger_weights(&l, m->params, o->convention, o->bits), count_state(m->params), cost, most);
    }
    ledger_free(&l);
}

int main(int argc, char **argv)
{
    struct opts o = {.batch = 1, .convention = conventions, .bits = 16};
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
