/* Which method adds a row, and the mask's part in it.  Compiled with the kernels. */
#ifndef SPARSE_SPGEMM_CHOICE_H
#define SPARSE_SPGEMM_CHOICE_H

#include "sparse/spgemm_lists.h"
#include "sparse/spgemm_sort.h"

/* Bits for the place of a product in a sorting key that leave room for the columns; 0: too many. */
static inline int sort_bits(const struct lists *x)
{
    if (x->products > SORT_MAX)
        return 0;
    const int bits = x->products <= 16 ? 4 : 64 - __builtin_clzll((uint64_t)x->products - 1);
    return (uint64_t)x->hi - x->lo < (uint64_t)1 << (32 - bits) ? bits : 0;
}

/*
 * Sorting n products takes a time of n log n; a window, that of reading out the blocks in use, at most
 * one a product, and of finding them in those that it spans.
 */
static inline bool window_is_cheaper(int64_t products, int64_t blocks)
{
    return blocks / 4 < products || products > 64;
}

static inline enum spgemm_method choose_method(const struct spgemm_rows *r, const struct spgemm_scratch *s,
                                               const struct lists *x, int bits, int block)
{
    const int64_t span = (int64_t)x->hi - (x->lo & ~(uint32_t)(block - 1));
    const bool fits = span < SPGEMM_WINDOW, sortable = bits > 0 && !s->allowed;
    if (x->n == 1 && !s->allowed)
        return SPGEMM_COPY;
    switch (r->method) {
    case SPGEMM_SORTED: if (sortable) return SPGEMM_SORTED; break;
    case SPGEMM_DENSE:  if (fits) return SPGEMM_DENSE; break;
    case SPGEMM_RANGES: return SPGEMM_RANGES;
    default:
        if (sortable && !(fits && window_is_cheaper(x->products, span / block)))
            return SPGEMM_SORTED;
    }
    return fits ? SPGEMM_DENSE : SPGEMM_RANGES;
}

/* Note the columns that the mask has in row i; false where none of them may come. */
static inline bool mark_allowed(const struct spgemm_rows *r, struct spgemm_scratch *s, int64_t i)
{
    if (!r->mask)
        return true;
    for (int64_t k = r->mask->ptr[i]; k < r->mask->ptr[i + 1]; k++)
        s->allowed[r->mask->col[k]] = 1;
    return r->complement || r->mask->ptr[i] < r->mask->ptr[i + 1];
}
static inline void clear_allowed(const struct spgemm_rows *r, struct spgemm_scratch *s, int64_t i)
{
    if (!r->mask)
        return;
    for (int64_t k = r->mask->ptr[i]; k < r->mask->ptr[i + 1]; k++)
        s->allowed[r->mask->col[k]] = 0;
}

#endif
