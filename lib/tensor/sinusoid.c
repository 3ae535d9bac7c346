#include "tensor/sinusoid.h"

#include <math.h>

static double frequency(const struct sinusoid *s, int64_t i)
{
    const int64_t half = s->d / 2;
    if (!s->inclusive)
        return pow(10000, -2.0 * (double)i / (double)s->d);
    return half > 1 ? pow(10000, -(double)i / (double)(half - 1)) : 1;
}

static void one_row(const struct sinusoid *s, float *y, int64_t position)
{
    const int64_t half = s->d / 2;
    for (int64_t i = 0; i < half; i++) {
        const double angle = (double)position * frequency(s, i);
        y[s->interleaved ? 2 * i : i] = (float)sin(angle);
        y[s->interleaved ? 2 * i + 1 : half + i] = (float)cos(angle);
    }
    if (s->d % 2)
        y[s->d - 1] = 0;
}

void sinusoid_rows(const struct sinusoid *s, float *y, const int32_t *position, int64_t n)
{
    #pragma omp parallel for schedule(static)
    for (int64_t r = 0; r < n; r++)
        one_row(s, y + r * s->d, position[r]);
}

void sinusoid_table(const struct sinusoid *s, float *y, int64_t first, int64_t n)
{
    #pragma omp parallel for schedule(static)
    for (int64_t r = 0; r < n; r++)
        one_row(s, y + r * s->d, first + r);
}

void sinusoid_distances(const struct sinusoid *s, float *y, int64_t n, int64_t clamp)
{
    #pragma omp parallel for schedule(static)
    for (int64_t r = 0; r < n; r++)
        one_row(s, y + r * s->d, clamp > 0 && n - 1 - r > clamp ? clamp : n - 1 - r);
}
