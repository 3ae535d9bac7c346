#include "models/gan_options.h"
#include "base/fail.h"
#include "base/mem.h"

#include <math.h>
#include <string.h>

enum { KEYS = 700, O_ARCH = 800, O_PRESET, O_LR, O_OPTIM, O_VALID, O_CURVE, O_CURVE_EVERY,
       O_SNAPSHOT, O_SNAPSHOT_EVERY, O_RESUME, O_EVERY, O_INIT, O_FREEZE, O_EXACT, O_SYNC, O_COPY };

#define KEY(name, key, value, help) {name, KEYS + (key), value, 0, help, 10}
static const struct argp_option options[] = {
    {"arch", O_ARCH, "ARCH", 0, "Architecture: dcgan, sngan, biggan or stylegan2", 10},
    {"preset", O_PRESET, "NAME", 0,
     "Hyper-parameters that were published together (default: those of the architecture)", 10},
    KEY("generator", GAN_GENERATOR, "JSON",
        "Keys of the generator; without --arch the whole network"),
    KEY("discriminator", GAN_DISCRIMINATOR, "JSON", "The same of the discriminator"),
    KEY("classes", GAN_CLASSES, "K", "Classes of the records label; 0: learn without labels"),
    KEY("loss", GAN_LOSS, "LOSS", "hinge, ns (non-saturating), wgan or lsgan"),
    KEY("batch", GAN_BATCH, "N", "Real samples of a batch"),
    KEY("d-steps", GAN_D_STEPS, "N", "Steps of the discriminator for one of the generator"),
    KEY("accumulate-d", GAN_ACCUMULATE_D, "N",
        "Batches whose gradients make one step of the discriminator"),
    KEY("accumulate-g", GAN_ACCUMULATE_G, "N", "The same of the generator"),
    KEY("d-batch", GAN_D_BATCH, "HOW",
        "Real and generated samples pass the discriminator as one batch (joint) or apart"),
    KEY("first", GAN_FIRST, "WHICH", "What learns first in a step: d or g"),
    {"lr", O_LR, "RATE", 0, "Learning rate of both: a number, or a schedule such as linear:lr=2e-4",
     10},
    KEY("lr-g", GAN_LR_G, "RATE", "The same of the generator"),
    KEY("lr-d", GAN_LR_D, "RATE", "The same of the discriminator"),
    {"optim", O_OPTIM, "TEXT", 0, "Optimiser of both, such as adam:beta1=0,beta2=0.9", 10},
    KEY("optim-g", GAN_OPTIM_G, "TEXT", "The same of the generator"),
    KEY("optim-d", GAN_OPTIM_D, "TEXT", "The same of the discriminator"),
    KEY("ema", GAN_EMA, "TEXT",
        "Moving average of the generator, such as decay=0.999,state=1 or half=10000; empty: none"),
    KEY("flip", GAN_FLIP, "YES", "Mirror half of the real samples: yes or no"),
    KEY("policy", GAN_POLICY, "OP,...",
        "DiffAugment, such as color,translation,cutout; empty: none"),
    KEY("p", GAN_P, "P", "Probability that a sample is transformed at all"),
    KEY("augment-where", GAN_WHERE, "WHERE",
        "none, reals, d (both, while the discriminator learns) or all"),
    KEY("ada", GAN_ADA, "TARGET",
        "Let p follow how sure the discriminator is of real samples (0.6); 0: p stays"),
    KEY("ada-kimg", GAN_ADA_KIMG, "K", "Thousands of real samples in which p may go from 0 to 1"),
    KEY("cr", GAN_CR, "WEIGHT", "Consistency of logits under --cr-policy; 0: without"),
    KEY("cr-policy", GAN_CR_POLICY, "OP,...",
        "Transforms of consistency; empty: the image is compared with its --policy"),
    KEY("r1", GAN_R1, "GAMMA", "Weight of the R1 penalty; 0: without"),
    KEY("r1-at", GAN_R1_AT, "WHERE",
        "Take it at augmented samples, or at the input of the augmentation"),
    KEY("r1-every", GAN_R1_EVERY, "N", "Take it in every N-th step, N times"),
    KEY("wgan-gp", GAN_GP, "LAMBDA",
        "Weight of the gradient penalty between real and generated samples"),
    KEY("dragan", GAN_DRAGAN, "LAMBDA", "The same around real samples"),
    KEY("path", GAN_PATH, "WEIGHT", "Weight of the path length of generators with latents w"),
    KEY("path-every", GAN_PATH_EVERY, "N", "Take it in every N-th step, N times"),
    KEY("ortho-g", GAN_ORTHO_G, "STRENGTH", "Orthogonal regularisation of the generator"),
    KEY("ortho-d", GAN_ORTHO_D, "STRENGTH", "The same of the discriminator"),
    KEY("iters", GAN_ITERS, "N", "Steps in all"),
    KEY("kimg", GAN_KIMG, "K", "Thousands of real samples in all, instead"),
    {"valid", O_VALID, "FILE", 0, "Real samples that are not trained on, to see overfitting by",
     11},
    {"curve", O_CURVE, "FILE", 0, "A table of losses and accuracies", 11},
    {"curve-every", O_CURVE_EVERY, "N", 0, "Steps of one line (default 100)", 11},
    {"snapshot", O_SNAPSHOT, "NAME", 0, "Sheets of samples; NAME holds %d or %05d for the step",
     11},
    {"copy", O_COPY, "NAME", 0,
     "Copies of the generator, or its average, as models; NAME as of --snapshot", 11},
    {"snapshot-every", O_SNAPSHOT_EVERY, "N", 0, "Steps between sheets and copies (default 1000)",
     11},
    {"resume", O_RESUME, "FILE", 0, "Checkpoint: written now and then; gone on from if it is there",
     11},
    {"every", O_EVERY, "SECONDS", 0, "Time between checkpoints (default 60)", 11},
    {"init", O_INIT, "FILE", 0,
     "Start with the networks of an earlier run, where name and shape agree", 11},
    {"freeze-d", O_FREEZE, "K", 0,
     "Layers of the discriminator, from the image on, that do not learn", 11},
    {"sync-bn", O_SYNC, 0, 0,
     "Statistics of batch norms from the batches of all processes, not from each one's", 11},
    {"exact-conv", O_EXACT, 0, 0, "Convolutions in the direct form, without Winograd's", 11},
    {0}
};

static const char *const defaults[GAN_KEYS] = {
    [GAN_GENERATOR] = "{}", [GAN_DISCRIMINATOR] = "{}", [GAN_CLASSES] = "0", [GAN_LOSS] = "hinge",
    [GAN_BATCH] = "64", [GAN_D_STEPS] = "1", [GAN_ACCUMULATE_D] = "1", [GAN_ACCUMULATE_G] = "1",
    [GAN_D_BATCH] = "joint", [GAN_FIRST] = "d", [GAN_LR_G] = "2e-4", [GAN_LR_D] = "2e-4",
    [GAN_OPTIM_G] = "adam:beta1=0,beta2=0.9", [GAN_OPTIM_D] = "adam:beta1=0,beta2=0.9",
    [GAN_EMA] = "decay=0.999,state=1", [GAN_FLIP] = "no", [GAN_POLICY] = "", [GAN_P] = "1",
    [GAN_WHERE] = "all", [GAN_ADA] = "0", [GAN_ADA_KIMG] = "500", [GAN_CR] = "0",
    [GAN_CR_POLICY] = "flip,translation", [GAN_R1] = "0", [GAN_R1_AT] = "augmented",
    [GAN_R1_EVERY] = "1", [GAN_GP] = "0", [GAN_DRAGAN] = "0", [GAN_PATH] = "0",
    [GAN_PATH_EVERY] = "1", [GAN_ORTHO_G] = "0", [GAN_ORTHO_D] = "0", [GAN_ITERS] = "",
    [GAN_KIMG] = "",
};

/* ---- From texts to numbers ------------------------------------------------------------------- */

static const struct gan_preset *find_preset(struct argp_state *st, const char *name)
{
    char known[400] = "";
    for (const struct gan_preset *p = gan_presets; p->name; p++) {
        if (strcmp(p->name, name) == 0)
            return p;
        snprintf(known + strlen(known), sizeof known - strlen(known), "%s%s",
                 p == gan_presets ? "" : ", ", p->name);
    }
    argp_error(st, "%s: not a preset: expected one of %s", name, known);
    return NULL;
}

static void complete(struct gan_options *o, const struct gan_preset *preset)
{
    /* A number of images of the command line is not in the way of a number of steps of a preset. */
    const bool length = o->text[GAN_ITERS] || o->text[GAN_KIMG];
    for (int k = 0; k < GAN_KEYS; k++) {
        const bool skip = k == GAN_GENERATOR || k == GAN_DISCRIMINATOR ||
                          (length && (k == GAN_ITERS || k == GAN_KIMG));
        if (!o->text[k] && preset && !skip)
            o->text[k] = preset->text[k];
        if (!o->text[k])
            o->text[k] = defaults[k];
    }
}

static void read_policy(struct argp_state *st, struct augment_policy *policy, const char *text)
{
    struct ten_err e = {0};
    if (augment_parse(policy, text, &e) < 0)
        argp_error(st, "%s", e.text);
}

static void read_choices(struct gan_options *o, struct argp_state *st)
{
    const char *const *v = o->text;
    o->loss = (enum gan_loss)tool_choice(st, v[GAN_LOSS], gan_losses);
    o->joint = tool_choice(st, v[GAN_D_BATCH], (const char *[]){"apart", "joint", NULL});
    o->g_first = tool_choice(st, v[GAN_FIRST], (const char *[]){"d", "g", NULL});
    o->flip = tool_choice(st, v[GAN_FLIP], (const char *[]){"no", "yes", NULL});
    o->where = (enum gan_where)tool_choice(st, v[GAN_WHERE],
                                           (const char *[]){"none", "reals", "d", "all", NULL});
    o->r1_input = tool_choice(st, v[GAN_R1_AT], (const char *[]){"augmented", "input", NULL});
    read_policy(st, &o->policy, v[GAN_POLICY]);
    read_policy(st, &o->cr_policy, v[GAN_CR_POLICY]);
}

static void read_numbers(struct gan_options *o, struct argp_state *st)
{
    const struct { enum gan_key key; int64_t *to, min, max; } whole[] = {
        {GAN_CLASSES, &o->classes, 0, 1 << 20}, {GAN_BATCH, &o->batch, 1, 1 << 20},
        {GAN_D_STEPS, &o->d_steps, 1, 1000}, {GAN_ACCUMULATE_D, &o->accumulate_d, 1, 1 << 16},
        {GAN_ACCUMULATE_G, &o->accumulate_g, 1, 1 << 16},
        {GAN_R1_EVERY, &o->r1_every, 1, 1 << 16}, {GAN_PATH_EVERY, &o->path_every, 1, 1 << 16},
    };
    const struct { enum gan_key key; double *to, max; } real[] = {
        {GAN_P, &o->p, 1}, {GAN_ADA, &o->ada, 1}, {GAN_ADA_KIMG, &o->ada_kimg, 1e9},
        {GAN_CR, &o->cr, 1e9}, {GAN_R1, &o->r1, 1e9}, {GAN_GP, &o->gp, 1e9},
        {GAN_DRAGAN, &o->dragan, 1e9}, {GAN_PATH, &o->path, 1e9},
        {GAN_ORTHO_G, &o->ortho_g, 1e9}, {GAN_ORTHO_D, &o->ortho_d, 1e9},
    };
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
        *whole[i].to = tool_int(st, o->text[whole[i].key], whole[i].min, whole[i].max);
    for (size_t i = 0; i < sizeof real / sizeof *real; i++)
        *real[i].to = tool_float(st, o->text[real[i].key], 0, real[i].max);
}

static void read_length(struct gan_options *o, struct argp_state *st)
{
    const char *iters = o->text[GAN_ITERS], *kimg = o->text[GAN_KIMG];
    if (*iters && *kimg)
        argp_error(st, "--iters and --kimg: expected one of them");
    if (*iters)
        o->iters = tool_int(st, iters, 1, INT32_MAX);
    else if (*kimg)
        o->iters = (int64_t)ceil(tool_float(st, kimg, 1e-3, 1e9) * 1000 / (double)gan_images(o));
    else
        argp_error(st, "no length: expected --iters=N, --kimg=K, or a preset that has one");
}

static void finish(struct gan_options *o, const char *preset, struct argp_state *st)
{
    const struct gan_preset *p =
        preset || o->arch ? find_preset(st, preset ? preset : o->arch) : NULL;
    if (p && o->arch && strcmp(p->arch, o->arch) != 0)
        argp_error(st, "--preset=%s: is of %s: expected one of %s (--arch)", p->name, p->arch,
                   o->arch);
    if (p)
        o->arch = p->arch;
    o->keys[0] = p ? p->text[GAN_GENERATOR] : NULL;
    o->keys[1] = p ? p->text[GAN_DISCRIMINATOR] : NULL;
    complete(o, p);
    read_choices(o, st);
    read_numbers(o, st);
    read_length(o, st);
    if (o->policy.n == 0)
        o->where = GAN_AT_NONE;
    if (o->ada > 0 && o->where == GAN_AT_NONE)
        argp_error(st, "--ada: nothing to adapt: expected transforms (--policy)");
    if (o->cr > 0 && o->cr_policy.n == 0 && o->where == GAN_AT_NONE)
        argp_error(st, "--cr: nothing to compare: expected transforms (--cr-policy or --policy)");
    if (o->ada > 0 && o->ada_kimg == 0)
        argp_error(st, "--ada-kimg: 0: expected a number above it");
}

/* ---- argp ------------------------------------------------------------------------------------ */

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct gan_options *o = st->input;
    if (key >= KEYS && key < KEYS + GAN_KEYS) {
        o->text[key - KEYS] = arg;
        return 0;
    }
    switch (key) {
    case ARGP_KEY_INIT:
        o->curve_every = 100;
        o->snapshot_every = 1000;
        o->every = 60;
        break;
    case O_ARCH:            o->arch = arg; break;
    case O_PRESET:          st->hook = arg; break;
    case O_LR:              o->text[GAN_LR_G] = o->text[GAN_LR_D] = arg; break;
    case O_OPTIM:           o->text[GAN_OPTIM_G] = o->text[GAN_OPTIM_D] = arg; break;
    case O_VALID:           o->valid = arg; break;
    case O_CURVE:           o->curve = arg; break;
    case O_CURVE_EVERY:     o->curve_every = tool_int(st, arg, 1, INT32_MAX); break;
    case O_SNAPSHOT:        o->snapshot = arg; break;
    case O_COPY:            o->copy = arg; break;
    case O_SNAPSHOT_EVERY:  o->snapshot_every = tool_int(st, arg, 1, INT32_MAX); break;
    case O_RESUME:          o->checkpoint = arg; break;
    case O_EVERY:           o->every = tool_float(st, arg, 0, 1e9); break;
    case O_INIT:            o->init = arg; break;
    case O_FREEZE:          o->freeze_d = tool_int(st, arg, 0, 1 << 20); break;
    case O_EXACT:           o->exact_conv = true; break;
    case O_SYNC:            o->sync_bn = true; break;
    case ARGP_KEY_END:      finish(o, st->hook, st); break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {options, parse, NULL, NULL, NULL, NULL, NULL};
const struct argp_child gan_child = {&argp, 0, "Training:", 10};

/* ---- Networks -------------------------------------------------------------------------------- */

/* The keys of a text over those of config. */
static int put_over(json_t *config, const char *kind, const char *text, struct ten_err *e)
{
    json_error_t why;
    json_t *keys = json_loads(text, 0, &why);
    const int rc = json_is_object(keys) ? json_object_update(config, keys)
                                        : fail(e, TEN_E_USAGE, "--%s: %s: expected a JSON object",
                                               kind, keys ? "not an object" : why.text);
    json_decref(keys);
    return rc;
}

/* {"family": ARCH_KIND, SHAPE: image, "classes": K}; over it the keys of the preset, then those of
 * the command line. */
static json_t *config_of(const struct gan_options *o, enum gan_key which, const int64_t image[3],
                         struct ten_err *e)
{
    const char *kind = which == GAN_GENERATOR ? "generator" : "discriminator";
    const char *preset = o->keys[which == GAN_DISCRIMINATOR];
    json_t *config = json_object();
    if (o->arch) {
        char family[80];
        snprintf(family, sizeof family, "%.60s_%s", o->arch, kind);
        json_object_set_new(config, "family", json_string(family));
        json_object_set_new(config, which == GAN_GENERATOR ? "image" : "in", json_pack(
            "[I,I,I]", (json_int_t)image[0], (json_int_t)image[1], (json_int_t)image[2]));
        json_object_set_new(config, "classes", json_integer(o->classes));
    }
    if (put_over(config, kind, preset ? preset : "{}", e) == 0 &&
        put_over(config, kind, o->text[which], e) == 0)
        return config;
    json_decref(config);
    return NULL;
}

int gan_configs(const struct gan_options *o, const int64_t image[3], json_t **generator,
                json_t **discriminator, struct ten_err *e)
{
    *discriminator = NULL;
    *generator = config_of(o, GAN_GENERATOR, image, e);
    if (*generator)
        *discriminator = config_of(o, GAN_DISCRIMINATOR, image, e);
    return *generator && *discriminator ? 0 : -1;
}
