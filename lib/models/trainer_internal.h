/* What the files of trainer.h share. */
#ifndef MODELS_TRAINER_INTERNAL_H
#define MODELS_TRAINER_INTERNAL_H

#include "dist/grads.h"
#include "models/trainer.h"
#include "nn/lrfind.h"

struct trainer {
    struct tool *tool;
    const struct trainer_options *opt;
    struct model *model;
    struct objective objective;
    struct optim *optim;
    struct ema *ema;
    struct schedule schedule;
    const struct samples *train, *valid;
    struct feeder *feed, *check;        /* check: validation samples, or NULL */
    struct lrfind *finding;             /* rates are its; NULL: the schedule's */
    struct tape *tape;
    struct dist_grads *grads;           /* NULL: one process */
    struct timeline *timeline;          /* NULL: not asked for */

    struct run run;
    char *config;
    double loss, score, seen;           /* sums over the samples of this epoch */
    double own_loss;                    /* of the last batch, the part of this process */
    double slower;                      /* factor on the rate, halved by every rollback */
    int rollbacks;
    bool stop;                          /* a process was told to, and all know */
    int64_t saved_step, span;           /* of the last checkpoint; the most steps between two */
    double saved_at, started, before;   /* seconds: of the last checkpoint, of this process, of earlier ones */
    char *log;                          /* what has been logged, so that a line never comes twice */
    float *best;                        /* values, then state, of the best model; NULL: none */
};

/* Whether this process writes and logs. */
static inline bool trainer_first(const struct trainer *r) { return dist_rank(r->opt->dist) == 0; }

/* ---- trainer_checkpoint.c: all 0, or -1 with the tool's error set ------------------------------------------ */

int trainer_save(struct trainer *r);                /* nothing without --resume */
int trainer_load(struct trainer *r);
bool trainer_saved(struct trainer *r);              /* the first process has a checkpoint */
/* Of --keep=best: what is now in the model (its average, where there is one), here and beside the checkpoint. */
int trainer_keep_best(struct trainer *r);
int trainer_recall_best(struct trainer *r);         /* from beside the checkpoint */
int trainer_start_curve(struct trainer *r);         /* --curve as far as the log goes */
int trainer_log(struct trainer *r, double valid_loss, double valid_score);
double trainer_shown(const struct trainer *r, double mean);     /* of the mean of a score over samples */

/* ---- trainer.c ----------------------------------------------------------------------------------------------- */

/* One step of the optimiser: 1; 0 at the end of the epoch, -1. */
int trainer_step(struct trainer *r);

/* Samples of a step. */
static inline int64_t trainer_step_samples(const struct trainer *r) { return r->opt->batch * r->opt->accumulate; }

/* ---- trainer_processes.c: what several processes need, and a look at them ---------------------------------- */

/* The same start in all processes, and a tape that knows of them; the timeline begins. */
void trainer_join(struct trainer *r);
/* Running statistics of batch norms, after a step. */
void trainer_average_statistics(struct trainer *r);
/* With --check-weights, now and then: 0, or -1 with the tool's error set, on all, where weights differ. */
int trainer_check_weights(struct trainer *r);
/* What adding up gradients took; the shares of an epoch, where there is a timeline. */
void trainer_tell_times(const struct trainer *r);
void trainer_tell_shares(struct trainer *r);
int trainer_write_timeline(struct trainer *r);      /* 0, or -1 with the tool's error set */

/* ---- trainer_find.c: --find-lr --------------------------------------------------------------------------------- */

int trainer_find_rate(struct trainer *r);

#endif
