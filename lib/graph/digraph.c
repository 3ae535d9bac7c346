#include "graph/digraph.h"

#include "base/fail.h"
#include "base/mem.h"
#include "stream/parcel.h"
#include "tensor/cast.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Whole numbers up to here are doubles. */
#define MAX_WHOLE ((int64_t)1 << 53)
/* Weights above 0 for which no sum overflows, and no length between rounds to the one before. */
#define LEAST 0x1p-500
#define MOST 0x1p500

uint32_t digraph_tail(const struct digraph *g, int64_t arc)
{
    int64_t lo = 0, hi = g->n;              /* ptr[lo] <= arc < ptr[hi] */
    while (hi - lo > 1) {
        const int64_t mid = lo + (hi - lo) / 2;
        *(g->out.ptr[mid] <= arc ? &lo : &hi) = mid;
    }
    return (uint32_t)lo;
}

void digraph_free(struct digraph *g)
{
    csr_free(&g->out);
    csr_free(&g->in);
    csr_origin_free(&g->origin);
    free(g->in_arc);
    free(g->sources);
    free(g->in_h);
    for (int64_t i = 0; i < g->nothers; i++)
        free(g->others[i]);
    free(g->others);
    *g = (struct digraph){0};
}

/* The arcs by head, once those by tail are there. */
static void index_heads(struct digraph *g)
{
    g->n = g->out.rows;
    g->m = g->out.n;
    g->in_arc = xmalloc((size_t)g->m * sizeof *g->in_arc);
    csr_transpose(&g->in, &g->out, g->in_arc);
    g->positive = true;
    for (int64_t k = 0; k < g->m; k++)
        g->positive &= digraph_weights(g)[k] > 0;
}

/* ---- From lists ------------------------------------------------------------------------------ */

/* Place of every arc when arcs are sorted by key, the earlier of equal ones first. */
static void sort_by(int64_t *to, const uint32_t *key, const int64_t *from, int64_t n, int64_t m)
{
    int64_t *at = xcalloc((size_t)n + 1, sizeof *at);
    for (int64_t k = 0; k < m; k++)
        at[key[k] + (int64_t)1]++;
    for (int64_t v = 0; v < n; v++)
        at[v + 1] += at[v];
    for (int64_t k = 0; k < m; k++) {
        const int64_t arc = from ? from[k] : k;
        to[at[key[arc]]++] = arc;
    }
    free(at);
}

static bool in_order(int64_t m, const uint32_t *tail, const uint32_t *head)
{
    for (int64_t k = 1; k < m; k++)
        if (tail[k - 1] > tail[k] || (tail[k - 1] == tail[k] && head[k - 1] > head[k]))
            return false;
    return true;
}

/* By tail, then head.  Often they are in order: what is left of a graph. */
static void order_arcs(int64_t *order, int64_t n, int64_t m, const uint32_t *tail, const uint32_t *head)
{
    if (in_order(m, tail, head)) {
        for (int64_t k = 0; k < m; k++)
            order[k] = k;
        return;
    }
    int64_t *by_head = xmalloc((size_t)m * sizeof *by_head);
    sort_by(by_head, head, NULL, n, m);
    sort_by(order, tail, by_head, n, m);
    free(by_head);
}

void digraph_from_arcs(struct digraph *g, int64_t n, int64_t m, const uint32_t *tail,
                       const uint32_t *head, const double *weight, bool whole, int64_t *number)
{
    int64_t *order = xmalloc((size_t)m * sizeof *order);
    order_arcs(order, n, m, tail, head);
    *g = (struct digraph){.whole = whole};
    csr_alloc(&g->out, n, n, m, TEN_F64);
    g->out.weight = true;
    for (int64_t k = 0; k < m; k++) {
        g->out.ptr[tail[k] + (int64_t)1]++;
        g->out.col[k] = head[order[k]];
        ((double *)g->out.val)[k] = weight[order[k]];
        if (number)
            number[k] = order[k];
    }
    for (int64_t v = 0; v < n; v++)
        g->out.ptr[v + 1] += g->out.ptr[v];
    free(order);
    index_heads(g);
}

static void copy_sources(struct digraph *h, const struct digraph *g)
{
    if (!g->sources)
        return;
    h->nsources = g->nsources;
    h->sources = xmalloc((size_t)g->nsources * sizeof *h->sources);
    memcpy(h->sources, g->sources, (size_t)g->nsources * sizeof *h->sources);
}

void digraph_subgraph(struct digraph *h, const struct digraph *g, const uint8_t *keep,
                      int64_t **number)
{
    int64_t m = 0;
    for (int64_t k = 0; k < g->m; k++)
        m += !keep || keep[k];

    *h = (struct digraph){.whole = g->whole};
    csr_alloc(&h->out, g->n, g->n, m, TEN_F64);
    h->out.weight = true;
    int64_t *from = xmalloc((size_t)m * sizeof *from);
    m = 0;
    for (int64_t v = 0; v < g->n; v++) {
        for (int64_t k = g->out.ptr[v]; k < g->out.ptr[v + 1]; k++) {
            if (keep && !keep[k])
                continue;
            h->out.col[m] = g->out.col[k];
            ((double *)h->out.val)[m] = digraph_weights(g)[k];
            from[m++] = k;
        }
        h->out.ptr[v + 1] = m;
    }
    copy_sources(h, g);
    index_heads(h);
    if (number)
        *number = from;
    else
        free(from);
}

/* ---- Reading --------------------------------------------------------------------------------- */

static int take_sources(struct digraph *g, const struct ten_record *rec, struct ten_err *e)
{
    if (g->sources)
        return fail(e, TEN_E_DATA, "sources: stands twice: expected it once");
    if (rec->shape.rank != 1 ||
        (rec->type != TEN_U32 && rec->type != TEN_I32 && rec->type != TEN_I64))
        return fail(e, TEN_E_DATA, "sources: %s of rank %d: expected u32 of rank 1",
                    ten_type_name(rec->type), rec->shape.rank);
    const int64_t n = ten_count(rec);
    int64_t *wide = xmalloc((size_t)n * sizeof *wide);
    int rc = 0;
    cast(wide, TEN_I64, rec->data, rec->type, n);
    g->sources = xmalloc((size_t)n * sizeof *g->sources);
    g->nsources = n;
    for (int64_t i = 0; rc == 0 && i < n; i++) {
        if (wide[i] < 0 || wide[i] >= CSR_MAX_DIM)
            rc = fail(e, TEN_E_DATA, "sources: element %" PRId64 " is %" PRId64
                      ": expected a vertex, from 0", i, wide[i]);
        g->sources[i] = (uint32_t)wide[i];
    }
    free(wide);
    return rc;
}

static int take_in_h(struct digraph *g, int64_t *length, const struct ten_record *rec,
                     struct ten_err *e)
{
    if (g->in_h)
        return fail(e, TEN_E_DATA, "in_h: stands twice: expected it once");
    if (rec->shape.rank != 1 || (rec->type != TEN_U8 && rec->type != TEN_BOOL))
        return fail(e, TEN_E_DATA, "in_h: %s of rank %d: expected u8 of rank 1",
                    ten_type_name(rec->type), rec->shape.rank);
    *length = ten_count(rec);
    g->in_h = xmalloc((size_t)*length);
    for (int64_t k = 0; k < *length; k++)
        g->in_h[k] = ((const uint8_t *)rec->data)[k] != 0;
    return 0;
}

struct reading { struct digraph *g; int64_t in_h; };

static int take(void *ctx, const struct ten_record *rec, struct ten_err *e)
{
    struct reading *x = ctx;
    struct digraph *g = x->g;
    if (strcmp(rec->name, "sources") == 0)
        return take_sources(g, rec, e);
    if (strcmp(rec->name, "in_h") == 0)
        return take_in_h(g, &x->in_h, rec, e);
    struct ten_record copy = *rec;
    copy.group_attrs = copy.history = NULL;
    g->others = xrealloc(g->others, (size_t)(g->nothers + 1) * sizeof *g->others);
    g->others[g->nothers] = xmalloc((size_t)parcel_bytes(&copy));
    parcel_pack(g->others[g->nothers++], &copy);
    return 0;
}

static int check_weights(const struct digraph *g, struct ten_err *e)
{
    const double *w = digraph_weights(g);
    int64_t bad = g->m;
    #pragma omp parallel for reduction(min:bad)
    for (int64_t k = 0; k < g->m; k++)
        if (!(w[k] == 0 || (w[k] >= LEAST && w[k] <= MOST)) && k < bad)
            bad = k;
    if (bad == g->m)
        return 0;
    return fail(e, TEN_E_DATA, "weight: arc %" PRId64 ", from %" PRIu32 " to %" PRIu32 ": %g: "
                "expected %s", bad, digraph_tail(g, bad), g->out.col[bad], w[bad],
                w[bad] > 0 && w[bad] < INFINITY ? "0, or a number from 2^-500 to 2^500"
                                                : "a finite number, 0 or more");
}

/* Weights of any type become doubles in place of what came. */
static int take_weights(struct digraph *g, struct ten_err *e)
{
    struct csr *m = &g->out;
    double *w = xmalloc((size_t)g->m * sizeof *w);
    g->whole = !m->val || m->type == TEN_I64;
    for (int64_t k = 0; g->whole && m->val && k < g->m; k++)
        if (((const int64_t *)m->val)[k] > MAX_WHOLE) {
            free(w);
            return fail(e, TEN_E_DATA, "weight: arc %" PRId64 ", from %" PRIu32 " to %" PRIu32 ": %"
                        PRId64 ": expected at most 2^53", k, digraph_tail(g, k), m->col[k],
                        ((const int64_t *)m->val)[k]);
        }
    if (m->val)
        cast(w, TEN_F64, m->val, m->type, g->m);
    else
        for (int64_t k = 0; k < g->m; k++)
            w[k] = 1;
    free(m->val);
    m->val = w;
    m->type = TEN_F64;
    m->weight = true;
    return check_weights(g, e);
}

static int check_sources(const struct digraph *g, struct ten_err *e)
{
    uint8_t *seen = xcalloc((size_t)g->n, 1);
    int rc = 0;
    for (int64_t i = 0; rc == 0 && i < g->nsources; i++) {
        const uint32_t v = g->sources[i];
        if (v >= g->n)
            rc = fail(e, TEN_E_DATA, "sources: element %" PRId64 " is %" PRIu32 ": expected a vertex, "
                      "0 to %" PRId64, i, v, g->n - 1);
        else if (seen[v]++)
            rc = fail(e, TEN_E_DATA, "sources: element %" PRId64 " is %" PRIu32 " again: expected every "
                      "source once", i, v);
    }
    free(seen);
    return rc;
}

static int check(struct digraph *g, int64_t in_h, struct ten_err *e)
{
    if (g->out.rows != g->out.cols)
        return fail(e, TEN_E_DATA, "shape [%" PRId64 ",%" PRId64 "]: expected a square matrix, "
                    "a digraph", g->out.rows, g->out.cols);
    g->n = g->out.rows;
    g->m = g->out.n;
    if (take_weights(g, e) < 0 || check_sources(g, e) < 0)
        return -1;
    if (g->in_h && in_h != g->m)
        return fail(e, TEN_E_DATA, "in_h: %" PRId64 " elements: expected %" PRId64 ", one for every arc",
                    in_h, g->m);
    if (g->in_h && g->origin.moved)
        return fail(e, TEN_E_DATA, "in_h: arcs are not in order: expected kind csr with columns that "
                    "rise in every row");
    return 0;
}

int digraph_read(struct digraph *g, struct ten_reader *r, const char *name, struct ten_err *e)
{
    *g = (struct digraph){0};
    struct reading x = {.g = g};
    const struct csr_reading how = {.parallel = true, .origin = &g->origin, .other = take,
                                    .ctx = &x};
    int rc = csr_read(&g->out, r, name, &how, e);
    if (rc == 0 && (rc = check(g, x.in_h, e)) < 0) {
        const struct ten_err was = *e;
        fail(e, was.code, "%s: %s", *name ? name : "standard input", was.text);
    }
    if (rc == 0)
        index_heads(g);
    else
        digraph_free(g);
    return rc;
}

/* ---- Writing --------------------------------------------------------------------------------- */

static int write_arcs(struct ten_writer *w, const struct digraph *g, int64_t group, struct ten_err *e)
{
    struct csr m = g->out;
    if (!g->whole)
        return csr_write_on(w, &m, &g->origin, group, e);
    m.type = TEN_I64;
    m.val = xmalloc((size_t)g->m * sizeof(int64_t));
    cast(m.val, TEN_I64, g->out.val, TEN_F64, g->m);
    const int rc = csr_write_on(w, &m, &g->origin, group, e);
    free(m.val);
    return rc;
}

int digraph_write(struct ten_writer *w, const struct digraph *g, int64_t group, struct ten_err *e)
{
    struct ten_record rec = {.group = group, .shape.rank = 1};
    if (write_arcs(w, g, group, e) < 0)
        return -1;
    rec.name = "sources", rec.type = TEN_U32, rec.data = g->sources, rec.shape.dim[0] = g->nsources;
    if (g->sources && ten_write(w, &rec, e) < 0)
        return -1;
    rec.name = "in_h", rec.type = TEN_U8, rec.data = g->in_h, rec.shape.dim[0] = g->m;
    if (g->in_h && ten_write(w, &rec, e) < 0)
        return -1;
    for (int64_t i = 0; i < g->nothers; i++) {
        parcel_unpack(&rec, g->others[i]);
        rec.group = group;
        if (ten_write(w, &rec, e) < 0)
            return -1;
    }
    return 0;
}
