/*
 * Precision and recall of distributions: a curve instead of two numbers (Sajjadi et al., "Assessing Generative Models via
 * Precision and Recall", arXiv 1806.00035).  Real and generated samples are parted into clusters together; with shares
 * p_i of the real and q_i of the generated ones in cluster i, for every slope s
 *
 *     precision(s) = sum over i of min(s p_i, q_i)        recall(s) = precision(s) / s
 */
#ifndef METRICS_PRD_H
#define METRICS_PRD_H

#include "metrics/features.h"

/* Slopes tan(angle), at angles that part the right angle evenly, its ends left out. */
enum { PRD_ANGLES = 1001 };
struct prd { double slope[PRD_ANGLES], precision[PRD_ANGLES], recall[PRD_ANGLES]; };

/* Of shares p, q [k], each of sum 1. */
void prd_of_shares(struct prd *curve, const double *p, const double *q, int64_t k);
/*
 * The mean of the curves of `runs` partings into k clusters (metrics/clusters.h), each of as many samples of both sets,
 * drawn from the larger one.  k at most twice the samples of the smaller set.
 */
struct prd_options { int64_t clusters, runs; uint64_t seed; };
void prd_of_features(struct prd *curve, const struct features *real, const struct features *fake,
                     const struct prd_options *o);
/* The largest F_beta = (1 + beta^2) precision recall / (beta^2 precision + recall) of the curve: above 1 recall counts
 * more, below 1 precision. */
double prd_score(const struct prd *curve, double beta);

#endif
