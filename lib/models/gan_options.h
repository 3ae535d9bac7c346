/*
 * The options of the trainer of generative adversarial networks (models/gan_trainer.h): what the
 * command line says, else what the preset says, else a default.
 */
#ifndef MODELS_GAN_OPTIONS_H
#define MODELS_GAN_OPTIONS_H

#include "dist/dist.h"
#include "models/gan_loss.h"
#include "stream/tool.h"
#include "tensor/diffaugment.h"

/* What a preset may set, as the command line spells it. */
enum gan_key {
    GAN_GENERATOR, GAN_DISCRIMINATOR,   /* JSON, over what the architecture says */
    GAN_CLASSES, GAN_LOSS, GAN_BATCH, GAN_D_STEPS, GAN_ACCUMULATE_D, GAN_ACCUMULATE_G,
    GAN_D_BATCH, GAN_FIRST, GAN_LR_G, GAN_LR_D, GAN_OPTIM_G, GAN_OPTIM_D, GAN_EMA, GAN_FLIP,
    GAN_POLICY, GAN_P, GAN_WHERE, GAN_ADA, GAN_ADA_KIMG, GAN_CR, GAN_CR_POLICY,
    GAN_R1, GAN_R1_AT, GAN_R1_EVERY, GAN_GP, GAN_DRAGAN, GAN_PATH, GAN_PATH_EVERY,
    GAN_ORTHO_G, GAN_ORTHO_D, GAN_ITERS, GAN_KIMG,
    GAN_KEYS
};

/* Hyper-parameters that were published together; text[GAN_KEYS], NULL: the default. */
struct gan_preset { const char *name, *arch, *text[GAN_KEYS]; };
extern const struct gan_preset gan_presets[];       /* a NULL name at the end */

enum gan_where { GAN_AT_NONE, GAN_AT_REALS, GAN_AT_D, GAN_AT_ALL };

struct gan_options {
    const char *arch; /* families ARCH_generator and ARCH_discriminator; NULL: the JSON says */
    const char *text[GAN_KEYS]; /* all of them, whoever said it; the command line's, or constants */
    const char *keys[2]; /* JSON of the preset for generator and discriminator, or NULL */
    int64_t classes;                    /* 0: without labels */
    enum gan_loss loss;
    int64_t batch, d_steps, accumulate_d, accumulate_g;
    bool joint;                         /* real and generated samples pass D as one batch */
    bool g_first;                       /* of a step, G learns first */
    bool flip;
    struct augment_policy policy, cr_policy;
    double p;
    enum gan_where where;
    double ada, ada_kimg;               /* the target of adaptive p; 0: p stays */
    double cr, r1, gp, dragan, path, ortho_g, ortho_d;              /* weights; 0: without */
    int64_t r1_every, path_every;       /* steps; what comes every K steps counts K times */
    bool r1_input;                      /* R1 before the augmentation */
    int64_t iters;                      /* steps in all, from --iters or --kimg */

    const char *valid;                  /* real samples kept apart; NULL: none */
    const char *curve;                  /* a table; NULL: none */
    int64_t curve_every;                /* steps of a line */
    const char *snapshot, *copy;        /* "NAME-%d.png", "NAME-%d.ten"; NULL: none */
    int64_t snapshot_every;
    const char *checkpoint, *init;
    double every;                       /* seconds between checkpoints */
    int64_t freeze_d;                   /* layers of D, from the image on, that stand still */
    bool exact_conv;
    bool sync_bn;                       /* statistics of batch norms from the batches of all processes */
    struct dist *dist;                  /* set by the tool, from dist_open(); NULL: one process */
};

/* For a tool's list of argp children: children[1] with input &o->gan, which is {0} before. */
extern const struct argp_child gan_child;

/* Real samples of one step. */
static inline int64_t gan_images(const struct gan_options *o)
{
    return o->batch * o->d_steps * o->accumulate_d;
}

/* Configurations for images [H,W,C]; the caller's.  0, or -1 with *e set (TEN_E_USAGE). */
int gan_configs(const struct gan_options *o, const int64_t image[3], json_t **generator,
                json_t **discriminator, struct ten_err *e);

#endif
