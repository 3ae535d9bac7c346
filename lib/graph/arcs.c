#include "graph/arcs.h"

#include "base/mem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void arcs_add(struct arcs *a, int64_t from, int64_t to, double weight)
{
    assert(from >= 0 && from < a->n && to >= 0 && to < a->n);
    if (a->m == a->room) {
        a->room = a->room ? a->room + a->room / 2 : 1024;
        a->arc = xrealloc(a->arc, (size_t)a->room * sizeof *a->arc);
    }
    a->arc[a->m++] = (struct arc){(uint32_t)from, (uint32_t)to, weight};
}

void arcs_free(struct arcs *a)
{
    free(a->arc);
    *a = (struct arcs){0};
}

/* Arcs by tail, in the order of the list; first[n+1] says where each tail's begin. */
static struct arc *by_tail(const struct arcs *a, int64_t *first)
{
    struct arc *sorted = xmalloc((size_t)a->m * sizeof *sorted);

    memset(first, 0, ((size_t)a->n + 1) * sizeof *first);
    for (int64_t k = 0; k < a->m; k++)
        first[a->arc[k].from]++;
    for (int64_t v = 0, sum = 0; v <= a->n; v++) {
        const int64_t count = first[v];
        first[v] = sum;
        sum += count;
    }
    for (int64_t k = 0; k < a->m; k++)
        sorted[first[a->arc[k].from]++] = a->arc[k];
    memmove(first + 1, first, (size_t)a->n * sizeof *first);
    first[0] = 0;
    return sorted;
}

static int by_head_and_weight(const void *a, const void *b)
{
    const struct arc *x = a, *y = b;

    if (x->to != y->to)
        return x->to < y->to ? -1 : 1;
    return (x->weight > y->weight) - (x->weight < y->weight);
}

static void put(struct csr *m, int64_t k, const struct arc *x)
{
    m->col[k] = x->to;
    if (m->type == TEN_I64)
        ((int64_t *)m->val)[k] = (int64_t)x->weight;
    else
        ((double *)m->val)[k] = x->weight;
}

void arcs_to_csr(struct csr *m, const struct arcs *a, bool whole)
{
    int64_t *first = xmalloc(((size_t)a->n + 1) * sizeof *first);
    struct arc *sorted = by_tail(a, first);
    int64_t n = 0;

    csr_alloc(m, a->n, a->n, a->m, whole ? TEN_I64 : TEN_F64);
    m->weight = true;
    #pragma omp parallel for schedule(dynamic, 1024)
    for (int64_t v = 0; v < a->n; v++)
        if (first[v + 1] > first[v])
            qsort(sorted + first[v], (size_t)(first[v + 1] - first[v]), sizeof *sorted,
                  by_head_and_weight);
    for (int64_t v = 0; v < a->n; v++) {
        for (int64_t k = first[v]; k < first[v + 1]; k++)
            if (sorted[k].to != v && (k == first[v] || sorted[k].to != sorted[k - 1].to))
                put(m, n++, &sorted[k]);
        m->ptr[v + 1] = n;
    }
    m->n = n;
    memset(m->col + n, 0, CSR_AHEAD * sizeof *m->col);
    free(sorted);
    free(first);
}
