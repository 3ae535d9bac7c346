/* bin/prdc.c - precision, recall, density and coverage of generated samples. */
#include "metrics/neighbours.h"
#include "metrics/pair.h"

#include <inttypes.h>

struct opts { struct tool tool; struct pair pair; int64_t k; };

static const struct argp_option options[] = {
    {"neighbours", 'k', "K", 0, "Neighbourhoods reach to the K-th nearest sample (default 3)", 0},
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
    case 'k': o->k = tool_int(st, arg, 1, 1000); break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static int run(struct opts *o)
{
    const struct features *real = &o->pair.real, *fake = &o->pair.fake;
    if (pair_read(&o->pair, &o->tool, false) < 0)
        return -1;
    if (o->k >= real->n || o->k >= fake->n)
        return fail(&o->tool.err, TEN_E_DATA, "%lld real and %lld generated samples: expected more "
                    "than %lld of each, for as many neighbours", (long long)real->n,
                    (long long)fake->n, (long long)o->k);
    const struct prdc p = precision_recall(real, fake, o->k);
    printf("precision\trecall\tdensity\tcoverage\tneighbours\tn_real\tn_fake");
    protocol_header(stdout);
    printf("%.10g\t%.10g\t%.10g\t%.10g\t%" PRId64 "\t%" PRId64 "\t%" PRId64, p.precision, p.recall,
           p.density, p.coverage, o->k, real->n, fake->n);
    protocol_line(stdout, real, fake);
    return 0;
}

int main(int argc, char **argv)
{
    const struct argp_child children[] = {tool_common[0], pair_child, {0}};
    const struct argp argp = {
        options, parse, "", "Precision, recall, density and coverage of the features feat [N,d] on "
        "standard input against those of --real=FILE, as a table.\v"
        "Example:\n  features --extractor=pixel <fake.ten | prdc --real=real-features.ten",
        children, 0, 0
    };
    struct opts o = {.k = 3};
    tool_open(&o.tool, TOOL_IN, &argp, argc, argv, &o);
    const int rc = run(&o);
    pair_free(&o.pair);
    return tool_close(&o.tool, rc);
}
