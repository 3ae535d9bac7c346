/*
 * Numbers from features: what train-regressor, train-predictor and predict-acc share.  The features of a
 * sample are the records that `x` names, and then those of `side`, one behind the other; the target is the
 * record `y`, one number a sample.  All may have any type but text.
 */
#ifndef MODELS_REGRESSION_H
#define MODELS_REGRESSION_H

#include "models/trainer.h"
#include "stream/rows.h"

enum regression_loss { REGRESSION_MSE, REGRESSION_SMOOTH_L1, REGRESSION_RANK };

struct regression {
    const char *x, *y;                  /* names with commas between; a name */
    const char *side;                   /* of features that enter later (models/mlp.c); NULL: none */
    const char *stats;                  /* a table of how well predictions agree; NULL: none */
    enum regression_loss loss;
    double beta;                        /* of smooth-l1 */

    struct model *model;                /* set by regression_objective() */
};
/* --x, --y, --stats; and --loss, --beta.  Input of both: a struct regression that holds the defaults. */
extern const struct argp_child regression_data_child, regression_loss_child;

/* ---- Features ---------------------------------------------------------------------------------------- */

/* Rows of features x [n,f] and, where the samples have them, targets y [n]. */
struct table { int64_t n, f; float *x; double *y; };
/* Of the samples index[0..n), or, with index NULL, all of them.  0, or -1 with *e set: a record that is not
 * there, text, more than one target a sample. */
int table_of_samples(struct table *t, const struct regression *r, const struct samples *s,
                     const int64_t *index, int64_t n, struct ten_err *e);
/* Of one group of a stream. */
int table_of_rows(struct table *t, const struct regression *r, const struct rows *rows, struct ten_err *e);
void table_free(struct table *t);

/* ---- Training ---------------------------------------------------------------------------------------- */

/* The trainer's config: what it does not say comes from `base` (JSON), "in" and "side" from the samples.
 * NULL with *e set. */
json_t *regression_config(const struct regression *r, const struct trainer_options *o, const char *base,
                          const struct samples *s, struct ten_err *e);

/*
 * What is minimised, in units of the targets' deviation where the model standardises, d = (got - want) / std:
 *
 *     mse          d^2
 *     smooth-l1    d^2 / (2 beta) where |d| < beta, else |d| - beta / 2     (Girshick, arXiv 1504.08083, for beta 1)
 *     rank         log(1 + exp(-(got_i - got_j) / std)), the mean over pairs of a batch with want_i > want_j
 *                  (Burges et al., "Learning to rank using gradient descent", ICML 2005)
 *
 * The score is the root mean square error or, with rank, the share of the pairs in a batch that are ordered
 * right.  r and m outlive the trainer.
 */
struct objective regression_objective(struct regression *r, struct model *m);
/* What the feeder has to know. */
struct feeder_options regression_feed(const struct regression *r);

/* ---- Predicting -------------------------------------------------------------------------------------- */

/* Whether m reads f features and gives one number. */
int regression_fits(const struct model *m, int64_t f, struct ten_err *e);
/* got [n]: what m says of x [n,f]. */
void regression_predict(double *got, struct model *m, const float *x, int64_t n);

/* ---- Tools ------------------------------------------------------------------------------------------- */

/* Say on standard error (unless quiet), and write to r->stats, how predictions got [models][n] agree with
 * want [n]; a line for each of the models that `names` lists.  0, or -1 with t->err set. */
int regression_report(struct tool *t, const struct regression *r, const char *const *names, int models,
                      const double *got, const double *want, int64_t n);

/* All that a trainer does between tool_open() and tool_close(): its samples from standard input, the model to
 * standard output, and what it is worth on the samples of --valid; with `linear` beside least squares.
 * `base`: see regression_config().  0, or -1 with t->err set. */
int regression_train(struct tool *t, struct regression *r, const struct trainer_options *o, const char *base,
                     bool linear);

#endif
