/*
 * The Frechet distance of two normal distributions (Heusel et al., arXiv 1706.08500):
 *
 *     FD = |mu_1 - mu_2|^2 + tr S_1 + tr S_2 - 2 tr (S_1 S_2)^(1/2)
 *
 * With factors S = F'F the last trace is the sum of the singular values of F_1 F_2'.  For at most d
 * samples F is the centred data over sqrt(n - 1), so nothing is lost of a covariance without full
 * rank; else it is made of the eigenvectors: F = sqrt(L) U' for S = U L U'.
 */
#ifndef METRICS_FRECHET_H
#define METRICS_FRECHET_H

#include "base/err.h"

#include <stdint.h>

struct gaussian {
    int64_t n, d, rank;                 /* n: samples, 0 where not known */
    double *mu, *factor;                /* [d]; [rank,d] */
    double trace;
};
/* Of x [n,d], n >= 2.  0, or -1 with *e set (TEN_E_NUMERIC).  gaussian_free() in any case. */
int gaussian_of_samples(struct gaussian *g, const float *x, int64_t n, int64_t d,
                        struct ten_err *e);
/* Of mu [d] and sigma [d,d], symmetric; its rounding errors below zero count as zero. */
int gaussian_of_statistics(struct gaussian *g, const double *mu, const double *sigma, int64_t n,
                           int64_t d, struct ten_err *e);
void gaussian_free(struct gaussian *g);

/* 0, or -1 with *e set (TEN_E_NUMERIC).  The same d for both. */
int frechet_distance(double *fd, const struct gaussian *a, const struct gaussian *b,
                     struct ten_err *e);

/* The line y = slope / n + intercept nearest to points (n[i], y[i]), i < count, in squares: the
 * intercept, which stands for infinitely many samples (Chong and Forsyth, arXiv 1911.07023).  Two
 * different n at least. */
double frechet_extrapolate(const int64_t *n, const double *y, int count);

#endif
