#include "tensor/dot.h"

#include "base/mem.h"
#include "tensor/cast.h"

#include <stdlib.h>

/* Lanes are sums of their own, so that the loop is free to run them side by side. */
static struct dot block(const double *a, const double *b, int64_t n)
{
    double ab[DOT_LANES] = {0}, aa[DOT_LANES] = {0}, bb[DOT_LANES] = {0};
    struct dot sum = {0};
    int64_t i = 0;

    for (; i + DOT_LANES <= n; i += DOT_LANES)
        for (int k = 0; k < DOT_LANES; k++) {
            ab[k] += a[i + k] * b[i + k];
            aa[k] += a[i + k] * a[i + k];
            bb[k] += b[i + k] * b[i + k];
        }
    for (int k = 0; i < n; i++, k++) {
        ab[k] += a[i] * b[i];
        aa[k] += a[i] * a[i];
        bb[k] += b[i] * b[i];
    }
    for (int k = 0; k < DOT_LANES; k++) {
        sum.ab += ab[k];
        sum.aa += aa[k];
        sum.bb += bb[k];
    }
    return sum;
}

struct dot dot_any(const void *a, enum ten_type at, const void *b, enum ten_type bt, int64_t n)
{
    const int64_t blocks = n / DOT_BLOCK + (n % DOT_BLOCK != 0);
    struct dot *part = xmalloc((size_t)blocks * sizeof *part), sum = {0};

    #pragma omp parallel for schedule(static)
    for (int64_t k = 0; k < blocks; k++) {
        const int64_t first = k * DOT_BLOCK, len = n - first < DOT_BLOCK ? n - first : DOT_BLOCK;
        double x[DOT_BLOCK], y[DOT_BLOCK];

        /* A block is a whole number of bytes of the packed types too. */
        cast(x, TEN_F64, (const char *)a + first / 8 * ten_elem_bits(at), at, len);
        cast(y, TEN_F64, (const char *)b + first / 8 * ten_elem_bits(bt), bt, len);
        part[k] = block(x, y, len);
    }
    for (int64_t k = 0; k < blocks; k++) {
        sum.ab += part[k].ab;
        sum.aa += part[k].aa;
        sum.bb += part[k].bb;
    }
    free(part);
    return sum;
}
