/*
 * How large may the learning rate be?  A few steps at rates that rise by a constant factor tell (the range test
 * of Smith, "Cyclical learning rates for training neural networks", WACV 2017, arXiv 1506.01186, with rates
 * that rise by a factor instead of a difference):
 *
 *     rate_k = lo (hi / lo)^(k / (K - 1))                     k = 0 .. K-1
 *     s_k = (1 - b) sum_j b^(k-j) loss_j / (1 - b^(k+1))      b = 0.9
 *
 * until s_k is above four times the smallest s so far, or is not finite.  Where s falls most steeply over the
 * logarithm of the rate, a run learns fastest and is still far from falling apart.
 *
 *     struct lrfind f;
 *     lrfind_start(&f, 1e-7, 10, 100);
 *     while (lrfind_on(&f))
 *         lrfind_note(&f, loss of a step at lrfind_rate(&f));
 *     rate = lrfind_suggestion(&f);
 *     lrfind_free(&f);
 */
#ifndef NN_LRFIND_H
#define NN_LRFIND_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct lrfind {
    double lo, hi;
    int64_t steps, n;                   /* K; steps noted so far */
    double *loss, *smoothed;            /* [K] */
    double average, best;               /* private */
    bool diverged;
};

/* 0 < lo < hi, K >= 2. */
void lrfind_start(struct lrfind *f, double lo, double hi, int64_t steps);
void lrfind_free(struct lrfind *f);

bool lrfind_on(const struct lrfind *f);                 /* another step is wanted */
double lrfind_rate(const struct lrfind *f);             /* its rate */
/* The loss before the step at that rate. */
void lrfind_note(struct lrfind *f, double loss);

/* The rate at which s falls most steeply, from three steps before to three behind and not among the first
 * ten; NaN when it never falls. */
double lrfind_suggestion(const struct lrfind *f);
/* A table: rate, loss, smoothed. */
void lrfind_write(const struct lrfind *f, FILE *to);

#endif
