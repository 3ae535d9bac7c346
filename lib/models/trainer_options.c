/* The options of trainers. */
#include "models/trainer.h"

enum {
    O_OPTIM = 400, O_SCHEDULE, O_AUGMENT, O_EMA, O_ACCUMULATE, O_VALID, O_RESUME, O_EVERY, O_KEEP, O_CLIP, O_EXACT,
    O_CURVE, O_SYNC, O_FIND_LR
};

static const struct argp_option options[] = {
    {"epochs", 'e', "N", 0, "Times to go through the samples", 10},
    {"batch", 'b', "N", 0, "Samples of a step (default 128)", 10},
    {"accumulate", O_ACCUMULATE, "N", 0, "Batches whose gradients make one step (default 1)", 10},
    {"optim", O_OPTIM, "TEXT", 0, "Optimiser, such as sgd:momentum=0.9,nesterov=1,decay=5e-4", 10},
    {"schedule", O_SCHEDULE, "TEXT", 0, "Learning rate, such as onecycle:lr=0.1", 10},
    {"augment", O_AUGMENT, "TEXT", 0, "Augmentation of images, such as crop=4,flip", 10},
    {"ema", O_EMA, "TEXT", 0, "Use a moving average of the parameters, such as decay=0.999", 10},
    {"clip", O_CLIP, "NORM", 0, "Shorten gradients to this norm", 10},
    {"valid", O_VALID, "FILE", 0, "Samples to measure on after every epoch", 10},
    {"curve", O_CURVE, "FILE", 0, "A table of losses and scores, a line an epoch", 10},
    {"keep", O_KEEP, "WHICH", 0, "Write the last (default) or, on the samples of --valid, the best model", 10},
    {"resume", O_RESUME, "FILE", 0, "Checkpoint: written now and then; gone on from if it is there", 10},
    {"every", O_EVERY, "SECONDS", 0, "Time between checkpoints (default 60)", 10},
    {"find-lr", O_FIND_LR, "FILE", 0, "Write no model, but a table of losses at rising rates, and suggest one", 10},
    {"exact-conv", O_EXACT, 0, 0, "Convolutions in the direct form, without Winograd's", 10},
    {"sync-bn", O_SYNC, 0, 0, "Batch norms of several processes (mpirun) use statistics of all", 10},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct trainer_options *o = st->input;
    switch (key) {
    case ARGP_KEY_INIT:
        st->child_inputs[0] = &o->network;
        st->child_inputs[1] = &o->parallel;
        break;
    case 'e':           o->epochs = tool_int(st, arg, 1, INT32_MAX); break;
    case 'b':           o->batch = tool_int(st, arg, 1, 1 << 24); break;
    case O_ACCUMULATE:  o->accumulate = tool_int(st, arg, 1, 1 << 16); break;
    case O_OPTIM:       o->optim = arg; break;
    case O_SCHEDULE:    o->schedule = arg; break;
    case O_AUGMENT:     o->augment = arg; break;
    case O_EMA:         o->ema = arg; break;
    case O_CLIP:        o->clip = tool_float(st, arg, 0, 1e30); break;
    case O_VALID:       o->valid = arg; break;
    case O_CURVE:       o->curve = arg; break;
    case O_KEEP:        o->best = tool_choice(st, arg, (const char *[]){"last", "best", NULL}); break;
    case O_RESUME:      o->checkpoint = arg; break;
    case O_EVERY:       o->every = tool_float(st, arg, 0, 1e9); break;
    case O_EXACT:       o->exact_conv = true; break;
    case O_SYNC:        o->sync_bn = true; break;
    case O_FIND_LR:     o->find_lr = arg; break;
    case ARGP_KEY_END:
        if (o->best && !o->valid)
            argp_error(st, "--keep=best: expected samples to choose by (--valid=FILE)");
        if (o->find_lr && o->checkpoint)
            argp_error(st, "--find-lr: it leaves nothing to go on from: expected no --resume");
        break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp_child children[] = {{&network_argp, 0, "Network:", 9}, {&dist_argp, 0, "Several processes (mpirun):", 11}, {0}};
static const struct argp argp = {options, parse, NULL, NULL, children, NULL, NULL};
const struct argp_child trainer_child = {&argp, 0, "Training:", 10};

void trainer_options_default(struct trainer_options *o)
{
    *o = (struct trainer_options){
        .optim = "sgd:momentum=0.9,nesterov=1,decay=5e-4", .schedule = "onecycle:lr=0.1",
        .augment = "", .batch = 128, .accumulate = 1, .epochs = 10, .every = 60,
    };
    dist_options_default(&o->parallel);
}
