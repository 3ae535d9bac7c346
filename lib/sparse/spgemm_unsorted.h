/*
 * Rows whose columns are not in order (is_ordered()), for one semiring and type: they come as their first products
 * do, in ranges window by window.  Included by spgemm_rows.h, whose names it uses.
 */

static inline bool SR(skipped)(const struct spgemm_rows *r, const struct spgemm_scratch *s,
                               uint32_t c)
{
    return s->allowed && s->allowed[c] == r->complement;
}

/* The place of column c in a row that has n so far, or n, where it comes to stand. */
static inline int64_t SR(find)(uint16_t *slot, int shift, const uint32_t *col, int64_t n,
                               uint32_t c)
{
    const uint32_t last = (1u << (32 - shift)) - 1;
    uint32_t h = (c * 2654435769u) >> shift;        /* 2^32 over the golden ratio: Knuth 1973 */
    for (; slot[h]; h = (h + 1) & last)
        if (col[slot[h] - 1] == c)
            return slot[h] - 1;
    slot[h] = (uint16_t)(n + 1);
    return n;
}

static int64_t SR(hashed)(const struct spgemm_rows *r, struct spgemm_scratch *s,
                          const struct lists *x, uint32_t *col, T *val)
{
    /* Twice the products, or up to four times. */
    const int shift = __builtin_clz((uint32_t)(x->products - 1) | 1) - 1;
    int64_t n = 0;
    memset(s->slot, 0, ((size_t)1 << (32 - shift)) * sizeof *s->slot);
    for (const struct spgemm_list *l = s->list; l < s->list + x->n; l++) {
        const T a = SR(value_of)(r->a, l->from), *b = (const T *)r->b->val + l->at;
        (void)a, (void)b;
        for (uint32_t t = 0; t < l->len; t++) {
            const uint32_t c = r->b->col[l->at + t];
            if (SR(skipped)(r, s, c))
                continue;
            const int64_t k = SR(find)(s->slot, shift, col, n, c);
            val[k] = k == n ? PRODUCT(a, b[t]) : ADD(val[k], PRODUCT(a, b[t]));
            col[k] = c;
            n += k == n;
        }
    }
    return n;
}

/* Add a list in the window and the columns it is the first to have to col; how many there are. */
static inline int64_t SR(list)(const struct spgemm_rows *r, struct spgemm_scratch *s,
                               const struct spgemm_list *l, uint32_t len, uint32_t base,
                               uint32_t *col, int64_t n)
{
    const T a = SR(value_of)(r->a, l->from), *b = (const T *)r->b->val + l->at;
    T *acc = s->acc;
    (void)a, (void)b;
    for (uint32_t t = 0; t < len; t++) {
        const uint32_t c = r->b->col[l->at + t], j = c - base;
        BITS bits;
        if (SR(skipped)(r, s, c))
            continue;
        memcpy(&bits, &acc[j], sizeof bits);
        col[n] = c;
        n += TELLS ? bits == IDENTITY_BITS : !s->touched[j];
        acc[j] = ADD(acc[j], PRODUCT(a, b[t]));
        if (!TELLS)
            s->touched[j] = 1;
    }
    return n;
}

/* The values of columns start..n, which leave the window clear. */
static inline void SR(collect)(struct spgemm_scratch *s, uint32_t base, const uint32_t *col,
                               T *val, int64_t start, int64_t n)
{
    T *acc = s->acc;
    for (int64_t t = start; t < n; t++) {
        const uint32_t j = col[t] - base;
        val[t] = acc[j];
        acc[j] = IDENTITY;
        if (!TELLS)
            s->touched[j] = 0;
    }
}

static int64_t SR(listed)(const struct spgemm_rows *r, struct spgemm_scratch *s,
                          const struct lists *x, uint32_t *col, T *val)
{
    const uint32_t base = x->lo;
    int64_t n = 0;
    for (const struct spgemm_list *l = s->list; l < s->list + x->n; l++)
        n = SR(list)(r, s, l, l->len, base, col, n);
    SR(collect)(s, base, col, val, 0, n);
    return n;
}

static int64_t SR(listed_ranges)(const struct spgemm_rows *r, struct spgemm_scratch *s,
                                 const struct lists *x, uint32_t *col, T *val)
{
    int64_t n = 0, start = 0;
    for (uint32_t base = x->lo, next; ; base = next, start = n) {
        const uint64_t past = (uint64_t)base + SPGEMM_WINDOW;
        next = UINT32_MAX;
        for (struct spgemm_list *l = s->list; l < s->list + x->n; l++) {
            const uint32_t len = count_before(r->b->col + l->at, l->len, past);
            n = SR(list)(r, s, l, len, base, col, n);
            l->at += len;
            l->len -= len;
            if (l->len > 0 && r->b->col[l->at] < next)
                next = r->b->col[l->at];
        }
        SR(collect)(s, base, col, val, start, n);
        if (next == UINT32_MAX)
            return n;
    }
}
