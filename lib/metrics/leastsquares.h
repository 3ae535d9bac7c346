/* Linear regression, as what any network has to beat. */
#ifndef METRICS_LEASTSQUARES_H
#define METRICS_LEASTSQUARES_H

#include <stdint.h>

/*
 * w minimises sum_i (w_0 + sum_k w_{k+1} x[i,k] - y[i])^2 + r sum_k w_{k+1}^2           x [n,f], y [n], w [f+1]
 *
 * from the normal equations of centred columns by Cholesky's method, in f64.  r is 1e-9 of the mean square of
 * a column, enough for columns that depend on each other or are constant (codes of one of many), and too
 * little to be seen otherwise.  n >= 1; about n f^2 + f^3 / 3 operations and 8 f^2 bytes.
 */
void least_squares(double *w, const float *x, const double *y, int64_t n, int64_t f);
/* got [n] = w_0 + x w. */
void least_squares_apply(double *got, const double *w, const float *x, int64_t n, int64_t f);

#endif
