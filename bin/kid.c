/* bin/kid.c - the kernel distance of generated samples from real ones. */
#include "metrics/kid.h"
#include "metrics/pair.h"

#include <inttypes.h>

struct opts { struct tool tool; struct pair pair; int64_t size, subsets; };

static const struct argp_option options[] = {
    {"size", 's', "N", 0, "Samples of a subset (default 1000, or all of the smaller set)", 0},
    {"subsets", 'k', "N", 0, "How many (default 100)", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;
    switch (key) {
    case ARGP_KEY_INIT:
        st->child_inputs[0] = &o->tool.opt;
        st->child_inputs[1] = &o->pair;
        break;
    case 's': o->size = tool_int(st, arg, 2, 1 << 20); break;
    case 'k': o->subsets = tool_int(st, arg, 1, 1 << 20); break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static int run(struct opts *o)
{
    const struct features *real = &o->pair.real, *fake = &o->pair.fake;
    char text[128];
    if (pair_read(&o->pair, &o->tool, false) < 0)
        return -1;
    const int64_t most = real->n < fake->n ? real->n : fake->n;
    const int64_t size = o->size ? o->size : most < 1000 ? most : 1000;
    if (size > most || most < 2)
        return fail(&o->tool.err, TEN_E_DATA, "subsets of %lld of %lld samples: expected at least "
                    "2, and no more than either set has", (long long)size, (long long)most);
    const struct kid k = kernel_distance(real, fake, size, o->subsets, o->tool.opt.seed);
    printf("metric\tvalue\tstd\tsize\tsubsets\tn_real\tn_fake");
    protocol_header(stdout);
    printf("%s\t%.10g\t%.10g\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%" PRId64,
           pair_metric(text, fake, "KID", "KD"), k.mean, k.std, size, o->subsets, real->n, fake->n);
    protocol_line(stdout, real, fake);
    return 0;
}

int main(int argc, char **argv)
{
    const struct argp_child children[] = {tool_common[0], pair_child, {0}};
    const struct argp argp = {
        options, parse, "", "The kernel distance of the features feat [N,d] on standard input from "
        "those of --real=FILE, as a table: the squared maximum mean discrepancy for a cubic "
        "kernel, without bias, over random subsets.  It is called KID when the features are those "
        "of the Inception network, else KD with the extractor's name.\v"
        "Example:\n  features --extractor=pixel <fake.ten | kid --real=real-features.ten",
        children, 0, 0
    };
    struct opts o = {.subsets = 100};
    tool_open(&o.tool, TOOL_IN, &argp, argc, argv, &o);
    const int rc = run(&o);
    pair_free(&o.pair);
    return tool_close(&o.tool, rc);
}
