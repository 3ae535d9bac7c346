#include "sparse/ewise.h"

#include "sparse/rowwise.h"

#include <math.h>

const char *const ewise_op_names[] = {"plus", "minus", "times", "min", "max", "first", "second",
                                      NULL};
const char *const ewise_place_names[] = {"union", "intersection", "difference", NULL};

enum ewise_places ewise_default_places(enum ewise_op op)
{
    return op == EWISE_TIMES ? EWISE_INTERSECTION : EWISE_UNION;
}

struct ewise {
    const struct csr *a, *b;
    enum ewise_op op;
    enum ewise_places places;
    enum ten_type type;                 /* of the result, 0: without values */
};

static double of_floats(enum ewise_op op, double a, double b)
{
    switch (op) {
    case EWISE_PLUS:  return a + b;
    case EWISE_MINUS: return a - b;
    case EWISE_TIMES: return a * b;
    case EWISE_MIN:   return a < b || isnan(b) ? a : b;
    case EWISE_MAX:   return a > b || isnan(b) ? a : b;
    case EWISE_FIRST: return a;
    default:          return b;
    }
}

static int64_t of_wholes(enum ewise_op op, int64_t a, int64_t b)
{
    switch (op) {
    case EWISE_PLUS:  return (int64_t)((uint64_t)a + (uint64_t)b);
    case EWISE_MINUS: return (int64_t)((uint64_t)a - (uint64_t)b);
    case EWISE_TIMES: return (int64_t)((uint64_t)a * (uint64_t)b);
    case EWISE_MIN:   return a < b ? a : b;
    case EWISE_MAX:   return a > b ? a : b;
    case EWISE_FIRST: return a;
    default:          return b;
    }
}

static double float_at(const struct csr *m, int64_t k)
{
    if (!m->val)
        return 1;
    return m->type == TEN_F32 ? ((const float *)m->val)[k] : ((const double *)m->val)[k];
}

static int64_t whole_at(const struct csr *m, int64_t k)
{
    return m->val ? ((const int64_t *)m->val)[k] : 1;
}

/* val[n] from entries ka of a and kb of b, of which one may be -1: not there.  Results of f32
 * rounded from double are those of float arithmetic. */
static void combine(const struct ewise *w, void *val, int64_t n, int64_t ka, int64_t kb)
{
    const enum ewise_op op = ka >= 0 && kb >= 0 ? w->op : ka >= 0 ? EWISE_FIRST
                           : w->op == EWISE_MINUS ? EWISE_MINUS : EWISE_SECOND;
    if (w->type == TEN_I64) {
        const int64_t a = ka >= 0 ? whole_at(w->a, ka) : 0, b = kb >= 0 ? whole_at(w->b, kb) : 0;
        ((int64_t *)val)[n] = of_wholes(op, a, b);
        return;
    }
    const double a = ka >= 0 ? float_at(w->a, ka) : 0, b = kb >= 0 ? float_at(w->b, kb) : 0;
    const double v = of_floats(op, a, b);
    if (w->type == TEN_F32)
        ((float *)val)[n] = (float)v;
    else
        ((double *)val)[n] = v;
}

static bool stands(enum ewise_places places, bool in_a, bool in_b)
{
    switch (places) {
    case EWISE_INTERSECTION: return in_a && in_b;
    case EWISE_DIFFERENCE:   return !in_b;
    default:                 return true;
    }
}

static int64_t combined_values(const void *ctx, int64_t i, uint32_t *col, void *val)
{
    const struct ewise *w = ctx;
    const struct csr *a = w->a, *b = w->b;
    int64_t n = 0, ka = a->ptr[i], kb = b->ptr[i];
    const int64_t end_a = a->ptr[i + 1], end_b = b->ptr[i + 1];
    while (ka < end_a || kb < end_b) {
        const int64_t ca = ka < end_a ? a->col[ka] : INT64_MAX;
        const int64_t cb = kb < end_b ? b->col[kb] : INT64_MAX;
        const bool in_a = ca <= cb, in_b = cb <= ca;
        if (stands(w->places, in_a, in_b)) {
            col[n] = (uint32_t)(in_a ? ca : cb);
            if (val)
                combine(w, val, n, in_a ? ka : -1, in_b ? kb : -1);
            n++;
        }
        ka += in_a;
        kb += in_b;
    }
    return n;
}

static int64_t combined(const void *ctx, int64_t i, uint32_t *col)
{
    return combined_values(ctx, i, col, NULL);
}

static int64_t longest_union(const struct csr *a, const struct csr *b)
{
    int64_t longest = 0;
    for (int64_t i = 0; i < a->rows; i++) {
        const int64_t n = a->ptr[i + 1] - a->ptr[i] + b->ptr[i + 1] - b->ptr[i];
        longest = n > longest ? n : longest;
    }
    return longest;
}

void csr_ewise(struct csr *c, const struct csr *a, const struct csr *b, enum ewise_op op,
               enum ewise_places places)
{
    const bool counts = op == EWISE_PLUS || op == EWISE_MINUS || op == EWISE_TIMES;
    const struct ewise w = {.a = a, .b = b, .op = op, .places = places,
        .type = a->val ? a->type : b->val ? b->type : counts ? TEN_F64 : 0};
    rowwise_build(c, &(struct rowwise){
        .rows = a->rows, .cols = a->cols, .longest = longest_union(a, b), .row = combined,
        .ctx = &w, .type = w.type, .row_values = combined_values});
    c->weight = a->weight;
}
