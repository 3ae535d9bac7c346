#include "metrics/order.h"
#include "base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int rising(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void sort_doubles(double *x, int64_t n)
{
    qsort(x, (size_t)n, sizeof *x, rising);
}

/* Bits that rise with the number: the sign turned, and all others of negative ones. */
static uint32_t key_of(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits ^ (bits >> 31 ? 0xffffffffu : 0x80000000u);
}

/* Three passes, from the lowest 11 bits to the highest 10. */
void sort_floats(float *x, float *work, int64_t n)
{
    enum { DIGIT = 11, DIGITS = 1 << DIGIT };
    int64_t *start = xmalloc(sizeof *start * (DIGITS + 1));
    float *from = x, *to = work;
    for (int shift = 0; shift < 32; shift += DIGIT) {
        memset(start, 0, sizeof *start * (DIGITS + 1));
        for (int64_t i = 0; i < n; i++)
            start[(key_of(from[i]) >> shift) % DIGITS + 1]++;
        for (int d = 0; d < DIGITS; d++)
            start[d + 1] += start[d];
        for (int64_t i = 0; i < n; i++)
            to[start[(key_of(from[i]) >> shift) % DIGITS]++] = from[i];
        float *const swap = from;
        from = to;
        to = swap;
    }
    memcpy(x, from, (size_t)n * sizeof *x);
    free(start);
}

double quantile(const double *x, int64_t n, double p)
{
    const double at = p * (double)(n - 1);
    const int64_t i = (int64_t)floor(at);
    return i + 1 < n ? x[i] + (at - (double)i) * (x[i + 1] - x[i]) : x[n - 1];
}
