/* Numbers in order. */
#ifndef METRICS_ORDER_H
#define METRICS_ORDER_H

#include <stdint.h>

void sort_doubles(double *x, int64_t n);
/* Finite ones, by their digits; work [n]. */
void sort_floats(float *x, float *work, int64_t n);
/* x [n] rising, n >= 1: at p (n - 1), 0 <= p <= 1, between two of them by linear interpolation. */
double quantile(const double *x, int64_t n, double p);

#endif
