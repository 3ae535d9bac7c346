/* bin/train-predictor.c - train a network to tell accuracy or latency of an architecture from its code. */
#include "models/regression.h"

struct opts { struct tool tool; struct trainer_options train; struct regression regression; };

static const struct argp_option options[] = {
    {"side", 's', "NAMES", 0, "Records of features that enter behind the first activation, such as bits", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;
    switch (key) {
    case ARGP_KEY_INIT:
        st->child_inputs[0] = &o->tool.opt;
        st->child_inputs[1] = &o->train;
        st->child_inputs[2] = st->child_inputs[3] = &o->regression;
        break;
    case 's': o->regression.side = arg; break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

int main(int argc, char **argv)
{
    const struct argp_child children[] = {
        tool_common[0], trainer_child, regression_data_child, regression_loss_child, {0}
    };
    const struct argp argp = {
        options, parse, "", "Train a predictor of the target y from the code x of architectures, both records of standard "
        "input, and write it, as a model stream, to standard output.  Without --config it is an mlp of three layers of 400 that "
        "standardises both.  Beside it stands what least squares makes of the same samples.\v"
        "Example:\n  train-predictor --x=arch --side=bits --y=acc --init=fp32.ten --valid=test.ten <train.ten >model.ten",
        children, 0, 0
    };
    struct opts o = {.regression = {.x = "x", .y = "y", .beta = 1}};
    trainer_options_default(&o.train);
    o.train.optim = "adam";
    o.train.schedule = "cosine:lr=1e-3";
    o.train.epochs = 200;
    if (!(o.train.dist = dist_open(&o.tool.err)) && o.tool.err.code)
        return tool_close(&o.tool, -1);
    tool_open(&o.tool, TOOL_IN | TOOL_OUT | (o.train.dist ? TOOL_FORWARDED : 0), &argp, argc, argv, &o);
    return tool_close(&o.tool, regression_train(&o.tool, &o.regression, &o.train,
                      "{\"family\": \"mlp\", \"hidden\": [400, 400, 400], \"out\": 1, \"standardize\": true}", true));
}
