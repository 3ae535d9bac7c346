/* bin/train-regressor.c - train a network to tell a number from features. */
#include "models/regression.h"

struct opts { struct tool tool; struct trainer_options train; struct regression regression; };

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;
    (void)arg;
    if (key != ARGP_KEY_INIT)
        return ARGP_ERR_UNKNOWN;
    st->child_inputs[0] = &o->tool.opt;
    st->child_inputs[1] = &o->train;
    st->child_inputs[2] = st->child_inputs[3] = &o->regression;
    return 0;
}

int main(int argc, char **argv)
{
    const struct argp_child children[] = {
        tool_common[0], trainer_child, regression_data_child, regression_loss_child, {0}
    };
    const struct argp argp = {
        NULL, parse, "", "Train a network on the records x (features) and y (targets, one number a sample) of standard "
        "input and write it, as a model stream, to standard output.  Without --config it is an mlp of two layers of 64 that "
        "standardises features and targets.\v"
        "Example:\n  train-regressor --epochs=100 --valid=test.ten --stats=stats.tsv <train.ten >model.ten",
        children, 0, 0
    };
    struct opts o = {.regression = {.x = "x", .y = "y", .beta = 1}};
    trainer_options_default(&o.train);
    o.train.optim = "adam";
    o.train.schedule = "cosine:lr=1e-3";
    o.train.epochs = 100;
    if (!(o.train.dist = dist_open(&o.tool.err)) && o.tool.err.code)
        return tool_close(&o.tool, -1);
    tool_open(&o.tool, TOOL_IN | TOOL_OUT | (o.train.dist ? TOOL_FORWARDED : 0), &argp, argc, argv, &o);
    return tool_close(&o.tool, regression_train(&o.tool, &o.regression, &o.train,
                      "{\"family\": \"mlp\", \"hidden\": [64, 64], \"out\": 1, \"standardize\": true}", false));
}
