/* bin/inception-score.c - how sure and how varied the classes of generated samples are. */
#include "metrics/inception_score.h"
#include "metrics/pair.h"

#include <inttypes.h>
#include <math.h>

struct opts { struct tool tool; int64_t splits; };

static const struct argp_option options[] = {
    {"splits", 's', "N", 0, "Parts whose scores are averaged (default 10)", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;
    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case 's': o->splits = tool_int(st, arg, 1, 1 << 20); break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "", "The Inception score of the class probabilities prob [N,K] on standard "
    "input, as a table.  It is called IS when they are those of the Inception network, else IS "
    "with the extractor's name.\v"
    "Example:\n  features --extractor=dom --model=net.ten <fake.ten | inception-score",
    tool_common, 0, 0
};

/* Rows are probabilities: 0, or -1 with *e set. */
static int check(const struct features *p, int64_t splits, struct ten_err *e)
{
    if (splits > p->n)
        return fail(e, TEN_E_DATA, "prob: %lld samples for %lld parts: expected one for each at "
                    "least (--splits=N)", (long long)p->n, (long long)splits);
    for (int64_t i = 0; i < p->n; i++) {
        double sum = 0, lowest = 0;
        for (int64_t k = 0; k < p->d; k++) {
            sum += p->x[i * p->d + k];
            lowest = fmin(lowest, p->x[i * p->d + k]);
        }
        if (lowest < 0 || fabs(sum - 1) > 1e-3)
            return fail(e, TEN_E_DATA, "prob: sample %lld: numbers from %g that add up to %g: "
                        "expected probabilities", (long long)i, lowest, sum);
    }
    return 0;
}

static int run(struct opts *o, struct features *p)
{
    char text[128];
    if (features_read(p, o->tool.in, "", "prob", false, &o->tool.err) < 0 ||
        check(p, o->splits, &o->tool.err) < 0)
        return -1;
    const struct inception_score s = inception_score(p->x, p->n, p->d, o->splits);
    printf("metric\tvalue\tstd\tsplits\tn_fake");
    protocol_header(stdout);
    printf("%s\t%.10g\t%.10g\t%" PRId64 "\t%" PRId64, pair_metric(text, p, "IS", "IS"), s.mean,
           s.std, o->splits, p->n);
    protocol_line(stdout, NULL, p);
    return 0;
}

int main(int argc, char **argv)
{
    struct opts o = {.splits = 10};
    struct features p;
    tool_open(&o.tool, TOOL_IN, &argp, argc, argv, &o);
    const int rc = run(&o, &p);
    features_free(&p);
    return tool_close(&o.tool, rc);
}
