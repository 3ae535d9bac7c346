#include "metrics/inception_score.h"
#include "base/mem.h"

#include <math.h>
#include <stdlib.h>

static const double floor_p = 1e-16;

static double of_part(const float *p, int64_t n, int64_t k)
{
    double *q = xcalloc((size_t)k, sizeof *q), sum = 0;
    for (int64_t i = 0; i < n; i++)
        for (int64_t c = 0; c < k; c++)
            q[c] += fmax(p[i * k + c], floor_p);
    for (int64_t c = 0; c < k; c++)
        q[c] = log(q[c] / (double)n);
    for (int64_t i = 0; i < n; i++)
        for (int64_t c = 0; c < k; c++) {
            const double x = fmax(p[i * k + c], floor_p);
            sum += x * (log(x) - q[c]);
        }
    free(q);
    return exp(sum / (double)n);
}

struct inception_score inception_score(const float *p, int64_t n, int64_t k, int64_t splits)
{
    double *v = xmalloc((size_t)splits * sizeof *v), mean = 0, squares = 0;
    #pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < splits; i++) {
        const int64_t first = n * i / splits, end = n * (i + 1) / splits;
        v[i] = of_part(p + first * k, end - first, k);
    }
    for (int64_t i = 0; i < splits; i++)
        mean += v[i] / (double)splits;
    for (int64_t i = 0; i < splits; i++)
        squares += (v[i] - mean) * (v[i] - mean);
    free(v);
    return (struct inception_score){mean, sqrt(squares / (double)splits)};
}
