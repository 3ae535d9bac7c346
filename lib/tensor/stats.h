/* What the values of a tensor are like: moments, extremes, quantiles, histograms. */
#ifndef TENSOR_STATS_H
#define TENSOR_STATS_H

#include "stream/ten.h"

/* x [R,C]: rows of channels, contiguous; with C = 1 the whole of a tensor is one channel.  Values
 * count as doubles, so 64-bit integers above 2^53 are rounded first. */
struct stats_view { const void *data; enum ten_type type; int64_t rows, chans; };

/*
 * Of the n finite values of a channel
 *
 *     sum = sum x      m2 = sum (x - sum/n)^2      min, max (NaN without any)
 *
 * and how many of all `count` values are 0, NaN or infinite; count = n + nan + inf.
 */
struct stats { int64_t count, n, zeros, nan, inf; double min, max, sum, m2; };

/* sum / n, and sqrt(m2 / n) of a whole population; NaN without finite values. */
double stats_mean(const struct stats *s);
double stats_std(const struct stats *s);

enum { STATS_CHANS = 1024, STATS_QUANTILES = 32 };

/*
 * y[0..n) of channels first .. first+n-1, n <= STATS_CHANS.  One pass over the data.  Blocks of
 * fixed size have their moments taken around their own mean and are joined in order (Chan, Golub
 * and LeVeque, 1979), so the relative error of m2 does not grow with mean/std, and the thread count
 * does not change a bit.
 */
void stats_chans(struct stats *y, const struct stats_view *x, int64_t first, int64_t n);

/*
 * q[i] = the smallest value of channel c with at least p[i] of the finite values not above it, an
 * element of the tensor: the minimum for p = 0, the lower median for 0.5; NaN without finite
 * values.  count <= STATS_QUANTILES.  Exact, by counting keys digit by digit: six passes over the
 * data, no copy of it.
 */
void stats_quantiles(double *q, const double *p, int count, const struct stats_view *x, int64_t c);

/*
 * n[i] += finite values v of channel c with edge(i) <= v < edge(i+1), the last bin with its upper
 * edge; edge(i) = lo + i (hi-lo)/bins.  lo and hi are their extremes; with lo = hi all are in bin 0.
 */
void stats_histogram(int64_t *n, int bins, double lo, double hi, const struct stats_view *x, int64_t c);
double stats_edge(int i, int bins, double lo, double hi);

#endif
