/*
 * Selection by counting: the bits of |x| order like the numbers, so the upper 16 of the threshold are the bin
 * of a histogram in which the k-th number lies, and the lower 16 the bin of another, over the numbers of that
 * bin.  Blocks then know how many equals of the threshold lie before them.
 */
#include "tensor/prune.h"
#include "base/mem.h"
#include "tensor/topk.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 1 << 16, BINS = 1 << 16 };       /* elements; halves of a number's bits */

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

static uint32_t size_bits(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits & 0x7fffffff;
}

/* count[b] += numbers whose upper half is b; or, of those with upper half `upper`, whose lower half is b. */
static void count_halves(int64_t *count, const float *x, int64_t n, int64_t upper)
{
    memset(count, 0, sizeof *count * BINS);
    #pragma omp parallel if (n > BLOCK)
    {
        int64_t *mine = xcalloc(BINS, sizeof *mine);
        #pragma omp for schedule(static)
        for (int64_t i = 0; i < n; i++) {
            const uint32_t bits = size_bits(x[i]);
            if (upper < 0)
                mine[bits >> 16]++;
            else if (bits >> 16 == (uint32_t)upper)
                mine[bits & 0xffff]++;
        }
        #pragma omp critical
        for (int b = 0; b < BINS; b++)
            count[b] += mine[b];
        free(mine);
    }
}

/* The bin that holds number k, counted from 1; k becomes its number within. */
static uint32_t bin_of(const int64_t *count, int64_t *k)
{
    uint32_t b = 0;
    while (*k > count[b])
        *k -= count[b++];
    return b;
}

/* mask of elements below the threshold, and of the first `equals` that are it. */
static void write_mask(float *mask, const float *x, int64_t n, uint32_t threshold, int64_t equals)
{
    const int64_t blocks = (n + BLOCK - 1) / BLOCK;
    int64_t *left = xcalloc(blocks + 1, sizeof *left);

    #pragma omp parallel for schedule(static) if (n > BLOCK)
    for (int64_t b = 0; b < blocks; b++)
        for (int64_t i = b * BLOCK; i < least(n, (b + 1) * BLOCK); i++)
            left[b + 1] += size_bits(x[i]) == threshold;
    for (int64_t b = 0; b < blocks; b++)
        left[b + 1] += left[b];                 /* equals before block b */
    #pragma omp parallel for schedule(static) if (n > BLOCK)
    for (int64_t b = 0; b < blocks; b++) {
        int64_t seen = left[b];
        for (int64_t i = b * BLOCK; i < least(n, (b + 1) * BLOCK); i++) {
            const uint32_t bits = size_bits(x[i]);
            mask[i] = !(bits < threshold || (bits == threshold && seen < equals));
            seen += bits == threshold;
        }
    }
    free(left);
}

float prune_smallest(float *mask, const float *score, int64_t n, int64_t k)
{
    assert(k >= 0 && k <= n);
    if (k == 0) {
        for (int64_t i = 0; i < n; i++)
            mask[i] = 1;
        return 0;
    }
    int64_t *count = xmalloc(sizeof *count * BINS);
    count_halves(count, score, n, -1);
    const uint32_t upper = bin_of(count, &k);
    count_halves(count, score, n, upper);
    const uint32_t threshold = upper << 16 | bin_of(count, &k);
    free(count);
    write_mask(mask, score, n, threshold, k);
    float largest;
    memcpy(&largest, &threshold, sizeof largest);
    return largest;
}

int64_t prune_below(float *mask, const float *x, int64_t n, float threshold)
{
    int64_t gone = 0;
    #pragma omp parallel for schedule(static) reduction(+ : gone) if (n > BLOCK)
    for (int64_t i = 0; i < n; i++) {
        const bool goes = fabsf(x[i]) < threshold;
        mask[i] = !goes;
        gone += goes;
    }
    return gone;
}

void prune_apply(float *x, const float *mask, int64_t n)
{
    #pragma omp parallel for schedule(static) if (n > BLOCK)
    for (int64_t i = 0; i < n; i++)
        x[i] = mask[i] == 0 ? 0 : x[i];
}

int64_t prune_count(double share, int64_t n)
{
    assert(share >= 0 && share <= 1);
    return least(n, (int64_t)floor(share * (double)n + 1e-9));
}

double prune_gradual(double first, double final, int64_t at, int64_t last)
{
    const double left = last > 0 ? 1 - (double)at / (double)last : 0;
    return final + (first - final) * left * left * left;
}

void prune_channels(float *score, enum prune_norm norm, const float *x, int64_t outer, int64_t chans,
                    int64_t inner)
{
    #pragma omp parallel for schedule(static) if (outer * chans * inner > BLOCK)
    for (int64_t c = 0; c < chans; c++) {
        double sum = 0;
        for (int64_t o = 0; o < outer; o++)
            for (int64_t i = 0; i < inner; i++) {
                const double v = x[(o * chans + c) * inner + i];
                sum += norm == PRUNE_L1 ? fabs(v) : v * v;
            }
        score[c] = (float)(norm == PRUNE_L1 ? sum : sqrt(sum));
    }
}

void prune_order(int32_t *order, const float *score, int64_t n) { topk(NULL, order, score, 1, n, n); }
