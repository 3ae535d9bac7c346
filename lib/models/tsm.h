/*
 * Training as in TSM (Lin, Gan and Han, arXiv 1811.08383) and its run on many machines ("Training Kinetics in 15
 * Minutes", arXiv 1910.00932): networks by name, rates of groups of parameters, and recipes.
 */
#ifndef MODELS_TSM_H
#define MODELS_TSM_H

#include "models/losses.h"
#include "models/trainer.h"
#include "nn/batch_augment.h"
#include "video/crop.h"

/* ---- Which network ------------------------------------------------------------------------------------------ */

enum tsm_shift { TSM_NONE, TSM_BI, TSM_UNI };

/* The short way to write a configuration.  tsm_network_default() first. */
struct tsm_network {
    int arch;                           /* number of tsm_archs[] */
    int shift;                          /* enum tsm_shift; -1: bi, or none with inflate */
    int64_t div;                        /* 1/div of the channels move each way */
    int impl;                           /* how: number of clip_impls[] */
    bool block;                         /* shift what the whole block sees, not its residual branch alone */
    bool temporal_pool, non_local, frames_apart;    /* consensus: none, every frame answers */
    int inflate;                        /* number of tsm_inflates[]; 0: none */
    double width;                       /* channels of the first stage, of mobilenetv2 a factor; 0: the usual */
    int64_t stem_stride;                /* 0: the usual */
    int64_t classes;                    /* 0: as many as the labels have */
    double dropout;                     /* in [0,1); negative: the recipe's */
    int zero_gamma;                     /* -1: the recipe's */
    bool chosen;                        /* any of the above was */
};
extern const char *const tsm_archs[];               /* NULL at the end, here and below */
extern const char *const tsm_inflates[];
void tsm_network_default(struct tsm_network *n);

/* The configuration of clips [T,H,W,C]; the caller's.  NULL with *e set (TEN_E_USAGE): not for this architecture. */
json_t *tsm_config(const struct tsm_network *n, const int64_t clip[4], struct ten_err *e);

/* ---- Groups of parameters -------------------------------------------------------------------------------------- */

/*
 * Rates and weight decay of the public code:
 *
 *     group       what                    rate    decay
 *     main        weights                 1       yes
 *     bias        their biases            2       no
 *     plain       norms                   1       no
 *     fc_weight   the last layer's        5       yes
 *     fc_bias     its bias                10      no
 *     still       frozen norms            0
 *
 * and of networks of motion
 *
 *     first       the first weight        5       yes
 *     first_bias  its bias                10      no
 *
 * The last layer is "fc".  m: fresh from model_new().
 */
void tsm_groups(struct model *m, bool motion);
/* Fine-tuning on the classes that the last layer knows: it is like the other layers. */
void tsm_same_classes(struct model *m);
/* Norms but the first stand still, statistics and all (partial batch norm).  m: fresh from model_new(), after
 * tsm_groups(), if that is called. */
void tsm_freeze_norms(struct model *m);
/* The last layer's first values: N(0, 0.001), no bias. */
void tsm_init_last(struct model *m, uint64_t seed);

/* ---- Recipes ----------------------------------------------------------------------------------------------------- */

enum { TSM_V1 = 4 };
struct tsm_recipe {
    const char *name, *schedule, *optim;
    int64_t batch, epochs;              /* batch: of each process with each_process */
    bool each_process, groups, partial_bn, zero_gamma, dense;
    bool mirrored;                      /* a clip and its mirror image have one class */
    double dropout, clip;
    const char *augment;
    float mean[3], std[3];
};
extern const struct tsm_recipe tsm_recipes[];       /* name NULL at the end */

/* What the option child reads; tsm_options_default() first, also for the trainer's. */
struct tsm_options {
    struct trainer_options train;
    struct tsm_network net;
    struct batch_scale scale;
    int recipe;                         /* number of tsm_recipes[] */
    int groups, partial_bn;             /* -1: the recipe's */
    bool unscaled;                      /* rates are not scaled */
    const char *tune_from;
    double smoothing;
    const char *pack, *valid_pack;      /* stores of videos, instead of clips; NULL: none */
    int64_t segments, size;             /* clips [segments,size,size,3] of them */
    int dense;                          /* frames of one stretch; -1: as the recipe */
    enum crop_modality modality;        /* what channels of clips hold */
    int64_t length;                     /* frames side by side in them, of a store; 0: the usual */
    int64_t workers;                    /* threads that make batches */
};
/* For a tool's list of argp children, input: struct tsm_options; beside trainer_child and scale_child, whose inputs are
 * its parts. */
extern const struct argp_child tsm_child;
void tsm_options_default(struct tsm_options *o);

/* Frames of each segment of a video: as asked for, else 1 of colours, 5 of motion, 6 that have 5 differences. */
int64_t tsm_length(const struct tsm_options *o);
/* What the command line left open, from the recipe; channels: of the clips, whose scale is the recipe's if they are
 * colours. */
void tsm_fill(struct tsm_options *o, int64_t channels);
/* All of it as options, in one line; free() it. */
char *tsm_recipe_text(const struct tsm_options *o);
/* The network of --config, or of the short options for these clips, or those of the source (NULL: stored); groups and
 * frozen norms are set.  NULL with *e set. */
struct model *tsm_model(struct tsm_options *o, const struct samples *clips, const struct feeder_source *source,
                        struct memory *memory, struct ten_err *e);
/* Notes on what is likely to disappoint: rates for other batches, norms of few clips, shifts of no channel, flips that
 * turn directions around.  Nothing where all is well. */
void tsm_warn(struct tool *t, const struct tsm_options *o, const struct model *m);

/* ---- Objective ----------------------------------------------------------------------------------------------------- */

/* groups: the last layer begins with tsm_init_last(), as its rates are meant for; tuning: with tsm_same_classes();
 * packed: clips of samples without are made by a source. */
struct tsm_objective {
    struct classifier_loss loss;
    uint64_t seed;
    bool groups, tuning, packed;
    enum crop_modality modality;
};
/* Clips of motion and of frames whose differences count come as numbers from -1 to 1, and are read as crop_normalise()
 * gives them.  Cross-entropy of the average over frames, or, where every frame answers, its average over frames; the score
 * is that of the average of the answers. */
struct objective tsm_objective(struct tsm_objective *o);

#endif
