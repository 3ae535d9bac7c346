#include "metrics/leastsquares.h"
#include "base/mem.h"

#include <math.h>
#include <stdlib.h>

static const double RIDGE = 1e-9;

/* a [f,f] = X'X, its lower half, and b [f] = X'y, of columns minus their means. */
static void normal_equations(double *a, double *b, const float *x, const double *y, const double *mean,
                             double mean_y, int64_t n, int64_t f)
{
    double *row = xmalloc((size_t)(f + 1) * sizeof *row);
    for (int64_t i = 0; i < n; i++) {
        for (int64_t k = 0; k < f; k++)
            row[k] = (double)x[i * f + k] - mean[k];
        for (int64_t k = 0; k < f; k++) {
            if (row[k] == 0)
                continue;
            for (int64_t l = 0; l <= k; l++)
                a[k * f + l] += row[k] * row[l];
            b[k] += row[k] * (y[i] - mean_y);
        }
    }
    free(row);
}

/* a = L L', L in its place; then b becomes the solution of a w = b. */
static void solve(double *a, double *b, int64_t f)
{
    for (int64_t k = 0; k < f; k++) {
        for (int64_t l = 0; l <= k; l++) {
            double sum = a[k * f + l];
            for (int64_t j = 0; j < l; j++)
                sum -= a[k * f + j] * a[l * f + j];
            a[k * f + l] = l == k ? sqrt(sum) : sum / a[l * f + l];
        }
        for (int64_t j = 0; j < k; j++)
            b[k] -= a[k * f + j] * b[j];
        b[k] /= a[k * f + k];
    }
    for (int64_t k = f - 1; k >= 0; k--) {
        b[k] /= a[k * f + k];
        for (int64_t j = 0; j < k; j++)
            b[j] -= a[k * f + j] * b[k];
    }
}

void least_squares(double *w, const float *x, const double *y, int64_t n, int64_t f)
{
    double *a = xcalloc((size_t)(f * f + 1), sizeof *a), *mean = xcalloc((size_t)(f + 1), sizeof *mean);
    double mean_y = 0, trace = 0;
    for (int64_t i = 0; i < n; i++) {
        mean_y += y[i] / (double)n;
        for (int64_t k = 0; k < f; k++)
            mean[k] += (double)x[i * f + k] / (double)n;
    }
    for (int64_t k = 0; k <= f; k++)
        w[k] = 0;
    normal_equations(a, w + 1, x, y, mean, mean_y, n, f);
    for (int64_t k = 0; k < f; k++)
        trace += a[k * f + k];
    for (int64_t k = 0; k < f; k++)
        a[k * f + k] += trace > 0 ? RIDGE * trace / (double)f : 1;
    solve(a, w + 1, f);
    w[0] = mean_y;
    for (int64_t k = 0; k < f; k++)
        w[0] -= w[k + 1] * mean[k];
    free(a);
    free(mean);
}

void least_squares_apply(double *got, const double *w, const float *x, int64_t n, int64_t f)
{
    for (int64_t i = 0; i < n; i++) {
        got[i] = w[0];
        for (int64_t k = 0; k < f; k++)
            got[i] += w[k + 1] * (double)x[i * f + k];
    }
}
