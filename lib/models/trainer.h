/*
 * Training a model on samples: the loop that trainers share.  A trainer says what its loss is; batches, optimiser,
 * schedule, moving average, checkpoints, log and the guard against NaN are here.
 *
 * A run is a function of its options, seed, data and number of processes: killed at any moment and started again from its
 * checkpoint it ends with the same bits.
 *
 * Several processes (dist/dist.h) share every batch and its step, and the first one writes and logs.  Batch norms, unless
 * synchronised, see the part of each process alone; their running statistics are averaged over processes after every step.
 * A run may go on with another number of processes, and of samples a step.
 */
#ifndef MODELS_TRAINER_H
#define MODELS_TRAINER_H

#include "dist/dist.h"
#include "models/model.h"
#include "models/network.h"
#include "nn/checkpoint.h"
#include "nn/feeder.h"
#include "nn/schedule.h"
#include "stream/tool.h"

/* What the option child of trainers reads; trainer_options_default() first. */
struct trainer_options {
    struct network_options network;
    const char *optim, *schedule, *augment, *ema;
    int64_t batch, accumulate, epochs;
    const char *valid;                  /* a stream of samples to evaluate on; NULL: none */
    const char *checkpoint;             /* --resume: gone on from if it is there, written to */
    double every;                       /* seconds between checkpoints */
    const char *curve;                  /* a table, a line an epoch; NULL: none */
    bool best;                          /* put out the best model on the validation samples, not the last */
    double clip;                        /* of the gradients' norm; 0: none */
    bool exact_conv;
    bool sync_bn;                       /* statistics of batch norms from the batches of all processes */
    struct dist *dist;                  /* set by the tool, from dist_open(); NULL: one process */
    bool in_epochs;                     /* the schedule counts epochs, not steps */
    int64_t rate_batch;                 /* rates are for steps of so many samples, and scaled to those of this run; 0: as they are */
    bool evaluate_only;                 /* instead of training: measured on the validation samples */
    const char *find_lr;                /* instead of training: a table of losses at rising rates; NULL: none */
};
/* For a tool's list of argp children: children[1] with input &o->train. */
extern const struct argp_child trainer_child;
void trainer_options_default(struct trainer_options *o);

struct trainer;

/* What a kind of training adds. */
struct objective {
    const char *score;                  /* name of what is measured: "accuracy", "rmse" */
    bool higher;                        /* a higher score is better */
    bool root;                          /* the score is the square root of the mean over samples: "rmse" */
    /* The mean loss of a batch from the model's output, a scalar; *score: the sum over its samples. */
    struct var *(*loss)(void *ctx, struct tape *t, struct var *out, const struct batch *b, double *score);
    void *ctx;
    /* Whether samples are what this is about: 0, or -1 with *e set.  NULL: images that m reads, and labels. */
    int (*check)(void *ctx, const struct model *m, const struct samples *s, struct ten_err *e);
    /* What the network reads of a batch of s.  NULL: its images. */
    struct var *(*input)(void *ctx, struct tape *t, const struct samples *s, const struct batch *b);
    /* First values of its own, or from the training samples; a model to start from comes later.  NULL: none. */
    int (*learn)(void *ctx, struct model *m, const struct samples *train, struct ten_err *e);
    /* What came of the model to start from, where there is one.  NULL: of no interest. */
    void (*started)(void *ctx, struct model *m, const struct init_report *came);
};

/* feed: batch size, seed, augmentation and scale are set from the options.  NULL with t->err set. */
struct trainer *trainer_new(struct tool *t, const struct trainer_options *o, struct model *m, struct samples *train,
                            struct samples *valid, const struct feeder_options *feed, const struct objective *objective);
/* Until the last epoch, or, with find_lr, until its table is written: 0, or -1 with t->err set (TEN_E_NUMERIC: the loss was not finite again and again; 128 and the
 * number of the signal: SIGINT or SIGTERM came, and the checkpoint is written). */
int trainer_run(struct trainer *r);
/* The model as one group on standard output, from the first process; nothing with find_lr or evaluate_only. */
int trainer_write(struct trainer *r);
void trainer_free(struct trainer *r);               /* NULL is allowed */

#endif
