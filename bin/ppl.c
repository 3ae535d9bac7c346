/* bin/ppl.c - how smoothly a generator's images follow its latents. */
#include "base/mem.h"
#include "metrics/features.h"
#include "models/extractor_open.h"
#include "models/gan_io.h"
#include "models/path_length.h"

#include <inttypes.h>
#include <stdlib.h>

struct opts {
    struct tool tool;
    struct extractor_request request;
    struct gan_sample_options sample;
    struct path_options path;
    int64_t n;
    enum { SPACE_BEST, SPACE_W, SPACE_Z } space;
};

static const struct argp_option options[] = {
    {"n", 'n', "N", 0, "Paths (default 1000)", 0},
    {"space", 'l', "SPACE", 0, "Paths lead through w or z (default: w where there is one)", 0},
    {"ends", 'a', 0, 0, "Steps at the ends of paths instead of anywhere", 0},
    {"epsilon", 'p', "E", 0, "Size of a step (default 0.01)", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;
    switch (key) {
    case ARGP_KEY_INIT:
        st->child_inputs[0] = &o->tool.opt;
        st->child_inputs[1] = &o->request;
        st->child_inputs[2] = &o->sample;
        break;
    case 'n': o->n = tool_int(st, arg, 1, INT32_MAX); break;
    case 'l': o->space = SPACE_W + tool_choice(st, arg, (const char *[]){"w", "z", NULL}); break;
    case 'a': o->path.ends = true; break;
    case 'p': o->path.epsilon = tool_float(st, arg, 1e-6, 1); break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static int all_paths(double *d, struct opts *o, const struct gan_sampler *s, struct extractor *x)
{
    int rc = 0;
    progress_start(&o->tool.progress, "paths", o->n);
    for (int64_t at = 0, n; at < o->n && rc == 0; at += n) {
        n = o->n - at < o->sample.batch ? o->n - at : o->sample.batch;
        rc = path_lengths(d + at, s, x, at, n, &o->path, &o->tool.err);
        progress_step(&o->tool.progress, at + n, "");
    }
    progress_end(&o->tool.progress);
    return rc;
}

static int print(struct opts *o, const struct gan_sampler *s, const struct extractor *x, double ppl)
{
    char *text = gan_protocol(s, &o->sample), name[128];
    struct features about = {.attrs = attrs_parse(text, "protocol", &o->tool.err)};
    free(text);
    if (!about.attrs)
        return -1;
    extractor_describe(x, about.attrs);
    features_name(&about);
    snprintf(name, sizeof name, "PPL[%s]", about.id);
    printf("metric\tvalue\tspace\tpart\tepsilon\tn");
    protocol_header(stdout);
    printf("%s\t%.7g\t%s\t%s\t%g\t%" PRId64, name, ppl, o->path.in_w ? "w" : "z",
           o->path.ends ? "ends" : "full", o->path.epsilon, o->n);
    protocol_line(stdout, NULL, &about);
    json_decref(about.attrs);
    return 0;
}

static int run(struct opts *o, struct model *g, struct tape *t, struct memory *m)
{
    struct gan_sampler s;
    int64_t image[3];
    if (gan_sampler_start(&s, g, t, o->tool.opt.seed, &o->sample, &o->tool.err) < 0)
        return -1;
    o->path.in_w = gan_latent(g).layers > 0 && o->space != SPACE_Z;
    if (o->space == SPACE_W && !o->path.in_w)
        return fail(&o->tool.err, TEN_E_DATA, "--space=w: family %s has no latents w: expected z",
                    g->family->name);
    path_image(&s, image);
    struct extractor *x = extractor_open(&o->request, &o->tool, image, m);
    double *d = xmalloc((size_t)o->n * sizeof *d);
    int rc = x ? all_paths(d, o, &s, x) : -1;
    if (rc == 0)
        rc = print(o, &s, x, trimmed_mean(d, o->n));
    free(d);
    extractor_free(x);
    model_free(o->request.options.model);
    return rc;
}

int main(int argc, char **argv)
{
    const struct argp_child children[] = {tool_common[0], extractor_child, gan_sample_child, {0}};
    const struct argp argp = {
        options, parse, "", "The perceptual path length of the generator on standard input, as a "
        "table: how far features of its images move when its latents move a little, over the size "
        "of the step, squared.\v"
        "Example:\n  ppl --extractor=dom --model=net.ten <gan.ten", children, 0, 0
    };
    struct opts o = {.n = 1000, .path.epsilon = 0.01};
    tool_open(&o.tool, TOOL_IN, &argp, argc, argv, &o);
    struct memory *memory = memory_new();
    struct tape *t = tape_new(memory, o.tool.opt.seed);
    struct model *g = gan_open(o.tool.in, &o.sample, memory, &o.tool.err);
    tape_mode(t)->record = tape_mode(t)->training = false;
    const int rc = g ? run(&o, g, t, memory) : -1;
    tape_free(t);
    model_free(g);
    memory_free(memory);
    return tool_close(&o.tool, rc);
}
