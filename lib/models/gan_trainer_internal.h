/* What the files of gan_trainer.h share. */
#ifndef MODELS_GAN_TRAINER_INTERNAL_H
#define MODELS_GAN_TRAINER_INTERNAL_H

#include "dist/grads.h"
#include "models/gan_sampling.h"
#include "models/gan_trainer.h"
#include "nn/checkpoint.h"
#include "nn/feeder.h"
#include "nn/schedule.h"

/* One of the two. */
struct gan_player {
    struct model *model;
    struct optim *optim;
    struct schedule schedule;
    struct dist_grads *grads;           /* NULL: one process */
};

/* Sums since the last line of the table, in the order of checkpoints. */
enum gan_sum {
    SUM_LOSS_D, SUM_LOSS_G, SUM_PENALTY, SUM_PATH,      /* means of batches, */
    SUM_D, SUM_G, SUM_PENALTIES, SUM_PATHS,             /* and how many */
    SUM_REAL, SUM_REALS, SUM_FAKE, SUM_FAKES,           /* samples that D takes for what they are, */
    GAN_SUMS                                            /* of how many */
};
/* Beside them, what processes agree on after a step: a signal came, a checkpoint is due. */
enum { GAN_STOP = GAN_SUMS, GAN_DUE, GAN_AGREED };

struct gan_trainer {
    struct tool *tool;
    const struct gan_options *opt;
    struct memory *memory;
    struct gan_player g, d;
    struct ema *ema;                    /* of g; NULL: none */
    const struct samples *train, *valid;
    struct samples *repeated;           /* train over and over, where a batch has more; or NULL */
    struct feeder *feed, *check;        /* check: of valid, or NULL */
    struct tape *tape;

    struct run run;
    char *config;                       /* of both networks */
    double sum[GAN_SUMS];
    double now[GAN_AGREED];             /* of this step, of this process until it ends, then of all */
    double p;                           /* of transforms, which adapts with --ada */
    double sure, sure_n;                /* signs of logits of reals since it did, and how many */
    double path_mean;                   /* of path lengths, moving */
    double slower;                      /* factor on the rates, halved by every rollback */
    int rollbacks;
    double gap, gaps;                   /* sum and number of gaps in the run's second half */
    /* Seconds: of the last checkpoint, of this process, of earlier ones. */
    double saved_at, started, before;
    char *log;                          /* the table so far, so that a line never comes twice */
};

/* ---- gan_setup.c ----------------------------------------------------------------------------- */

/* Networks, optimisers and feeders, and what the checkpoint says: 0, or -1 with the tool's error
 * set. */
int gan_set_up(struct gan_trainer *r);

/* ---- gan_step.c ------------------------------------------------------------------------------ */

/* One step of all processes: 1; 0 when a loss or gradient was not finite, *bad being it; -1 with the tool's error
 * set. */
int gan_step(struct gan_trainer *r, double *bad);

/* ---- gan_step_d.c ---------------------------------------------------------------------------- */

/* Add the gradients of a mean over this process's samples, which are `part` of all; the mean over
 * all, not finite without gradients.  Clears the tape. */
double gan_backward(struct gan_trainer *r, struct var *loss, double part);

/* T(x), with draws of its own at every call; x where nothing transforms there. */
struct var *gan_augmented(struct gan_trainer *r, struct var *x, bool here);
/* Add the gradients of D for one batch; its loss, not finite without gradients. */
double gan_learn_d(struct gan_trainer *r, const struct batch *b);
/* The logits that D gives real images as it sees them in its step, of no batch norms or spectral
 * norms that move. */
struct var *gan_judge(struct gan_trainer *r, const struct batch *b);

/* ---- gan_record.c: checkpoints, the table, sheets, copies; all 0, or -1 with the tool's error set ---- */

int gan_save(struct gan_trainer *r);                /* nothing without --resume */
int gan_load(struct gan_trainer *r);
bool gan_saved(const struct gan_trainer *r);        /* whether the first process has a checkpoint */
int gan_start_curve(struct gan_trainer *r);         /* --curve as far as the log goes */
int gan_log(struct gan_trainer *r); /* a line, from the sums and the samples of --valid */
int gan_snapshot(struct gan_trainer *r);            /* a sheet */
int gan_copy(struct gan_trainer *r);                /* the generator, or its average */

/* ---- gan_advice.c ---------------------------------------------------------------------------- */

/* Whether D has overfitted in the second half of the run, as people ask, and what is against it; on
 * standard error. */
void gan_advise(const struct gan_trainer *r);
/* The key of a discriminator's configuration that says how wide it is, for half of that: a JSON
 * object, the caller's: free().  NULL: it has none. */
char *gan_narrower(const json_t *config);

static inline bool gan_first(const struct gan_trainer *r) { return dist_rank(r->opt->dist) == 0; }

#endif
