/*
 * A row is read once.  The K best so far are a heap with the worst of them on top, numbers of 64 bits that
 * order elements as wanted: the high half rises with the value, the low half falls with the index.  Most
 * elements of a long row are no better than the top, which is found out for many at a time.
 */
#include "tensor/topk.h"
#include "base/mem.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
    PARALLEL = 32768,                   /* elements; below, a parallel region costs more than it gives */
    GLANCE = 64,                        /* elements that are compared with the top at once */
};

/* Rises with x; +0 and -0 are one, and NaNs are, above all. */
static inline int32_t order_of(float x)
{
    const float plain = x + 0.0f;
    int32_t bits;
    memcpy(&bits, &plain, sizeof bits);
    return x != x ? INT32_MAX : bits ^ (int32_t)((uint32_t)(bits >> 31) >> 1);
}

static inline uint64_t key_of(int32_t order, int64_t i)
{
    return (uint64_t)((uint32_t)order ^ 0x80000000u) << 32 | (UINT32_MAX - (uint32_t)i);
}
static inline int64_t place_of(uint64_t key) { return UINT32_MAX - (uint32_t)key; }
static inline int32_t rank_of(uint64_t key) { return (int32_t)((uint32_t)(key >> 32) ^ 0x80000000u); }

/* heap[0..n) is one but for its element `at`, which may be larger than what is below it. */
static void sink(uint64_t *heap, int64_t n, int64_t at)
{
    const uint64_t key = heap[at];
    for (int64_t low; (low = 2 * at + 1) < n; at = low) {
        low += low + 1 < n && heap[low + 1] < heap[low];
        if (heap[low] >= key)
            break;
        heap[at] = heap[low];
    }
    heap[at] = key;
}

/* Whether one of n is larger than limit, or NaN. */
static bool any_above(const float *x, int64_t n, float limit)
{
    int32_t any = 0;
    for (int64_t i = 0; i < n; i++)
        any |= !(x[i] <= limit);
    return any;
}

/* Elements from `from` on that are better than the worst go into the heap; those of equal rank are not. */
static void select_from(uint64_t *heap, int64_t k, const float *x, int64_t from, int64_t n)
{
    for (int64_t i = from; i < n; i += GLANCE) {
        const int64_t end = n - i < GLANCE ? n : i + GLANCE;
        if (!any_above(x + i, end - i, x[place_of(heap[0])]))
            continue;
        for (int64_t j = i; j < end; j++)
            if (order_of(x[j]) > rank_of(heap[0])) {
                heap[0] = key_of(order_of(x[j]), j);
                sink(heap, k, 0);
            }
    }
}

static void row_topk(uint64_t *heap, const float *x, int64_t n, int64_t k)
{
    for (int64_t i = 0; i < k; i++)
        heap[i] = key_of(order_of(x[i]), i);
    for (int64_t i = k / 2 - 1; i >= 0; i--)
        sink(heap, k, i);
    select_from(heap, k, x, k, n);
    for (int64_t left = k; left > 1;) {                 /* the worst goes last */
        const uint64_t worst = heap[0];
        heap[0] = heap[--left];
        heap[left] = worst;
        sink(heap, left, 0);
    }
}

void topk(float *value, int32_t *index, const float *x, int64_t rows, int64_t chans, int64_t k)
{
    if (k == 0)
        return;
    #pragma omp parallel if (rows * chans > PARALLEL)
    {
        uint64_t *heap = xmalloc(k * sizeof *heap);

        #pragma omp for schedule(static)
        for (int64_t r = 0; r < rows; r++) {
            row_topk(heap, x + r * chans, chans, k);
            for (int64_t i = 0; i < k; i++) {
                const int64_t at = place_of(heap[i]);
                if (value)
                    value[r * k + i] = x[r * chans + at];
                if (index)
                    index[r * k + i] = (int32_t)at;
            }
        }
        free(heap);
    }
}
