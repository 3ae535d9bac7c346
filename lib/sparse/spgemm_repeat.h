/*
 * Rows of the shape of the row before: as many lists of the same lengths, all columns shifted by
 * the same number.  Most rows of meshes are, by 1, and those of unknowns that share a node, by 0.
 * Their entries have the columns of the row before, shifted, and each product falls on the entry
 * that the product at its place there fell on, which is looked up once for a run of such rows.
 * Compiled with the kernels.  What is large and not on the way of short rows is not inlined: it would be, once a semiring.
 */
#ifndef SPARSE_SPGEMM_REPEAT_H
#define SPARSE_SPGEMM_REPEAT_H

#include "sparse/spgemm_lists.h"
#include "sparse/spgemm_sort.h"

#include <string.h>

#if defined __AVX512F__ && defined __AVX512BW__

/* Sixteen columns at a time, the rest behind a mask: lists of meshes are short. */
static inline bool columns_shifted(const uint32_t *c, const uint32_t *d, uint32_t len, uint32_t shift)
{
    const __m512i by = _mm512_set1_epi32((int)shift);
    for (uint32_t t = 0; t < len; t += 16) {
        const __mmask16 mine = len - t < 16 ? (__mmask16)((1 << (len - t)) - 1) : 0xffff;
        const __m512i x = _mm512_maskz_loadu_epi32(mine, c + t), y = _mm512_maskz_loadu_epi32(mine, d + t);
        if (_mm512_mask_cmpneq_epi32_mask(mine, _mm512_sub_epi32(x, y), by))
            return false;
    }
    return true;
}

#else

static inline bool columns_shifted(const uint32_t *c, const uint32_t *d, uint32_t len, uint32_t shift)
{
    uint32_t differ = 0;
    for (uint32_t t = 0; !differ && t < len; t += 64)
        for (uint32_t u = t; u < len && u < t + 64; u++)
            differ |= (c[u] - d[u]) ^ shift;
    return !differ;
}

#endif

/* Whether all columns of list l are those of p, shifted. */
static inline bool is_shifted(const struct csr *b, const struct spgemm_list *l,
                              const struct spgemm_list *p, uint32_t shift)
{
    return (l->at == p->at && shift == 0) ||
           (l->len == p->len && columns_shifted(b->col + l->at, b->col + p->at, l->len, shift));
}

static inline bool has_shape_of_last(const struct csr *b, const struct spgemm_scratch *s,
                                     const struct lists *x)
{
    const struct lists *y = &s->last;
    const uint32_t shift = x->lo - y->lo;
    if (x->n != y->n || x->products != y->products || x->hi - y->hi != shift ||
        x->products > SPGEMM_REPEAT || x->hi - x->lo >= SPGEMM_WINDOW)
        return false;
    for (int64_t k = 0; k < x->n; k++)
        if (!is_shifted(b, &s->list[k], &s->last_list[k], shift))
            return false;
    return true;
}

/* The entry of each product of the last row, whose columns are col [last_entries]. */
static __attribute__((noinline)) void map_products(const struct csr *b, struct spgemm_scratch *s, const uint32_t *col)
{
    const uint32_t lo = s->last.lo;
    uint16_t *entry = s->entry;
    for (int64_t k = 0; k < s->last_entries; k++)
        s->place[col[k] - lo] = (uint16_t)k;
    for (const struct spgemm_list *l = s->last_list; l < s->last_list + s->last.n; l++)
        for (uint32_t t = 0; t < l->len; t++)
            *entry++ = s->place[b->col[l->at + t] - lo];
    s->mapped = true;
}

/* Whether row k of B has the columns of row k - 1, each plus 1.  Threads that find it out at once find the same. */
static inline bool is_next(const struct spgemm_rows *r, uint32_t k)
{
    const struct csr *b = r->b;
    uint8_t known = __atomic_load_n(&r->shifted[k], __ATOMIC_RELAXED);
    if (known == 0) {
        const int64_t at = b->ptr[k], len = b->ptr[k + 1] - at;
        known = k > 0 && len == at - b->ptr[k - 1] &&
                columns_shifted(b->col + at, b->col + at - len, (uint32_t)len, 1) ? 1 : 2;
        __atomic_store_n(&r->shifted[k], known, __ATOMIC_RELAXED);
    }
    return known == 1;
}

/* Whether rows k..k+SPGEMM_BATCH of m each have len entries, with the columns of the row before it plus 1. */
static inline bool rows_shifted(const struct csr *m, int64_t k, int64_t len)
{
    const int64_t *ptr = m->ptr + k;
    if (k == 0)
        return false;
    for (int u = -1; u < SPGEMM_BATCH; u++)
        if (ptr[u + 1] - ptr[u] != len)
            return false;
    const uint32_t *col = m->col + ptr[0];
    return columns_shifted(col, col - len, (uint32_t)(SPGEMM_BATCH * len), 1);
}

/* Whether is_next() of rows k..k+SPGEMM_BATCH of B. */
static inline bool are_next(const struct spgemm_rows *r, uint32_t k)
{
    uint64_t known;
    _Static_assert(sizeof known == SPGEMM_BATCH, "a byte a row");
    memcpy(&known, r->shifted + k, sizeof known);       /* what other threads find out meanwhile, is_next() sees */
    if (known == 0x0101010101010101)
        return true;
    if (known == 0 && rows_shifted(r->b, k, r->b->ptr[k + 1] - r->b->ptr[k])) {
        for (uint32_t u = 0; u < SPGEMM_BATCH; u++)
            __atomic_store_n(&r->shifted[k + u], 1, __ATOMIC_RELAXED);
        return true;
    }
    for (uint32_t u = 0; u < SPGEMM_BATCH; u++)
        if (!is_next(r, k + u))
            return false;
    return true;
}

/* Whether row i - 1 was the last one, and its products can be mapped to its entries. */
static inline bool last_can_repeat(const struct spgemm_scratch *s, int64_t i)
{
    return s->last.n > 0 && s->last_row == i - 1 && s->last.products <= SPGEMM_REPEAT &&
           s->last.hi - s->last.lo < SPGEMM_WINDOW;
}

/* Whether rows i - 1 and i of A are as long as the last one, and their first columns are the same or next to each other. */
static inline bool may_follow(const struct csr *a, const struct spgemm_scratch *s, int64_t i)
{
    const int64_t n = s->last.n, *ptr = a->ptr + i;
    return last_can_repeat(s, i) && ptr[0] - ptr[-1] == n && ptr[1] - ptr[0] == n &&
           a->col[ptr[0]] - a->col[ptr[-1]] <= 1;
}

/*
 * Of rows that may_follow(): whether row i of A has the columns of the last one, or each of them plus 1, and the rows of B
 * have the same shape.  Then its lists are those of the last row or the ones that follow them, and nothing else is looked up.
 */
static __attribute__((noinline)) bool follows_last(const struct spgemm_rows *r, struct spgemm_scratch *s, int64_t i,
                                                   struct lists *x)
{
    const struct csr *a = r->a;
    const int64_t n = s->last.n;
    const uint32_t *now = a->col + a->ptr[i], *then = now - n, shift = now[0] - then[0];
    for (int64_t t = 0; t < n; t++)
        if (now[t] - then[t] != shift || (shift && !is_next(r, now[t])))
            return false;
    for (int64_t t = 0; t < n; t++) {
        const struct spgemm_list *l = &s->last_list[t];
        s->list[t] = (struct spgemm_list){.at = l->at + (shift ? l->len : 0), .from = a->ptr[i] + t, .len = l->len};
    }
    *x = s->last;
    x->lo += shift;
    x->hi += shift;
    return true;
}

/*
 * Of rows that may_follow(): whether rows i..i+SPGEMM_BATCH of A follow the last row one after another, each with its
 * columns plus 1, and so do the rows of B they name: all that the lists of a batch are taken from.
 */
static __attribute__((noinline)) bool batch_follows(const struct spgemm_rows *r, const struct spgemm_scratch *s, int64_t i)
{
    const struct csr *a = r->a;
    const int64_t n = s->last.n;
    if (i + SPGEMM_BATCH > r->end || s->allowed ||
        (r->method != SPGEMM_AUTO && r->method != SPGEMM_REPEATED) ||
        s->last_entries > SPGEMM_BATCH_ENTRIES || !rows_shifted(a, i, n))
        return false;
    const uint32_t *now = a->col + a->ptr[i];
    for (int64_t t = 0; t < n; t++)
        if (!are_next(r, now[t]))
            return false;
    return true;
}

/* Row k of the batch has the columns of the row before it, each plus 1. */
static __attribute__((noinline)) void batch_columns(uint32_t *col, int64_t entries)
{
    const uint32_t *before = col - entries;
    for (uint32_t k = 0; k < SPGEMM_BATCH; k++)
        for (int64_t t = 0; t < entries; t += 16)       /* SLACK has room for what is too much */
            for (int u = 0; u < 16; u++)
                col[k * entries + t + u] = before[t + u] + k + 1;
}

/* The last of a batch's rows is what the next row is compared with.  n: entries up to there. */
static __attribute__((noinline)) void note_batch(struct spgemm_scratch *s, int64_t *count, int64_t n)
{
    for (int k = 0; k < SPGEMM_BATCH; k++)
        count[k] = n - (SPGEMM_BATCH - 1 - k) * s->last_entries;
    for (struct spgemm_list *l = s->last_list; l < s->last_list + s->last.n; l++) {
        l->at += SPGEMM_BATCH * l->len;
        l->from += SPGEMM_BATCH * s->last.n;
    }
    s->last.lo += SPGEMM_BATCH;
    s->last.hi += SPGEMM_BATCH;
    s->last_row += SPGEMM_BATCH;
}

/* Keep what the next row is compared with.  A row that took its lists apart has no shape. */
static inline void keep_shape(struct spgemm_scratch *s, const struct lists *x, int64_t row,
                              int64_t entries, enum spgemm_method method)
{
    struct spgemm_list *list = s->last_list;
    s->last_list = s->list;
    s->list = list;
    s->last = *x;
    s->last_row = row;
    s->last_entries = entries;
    s->mapped = s->mapped && method == SPGEMM_REPEATED;
    if (method == SPGEMM_RANGES)
        s->last.n = 0;
}

#endif
