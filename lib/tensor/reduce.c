#include "tensor/simd_reduce.h"
#include "tensor/elementwise.h"

#include "base/mem.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    PARALLEL = 32768,                   /* elements; below, a parallel region costs more than it gives */
    BLOCK = 32768,                      /* elements of x that are summed in one go */
    BLOCKS = 64,                        /* and at most so many, so that there is little to join */
    WIDE = 2048,                        /* columns of a piece */
};

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t most(int64_t a, int64_t b) { return a > b ? a : b; }
static int64_t pieces_of(int64_t n, int64_t piece) { return (n + piece - 1) / piece; }

/* ---- Sums ---------------------------------------------------------------------------------------- */

static double joined(const double *part, int64_t blocks, int64_t step)
{
    double sum = 0;
    for (int64_t b = 0; b < blocks; b++)
        sum += part[b * step];
    return sum;
}

/* One row, cut into blocks. */
static double long_row(const float *x, int64_t n, bool squares)
{
    const struct reduce_kernels *kernels = ISA_PICK(reduce_kernels);
    const int64_t size = most(BLOCK, pieces_of(n, BLOCKS)), blocks = pieces_of(n, size);
    double part[BLOCKS];
    #pragma omp parallel for schedule(static) if (n > PARALLEL)
    for (int64_t b = 0; b < blocks; b++)
        part[b] = kernels->row_sum(x + b * size, least(size, n - b * size), squares);
    return joined(part, blocks, 1);
}

static void row_sums(float *y, const float *x, int64_t rows, int64_t n, bool squares, double scale)
{
    const struct reduce_kernels *kernels = ISA_PICK(reduce_kernels);
    const int64_t few = most(1, BLOCK / 2 / most(n, 1));
    if (n > BLOCK) {
        for (int64_t r = 0; r < rows; r++)
            y[r] = (float)(scale * long_row(x + r * n, n, squares));
        return;
    }
    #pragma omp parallel for schedule(static) if (rows * n > PARALLEL)
    for (int64_t b = 0; b < pieces_of(rows, few); b++)
        for (int64_t r = b * few; r < least(rows, (b + 1) * few); r++)
            y[r] = (float)(scale * kernels->row_sum(x + r * n, n, squares));
}

/* Blocks of rows and pieces of columns, for every o; their sums are joined in order. */
static void column_sums(float *y, const float *x, int64_t outer, int64_t n, int64_t inner, bool squares, double scale)
{
    const struct reduce_kernels *kernels = ISA_PICK(reduce_kernels);
    const int64_t wide = least(inner, WIDE), across = pieces_of(inner, wide);
    const int64_t high = most(pieces_of(n, BLOCKS), most(1, BLOCK / wide)), down = most(1, pieces_of(n, high));
    double *part = xmalloc(outer * down * inner * sizeof *part);

    #pragma omp parallel for schedule(static) if (outer * n * inner > PARALLEL)
    for (int64_t i = 0; i < outer * down * across; i++) {
        const int64_t col = i % across * wide, row = i / across % down * high, o = i / across / down;
        kernels->column_sums(part + (o * down + row / high) * inner + col, x + (o * n + row) * inner + col,
                             least(high, n - row), least(wide, inner - col), inner, squares);
    }
    for (int64_t o = 0; o < outer; o++)
        for (int64_t c = 0; c < inner; c++)
            y[o * inner + c] = (float)(scale * joined(part + o * down * inner + c, down, inner));
    free(part);
}

double reduce_all(enum reduce op, const float *x, int64_t n)
{
    const double sum = long_row(x, n, op == REDUCE_SQUARES);
    return op == REDUCE_MEAN && n > 0 ? sum / n : sum;
}

/* ---- Extremes ------------------------------------------------------------------------------------ */

static void row_extremes(float *y, int32_t *index, bool min, const float *x, int64_t rows, int64_t n)
{
    const struct reduce_kernels *kernels = ISA_PICK(reduce_kernels);
    const int64_t few = most(1, BLOCK / 2 / n);
    #pragma omp parallel for schedule(static) if (rows * n > PARALLEL)
    for (int64_t b = 0; b < pieces_of(rows, few); b++)
        for (int64_t r = b * few; r < least(rows, (b + 1) * few); r++) {
            const float best = kernels->row_max(x + r * n, n, min);
            if (y)
                y[r] = best;
            if (index)
                index[r] = (int32_t)kernels->row_find(x + r * n, n, best);
        }
}

/* Pieces of columns, all rows of each: a running best has no rounding, but ties go to the first. */
static void column_extremes(float *y, int32_t *index, bool min, const float *x, int64_t outer, int64_t n, int64_t inner)
{
    enum { NARROW = 256 };
    const struct reduce_kernels *kernels = ISA_PICK(reduce_kernels);
    const int64_t across = pieces_of(inner, NARROW);
    #pragma omp parallel for schedule(static) if (outer * n * inner > PARALLEL)
    for (int64_t i = 0; i < outer * across; i++) {
        const int64_t o = i / across, col = i % across * NARROW, wide = least(NARROW, inner - col);
        const float *from = x + o * n * inner + col;
        float best[NARROW];
        int32_t place[NARROW] = {0};
        memcpy(best, from, wide * sizeof *best);
        for (int64_t r = 1; r < n; r++)
            kernels->column_max(best, place, from + r * inner, wide, (int32_t)r, min);
        if (y)
            memcpy(y + o * inner + col, best, wide * sizeof *best);
        if (index)
            memcpy(index + o * inner + col, place, wide * sizeof *place);
    }
}

void reduce_index(float *y, int32_t *index, enum reduce op, const float *x, int64_t outer, int64_t n, int64_t inner)
{
    assert((op == REDUCE_MAX || op == REDUCE_MIN) && n <= INT32_MAX);
    if (n == 0) {
        for (int64_t i = 0; y && i < outer * inner; i++)
            y[i] = NAN;
        for (int64_t i = 0; index && i < outer * inner; i++)
            index[i] = -1;
    } else if (inner == 1) {
        row_extremes(y, index, op == REDUCE_MIN, x, outer, n);
    } else {
        column_extremes(y, index, op == REDUCE_MIN, x, outer, n, inner);
    }
}

void reduce(float *y, enum reduce op, const float *x, int64_t outer, int64_t n, int64_t inner)
{
    const double scale = op == REDUCE_MEAN && n > 0 ? 1.0 / n : 1;
    if (outer == 0 || inner == 0)
        return;
    if (op == REDUCE_MAX || op == REDUCE_MIN)
        reduce_index(y, NULL, op, x, outer, n, inner);
    else if (inner == 1)
        row_sums(y, x, outer, n, op == REDUCE_SQUARES, scale);
    else
        column_sums(y, x, outer, n, inner, op == REDUCE_SQUARES, scale);
}

/* ---- Tensors --------------------------------------------------------------------------------------- */

/* Reduce the last group of neighbouring axes of *axes, and take it off the mask. */
static struct tensor last_group(struct memory *m, enum reduce op, const struct tensor *x, unsigned *axes)
{
    int last = x->rank - 1;
    while (last >= 0 && !(*axes >> last & 1))
        last--;
    int first = last;
    while (first > 0 && *axes >> (first - 1) & 1)
        first--;

    int64_t dim[TEN_MAX_RANK];
    memcpy(dim, x->dim, sizeof dim);
    for (int i = first; i <= last; i++) {
        dim[i] = 1;
        *axes &= ~(1u << i);
    }
    struct tensor y = tensor_new(m, TEN_F32, x->rank, dim);
    reduce(y.f, op, x->f, dims_count(first, x->dim), dims_count(last - first + 1, x->dim + first),
           dims_count(x->rank - last - 1, x->dim + last + 1));
    return y;
}

void tensor_reduce(struct memory *m, struct tensor *y, enum reduce op, const struct tensor *x, unsigned axes)
{
    struct tensor now = tensor_compact(m, x);
    while (axes) {
        struct tensor next = last_group(m, op, &now, &axes);
        tensor_drop(&now);
        now = next;
        if (op == REDUCE_SQUARES)       /* squared once */
            op = REDUCE_SUM;
    }
    assert(tensor_contiguous(y) && tensor_count(y) == tensor_count(&now));
    struct tensor flat = tensor_reshape(&now, y->rank, y->dim);
    tensor_unary(y, &(struct unary_op){.kind = op == REDUCE_SQUARES ? UNARY_SQUARE : UNARY_COPY}, &flat);
    tensor_drop(&flat);
    tensor_drop(&now);
}

void tensor_sum_to(struct memory *m, struct tensor *y, const struct tensor *x)
{
    unsigned axes = 0;
    for (int i = 0; i < x->rank; i++) {
        const int own = i - (x->rank - y->rank);
        if (own < 0 || (y->dim[own] == 1 && x->dim[i] != 1))
            axes |= 1u << i;
    }
    tensor_reduce(m, y, REDUCE_SUM, x, axes);
}

/* ---- Running sums -------------------------------------------------------------------------------------- */

static void running(float *y, const float *x, int64_t n, double before)
{
    for (int64_t i = 0; i < n; i++)
        y[i] = (float)(before += x[i]);
}

/* Block by block: sums first, then every block goes on from those before it. */
static void long_running(float *y, const float *x, int64_t n)
{
    const struct reduce_kernels *kernels = ISA_PICK(reduce_kernels);
    const int64_t size = most(BLOCK, pieces_of(n, BLOCKS)), blocks = pieces_of(n, size);
    double before[BLOCKS + 1] = {0};
    #pragma omp parallel for schedule(static)
    for (int64_t b = 0; b < blocks; b++)
        before[b + 1] = kernels->row_sum(x + b * size, least(size, n - b * size), false);
    for (int64_t b = 0; b < blocks; b++)
        before[b + 1] += before[b];
    #pragma omp parallel for schedule(static)
    for (int64_t b = 0; b < blocks; b++)
        running(y + b * size, x + b * size, least(size, n - b * size), before[b]);
}

void reduce_running_sum(float *y, const float *x, int64_t rows, int64_t n)
{
    if (n > BLOCK) {
        for (int64_t r = 0; r < rows; r++)
            long_running(y + r * n, x + r * n, n);
        return;
    }
    #pragma omp parallel for schedule(static) if (rows * n > PARALLEL)
    for (int64_t r = 0; r < rows; r++)
        running(y + r * n, x + r * n, n, 0);
}
