/* Rows are compared in blocks, whose findings are joined in order: the first stays the first. */
#include "sparse/difference.h"

#include "base/mem.h"
#include "tensor/cast.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK = 4096 };                  /* rows */

struct comparing { const struct csr *a, *b; const struct tolerance *tolerance; };

static bool different(const struct sparse_difference *d)
{
    return d->only_a + d->only_b + d->values > 0;
}

/* The value of entry k as a number of m's type, or as a double. */
static void value(int64_t *bits, const struct csr *m, int64_t k, bool whole)
{
    const double v = whole ? 0 : m->val ? elem_double(m->val, m->type, k) : 1;
    if (whole)
        *bits = ((const int64_t *)m->val)[k];
    else
        memcpy(bits, &v, sizeof v);
}

static void compare_values(struct sparse_difference *d, const struct comparing *c,
                           struct sparse_place at)
{
    const bool whole = c->a->val && c->b->val && c->a->type == TEN_I64 && c->b->type == TEN_I64;
    int64_t a, b;                       /* the bits of either type */
    struct difference found;
    value(&a, c->a, at.a, whole);
    value(&b, c->b, at.b, whole);
    if (a == b && (whole || c->tolerance->nan_equal))
        return;
    compare(&found, &a, &b, whole ? TEN_I64 : TEN_F64, 1, c->tolerance);
    if (found.count == 0)
        return;
    if (!different(d))
        d->first = at;
    if (d->values++ == 0 || found.absolute > d->absolute) {
        d->worst = at;
        d->absolute = found.absolute;
        d->relative = found.relative;
    }
}

static void compare_row(struct sparse_difference *d, const struct comparing *c, int64_t i)
{
    const struct csr *a = c->a, *b = c->b;
    int64_t ka = a->ptr[i], kb = b->ptr[i];
    while (ka < a->ptr[i + 1] || kb < b->ptr[i + 1]) {
        const int64_t ca = ka < a->ptr[i + 1] ? a->col[ka] : INT64_MAX;
        const int64_t cb = kb < b->ptr[i + 1] ? b->col[kb] : INT64_MAX;
        const struct sparse_place at = {
            .row = i, .col = ca < cb ? ca : cb, .a = ca <= cb ? ka : -1, .b = cb <= ca ? kb : -1};
        if (ca != cb) {
            if (!different(d))
                d->first = at;
            d->only_a += ca < cb;
            d->only_b += cb < ca;
        } else if (c->tolerance) {
            compare_values(d, c, at);
        }
        ka += ca <= cb;
        kb += cb <= ca;
    }
}

static void join(struct sparse_difference *d, const struct sparse_difference *next)
{
    if (!different(d))
        d->first = next->first;
    if (next->values > 0 && (d->values == 0 || next->absolute > d->absolute)) {
        d->worst = next->worst;
        d->absolute = next->absolute;
        d->relative = next->relative;
    }
    d->only_a += next->only_a;
    d->only_b += next->only_b;
    d->values += next->values;
}

void csr_difference(struct sparse_difference *d, const struct csr *a, const struct csr *b,
                    const struct tolerance *tolerance)
{
    const struct comparing c = {a, b, tolerance};
    const int64_t blocks = (a->rows + BLOCK - 1) / BLOCK;
    struct sparse_difference *part = xcalloc((size_t)blocks, sizeof *part);
    #pragma omp parallel for schedule(dynamic)
    for (int64_t p = 0; p < blocks; p++)
        for (int64_t i = p * BLOCK; i < a->rows && i < (p + 1) * BLOCK; i++)
            compare_row(&part[p], &c, i);
    *d = (struct sparse_difference){0};
    for (int64_t p = 0; p < blocks; p++)
        join(d, &part[p]);
    free(part);
}
