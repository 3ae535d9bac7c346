/* bin/gan-sample.c - images that a generator makes. */
#include "autograd/ops.h"
#include "base/mem.h"
#include "models/gan_given.h"
#include "models/gan_io.h"
#include "models/gan_mix.h"

#include <stdlib.h>

struct opts {
    struct tool tool;
    struct gan_sample_options sample;
    int64_t n;
    struct gan_mix mix;
    const char *latents;
};

enum { O_ROWS = 1, O_COLUMNS, O_LATENTS, O_NOISE };

static const struct argp_option options[] = {
    {"n", 'n', "N", 0, "Samples (default 64)", 0},
    {"mix", 'm', "FIRST-LAST", 0,
     "Instead, a table for ten2png --grid: every row a sample, every column another, in between "
     "the row's with layers FIRST to LAST of the column's",
     0},
    {"rows", O_ROWS, "N", 0, "Rows of the table (default 4)", 0},
    {"columns", O_COLUMNS, "N", 0, "Columns of the table (default 6)", 0},
    {"latents", O_LATENTS, "FILE", 0, "Instead, the images of the records w or z of a stream", 0},
    {"noise", O_NOISE, "HOW", 0, "Noise inside the network: fixed (default), random or none", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;
    switch (key) {
    case ARGP_KEY_INIT:
        st->child_inputs[0] = &o->tool.opt;
        st->child_inputs[1] = &o->sample;
        break;
    case 'n':       o->n = tool_int(st, arg, 1, INT64_MAX >> 32); break;
    case O_ROWS:    o->mix.rows = tool_int(st, arg, 1, 1000); break;
    case O_LATENTS: o->latents = arg; break;
    case O_NOISE:
        tool_choice(st, arg, (const char *[]){"fixed", "random", "none", NULL});
        o->sample.noise = arg[0] == 'r' ? "always" : arg;
        break;
    case O_COLUMNS: o->mix.columns = tool_int(st, arg, 1, 1000); break;
    case 'm':
        if (!gan_mix_parse(&o->mix, arg))
            argp_error(st, "--mix=%s: expected two layers, FIRST-LAST, from 0 on", arg);
        break;
    case ARGP_KEY_END:
        if (o->latents && o->mix.first >= 0)
            argp_error(st, "--latents and --mix: expected one of them");
        break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

/* Samples first .. first+n-1 as one group. */
static int put_batch(struct opts *o, const struct gan_sampler *s, int64_t first, int64_t n,
                     const char *attrs)
{
    struct var *in[MODEL_INPUTS];
    struct ten_writer *out = o->tool.out;
    struct ten_err *e = &o->tool.err;
    const int64_t group = first / o->sample.batch;
    tape_set_step(s->tape, (uint64_t)first);            /* of noise that is drawn anew */
    gan_sample_inputs(s, first, n, in);
    int rc = gan_put(out, s->tape, "image", gan_images_of(s, in), group, attrs, e);
    if (rc == 0 && gan_classes(s->g) > 0)
        rc = gan_put(out, s->tape, "label", in[1], group, attrs, e);
    if (rc == 0)
        rc = gan_put(out, s->tape, "z", in[0], group, attrs, e);
    if (rc == 0 && gan_latent(s->g).layers > 0)
        rc = gan_put(out, s->tape, "w", gan_latents_of(s, in), group, attrs, e);
    tape_clear(s->tape);
    progress_step(&o->tool.progress, first + n, "");
    return rc;
}

static int put_all(struct opts *o, const struct gan_sampler *s)
{
    char *attrs = gan_protocol(s, &o->sample);
    int rc = 0;
    progress_start(&o->tool.progress, "samples", o->n);
    for (int64_t first = 0; rc == 0 && first < o->n; first += o->sample.batch)
        rc = put_batch(o, s, first, o->n - first < o->sample.batch ? o->n - first : o->sample.batch,
                       attrs);
    progress_end(&o->tool.progress);
    free(attrs);
    return rc;
}

static int put_given(struct opts *o, const struct gan_sampler *s)
{
    char *attrs = gan_protocol(s, &o->sample);
    const struct gan_given given = {tool_reader(&o->tool, o->latents), o->latents, attrs, o->sample.batch};
    const int rc = given.in ? gan_given_write(s, &given, o->tool.out, &o->tool.err) : -1;
    free(attrs);
    return rc;
}

static int put(struct opts *o, const struct gan_sampler *s)
{
    if (o->latents)
        return put_given(o, s);
    return o->mix.first < 0 ? put_all(o, s) : gan_mix_write(s, &o->mix, o->tool.out, &o->tool.err);
}

int main(int argc, char **argv)
{
    const struct argp_child children[] = {tool_common[0], gan_sample_child, {0}};
    const struct argp argp = {options,
                              parse,
                              "",
                              "Write images that the generator on standard input makes, with the "
                              "numbers z (and labels, and latents "
                              "w) they are made from.\v"
                              "Example:\n  gan-sample --n=64 --seed=1 <gan.ten | ten2png --grid "
                              ">sheet.png",
                              children,
                              0,
                              0};
    struct opts o = {.n = 64, .mix = {.rows = 4, .columns = 6, .first = -1}};
    struct gan_sampler s;
    int rc = -1;
    tool_open(&o.tool, TOOL_IN | TOOL_OUT, &argp, argc, argv, &o);
    struct memory *memory = memory_new();
    struct tape *t = tape_new(memory, o.tool.opt.seed);
    struct model *g = gan_open(o.tool.in, &o.sample, memory, &o.tool.err);
    tape_mode(t)->record = false;
    if (g && (rc = gan_sampler_start(&s, g, t, o.tool.opt.seed, &o.sample, &o.tool.err)) == 0)
        rc = put(&o, &s);
    tape_free(t);
    model_free(g);
    memory_free(memory);
    return tool_close(&o.tool, rc);
}
