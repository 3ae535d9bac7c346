/*
 * The learning rate as a function of the step, in one text form for every trainer:
 *
 *     cosine:lr=0.1,warmup=500,min=1e-5         multistep:lr=0.1,at=30000/60000,factor=0.1
 *
 * t counts steps from 0, W is `warmup`, S the steps of the run (`steps`; else what the trainer
 * passes).  In the first W steps the rate is from + (lr - from) t / W, where `from` is lr/W unless
 * given.  Then, with u = t - W and x = u / (S - W), at most 1, or u = t and x = t / S with under=1
 * (the curve runs under the warm-up):
 *
 *     constant      lr
 *     step          lr factor^floor(t / every)
 *     multistep     lr factor^(how many of `at` are <= t)
 *     exponential   lr factor^(u / every)
 *     rsqrt         lr sqrt(W / t)                                    Vaswani et al. 2017
 *     linear        min + (lr - min) (1 - x)
 *     polynomial    min + (lr - min) (1 - x)^power
 *     cosine        min + (lr - min) (1 + cos(pi x)) / 2              Loshchilov and Hutter 2017
 *                   with period=T it starts again after T steps, then after mult*T and so on, each
 *                   time with (lr - min) times `shrink`; min is reached at the end of each
 *     onecycle      by half cosines from lr/div to lr in the first up*S steps and to lr/div/final
 *                   in the others (PyTorch's OneCycleLR); no warmup
 *
 * Defaults: min 0, factor 0.1, every 1, power 1, mult 1, shrink 1, up 0.3, div 25, final 1e4.
 */
#ifndef NN_SCHEDULE_H
#define NN_SCHEDULE_H

#include "base/err.h"
#include "nn/settings.h"

#include <stdbool.h>
#include <stdint.h>

enum schedule_kind {
    SCHEDULE_CONSTANT, SCHEDULE_STEP, SCHEDULE_MULTISTEP, SCHEDULE_EXPONENTIAL, SCHEDULE_RSQRT,
    SCHEDULE_LINEAR, SCHEDULE_POLYNOMIAL, SCHEDULE_COSINE, SCHEDULE_ONECYCLE,
};

struct schedule {
    enum schedule_kind kind;
    double lr, warmup, from, steps, under, min;
    double factor, every, at[SETTING_LIST], power, period, mult, shrink, up, div, final;
    int nat;
    bool begins;                        /* the text has `from` */
};

/* total: steps of the run, where the text does not say; 0: not known.  0, or -1 with *e set
 * (TEN_E_USAGE). */
int schedule_parse(struct schedule *s, const char *text, int64_t total, struct ten_err *e);

/* The same of a text that counts epochs, of `steps` steps each, instead of steps; fractions count. */
int schedule_parse_epochs(struct schedule *s, const char *text, double epochs, int64_t steps,
                          struct ten_err *e);
/*
 * Linear scaling (Goyal et al., arXiv 1706.02677): all rates times `factor`, that of the batch of all
 * workers; a warm-up whose text has no `from` begins at lr times `first`, that of one worker.
 */
void schedule_scale(struct schedule *s, double factor, double first);

/* The rate of step t >= 0; beyond the end of the run the last one. */
double schedule_lr(const struct schedule *s, int64_t t);

#endif
