/* What repeated times say. */
#ifndef METRICS_TIMING_H
#define METRICS_TIMING_H

#include <stdint.h>

/* mean, std: of the times without the fastest and the slowest tenth, and of two or more without the slowest
 * one at least (HAT's rule, Wang et al., arXiv 2005.14187; std with n-1).  The others: of all; quantiles
 * between two times by linear interpolation. */
struct timing { double mean, std, median, p90, min, max; };

/* n >= 1 times, which are put in order. */
struct timing timing_of(double *seconds, int64_t n);

/* Seconds of a clock that nobody sets or slews. */
double raw_seconds(void);
/* How fast a processor runs now, by what the system says; NaN where it does not. */
double cpu_mhz(void);

#endif
