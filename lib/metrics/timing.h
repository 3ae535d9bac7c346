/* What repeated times say. */
#ifndef METRICS_TIMING_H
#define METRICS_TIMING_H

#include <stdint.h>

/* mean, std: of the times without the slowest and the fastest tenth (a trimmed mean; std with n-1).  The others: of all;
 * quantiles between two times by linear interpolation. */
struct timing { double mean, std, median, p90, min, max; };

/* n >= 1 times, which are put in order. */
struct timing timing_of(double *seconds, int64_t n);

#endif
