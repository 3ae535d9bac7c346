/* What repeated times say. */
#ifndef METRICS_TIMING_H
#define METRICS_TIMING_H

#include <stdint.h>
#include <stdio.h>

/* mean, std: of the times without the fastest and the slowest tenth, and of two or more without the slowest
 * one at least (HAT's rule, Wang et al., arXiv 2005.14187; std with n-1).  The others: of all; quantiles
 * between two times by linear interpolation. */
struct timing { double mean, std, median, p90, p99, min, max; };

/* n >= 1 times, which are put in order. */
struct timing timing_of(double *seconds, int64_t n);

/*
 * A table of times in order, as timing_of() leaves them, with a line for each bin from that of the least to that of the
 * largest: from_ms, to_ms (not in it), how many times (the column `what`), and the share of all up to there.  Ten bins make
 * a decade; times below a nanosecond are in its bin.
 */
void timing_histogram(FILE *to, const double *seconds, int64_t n, const char *what);

/* Seconds of a clock that nobody sets or slews. */
double raw_seconds(void);
/* How fast a processor runs now, by what the system says; NaN where it does not. */
double cpu_mhz(void);

#endif
