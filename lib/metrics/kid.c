#include "metrics/kid.h"
#include "base/mem.h"
#include "base/random.h"
#include "metrics/algebra.h"

#include <math.h>
#include <stdlib.h>

/* Sum of the kernel over all pairs of rows; `apart`: without those of a row with itself. */
static double kernel_sum(const double *x, const double *y, int64_t m, int64_t d, bool apart,
                         double *work)
{
    double *row = xmalloc((size_t)m * sizeof *row), sum = 0;
    product_of_rows(&(struct rows64){m, m, d, d, d, m}, work, x, y);
    #pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < m; i++) {
        row[i] = 0;
        for (int64_t j = 0; j < m; j++) {
            const double a = work[i * m + j] / (double)d + 1;
            row[i] += apart && i == j ? 0 : a * a * a;
        }
    }
    for (int64_t i = 0; i < m; i++)
        sum += row[i];
    free(row);
    return sum;
}

double kernel_discrepancy(const double *x, const double *y, int64_t m, int64_t d, double *work)
{
    const double n = (double)m, within = kernel_sum(x, x, m, d, true, work) +
                                         kernel_sum(y, y, m, d, true, work);
    return within / (n * (n - 1)) - 2 * kernel_sum(x, y, m, d, false, work) / (n * n);
}

/* x [size,d] = samples of f, those of this draw. */
static void draw(double *x, const struct features *f, int64_t size, uint64_t seed,
                 const char *purpose, int64_t number)
{
    const struct rng r = {seed, rng_stream(purpose)};
    int64_t *order = xmalloc((size_t)f->n * sizeof *order);
    rng_permutation(&r, (uint64_t)(number * f->n), order, f->n);
    for (int64_t i = 0; i < size; i++)
        for (int64_t c = 0; c < f->d; c++)
            x[i * f->d + c] = f->x[order[i] * f->d + c];
    free(order);
}

struct kid kernel_distance(const struct features *real, const struct features *fake, int64_t size,
                           int64_t subsets, uint64_t seed)
{
    const size_t count = (size_t)(size * real->d);
    double *x = xmalloc(count * sizeof *x), *y = xmalloc(count * sizeof *y);
    double *work = xmalloc((size_t)(size * size) * sizeof *work), sum = 0, squares = 0;
    double *v = xmalloc((size_t)subsets * sizeof *v);
    for (int64_t s = 0; s < subsets; s++) {
        draw(x, real, size, seed, "kid.reals", s);
        draw(y, fake, size, seed, "kid.fakes", s);
        v[s] = kernel_discrepancy(x, y, size, real->d, work);
        sum += v[s];
    }
    const double mean = sum / (double)subsets;
    for (int64_t s = 0; s < subsets; s++)
        squares += (v[s] - mean) * (v[s] - mean);
    free(x);
    free(y);
    free(work);
    free(v);
    return (struct kid){mean, sqrt(squares / (double)subsets)};
}
