/* The kernel Inception distance (Binkowski et al., arXiv 1801.01401). */
#ifndef METRICS_KID_H
#define METRICS_KID_H

#include "metrics/features.h"

/*
 * The squared maximum mean discrepancy of m samples x and m samples y for k(a,b) = (a.b/d + 1)^3,
 * without bias and therefore below zero at times:
 *
 *     sum over i != j of (k(x_i,x_j) + k(y_i,y_j)) / (m (m-1))  -  2 sum k(x_i,y_j) / m^2
 *
 * m >= 2.  x, y [m,d]; work: m^2 doubles.
 */
double kernel_discrepancy(const double *x, const double *y, int64_t m, int64_t d, double *work);

struct kid { double mean, std; };       /* std: of one subset, divided by their number, 0 for one */
/* Over `subsets` subsets of `size` samples each, drawn without repetition; size at most that of
 * either set. */
struct kid kernel_distance(const struct features *real, const struct features *fake, int64_t size,
                           int64_t subsets, uint64_t seed);

#endif
