/* BATCH rows that follow one another, added side by side (spgemm_lanes.h).  Included by spgemm_rows.h. */

/* sum[entry[u]] += a * the values of the BATCH rows of B at `at`, len each */
static inline void SR(add_lanes)(T *restrict sum, const uint16_t *restrict entry, const T *restrict a,
                                 const T *restrict b, uint32_t len, int64_t left)
{
    T lanes[BATCH_COLUMNS * BATCH] __attribute__((aligned(64)));
    (void)b, (void)left;
    for (uint32_t from = 0; from < len; from += BATCH_COLUMNS) {
        const uint32_t n = len - from < BATCH_COLUMNS ? len - from : BATCH_COLUMNS;
        if (USES_B)
            OF(to_lanes)(lanes, b + from, len, n, left - from);
        for (uint32_t u = 0; u < n; u++) {
            T *restrict s = sum + (size_t)entry[from + u] * BATCH;
            const T *restrict y = lanes + u * BATCH;
            (void)a, (void)y;
            #pragma omp simd
            for (int k = 0; k < BATCH; k++)
                s[k] = ADD(s[k], PRODUCT(a[k], y[k]));
        }
    }
}

/* Row k of the batch has the columns of the row before it, each plus 1. */
static inline void SR(batch_columns)(uint32_t *col, int64_t entries)
{
    const uint32_t *before = col - entries;
    for (uint32_t k = 0; k < BATCH; k++)
        for (int64_t t = 0; t < entries; t += 16)       /* SLACK has room for what is too much */
            for (int u = 0; u < 16; u++)
                col[k * entries + t + u] = before[t + u] + k + 1;
}

static int64_t SR(batch)(const struct spgemm_rows *r, struct spgemm_scratch *s, uint32_t *col, T *val)
{
    const int64_t n = s->last.n, entries = s->last_entries;
    const uint16_t *entry = s->entry;
    T *sum = s->sum;
    if (!s->mapped)
        map_products(r->b, s, col - entries);
    SR(clear)(sum, entries * BATCH);
    for (struct spgemm_list *l = s->last_list; l < s->last_list + n; entry += l++->len) {
        T a[BATCH];
        for (int k = 0; k < BATCH; k++)
            a[k] = SR(value_of)(r->a, l->from + (k + 1) * n);
        SR(add_lanes)(sum, entry, a, (const T *)r->b->val + l->at + l->len, l->len,
                      r->b->n - l->at - l->len);
    }
    SR(batch_columns)(col, entries);
    OF(from_lanes)(val, sum, entries);
    s->rows[SPGEMM_REPEATED] += BATCH;
    s->products[SPGEMM_REPEATED] += BATCH * s->last.products;
    return BATCH * entries;
}
