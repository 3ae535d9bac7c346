/* bin/frechet.c - the Frechet distance of generated samples from real ones. */
#include "metrics/frechet_sets.h"
#include "metrics/pair.h"

#include <inttypes.h>
#include <math.h>

enum { SIZES = 64 };

struct opts {
    struct tool tool;
    struct pair pair;
    int64_t size[SIZES];                /* --n */
    int sizes;
    bool extrapolate, floor;
    int64_t bootstrap;
};

static const struct argp_option options[] = {
    {"n", 'n', "N,...", 0, "Of so many of the generated samples, drawn anew for each number", 0},
    {"extrapolate", 'x', 0, 0, "Also for infinitely many, from the numbers of --n", 0},
    {"floor", 'f', 0, 0, "Also between two halves of the real samples", 0},
    {"bootstrap", 'b', "R", 0, "An interval of 95 % from R resamplings", 0},
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
    case 'n': o->sizes = tool_ints(st, arg, o->size, SIZES, 2, INT32_MAX); break;
    case 'x': o->extrapolate = true; break;
    case 'f': o->floor = true; break;
    case 'b': o->bootstrap = tool_int(st, arg, 20, 100000); break;
    case ARGP_KEY_END:
        if (o->extrapolate && (o->sizes < 2 || o->size[0] == o->size[o->sizes - 1]))
            argp_error(st, "--extrapolate: one size: expected several (--n=1000,2000,5000)");
        break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct interval no_interval = {NAN, NAN};

/* part: "", "_floor", "_inf". */
static void print(const struct opts *o, const char *part, double fd, struct interval i,
                  int64_t real, int64_t fake)
{
    char text[128], name[16];
    snprintf(name, sizeof name, "FD%s", part);
    const char *metric = pair_metric(text, &o->pair.fake, "FID", name);
    printf("%s%s\t%.10g", metric, features_fid(&o->pair.fake) ? part : "", fd);
    if (isnan(i.low))
        fputs("\t-\t-", stdout);
    else
        printf("\t%.10g\t%.10g", i.low, i.high);
    printf(real ? "\t%" PRId64 : "\t-", real);
    printf(fake ? "\t%" PRId64 : "\t-", fake);
    protocol_line(stdout, &o->pair.real, &o->pair.fake);
}

/* ---- Lines ----------------------------------------------------------------------------------- */

static int of_all(struct opts *o, const struct gaussian *real)
{
    const struct features *fake = &o->pair.fake;
    struct interval i = no_interval;
    double fd;
    if (frechet_from(&fd, real, fake, &o->tool.err) < 0 ||
        (o->bootstrap && frechet_bootstrap(&i, fd, &o->pair.real, real, fake, o->bootstrap,
                                           o->tool.opt.seed, &o->tool.err) < 0))
        return -1;
    print(o, "", fd, i, o->pair.real.n, fake->n);
    return 0;
}

static int of_sizes(struct opts *o, const struct gaussian *real)
{
    double fd[SIZES];
    for (int k = 0; k < o->sizes; k++) {
        struct features part;
        features_draw(&part, &o->pair.fake, o->size[k], o->tool.opt.seed, "frechet.n", (uint64_t)k);
        const int rc = frechet_from(&fd[k], real, &part, &o->tool.err);
        features_free(&part);
        if (rc < 0)
            return -1;
        print(o, "", fd[k], no_interval, o->pair.real.n, o->size[k]);
    }
    if (o->extrapolate)
        print(o, "_inf", frechet_extrapolate(o->size, fd, o->sizes), no_interval,
              o->pair.real.n, 0);
    return 0;
}

static int of_reals(struct opts *o)
{
    const struct features *real = &o->pair.real;
    double fd;
    if (frechet_floor(&fd, real, o->tool.opt.seed, &o->tool.err) < 0)
        return -1;
    print(o, "_floor", fd, no_interval, real->n / 2, real->n - real->n / 2);
    return 0;
}

/* ---- All ------------------------------------------------------------------------------------- */

static int check(struct opts *o)
{
    const struct pair *p = &o->pair;
    struct ten_err *e = &o->tool.err;
    if ((o->sizes || o->bootstrap) && !p->fake.x)
        return fail(e, TEN_E_DATA, "generated samples: mean and covariance alone: expected "
                    "features, for --n and --bootstrap");
    if (o->floor && (!p->real.x || p->real.n < 4))
        return fail(e, TEN_E_DATA, "%s: %s: expected features of at least 4 real samples, for "
                    "--floor", p->path,
                    p->real.x ? "too few" : "mean and covariance alone");
    for (int k = 0; k < o->sizes; k++)
        if (o->size[k] > p->fake.n)
            return fail(e, TEN_E_DATA, "--n: %lld of %lld samples: expected no more than there are",
                        (long long)o->size[k], (long long)p->fake.n);
    return 0;
}

static int run(struct opts *o)
{
    struct gaussian real = {0};
    int rc = pair_read(&o->pair, &o->tool, true);
    if (rc == 0)
        rc = check(o);
    if (rc == 0)
        rc = features_gaussian(&real, &o->pair.real, &o->tool.err);
    if (rc == 0) {
        printf("metric\tvalue\tlow\thigh\tn_real\tn_fake");
        protocol_header(stdout);
        rc = o->sizes ? of_sizes(o, &real) : of_all(o, &real);
    }
    if (rc == 0 && o->floor)
        rc = of_reals(o);
    gaussian_free(&real);
    pair_free(&o->pair);
    return rc;
}

int main(int argc, char **argv)
{
    const struct argp_child children[] = {tool_common[0], pair_child, {0}};
    const struct argp argp = {
        options, parse, "", "The Frechet distance of the features feat [N,d], or mean mu and "
        "covariance sigma, on standard input from those of --real=FILE, as a table.  It is called "
        "FID when the features are those of the Inception network, else FD with the extractor's "
        "name.\v"
        "Example:\n  features --extractor=pixel <fake.ten | frechet --real=real-features.ten",
        children, 0, 0
    };
    struct opts o = {0};
    tool_open(&o.tool, TOOL_IN, &argp, argc, argv, &o);
    return tool_close(&o.tool, run(&o));
}
