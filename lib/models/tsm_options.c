#include "models/clip.h"
#include "models/tsm.h"

enum {
    O_ARCH = 600, O_SHIFT, O_IMPL, O_DIV, O_PLACE, O_POOL, O_NON_LOCAL, O_CONSENSUS, O_I3D, O_WIDTH, O_STEM, O_CLASSES,
    O_DROPOUT, O_ZERO, O_RECIPE, O_GROUPS, O_PARTIAL, O_LR_BATCH, O_LR_SCALE, O_TUNE, O_EVAL, O_SMOOTHING,
    O_PACK, O_VALID_PACK, O_SEGMENTS, O_SIZE, O_SAMPLING, O_MODALITY, O_LENGTH
};

static const struct argp_option network_options[] = {
    {"arch", O_ARCH, "NAME", 0, "resnet18, resnet34, resnet50, resnet101, mobilenetv2, bninception or tiny (default)", 1},
    {"shift", O_SHIFT, "MODE", 0, "Channels come from both neighbours (bi, the default), the frame before (uni), or none", 1},
    {"shift-impl", O_IMPL, "HOW", 0, "The shift is a copy, inplace or fused: the same bits (default auto, the fastest)", 1},
    {"div", O_DIV, "K", 0, "1/K of the channels move each way (default 8)", 1},
    {"place", O_PLACE, "WHERE", 0, "Shift what the residual branch sees (blockres, the default) or the whole block", 1},
    {"temporal-pool", O_POOL, 0, 0, "Halve the number of frames in front of the second stage", 1},
    {"non-local", O_NON_LOCAL, 0, 0, "Non-local blocks in the second and third stage", 1},
    {"consensus", O_CONSENSUS, "HOW", 0, "Answers of frames are averaged (avg, the default) or left (identity)", 1},
    {"i3d", O_I3D, "KERNEL", 0, "Convolve over frames: 3x1x1, 3x3x3 or inserted; none (default)", 1},
    {"width", O_WIDTH, "W", 0, "Channels of the first stage; mobilenetv2: times the usual ones", 1},
    {"stem-stride", O_STEM, "N", 0, "Stride of the first convolution, where it is 3x3", 1},
    {"classes", O_CLASSES, "N", 0, "Number of classes (default: what the labels have)", 1},
    {"dropout", O_DROPOUT, "P", 0, "Dropout in front of the last layer", 1},
    {"zero-gamma", O_ZERO, "YES", 0, "Residual branches begin at zero: yes or no", 1},
    {0}
};
static const struct argp_option options[] = {
    {"recipe", O_RECIPE, "NAME", 0, "What is not given: kinetics, kinetics-dense, sth, ucf or v1 (default)", 2},
    {"groups", O_GROUPS, "KIND", 0, "Rates of parts of the network: tsm or plain", 2},
    {"partial-bn", O_PARTIAL, "YES", 0, "Batch norms but the first stand still: yes or no", 2},
    {"lr-batch", O_LR_BATCH, "N", 0, "The rate is that of N clips a step (default: the recipe's)", 2},
    {"lr-scale", O_LR_SCALE, "HOW", 0, "For other steps it is scaled (linear, the default) or left (none)", 2},
    {"smoothing", O_SMOOTHING, "E", 0, "Label smoothing (default 0)", 2},
    {"tune-from", O_TUNE, "FILE", 0, "Begin with a trained model; its last layer if it has as many classes", 2},
    {"pack", O_PACK, "FILE", 0, "Train on clips of the videos of a store, drawn anew every epoch", 2},
    {"valid-pack", O_VALID_PACK, "FILE", 0, "Measure on clips from the middle of these", 2},
    {"segments", O_SEGMENTS, "T", 0, "Frames of such a clip (default 8)", 2},
    {"size", O_SIZE, "N", 0, "Height and width of such a clip (default 224)", 2},
    {"mode", O_SAMPLING, "MODE", 0, "Its frames are of all segments of the video (uniform) or of one stretch (dense)", 2},
    {"modality", O_MODALITY, "KIND", 0, "Channels: colours (rgb, default), motion (flow), or frames whose differences count (diff)", 2},
    {"length", O_LENGTH, "L", 0, "Frames in a row of a store's videos, side by side (default 1; of flow 5, of diff 6)", 2},
    {"workers", 'j', "N", 0, "Threads that make batches ahead (default 1)", 2},
    {"eval-only", O_EVAL, 0, 0, "Do not train: say how well the model does, on the samples of --valid if given", 2},
    {0}
};

static error_t parse_network(int key, char *arg, struct argp_state *st)
{
    static const char *const shifts[] = {"none", "bi", "uni", NULL}, *const places[] = {"blockres", "block", NULL};
    static const char *const consensus[] = {"avg", "identity", NULL}, *const words[] = {"no", "yes", NULL};
    struct tsm_network *n = st->input;
    switch (key) {
    case O_ARCH:      n->arch = tool_choice(st, arg, tsm_archs); break;
    case O_SHIFT:     n->shift = tool_choice(st, arg, shifts); break;
    case O_IMPL:      n->impl = tool_choice(st, arg, clip_impls); break;
    case O_DIV:       n->div = tool_int(st, arg, 2, 1 << 20); break;
    case O_PLACE:     n->block = tool_choice(st, arg, places); break;
    case O_POOL:      n->temporal_pool = true; break;
    case O_NON_LOCAL: n->non_local = true; break;
    case O_CONSENSUS: n->frames_apart = tool_choice(st, arg, consensus); break;
    case O_I3D:       n->inflate = tool_choice(st, arg, tsm_inflates); break;
    case O_WIDTH:     n->width = tool_float(st, arg, 0.01, 1 << 14); break;
    case O_STEM:      n->stem_stride = tool_int(st, arg, 1, 2); break;
    case O_CLASSES:   n->classes = tool_int(st, arg, 1, 1 << 24); break;
    case O_DROPOUT:   n->dropout = tool_float(st, arg, 0, 0.999); break;
    case O_ZERO:      n->zero_gamma = tool_choice(st, arg, words); break;
    default:          return ARGP_ERR_UNKNOWN;
    }
    n->chosen = true;
    return 0;
}

static const char *const recipe_names[] = {"kinetics", "kinetics-dense", "sth", "ucf", "v1", NULL};

static void check(const struct tsm_options *o, struct argp_state *st)
{
    const struct network_options *n = &o->train.network;
    if (o->net.chosen && (n->config || n->config_file))
        argp_error(st, "--config: it says all of the network: expected no --arch, --shift and so on beside it");
    if (o->tune_from && n->init)
        argp_error(st, "--tune-from: a model to begin with, as --init: expected one of them");
    if (o->train.evaluate_only && !o->tune_from && !n->init && !o->train.checkpoint)
        argp_error(st, "--eval-only: no model: expected --tune-from, --init or --resume");
    if (o->valid_pack && o->train.valid != o->valid_pack)
        argp_error(st, "--valid-pack: samples to measure on, as --valid: expected one of them");
    if (o->unscaled && o->train.rate_batch)
        argp_error(st, "--lr-batch: nothing is scaled with --lr-scale=none: expected one of them");
    if (o->modality != CROP_RGB && o->scale.channels)
        argp_error(st, "--mean, --std: of colours: expected --modality=rgb");
}

/* The first layer of a network of colours, for other channels. */
static const char first_layers[] = "conv1.weight conv1.weight spread\n"
    "stem.conv.weight stem.conv.weight spread\n"
    "conv1_7x7_s2.weight conv1_7x7_s2.weight spread\n";

static error_t parse(int key, char *arg, struct argp_state *st)
{
    static const char *const groups[] = {"plain", "tsm", NULL}, *const words[] = {"no", "yes", NULL};
    struct tsm_options *o = st->input;
    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->net; break;
    case O_RECIPE:     o->recipe = tool_choice(st, arg, recipe_names); break;
    case O_GROUPS:     o->groups = tool_choice(st, arg, groups); break;
    case O_PARTIAL:    o->partial_bn = tool_choice(st, arg, words); break;
    case O_LR_BATCH:   o->train.rate_batch = tool_int(st, arg, 1, 1 << 24); break;
    case O_LR_SCALE:   o->unscaled = tool_choice(st, arg, (const char *[]){"linear", "none", NULL}); break;
    case O_SMOOTHING:  o->smoothing = tool_float(st, arg, 0, 0.999); break;
    case O_TUNE:       o->tune_from = arg; break;
    case O_PACK:       o->pack = arg; break;
    case O_VALID_PACK: o->train.valid = o->valid_pack = arg; break;
    case O_SEGMENTS:   o->segments = tool_int(st, arg, 1, 64); break;
    case O_SIZE:       o->size = tool_int(st, arg, 8, 1 << 12); break;
    case O_SAMPLING:   o->dense = tool_choice(st, arg, (const char *[]){"uniform", "dense", NULL}); break;
    case O_MODALITY:   o->modality = (enum crop_modality)tool_choice(st, arg, crop_modalities); break;
    case O_LENGTH:     o->length = tool_int(st, arg, 1, 1 << 8); break;
    case 'j':          o->workers = tool_int(st, arg, 1, 1 << 10); break;
    case O_EVAL:       o->train.evaluate_only = true; break;
    case ARGP_KEY_END:
        check(o, st);
        if (o->tune_from)
            o->train.network.init = o->tune_from;
        if (o->modality != CROP_RGB)
            o->train.network.init_lines = first_layers;
        o->scale.motion = o->modality == CROP_FLOW;
        break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp network = {network_options, parse_network, NULL, NULL, NULL, NULL, NULL};
static const struct argp_child children[] = {{&network, 0, "Network for clips:", 7}, {0}};
static const struct argp argp = {options, parse, NULL, NULL, children, NULL, NULL};
const struct argp_child tsm_child = {&argp, 0, "Recipe:", 8};

int64_t tsm_length(const struct tsm_options *o)
{
    static const int64_t usual[] = {[CROP_RGB] = 1, [CROP_DIFF] = 6, [CROP_FLOW] = 5};
    return o->length ? o->length : usual[o->modality];
}

void tsm_options_default(struct tsm_options *o)
{
    *o = (struct tsm_options){.recipe = TSM_V1, .groups = -1, .partial_bn = -1, .segments = 8, .size = 224,
                              .dense = -1};
    trainer_options_default(&o->train);
    o->train.optim = o->train.schedule = o->train.augment = NULL;
    o->train.batch = o->train.epochs = 0;
    o->train.clip = -1;
    o->train.in_epochs = true;
    tsm_network_default(&o->net);
}
