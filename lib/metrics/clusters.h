/* Samples parted into clusters around their means: k-means (Lloyd, 1982). */
#ifndef METRICS_CLUSTERS_H
#define METRICS_CLUSTERS_H

#include "metrics/features.h"

/*
 * First centres [k,d], samples of f: each next one drawn with a probability that grows with the squared distance from the
 * nearest one so far (k-means++: Arthur and Vassilvitskii, SODA 2007).  Where all distances are 0, any sample.
 * 1 <= k; `draw` tells draws of one seed apart.
 */
void clusters_start(float *centre, const struct features *f, int64_t k, uint64_t seed, uint64_t draw);

/*
 * Each sample goes to its nearest centre, of equal ones the first, and each centre to the mean of its samples, rounded to
 * f32, until nothing moves or CLUSTER_STEPS times; a centre without samples stays where it is.  at [f->n]: the cluster of
 * each sample.  centre [k,d].  The number of threads changes no bit.  Memory: k d doubles and blocks of distances.
 */
enum { CLUSTER_STEPS = 100 };
void clusters_settle(int64_t *at, float *centre, const struct features *f, int64_t k);

#endif
