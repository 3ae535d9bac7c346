/* SPGEMM_BATCH rows that follow one another, added side by side (spgemm_lanes.h).  Included by spgemm_rows.h. */

/* sum[entry[u]] += a * the values of the SPGEMM_BATCH rows of B at `at`, len each */
static inline void SR(add_lanes)(T *restrict sum, const uint16_t *restrict entry, const T *restrict a,
                                 const T *restrict b, uint32_t len, int64_t left)
{
    T lanes[SPGEMM_BATCH_COLUMNS * SPGEMM_BATCH] __attribute__((aligned(64)));
    (void)b, (void)left;
    for (uint32_t from = 0; from < len; from += SPGEMM_BATCH_COLUMNS) {
        const uint32_t n = len - from < SPGEMM_BATCH_COLUMNS ? len - from : SPGEMM_BATCH_COLUMNS;
        if (USES_B)
            OF(to_lanes)(lanes, b + from, len, n, left - from);
        for (uint32_t u = 0; u < n; u++) {
            T *restrict s = sum + (size_t)entry[from + u] * SPGEMM_BATCH;
            const T *restrict y = lanes + u * SPGEMM_BATCH;
            (void)a, (void)y;
            #pragma omp simd
            for (int k = 0; k < SPGEMM_BATCH; k++)
                s[k] = ADD(s[k], PRODUCT(a[k], y[k]));
        }
    }
}

static int64_t SR(batch)(const struct spgemm_rows *r, struct spgemm_scratch *s, uint32_t *col, T *val)
{
    const int64_t n = s->last.n, entries = s->last_entries;
    const uint16_t *entry = s->entry;
    T *sum = s->sum;
    if (!s->mapped)
        map_products(r->b, s, col - entries);
    SR(clear)(sum, entries * SPGEMM_BATCH);
    for (struct spgemm_list *l = s->last_list; l < s->last_list + n; entry += l++->len) {
        T a[SPGEMM_BATCH];
        for (int k = 0; k < SPGEMM_BATCH; k++)
            a[k] = SR(value_of)(r->a, l->from + (k + 1) * n);
        SR(add_lanes)(sum, entry, a, (const T *)r->b->val + l->at + l->len, l->len,
                      r->b->n - l->at - l->len);
    }
    batch_columns(col, entries);
    OF(from_lanes)(val, sum, entries);
    s->rows[SPGEMM_REPEATED] += SPGEMM_BATCH;
    s->products[SPGEMM_REPEATED] += SPGEMM_BATCH * s->last.products;
    return SPGEMM_BATCH * entries;
}
