#include "sparse/select.h"

#include "base/mem.h"
#include "sparse/rowwise.h"
#include "tensor/cast.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct selecting { const struct csr *m; const struct selection *how; };

struct selection selection_of_all(const struct csr *m)
{
    return (struct selection){
        .rows = {0, 0, 1, m->rows}, .cols = {1, 0, 1, m->cols},
        .lowest = INT64_MIN, .highest = INT64_MAX, .topk = -1};
}

/* What an entry is chosen by. */
static double weight(const struct csr *m, const struct selection *how, int64_t k)
{
    const double v = m->val ? elem_double(m->val, m->type, k) : 1;
    return how->magnitude ? fabs(v) : v;
}

static bool in_slice(const struct slice *s, int64_t i)
{
    return i >= s->start && (i - s->start) % s->step == 0 && (i - s->start) / s->step < s->count;
}

static bool stays(const struct csr *m, const struct selection *how, int64_t i, int64_t k)
{
    const int64_t j = m->col[k];
    if (!in_slice(&how->cols, j) || j - i < how->lowest || j - i > how->highest)
        return false;
    if (how->off_diagonal && i == j)
        return false;
    if (!how->bounded && !how->nonzero)
        return true;
    const double v = weight(m, how, k);
    return (!how->bounded || (v >= how->least && v <= how->most)) && (!how->nonzero || v != 0);
}

/* ---- The largest of a row -------------------------------------------------------------------- */

struct candidate { double weight; int64_t k; };

/* Larger ones first, a NaN last. */
static int by_weight(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;
    const int larger = (y->weight > x->weight) - (x->weight > y->weight);
    const int nan = (isnan(x->weight) != 0) - (isnan(y->weight) != 0);
    return nan ? nan : larger ? larger : (x->k > y->k) - (x->k < y->k);
}

static int by_place(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static int64_t largest(const struct selecting *s, int64_t *kept, int64_t n)
{
    if (s->how->topk < 0 || n <= s->how->topk)
        return n;
    struct candidate *c = xmalloc((size_t)n * sizeof *c);
    for (int64_t q = 0; q < n; q++)
        c[q] = (struct candidate){weight(s->m, s->how, kept[q]), kept[q]};
    qsort(c, (size_t)n, sizeof *c, by_weight);
    for (int64_t q = 0; q < s->how->topk; q++)
        kept[q] = c[q].k;
    qsort(kept, (size_t)s->how->topk, sizeof *kept, by_place);
    free(c);
    return s->how->topk;
}

/* ---- Rows ------------------------------------------------------------------------------------ */

static int64_t selected_values(const void *ctx, int64_t row, uint32_t *col, void *val)
{
    const struct selecting *s = ctx;
    const struct csr *m = s->m;
    const int64_t i = s->how->rows.start + row * s->how->rows.step;
    const size_t size = csr_value_size(m);
    int64_t *kept = xmalloc((size_t)(m->ptr[i + 1] - m->ptr[i]) * sizeof *kept), n = 0;
    for (int64_t k = m->ptr[i]; k < m->ptr[i + 1]; k++)
        if (stays(m, s->how, i, k))
            kept[n++] = k;
    n = largest(s, kept, n);
    for (int64_t q = 0; q < n; q++) {
        const int64_t k = kept[q];
        col[q] = (uint32_t)((m->col[k] - s->how->cols.start) / s->how->cols.step);
        if (size)
            memcpy((char *)val + (size_t)q * size, (const char *)m->val + (size_t)k * size, size);
    }
    free(kept);
    return n;
}

static int64_t selected(const void *ctx, int64_t row, uint32_t *col)
{
    return selected_values(ctx, row, col, NULL);
}

void csr_select(struct csr *s, const struct csr *m, const struct selection *how)
{
    int64_t longest = 0;
    for (int64_t i = 0; i < m->rows; i++)
        longest = m->ptr[i + 1] - m->ptr[i] > longest ? m->ptr[i + 1] - m->ptr[i] : longest;
    rowwise_build(s, &(struct rowwise){
        .rows = how->rows.count, .cols = how->cols.count, .longest = longest,
        .row = selected, .ctx = &(struct selecting){m, how},
        .type = m->val ? m->type : 0, .row_values = selected_values});
    s->weight = m->weight;
}
