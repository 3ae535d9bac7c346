/* bin/nn-check.c - whether generated samples repeat what was trained on. */
#include "base/files.h"
#include "base/mem.h"
#include "metrics/memorisation.h"
#include "metrics/neighbours.h"
#include "stream/tool.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

struct opts { struct tool tool; const char *train, *held_out, *pairs; bool force; int64_t draws; };

static const struct argp_option options[] = {
    {"train", 't', "FILE", 0, "Features of the samples that were trained on", 0},
    {"held-out", 'h', "FILE", 0, "Features of other real samples", 0},
    {"draws", 'd', "N", 0, "Draws from the larger of the two that are averaged (default 10)", 0},
    {"pairs", 'p', "FILE", 0, "A table of the training sample that is nearest to each", 0},
    {"force", 'f', 0, 0, "Compare features of different extractors", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;
    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case 't': o->train = arg; break;
    case 'h': o->held_out = arg; break;
    case 'd': o->draws = tool_int(st, arg, 1, 1000); break;
    case 'p': o->pairs = arg; break;
    case 'f': o->force = true; break;
    case ARGP_KEY_END:
        if (!o->train || !o->held_out)
            argp_error(st, "no %s samples: expected --%s=FILE", o->train ? "held-out" : "training",
                       o->train ? "held-out" : "train");
        break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "", "How near the features feat [N,d] on standard input are to those of "
    "--train=FILE and to those of --held-out=FILE, as many of each, as a table: medians of the "
    "distances from the nearest one, their ratio (1: nothing is repeated), and the share that is nearer to "
    "a training sample than to any held-out one.\v"
    "Example:\n  features --extractor=pixel <fake.ten |\n"
    "    nn-check --train=train-features.ten --held-out=test-features.ten", tool_common, 0, 0
};

/* A line for each sample: the nearest of all training samples, and how near it and the nearest held-out one are. */
static int write_pairs(const char *path, const struct features *fake, const struct features *train,
                       const struct features *held_out, struct ten_err *e)
{
    struct save *s = save_open(path, e);
    if (!s)
        return -1;
    int64_t *at = xmalloc((size_t)fake->n * sizeof *at);
    double *r2 = xmalloc((size_t)(2 * fake->n) * sizeof *r2), *other = r2 + fake->n;
    nearest_samples(at, r2, fake, train);
    nearest_squares(other, fake, held_out);
    fputs("sample\ttrain\tdistance\theld_out\n", save_file(s));
    for (int64_t i = 0; i < fake->n; i++)
        fprintf(save_file(s), "%" PRId64 "\t%" PRId64 "\t%.10g\t%.10g\n", i, at[i], sqrt(r2[i]), sqrt(other[i]));
    free(at);
    free(r2);
    return save_commit(s, e);
}

static int run(struct opts *o, struct features *fake, struct features *train, struct features *held)
{
    struct ten_reader *in[] = {tool_reader(&o->tool, o->train), NULL};
    struct ten_err *e = &o->tool.err;
    struct memorisation r;
    if (!in[0] || !(in[1] = tool_reader(&o->tool, o->held_out)) ||
        features_read(fake, o->tool.in, "", "feat", false, e) < 0 ||
        features_read(train, in[0], o->train, "feat", false, e) < 0 ||
        features_read(held, in[1], o->held_out, "feat", false, e) < 0 ||
        features_comparable(train, fake, o->force, e) < 0 ||
        features_comparable(held, fake, o->force, e) < 0)
        return -1;
    if (o->pairs && write_pairs(o->pairs, fake, train, held, e) < 0)
        return -1;
    r = memorisation(fake, train, held, o->draws, o->tool.opt.seed);
    printf("ratio\ttrain\theld_out\tnearer\tn_train\tn_held_out\tn_fake");
    protocol_header(stdout);
    printf("%.10g\t%.10g\t%.10g\t%.10g\t%" PRId64 "\t%" PRId64 "\t%" PRId64, r.train / r.held_out,
           r.train, r.held_out, r.nearer, train->n, held->n, fake->n);
    protocol_line(stdout, train, fake);
    return 0;
}

int main(int argc, char **argv)
{
    struct opts o = {.draws = 10};
    struct features fake = {0}, train = {0}, held_out = {0};
    tool_open(&o.tool, TOOL_IN, &argp, argc, argv, &o);
    const int rc = run(&o, &fake, &train, &held_out);
    features_free(&fake);
    features_free(&train);
    features_free(&held_out);
    return tool_close(&o.tool, rc);
}
