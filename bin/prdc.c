/* bin/prdc.c - precision, recall, density and coverage of generated samples. */
#include "base/files.h"
#include "metrics/neighbours.h"
#include "metrics/pair.h"
#include "metrics/prd.h"

#include <inttypes.h>

struct opts {
    struct tool tool;
    struct pair pair;
    int64_t k;
    bool prd;
    const char *curve;
    double beta;
    struct prd_options distributions;
};

enum { O_CURVE = 1, O_BETA, O_CLUSTERS, O_RUNS };

static const struct argp_option options[] = {
    {"neighbours", 'k', "K", 0, "Neighbourhoods reach to the K-th nearest sample (default 3)", 0},
    {"prd", 'p', 0, 0, "Also precision and recall of distributions, by shares of clusters", 0},
    {"curve", O_CURVE, "FILE", 0, "Their curve, as a table", 0},
    {"beta", O_BETA, "B", 0, "Their figures are the largest F_B and F_1/B of the curve (default 8)", 0},
    {"clusters", O_CLUSTERS, "K", 0, "Clusters of the curve (default 20)", 0},
    {"runs", O_RUNS, "R", 0, "It is the mean over R partings into clusters (default 10)", 0},
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
    case 'k':        o->k = tool_int(st, arg, 1, 1000); break;
    case 'p':        o->prd = true; break;
    case O_CURVE:    o->curve = arg; o->prd = true; break;
    case O_BETA:     o->beta = tool_float(st, arg, 1, 1e6); break;
    case O_CLUSTERS: o->distributions.clusters = tool_int(st, arg, 1, 1 << 16); break;
    case O_RUNS:     o->distributions.runs = tool_int(st, arg, 1, 1 << 16); break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static int check(const struct opts *o, struct ten_err *e)
{
    const int64_t real = o->pair.real.n, fake = o->pair.fake.n, clusters = o->distributions.clusters;
    if (o->k >= real || o->k >= fake)
        return fail(e, TEN_E_DATA, "%lld real and %lld generated samples: expected more than %lld of each, for as many "
                    "neighbours", (long long)real, (long long)fake, (long long)o->k);
    if (o->prd && (clusters > real || clusters > fake))
        return fail(e, TEN_E_DATA, "%lld real and %lld generated samples: expected at least %lld of each, for as many "
                    "clusters", (long long)real, (long long)fake, (long long)clusters);
    return 0;
}

static int write_curve(const char *path, const struct prd *curve, struct ten_err *e)
{
    struct save *s = save_open(path, e);
    if (!s)
        return -1;
    fputs("slope\tprecision\trecall\n", save_file(s));
    for (int a = 0; a < PRD_ANGLES; a++)
        fprintf(save_file(s), "%.10g\t%.10g\t%.10g\n", curve->slope[a], curve->precision[a], curve->recall[a]);
    return save_commit(s, e);
}

static void print(const struct opts *o, const struct prdc *p, const struct prd *curve)
{
    const struct features *real = &o->pair.real, *fake = &o->pair.fake;
    printf("precision\trecall\tdensity\tcoverage");
    if (o->prd)
        printf("\tf_%g\tf_1/%g", o->beta, o->beta);
    printf("\tneighbours\tn_real\tn_fake");
    protocol_header(stdout);
    printf("%.10g\t%.10g\t%.10g\t%.10g", p->precision, p->recall, p->density, p->coverage);
    if (o->prd)
        printf("\t%.10g\t%.10g", prd_score(curve, o->beta), prd_score(curve, 1 / o->beta));
    printf("\t%" PRId64 "\t%" PRId64 "\t%" PRId64, o->k, real->n, fake->n);
    protocol_line(stdout, real, fake);
}

static int run(struct opts *o)
{
    struct ten_err *e = &o->tool.err;
    struct prd curve = {0};
    if (pair_read(&o->pair, &o->tool, false) < 0 || check(o, e) < 0)
        return -1;
    const struct prdc p = precision_recall(&o->pair.real, &o->pair.fake, o->k);
    o->distributions.seed = o->tool.opt.seed;
    if (o->prd)
        prd_of_features(&curve, &o->pair.real, &o->pair.fake, &o->distributions);
    if (o->curve && write_curve(o->curve, &curve, e) < 0)
        return -1;
    print(o, &p, &curve);
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
    struct opts o = {.k = 3, .beta = 8, .distributions = {.clusters = 20, .runs = 10}};
    tool_open(&o.tool, TOOL_IN, &argp, argc, argv, &o);
    const int rc = run(&o);
    pair_free(&o.pair);
    return tool_close(&o.tool, rc);
}
