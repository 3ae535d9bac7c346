/* Which method adds a row, and the mask's part in it.  Compiled with the kernels. */
#ifndef SPARSE_SPGEMM_CHOICE_H
#define SPARSE_SPGEMM_CHOICE_H

#include "sparse/spgemm_repeat.h"
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
 * A window is read out block by block: where many products share one, as in meshes, that is cheaper
 * than sorting, and where each has its own it is not.  The rows before tell; every now and then a
 * row is added in a window only to see.  New pieces start anew, so that the choice does not depend
 * on the threads.
 */
enum { LOOK_AGAIN = 64, HASH_BEST = 64, ORDER_BEST = 64, ORDER_SPAN = 4, REPEAT_BEST = 4 };

static inline bool window_is_cheaper(struct spgemm_scratch *s, int64_t products)
{
    if (s->since++ >= LOOK_AGAIN)
        return true;
    return s->seen_blocks * 16 < s->seen_products * (products <= 64 ? 7 : products <= 256 ? 9 : 11);
}

static inline void note_window(struct spgemm_scratch *s, int64_t products)
{
    s->seen_products += products;
    s->since = 0;
    if (s->seen_products > 4096) {
        s->seen_products /= 2;
        s->seen_blocks /= 2;
    }
}

/*
 * Whether columns come in order.  Where they need not, they do all the same where that is cheaper: few products are sorted
 * faster than they are looked up, more of them where a window does not hold them all, and where products are dense a scan of
 * the window is faster than a list of its columns.
 * Told by the row alone: the result is the same on every processor.
 */
static inline bool is_ordered(const struct spgemm_rows *r, const struct lists *x)
{
    const uint32_t span = x->hi - x->lo;
    return !r->unsorted ||
           (r->method == SPGEMM_AUTO &&
            (x->products <= (span < SPGEMM_WINDOW ? ORDER_BEST : SPGEMM_SORT) || span / ORDER_SPAN < x->products));
}

/* Without order, the same on every processor, as the order depends on it. */
static inline enum spgemm_method choose_unsorted(const struct spgemm_rows *r,
                                                 const struct lists *x, bool fits)
{
    const bool few = x->products <= SPGEMM_SORT;
    switch (r->method) {
    case SPGEMM_HASHED: if (few) return SPGEMM_HASHED; break;
    case SPGEMM_DENSE:  if (fits) return SPGEMM_DENSE; break;
    case SPGEMM_RANGES: return SPGEMM_RANGES;
    default:
        if (few && (!fits || x->products <= HASH_BEST))
            return SPGEMM_HASHED;
    }
    return fits ? SPGEMM_DENSE : SPGEMM_RANGES;
}

/* What repeating saves is reading a window out: little where many products share an entry. */
static inline bool may_repeat(const struct spgemm_rows *r, const struct spgemm_scratch *s)
{
    const bool cheaper = s->last.products < REPEAT_BEST * s->last_entries;
    return !s->allowed && (r->method == SPGEMM_REPEATED || (r->method == SPGEMM_AUTO && cheaper));
}

static inline enum spgemm_method choose_method(const struct spgemm_rows *r,
                                               struct spgemm_scratch *s, const struct lists *x,
                                               int block)
{
    const int64_t span = (int64_t)x->hi - (x->lo & ~(uint32_t)(block - 1));
    const bool fits = span < SPGEMM_WINDOW,
               sortable = !s->allowed && sort_bits(x) > 0;
    if (x->n == 1 && !s->allowed)
        return SPGEMM_COPY;
    if (may_repeat(r, s) && has_shape_of_last(r->b, s, x))
        return SPGEMM_REPEATED;
    if (!is_ordered(r, x))
        return choose_unsorted(r, x, (int64_t)x->hi - x->lo < SPGEMM_WINDOW);
    switch (r->method) {
    case SPGEMM_SORTED: if (sortable) return SPGEMM_SORTED; break;
    case SPGEMM_DENSE:  if (fits) return SPGEMM_DENSE; break;
    case SPGEMM_RANGES: return SPGEMM_RANGES;
    default:
        if (sortable && !(fits && window_is_cheaper(s, x->products)))
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
