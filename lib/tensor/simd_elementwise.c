/*
 * Two bodies of loops, one for functions of one operand and one for those of two.  They are inlined
 * once for every function with its kind a constant, so what a loop does stands inside it and what the
 * loops look like stands here once.
 */
#include "tensor/simd_elementwise.h"
#include "tensor/simd_pointwise.h"

/* Operands with gaps, or repeated, pass through tiles: a loop stands here once, not once for every layout. */
enum { TILE = 512 };

static const float *lined_up(float *tile, const float *x, int64_t step, int64_t n)
{
    if (step == 1)
        return x;
    for (int64_t i = 0; i < n; i++)
        tile[i] = x[i * step];
    return tile;
}

static void spread(float *y, int64_t step, const float *tile, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        y[i * step] = tile[i];
}

EACH_KIND void of_one(enum unary kind, float ca, float cb, const struct plane *p, float *y, const float *a)
{
    const int64_t n = p->n, ys = p->step[0], as = p->step[1], part = ys == 1 && as == 1 ? n : TILE;
    float tile[TILE], result[TILE];
    for (int64_t r = 0; r < p->rows; r++, y += p->row[0], a += p->row[1])
        for (int64_t at = 0; at < n; at += part) {
            const int64_t m = n - at < part ? n - at : part;
            const float *from = lined_up(tile, a + at * as, as, m);
            float *to = ys == 1 ? y + at : result;
            #pragma omp simd
            for (int64_t i = 0; i < m; i++)
                to[i] = unary_value(kind, ca, cb, from[i]);
            if (ys != 1)
                spread(y + at * ys, ys, result, m);
        }
}

/* A function of two elements: of a family, with kind its enum unary or enum binary. */
EACH_KIND float of_pair(int family, int kind, float ca, float cb, float a, float b)
{
    return family == OF_TWO ? binary_value(kind, a, b)
         : family == OF_ONE_BACK ? unary_slope(kind, ca, cb, a, b)
         : ca * a + cb * b;
}

EACH_KIND void of_two(int family, int kind, float ca, float cb, const struct plane *p, float *y, const float *a, const float *b)
{
    const int64_t n = p->n, ys = p->step[0], as = p->step[1], bs = p->step[2];
    const int64_t part = ys == 1 && as == 1 && bs == 1 ? n : TILE;
    float tile_a[TILE], tile_b[TILE], result[TILE];
    for (int64_t r = 0; r < p->rows; r++, y += p->row[0], a += p->row[1], b += p->row[2])
        for (int64_t at = 0; at < n; at += part) {
            const int64_t m = n - at < part ? n - at : part;
            const float *from_a = lined_up(tile_a, a + at * as, as, m), *from_b = lined_up(tile_b, b + at * bs, bs, m);
            float *to = ys == 1 ? y + at : result;
            #pragma omp simd
            for (int64_t i = 0; i < m; i++)
                to[i] = of_pair(family, kind, ca, cb, from_a[i], from_b[i]);
            if (ys != 1)
                spread(y + at * ys, ys, result, m);
        }
}

/* ---- Which function: switches outside of the loops -------------------------------------------- */

#define UNARIES(X) X(UNARY_NEG) X(UNARY_ABS) X(UNARY_SIGN) X(UNARY_SQUARE) X(UNARY_SQRT) X(UNARY_RSQRT) \
    X(UNARY_RECIPROCAL) X(UNARY_EXP) X(UNARY_LOG) X(UNARY_SIN) X(UNARY_COS) X(UNARY_ROUND) X(UNARY_FLOOR) \
    X(UNARY_AFFINE) X(UNARY_CLAMP) X(UNARY_POWER) ACTIVATIONS(X)
/* Cheap beside the memory they move; the others come as a second pass. */
#define CHAINED(X) X(UNARY_COPY) X(UNARY_RELU) X(UNARY_LEAKY) X(UNARY_RELU6) X(UNARY_HSWISH)
#define BINARIES(X) X(BINARY_ADD) X(BINARY_SUB) X(BINARY_MUL) X(BINARY_DIV) X(BINARY_MAX) X(BINARY_MIN) \
    X(BINARY_POW) X(BINARY_GT) X(BINARY_GE) X(BINARY_EQ)

static void unary(const struct unary_op *f, const struct plane *p, float *y, const float *x)
{
    switch (f->kind) {
#define CASE(kind) case kind: of_one(kind, f->a, f->b, p, y, x); break;
    UNARIES(CASE)
#undef CASE
    }
}

static void unary_back(const struct unary_op *f, const struct plane *p, float *dx, const float *dy, const float *saved)
{
    switch (f->kind) {
#define CASE(kind) case kind: of_two(OF_ONE_BACK, kind, f->a, f->b, p, dx, dy, saved); break;
    UNARIES(CASE)
#undef CASE
    }
}

static void binary(enum binary op, const struct plane *p, float *y, const float *a, const float *b)
{
    switch (op) {
#define CASE(kind) case kind: of_two(OF_TWO, kind, 0, 0, p, y, a, b); break;
    BINARIES(CASE)
#undef CASE
    }
}

static void pointwise(const struct pointwise *f, const struct plane *p, float *y, const float *a, const float *b)
{
    switch (f->family) {
    case OF_ONE:       unary(&f->unary, p, y, a); break;
    case OF_ONE_BACK:  unary_back(&f->unary, p, y, a, b); break;
    case OF_TWO:       binary(f->binary, p, y, a, b); break;
    case OF_TWO_AXPBY: of_two(OF_TWO_AXPBY, 0, f->unary.a, f->unary.b, p, y, a, b); break;
    }
}

/* ---- Chains --------------------------------------------------------------------------------------- */

EACH_KIND void chain_loops(enum unary kind, bool scaled, bool shifted, bool added, float *y, const struct chain *k,
                           const float *x, int64_t rows, int64_t chans, int64_t stride)
{
    const float *scale = k->scale, *shift = k->shift, ca = k->f.a, cb = k->f.b;
    for (int64_t r = 0; r < rows; r++) {
        const float *from = x + r * stride, *add = added ? k->add + r * stride : x;
        float *to = y + r * stride;
        #pragma omp simd
        for (int64_t c = 0; c < chans; c++) {
            float v = from[c];
            if (scaled)
                v *= scale[c];
            if (shifted)
                v += shift[c];
            if (added)
                v += add[c];
            to[c] = unary_value(kind, ca, cb, v);
        }
    }
}

EACH_KIND void chain_of(enum unary kind, float *y, const struct chain *k, const float *x, int64_t rows, int64_t chans, int64_t stride)
{
    switch ((k->scale ? 4 : 0) + (k->shift ? 2 : 0) + (k->add ? 1 : 0)) {
    case 0: chain_loops(kind, false, false, false, y, k, x, rows, chans, stride); break;
    case 1: chain_loops(kind, false, false, true, y, k, x, rows, chans, stride); break;
    case 2: chain_loops(kind, false, true, false, y, k, x, rows, chans, stride); break;
    case 3: chain_loops(kind, false, true, true, y, k, x, rows, chans, stride); break;
    case 6: chain_loops(kind, true, true, false, y, k, x, rows, chans, stride); break;
    case 7: chain_loops(kind, true, true, true, y, k, x, rows, chans, stride); break;
    }
}

static void chain(float *y, const struct chain *k, const float *x, int64_t rows, int64_t chans, int64_t stride)
{
    switch (k->f.kind) {
#define CASE(kind) case kind: chain_of(kind, y, k, x, rows, chans, stride); break;
    CHAINED(CASE)
#undef CASE
    default: break;
    }
}

const struct elementwise_kernels SIMD(elementwise_kernels) = {.pointwise = pointwise, .chain = chain};
