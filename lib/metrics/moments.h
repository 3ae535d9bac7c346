/*
 * Mean and covariance of rows x_i [d] that arrive in pieces, in f64:
 *
 *     mu = sum x_i / n        sigma = sum (x_i - mu)(x_i - mu)' / (n - 1)
 *
 * Blocks of a fixed number of rows have their scatter taken around their own mean and are joined in
 * order (Chan, Golub and LeVeque, 1979), so the error is that of two passes, and neither the pieces
 * nor the thread count change a bit.  Memory: d^2 doubles and a block.
 */
#ifndef METRICS_MOMENTS_H
#define METRICS_MOMENTS_H

#include <stdint.h>

struct moments {
    int64_t n, d;
    double *mu;                         /* [d] */
    double *scatter;                    /* [d,d], upper triangle: (n - 1) sigma */
    double *block;                      /* private: rows that wait, and one more */
    int64_t waiting;
};
void moments_init(struct moments *m, int64_t d);            /* d >= 1 */
void moments_free(struct moments *m);
void moments_add(struct moments *m, const float *x, int64_t rows);      /* x [rows,d] */
/* Take what waits in; nothing can be added after it that would not change the blocks. */
void moments_end(struct moments *m);
/* After moments_end(), n >= 2: sigma [d,d], both triangles. */
void moments_covariance(double *sigma, const struct moments *m);

#endif
