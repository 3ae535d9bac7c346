/* bin/latency.c - how long a network takes on this machine. */
#include "autograd/op.h"
#include "base/mem.h"
#include "base/progress.h"
#include "base/threads.h"
#include "metrics/timing.h"
#include "models/model_io.h"
#include "stream/tool.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Measured again this often at most when times differ too much. */
enum { TRIES = 3 };

struct opts { struct tool tool; const char *config; bool layers, pin; int64_t batch, warmup, runs; double spread; };

static const struct argp_option options[] = {
    {"config", 'c', "JSON", 0, "Of this network, with any values, instead of a model on standard input", 0},
    {"batch", 'b', "N", 0, "Samples at a time (default 1)", 0},
    {"warmup", 'w', "N", 0, "Runs before those that count (default 10)", 0},
    {"runs", 'r', "N", 0, "Runs that count (default 100)", 0},
    {"layers", 'l', 0, 0, "A line for every operation: the median of its times", 0},
    {"pin", 'p', 0, 0, "Bind every thread to a processor of its own", 0},
    {"spread", 's', "S", 0, "Measure again, up to three times, until std/mean is at most S; then give up", 0},
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
    case 'p': o->pin = true; break;
    case 's': o->spread = tool_float(st, arg, 0, 1e6); break;
    default:  return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "", "Measure the forward pass of the model on standard input: seconds per run after a warm-up, as a table of "
    "mean, standard deviation, median, 90th percentile, least and most, over the runs without the slowest and fastest tenth for mean and deviation; "
    "then threads and the processor's clock in MHz.\v"
    "Example:\n  latency --threads=1 --pin --spread=0.1 <model.ten", tool_common, 0, 0
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

/* Warm up, then o->runs times into seconds, and of every call into the profile. */
static void time_runs(struct opts *o, struct model *m, double *seconds, struct profile *profile)
{
    struct tape *t = tape_new(m->params->memory, 0);
    struct var *in[MODEL_INPUTS];
    tape_mode(t)->record = tape_mode(t)->training = false;
    for (int64_t i = 0; i < o->warmup + o->runs; i++) {
        if (o->layers && i >= o->warmup)
            tape_on_call(t, note_call, profile);
        profile->calls = 0;
        profile->run = i - o->warmup;
        model_any_inputs(m, t, o->batch, o->tool.opt.seed, in);
        const double from = raw_seconds();
        model_forward_all(m, t, in);
        if (i >= o->warmup)
            seconds[i - o->warmup] = raw_seconds() - from;
        tape_clear(t);
        progress_step(&o->tool.progress, i + 1, "");
    }
    tape_free(t);
}

static void print_layers(const struct opts *o, const struct profile *p)
{
    puts("op\tparameter\toutput\tmedian");
    for (int64_t c = 0; c < p->calls; c++)
        printf("%s\t%.4g\n", p->call[c].what, timing_of(p->call[c].seconds, o->runs).median);
}

static void print_times(const struct opts *o, const struct timing *s)
{
    const double mhz = cpu_mhz();
    printf("runs\tmean\tstd\tmedian\tp90\tmin\tmax\tthreads\tmhz\n%lld\t%.4g\t%.4g\t%.4g\t%.4g\t%.4g\t%.4g\t%d\t", (long long)o->runs,
           s->mean, s->std, s->median, s->p90, s->min, s->max, threads_count());
    printf(isnan(mhz) ? "-\n" : "%.0f\n", mhz);
}

static int measure(struct opts *o, struct model *m)
{
    struct profile profile = {.o = o};
    struct timing s = {0};
    double *seconds = xcalloc(o->runs, sizeof *seconds);
    bool calm = false;
    int rc = 0;
    progress_start(&o->tool.progress, "runs", o->warmup + o->runs);
    for (int i = 0; i < TRIES && !calm; i++) {
        time_runs(o, m, seconds, &profile);
        s = timing_of(seconds, o->runs);
        calm = s.std <= o->spread * s.mean;
    }
    progress_end(&o->tool.progress);
    if (!calm)
        rc = fail(&o->tool.err, TEN_E_NUMERIC, "std/mean is %.3g after %d tries: expected at most %g (a machine that does nothing else, --pin, more --runs)",
                  s.std / s.mean, TRIES, o->spread);
    else if (o->layers)
        print_layers(o, &profile);
    else
        print_times(o, &s);
    for (int64_t c = 0; c < profile.cap; c++)
        free(profile.call[c].seconds);
    free(profile.call);
    free(seconds);
    return rc;
}

int main(int argc, char **argv)
{
    struct opts o = {.batch = 1, .warmup = 10, .runs = 100, .spread = INFINITY};
    tool_open(&o.tool, 0, &argp, argc, argv, &o);
    struct memory *memory = memory_new();
    struct model *m = o.config ? model_parse(o.config, memory, &o.tool.err) : model_open(&o.tool, "-", memory);
    int rc = m ? 0 : -1;
    if (m && o.pin && threads_pin() < 0)
        rc = fail(&o.tool.err, TEN_E_USAGE, "--pin: %d threads: expected as many processors (--threads=N)", threads_count());
    if (rc == 0)
        rc = measure(&o, m);
    model_free(m);
    memory_free(memory);
    return tool_close(&o.tool, rc);
}
