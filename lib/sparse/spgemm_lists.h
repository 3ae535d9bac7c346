/* The rows of B that make a row of C.  Included by the kernels, and compiled with them. */
#ifndef SPARSE_SPGEMM_LISTS_H
#define SPARSE_SPGEMM_LISTS_H

#include "sparse/simd_spgemm.h"

/*
 * Latency decides the speed of sparse products: rows of B are asked for well before they are
 * needed, first the pointer to the row, then the row, and across the rows of A.  The columns of A
 * may be read that far ahead (CSR_AHEAD).  Always inline: gcc 12 takes a function that does nothing
 * but this for one without effects, and drops the call.
 */
enum { AHEAD_POINTER = 60, AHEAD_ROW = 32 };

static inline __attribute__((always_inline)) void fetch_ahead(
    const struct csr *a, const struct csr *b, int64_t q, size_t size)
{
    const uint32_t k = a->col[q + AHEAD_ROW];
    const int64_t at = b->ptr[k], end = b->ptr[k + 1];
    __builtin_prefetch(&b->ptr[a->col[q + AHEAD_POINTER]]);
    __builtin_prefetch(&b->col[at]);
    __builtin_prefetch(&b->col[end - 1]);
    __builtin_prefetch((const char *)b->val + (size_t)at * size);
    __builtin_prefetch((const char *)b->val + (size_t)at * size + 63);
}

/* How many of the rising columns col [len] lie before `past`. */
static inline uint32_t count_before(const uint32_t *col, uint32_t len, uint64_t past)
{
    uint32_t lo = 0, hi = len;
    if (len == 0 || col[len - 1] < past)
        return len;
    while (lo < hi) {
        const uint32_t mid = lo + (hi - lo) / 2;
        if (col[mid] < past) lo = mid + 1; else hi = mid;
    }
    return lo;
}

/* The entries of a list in columns first..past. */
static inline void cut_list(const struct csr *b, struct spgemm_list *l, int64_t first, int64_t past)
{
    const uint32_t n = count_before(b->col + l->at, l->len, (uint64_t)first);
    l->at += n;
    l->len = count_before(b->col + l->at, l->len - n, (uint64_t)past);
}

static inline struct lists gather_lists(const struct spgemm_rows *r, int64_t i,
                                        struct spgemm_list *list, size_t size)
{
    const struct csr *a = r->a, *b = r->b;
    const bool part = r->first > 0 || r->past < b->cols;
    struct lists x = {.lo = UINT32_MAX};
    for (int64_t q = a->ptr[i]; q < a->ptr[i + 1]; q++) {
        const uint32_t k = a->col[q];
        struct spgemm_list *l = &list[x.n];
        l->at = b->ptr[k];
        l->from = q;
        l->len = (uint32_t)(b->ptr[k + 1] - b->ptr[k]);
        fetch_ahead(a, b, q, size);
        if (part)
            cut_list(b, l, r->first, r->past);
        if (l->len == 0)
            continue;
        const uint32_t lo = b->col[l->at], hi = b->col[l->at + l->len - 1];
        x.lo = lo < x.lo ? lo : x.lo;
        x.hi = hi > x.hi ? hi : x.hi;
        x.products += l->len;
        x.n++;
    }
    return x;
}

#endif
