/*
 * Ranges for quantizers (tensor/quantize.h) from values seen.  x: contiguous, finite; nothing to see gives 0.
 * The thread count does not change a bit.
 */
#ifndef TENSOR_CALIBRATE_H
#define TENSOR_CALIBRATE_H

#include <stdint.h>

/* lo[c], hi[c] = the extremes of channel c of x [outer,chans,inner]. */
void calibrate_extremes(float *lo, float *hi, const float *x, int64_t outer, int64_t chans, int64_t inner);
/* range[c] = the largest |x| of channel c. */
void calibrate_largest(float *range, const float *x, int64_t outer, int64_t chans, int64_t inner);
/* The smallest |x| that at least a share p of all do not exceed: 0.999 leaves out a thousandth. */
float calibrate_percentile(const float *x, int64_t n, double p);
/* |mean| + k standard deviations. */
float calibrate_deviations(const float *x, int64_t n, double k);

/*
 * The T in (0, max|x|] whose clipped and quantised distribution is nearest to that of |x| (Wang et al.,
 * "APQ", arXiv 2006.08509).  P: cumulative distribution over B = ceil(sqrt(n)) bins up to max|x|.  For every
 * edge i from levels+1 to B: p = P, but 1 from bin i-1 on; q = p[0..i) read at `levels` points spread evenly,
 * and those read back at i points, linearly in between; 1 beyond.
 *
 *     T = (i + 1/2) bin width, at most max|x|, for the first i with the least sum of (P - q) log2(P / q)
 *
 * P and q count as no less than 1e-12.  With fewer than levels+1 bins T = max|x|.  levels >= 2.
 */
float calibrate_divergence(const float *x, int64_t n, int levels);

/*
 * The range that keeps the mean squared error of clipping and rounding to 2^bits levels least, for values of
 * a distribution (Banner et al., "ACIQ", arXiv 1810.05723), by the root of the error's derivative:
 *
 *     Laplace, of scale b:      T = b u,  exp(-u) = u / (3 * 4^bits)
 *     normal, of deviation s:   T = s u,  2 (phi(u) - u Q(u)) = u / (3 * 4^bits),
 *                               phi the density, Q its upper tail
 */
double calibrate_laplace(double scale, int bits);
double calibrate_normal(double deviation, int bits);
/* The same about the mean of x: b = mean |x - mean|, s its standard deviation; |mean| is added. */
enum calibrate_shape { CALIBRATE_LAPLACE, CALIBRATE_NORMAL };
float calibrate_least_error(const float *x, int64_t n, enum calibrate_shape shape, int bits);

#endif
