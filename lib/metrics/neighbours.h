/*
 * Distances between all samples of two sets, and what is made of them: radii of neighbourhoods,
 * nearest neighbours, precision and recall.
 *
 *     |a - b|^2 = |a|^2 + |b|^2 - 2 a.b       in f64, around the mean of b
 */
#ifndef METRICS_NEIGHBOURS_H
#define METRICS_NEIGHBOURS_H

#include "metrics/features.h"

/*
 * Squared distances of sample i of a from samples first .. first+n-1 of b.  Calls for one i come
 * from one thread, first rising; others at the same time.  tie: distances that differ by less are
 * the same but for rounding, and none between 0 and it occurs.
 */
typedef void (*distances_seen)(void *ctx, int64_t i, int64_t first, int64_t n,
                               const double *squares, double tie);
void all_distances(const struct features *a, const struct features *b, distances_seen seen,
                   void *ctx);

/* r2 [n]: the squared distance of each sample of f from its k-th nearest other one; k < n. */
void neighbour_radii(double *r2, const struct features *f, int64_t k);
/* r2 [a->n]: that of each sample of a from the nearest one of b; at [a->n]: its number, the first of equal ones. */
void nearest_samples(int64_t *at, double *r2, const struct features *a, const struct features *b);
/* r2 alone. */
void nearest_squares(double *r2, const struct features *a, const struct features *b);

/*
 * precision   share of generated samples within the k-neighbourhood of a real one
 * recall      share of real samples within the k-neighbourhood of a generated one
 *             (Kynkaanniemi et al., arXiv 1904.06991)
 * density     neighbourhoods of real samples that a generated one is within, on average, over k
 * coverage    share of real samples whose k-neighbourhood has a generated one
 *             (Naeem et al., arXiv 2002.09797)
 * k below both numbers of samples.
 */
struct prdc { double precision, recall, density, coverage; };
struct prdc precision_recall(const struct features *real, const struct features *fake, int64_t k);

#endif
