#include "sparse/spgemm_filter.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static double magnitude(const void *val, enum ten_type type, int64_t k)
{
    switch (type) {
    case TEN_F32: return fabsf(((const float *)val)[k]);
    case TEN_I64: return fabs((double)((const int64_t *)val)[k]);
    default:      return fabs(((const double *)val)[k]);
    }
}

/* Larger magnitudes first, then smaller columns; NaN is larger than all. */
struct ranked { double magnitude; int64_t k; };

static int by_rank(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    const double p = isnan(x->magnitude) ? INFINITY : x->magnitude;
    const double q = isnan(y->magnitude) ? INFINITY : y->magnitude;
    if (p != q)
        return p > q ? -1 : 1;
    return (x->k > y->k) - (x->k < y->k);
}

static int by_place(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    return (x->k > y->k) - (x->k < y->k);
}

static void move(const struct spgemm_rows *r, int64_t to, int64_t from, size_t size)
{
    r->col[to] = r->col[from];
    memcpy((char *)r->val + (size_t)to * size, (char *)r->val + (size_t)from * size, size);
}

/* Entries start..end come to lie at `to`; how many. */
static int64_t filter_row(const struct spgemm_rows *r, int64_t to, int64_t start, int64_t end,
                          const struct spgemm *how, enum ten_type type, struct ranked *rank)
{
    int64_t n = 0;
    for (int64_t k = start; k < end; k++) {
        const double m = magnitude(r->val, type, k);
        if (!(m < how->drop))
            rank[n++] = (struct ranked){m, k};
    }
    if (how->topk > 0 && n > how->topk) {
        qsort(rank, (size_t)n, sizeof *rank, by_rank);
        n = how->topk;
        qsort(rank, (size_t)n, sizeof *rank, by_place);
    }
    for (int64_t k = 0; k < n; k++)
        move(r, to + k, rank[k].k, ten_elem_size(type));
    return n;
}

int64_t spgemm_filter(const struct spgemm_rows *r, int64_t n, const struct spgemm *how,
                      enum ten_type type)
{
    int64_t to = 0, start = 0;
    if (how->topk <= 0 && !(how->drop > 0))
        return n;
    struct ranked *rank = xmalloc(((size_t)n + 1) * sizeof *rank);
    for (int64_t i = 0; i < r->end - r->row; i++) {
        const int64_t end = r->count[i];
        to += filter_row(r, to, start, end, how, type, rank);
        r->count[i] = to;
        start = end;
    }
    free(rank);
    return to;
}
