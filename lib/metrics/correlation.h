/* How well numbers x agree with numbers y: [n] each, finite, n >= 0.  NaN where a figure is not defined: n is
 * 0, or, for what orders or scales, x or y is the same everywhere. */
#ifndef METRICS_CORRELATION_H
#define METRICS_CORRELATION_H

#include <stdint.h>
#include <stdio.h>

/* sum (x - mean x)(y - mean y) / (n std x std y) */
double pearson(const double *x, const double *y, int64_t n);
/* Spearman's rho: Pearson's coefficient of ranks, equal numbers sharing the mean of their places. */
double spearman(const double *x, const double *y, int64_t n);

/*
 * Pairs of samples, by how x and y order them.  All: n (n - 1) / 2.  Sorted and merged (Knight, "A computer
 * method for calculating Kendall's tau with ungrouped data", JASA 61, 1966): n log n.
 */
struct pair_counts { int64_t all, tied_x, tied_y, tied_both, against; };
struct pair_counts pairs_of(const double *x, const double *y, int64_t n);
/* (with - against) / sqrt((all - tied_x) (all - tied_y)) */
double kendall_tau_b(const struct pair_counts *p);
/* Share of the pairs that differ in y which x orders alike; a tie in x counts one half. */
double pairwise_accuracy(const struct pair_counts *p);

/* A prediction beside what it should be. */
struct agreement {
    int64_t n;
    double rmse, mae;                   /* root of the mean square, mean of the absolute difference */
    double mapd;                        /* mean of |got - want| / |want| */
    double pearson, spearman, kendall, pairwise;
};
struct agreement agreement_of(const double *got, const double *want, int64_t n);
/* As a table's lines, each with a line break: the names of the columns behind the column "model", and
 * numbers. */
void agreement_header(FILE *f);
void agreement_line(FILE *f, const char *model, const struct agreement *a);

#endif
