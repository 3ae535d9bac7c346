/* The Inception score (Salimans et al., arXiv 1606.03498). */
#ifndef METRICS_INCEPTION_SCORE_H
#define METRICS_INCEPTION_SCORE_H

#include <stdint.h>

struct inception_score { double mean, std; };   /* over the splits; std divided by their number */
/*
 * exp( mean over n of sum over k of p_nk (log p_nk - log q_k) ), q = mean over n of p_n
 *
 * of each of `splits` parts of p [n,k] that follow each other, the i-th from n i / splits on;
 * probabilities below 1e-16 count as that.  1 <= splits <= n.
 */
struct inception_score inception_score(const float *p, int64_t n, int64_t k, int64_t splits);

#endif
