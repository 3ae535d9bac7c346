/* bin/latency.c - how long a network takes on this machine. */
#include "autograd/op.h"
#include "base/mem.h"
#include "base/progress.h"
#include "metrics/timing.h"
#include "models/model_io.h"
#include "stream/tool.h"

#include <stdlib.h>
#include <string.h>

struct opts { struct tool tool; const char *config; bool layers; int64_t batch, warmup, runs; };

static const struct argp_option options[] = {
    {"config", 'c', "JSON", 0, "Of this network, with any values, instead of a model on standard input", 0},
    {"batch", 'b', "N", 0, "Samples at a time (default 1)", 0},
    {"warmup", 'w', "N", 0, "Runs before those that count (default 10)", 0},
    {"runs", 'r', "N", 0, "Runs that count (default 100)", 0},
    {"layers", 'l', 0, 0, "A line for every operation: the median of its times", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;
    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case 'c': o->config = arg; break;
    case 'b': o->batch = tool_int(st, arg, 1, 1 << 20); break;
    case 'w': o->warmup = tool_int(st, arg, 0, 1 << 20); break;
    case 'r': o->runs = tool_int(st, arg, 1, 1 << 20); break;
    case 'l': o->layers = true; break;
    default:  return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "", "Measure the forward pass of the model on standard input: seconds per run after a warm-up, as a table of "
    "mean, standard deviation, median, 90th percentile, least and most, over the runs without the slowest and fastest tenth for mean and deviation.\v"
    "Example:\n  latency --threads=1 --layers <model.ten", tool_common, 0, 0
};

/* Times of the calls of one run, in their order; one row a run. */
struct profile { int64_t calls, cap, run; struct { char what[300]; double *seconds; } *call; const struct opts *o; };

static void note_call(void *ctx, const struct call *c, double seconds)
{
    struct profile *p = ctx;
    char out[192];
    const char *name = "-";
    if (p->calls == p->cap) {
        p->cap = p->cap ? 2 * p->cap : 64;
        p->call = xrealloc(p->call, p->cap * sizeof *p->call);
        for (int64_t i = p->calls; i < p->cap; i++)
            p->call[i].seconds = NULL;
    }
    for (int i = 0; i < c->nin; i++)
        if (c->in[i] && c->in[i]->param && name[0] == '-')
            name = c->in[i]->param->name;
    if (!p->call[p->calls].seconds)
        p->call[p->calls].seconds = xcalloc(p->o->runs, sizeof(double));
    snprintf(p->call[p->calls].what, sizeof p->call[0].what, "%s\t%s\t%s", c->op->name, name, tensor_shape_text(&c->out[0]->v, out));
    p->call[p->calls++].seconds[p->run] = seconds;
}

static void measure(struct opts *o, struct model *m)
{
    struct tape *t = tape_new(m->params->memory, 0);
    struct profile profile = {.o = o};
    double *seconds = xcalloc(o->runs, sizeof *seconds);
    struct var *in[MODEL_INPUTS];
    tape_mode(t)->record = tape_mode(t)->training = false;
    progress_start(&o->tool.progress, "runs", o->warmup + o->runs);
    for (int64_t i = 0; i < o->warmup + o->runs; i++) {
        if (o->layers && i >= o->warmup)
            tape_on_call(t, note_call, &profile);
        profile.calls = 0;
        profile.run = i - o->warmup;
        model_any_inputs(m, t, o->batch, o->tool.opt.seed, in);
        const double from = now_seconds();
        model_forward_all(m, t, in);
        if (i >= o->warmup)
            seconds[i - o->warmup] = now_seconds() - from;
        tape_clear(t);
        progress_step(&o->tool.progress, i + 1, "");
    }
    progress_end(&o->tool.progress);
    if (o->layers) {
        puts("op\tparameter\toutput\tmedian");
        for (int64_t c = 0; c < profile.calls; c++)
            printf("%s\t%.4g\n", profile.call[c].what, timing_of(profile.call[c].seconds, o->runs).median);
    } else {
        const struct timing s = timing_of(seconds, o->runs);
        printf("runs\tmean\tstd\tmedian\tp90\tmin\tmax\n%lld\t%.4g\t%.4g\t%.4g\t%.4g\t%.4g\t%.4g\n", (long long)o->runs, s.mean, s.std, s.median, s.p90, s.min, s.max);
    }
    for (int64_t c = 0; c < profile.cap; c++)
        free(profile.call[c].seconds);
    free(profile.call);
    free(seconds);
    tape_free(t);
}

int main(int argc, char **argv)
{
    struct opts o = {.batch = 1, .warmup = 10, .runs = 100};
    tool_open(&o.tool, 0, &argp, argc, argv, &o);
    struct memory *memory = memory_new();
    struct model *m = o.config ? model_parse(o.config, memory, &o.tool.err) : model_open(&o.tool, "-", memory);
    if (m)
        measure(&o, m);
    const int rc = m ? 0 : -1;
    model_free(m);
    memory_free(memory);
    return tool_close(&o.tool, rc);
}
