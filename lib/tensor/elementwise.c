/*
 * An operation on tensors becomes as few and as long loops as the strides allow: axes are ordered by
 * the result's strides, and those that lie behind each other in all operands become one.  The last
 * two are the kernel's; what is left, and long loops, are cut into pieces for the threads.
 */
#include "tensor/simd_elementwise.h"

#include <assert.h>
#include <stdlib.h>

enum {
    PARALLEL = 32768,                   /* elements; below, a parallel region costs more than it gives */
    PIECE = 16384,                      /* elements that a thread does in one go */
    SHORT = 64,                         /* a row of fewer channels costs more than its elements, */
    TILE = 512,                         /* so they are repeated to this many */
};

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t pieces_of(int64_t n, int64_t piece) { return (n + piece - 1) / piece; }

struct loops { int rank; int64_t dim[TEN_MAX_RANK], step[OPERANDS][TEN_MAX_RANK]; };

static void add_axis(struct loops *l, int at, int64_t dim, const int64_t step[OPERANDS])
{
    for (int i = l->rank++; i > at; i--) {
        l->dim[i] = l->dim[i - 1];
        for (int k = 0; k < OPERANDS; k++)
            l->step[k][i] = l->step[k][i - 1];
    }
    l->dim[at] = dim;
    for (int k = 0; k < OPERANDS; k++)
        l->step[k][at] = step[k];
}

/* The axes of operands of one shape that have more than one element, the farthest steps of the
 * result first. */
static struct loops axes_of(const struct tensor *const t[OPERANDS])
{
    struct loops l = {0};
    for (int i = 0; i < t[0]->rank; i++) {
        int64_t step[OPERANDS];
        int at = l.rank;
        if (t[0]->dim[i] == 1)
            continue;
        for (int k = 0; k < OPERANDS; k++)
            step[k] = t[k]->stride[i];
        while (at > 0 && llabs(l.step[0][at - 1]) < llabs(step[0]))
            at--;
        add_axis(&l, at, t[0]->dim[i], step);
    }
    return l;
}

static struct loops merged(const struct loops *l)
{
    struct loops m = {0};
    for (int i = 0; i < l->rank; i++) {
        const int last = m.rank - 1;
        bool joins = last >= 0;
        for (int k = 0; k < OPERANDS && joins; k++)
            joins = m.step[k][last] == l->dim[i] * l->step[k][i];
        if (joins) {
            m.dim[last] *= l->dim[i];
            for (int k = 0; k < OPERANDS; k++)
                m.step[k][last] = l->step[k][i];
        } else {
            add_axis(&m, m.rank, l->dim[i], (const int64_t[]){l->step[0][i], l->step[1][i], l->step[2][i]});
        }
    }
    while (m.rank < 2)                  /* the kernel wants two */
        add_axis(&m, 0, 1, (const int64_t[]){0, 0, 0});
    return m;
}

static void run_loops(const struct pointwise *f, const struct loops *l, float *y, const float *a, const float *b)
{
    const struct elementwise_kernels *kernels = ISA_PICK(elementwise_kernels);
    const int inner = l->rank - 1;
    const int64_t rows = l->dim[inner - 1], n = l->dim[inner], planes = dims_count(inner - 1, l->dim);
    const int64_t wide = least(n, PIECE), high = least(rows, PIECE / wide);
    const int64_t across = pieces_of(n, wide), down = pieces_of(rows, high);

    #pragma omp parallel for schedule(static) if (planes * rows * n > PARALLEL)
    for (int64_t i = 0; i < planes * down * across; i++) {
        const int64_t col = i % across * wide, row = i / across % down * high;
        struct plane p = {.rows = least(high, rows - row), .n = least(wide, n - col)};
        int64_t at[OPERANDS];
        for (int k = 0; k < OPERANDS; k++) {
            p.row[k] = l->step[k][inner - 1];
            p.step[k] = l->step[k][inner];
            at[k] = row * p.row[k] + col * p.step[k];
            for (int64_t left = i / across / down, axis = inner - 2; axis >= 0; left /= l->dim[axis--])
                at[k] += left % l->dim[axis] * l->step[k][axis];
        }
        kernels->pointwise(f, &p, y + at[0], a + at[1], b + at[2]);
    }
}

/* Rows so short that they cost more than their elements, with one operand the same row every time:
 * that row is repeated, and rows become fewer and longer. */
static bool run_tiled(const struct pointwise *f, const struct loops *l, float *y, const float *a, const float *b)
{
    const int64_t rows = l->dim[0], n = l->dim[1], times = TILE / n;
    const int same = l->step[1][0] == 0 ? 1 : 2;
    float tile[TILE];
    if (l->rank != 2 || n >= SHORT || rows < 2 * times || l->step[same][0] != 0)
        return false;
    for (int k = 0; k < OPERANDS; k++)
        if (l->step[k][1] != 1 || (k != same && l->step[k][0] != n))
            return false;

    for (int64_t i = 0; i < times * n; i++)
        tile[i] = (same == 1 ? a : b)[i % n];
    struct loops high = *l, rest = *l;
    const int64_t done = rows / times * times;
    high.dim[0] = rows / times;
    high.dim[1] = times * n;
    for (int k = 0; k < OPERANDS; k++)
        high.step[k][0] = k == same ? 0 : times * n;
    run_loops(f, &high, y, same == 1 ? tile : a, same == 2 ? tile : b);
    rest.dim[0] = rows - done;
    if (rest.dim[0] > 0)
        run_loops(f, &rest, y + done * n, same == 1 ? a : a + done * n, same == 2 ? b : b + done * n);
    return true;
}

/* y = f(a, b), operands broadcast. */
static void run(const struct pointwise *f, struct tensor *y, const struct tensor *a, const struct tensor *b)
{
    assert(y->type == TEN_F32 && a->type == TEN_F32 && b->type == TEN_F32);
    if (tensor_count(y) == 0)
        return;
    struct tensor wide_a = tensor_broadcast(a, y->rank, y->dim), wide_b = tensor_broadcast(b, y->rank, y->dim);
    const struct loops axes = axes_of((const struct tensor *const[]){y, &wide_a, &wide_b}), l = merged(&axes);
    if (!run_tiled(f, &l, y->f, wide_a.f, wide_b.f))
        run_loops(f, &l, y->f, wide_a.f, wide_b.f);
    tensor_drop(&wide_a);
    tensor_drop(&wide_b);
}

/* ---- The operations ------------------------------------------------------------------------------ */

void tensor_binary(struct tensor *y, enum binary op, const struct tensor *a, const struct tensor *b)
{
    run(&(struct pointwise){.family = OF_TWO, .binary = op}, y, a, b);
}

void tensor_axpby(struct tensor *y, float a, const struct tensor *x, float b)
{
    if (b == 0)
        tensor_unary(y, &(struct unary_op){UNARY_AFFINE, a, 0}, x);
    else
        run(&(struct pointwise){.family = OF_TWO_AXPBY, .unary = {.a = a, .b = b}}, y, x, y);
}

void tensor_accumulate(struct tensor *y, const struct tensor *x, float a) { tensor_axpby(y, a, x, 1); }

/* Exponents that have a function of their own. */
static struct unary_op simpler(const struct unary_op *f)
{
    static const struct { float exponent; enum unary kind; } known[] = {
        {2, UNARY_SQUARE}, {1, UNARY_COPY}, {0.5f, UNARY_SQRT}, {-0.5f, UNARY_RSQRT}, {-1, UNARY_RECIPROCAL}
    };
    for (size_t i = 0; f->kind == UNARY_POWER && i < sizeof known / sizeof *known; i++)
        if (f->a == known[i].exponent)
            return (struct unary_op){.kind = known[i].kind};
    return *f;
}

void tensor_unary(struct tensor *y, const struct unary_op *f, const struct tensor *x)
{
    run(&(struct pointwise){.family = OF_ONE, .unary = simpler(f)}, y, x, x);
}

enum unary_saved unary_saves(enum unary kind)
{
    switch (kind) {
    case UNARY_COPY: case UNARY_NEG: case UNARY_SIGN: case UNARY_ROUND: case UNARY_FLOOR: case UNARY_AFFINE:
        return SAVED_NOTHING;
    case UNARY_SQRT: case UNARY_RSQRT: case UNARY_RECIPROCAL: case UNARY_EXP: case UNARY_RELU: case UNARY_LEAKY:
    case UNARY_RELU6: case UNARY_HSIGMOID: case UNARY_TANH: case UNARY_SIGMOID: case UNARY_SOFTPLUS:
        return SAVED_Y;
    default:
        return SAVED_X;
    }
}

void tensor_unary_back(struct tensor *dx, const struct unary_op *f, const struct tensor *dy, const struct tensor *saved)
{
    struct unary_op g = *f;
    if (f->kind == UNARY_POWER && f->a == 2)
        g.kind = UNARY_SQUARE;
    if (f->kind == UNARY_POWER && f->a == 1)
        g.kind = UNARY_COPY;
    run(&(struct pointwise){.family = OF_ONE_BACK, .unary = g}, dx, dy, saved ? saved : dy);
}

/* ---- Chains ---------------------------------------------------------------------------------------- */

static void run_chain(float *y, const struct chain *k, const float *x, int64_t rows, int64_t chans)
{
    const struct elementwise_kernels *kernels = ISA_PICK(elementwise_kernels);
    const int64_t wide = least(chans, PIECE), high = least(rows, PIECE / wide);
    const int64_t across = pieces_of(chans, wide), down = pieces_of(rows, high);

    #pragma omp parallel for schedule(static) if (rows * chans > PARALLEL)
    for (int64_t i = 0; i < down * across; i++) {
        const int64_t col = i % across * wide, row = i / across * high, at = row * chans + col;
        const struct chain part = {k->scale ? k->scale + col : NULL, k->shift ? k->shift + col : NULL,
                                   k->add ? k->add + at : NULL, k->f};
        kernels->chain(y + at, &part, x + at, least(high, rows - row), least(wide, chans - col), chans);
    }
}

/* As run_tiled(): rows of few channels become long ones.  How many rows that did. */
static int64_t chain_tiled(float *y, const struct chain *k, const float *x, int64_t rows, int64_t chans)
{
    const int64_t times = TILE / chans, n = times * chans;
    float scale[TILE], shift[TILE];
    if (chans >= SHORT || rows < 2 * times)
        return 0;
    for (int64_t i = 0; i < n; i++) {
        scale[i] = k->scale ? k->scale[i % chans] : 1;
        shift[i] = k->shift ? k->shift[i % chans] : 0;
    }
    const struct chain tiled = {k->scale ? scale : NULL, k->shift ? shift : NULL, k->add, k->f};
    run_chain(y, &tiled, x, rows / times, n);
    return rows / times * times;
}

void elementwise_chain(float *y, const struct chain *k, const float *x, int64_t rows, int64_t chans)
{
    struct chain c = *k;
    assert(!k->scale || k->shift);
    if (rows == 0 || chans == 0)
        return;
    if (!chain_fuses(c.f.kind))
        c.f.kind = UNARY_COPY;
    if (!c.shift) {                     /* nothing depends on the channel: one long row */
        run_chain(y, &c, x, 1, rows * chans);
    } else {
        const int64_t done = chain_tiled(y, &c, x, rows, chans), at = done * chans;
        c.add = c.add ? c.add + at : NULL;
        if (done < rows)
            run_chain(y + at, &c, x + at, rows - done, chans);
    }
    if (c.f.kind != k->f.kind) {
        struct tensor t = tensor_over(y, TEN_F32, 1, (const int64_t[]){rows * chans});
        tensor_unary(&t, &k->f, &t);
    }
}
