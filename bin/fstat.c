/* bin/fstat.c - mean and covariance of features. */
#include "metrics/features.h"
#include "stream/tool.h"

#include <stdlib.h>

struct opts { struct tool tool; };

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;
    (void)arg;
    if (key != ARGP_KEY_INIT)
        return ARGP_ERR_UNKNOWN;
    st->child_inputs[0] = &o->tool.opt;
    return 0;
}

static const struct argp argp = {
    NULL, parse, "", "Write, for the records feat [N,d] of standard input, their mean mu f64 [d], "
    "their covariance sigma f64 [d,d] and their number n, which frechet takes in their place.\v"
    "Example:\n  features --extractor=pixel <real.ten | fstat >real-stat.ten", tool_common, 0, 0
};

static int write_all(struct opts *o, const struct features *f)
{
    char *attrs = attrs_text(f->attrs);
    const struct ten_record rec[] = {
        {.name = "mu", .type = TEN_F64, .shape = {1, {f->d}}, .data = f->mu, .attrs = attrs},
        {.name = "sigma", .type = TEN_F64, .shape = {2, {f->d, f->d}}, .data = f->sigma,
         .attrs = attrs},
        {.name = "n", .type = TEN_I64, .data = &f->n},
    };
    int rc = 0;
    for (int i = 0; i < 3 && rc == 0; i++)
        rc = ten_write(o->tool.out, &rec[i], &o->tool.err);
    free(attrs);
    return rc;
}

int main(int argc, char **argv)
{
    struct opts o = {0};
    struct features f;
    tool_open(&o.tool, TOOL_IN | TOOL_OUT, &argp, argc, argv, &o);
    int rc = features_condense(&f, o.tool.in, "", &o.tool.err);
    if (rc == 0)
        rc = write_all(&o, &f);
    features_free(&f);
    return tool_close(&o.tool, rc);
}
