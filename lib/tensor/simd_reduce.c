/*
 * Sums are taken in f32 only over as many terms as its rounding allows, lanes side by side; the lanes
 * are as many at every instruction set, so that only fused squares make a difference between them.
 */
#include "tensor/simd_reduce.h"
#include "tensor/simd_pointwise.h"

enum {
    LANES = 64, DEEP = 16,              /* DEEP terms a lane in f32 */
    COLUMNS = 32,                       /* columns at a time: what fits into registers */
};
typedef float f32x16 __attribute__((vector_size(64)));

EACH_KIND float term(bool squares, float x) { return squares ? x * x : x; }

/* ---- Rows ---------------------------------------------------------------------------------------- */

EACH_KIND double row_sum_of(bool squares, const float *x, int64_t n)
{
    double lane[LANES] = {0};
    int64_t i = 0;
    while (i + LANES <= n) {
        f32x16 acc[LANES / 16] = {{0}};
        for (int deep = 0; deep < DEEP && i + LANES <= n; deep++, i += LANES)
            for (int k = 0; k < LANES / 16; k++) {
                f32x16 v;
                memcpy(&v, x + i + 16 * k, sizeof v);
                acc[k] += squares ? v * v : v;
            }
        float flat[LANES];
        memcpy(flat, acc, sizeof flat);
        #pragma omp simd
        for (int k = 0; k < LANES; k++)
            lane[k] += flat[k];
    }
    for (int k = 0; i < n; i++, k++)
        lane[k] += term(squares, x[i]);
    for (int half = LANES / 2; half > 0; half /= 2)
        for (int k = 0; k < half; k++)
            lane[k] += lane[k + half];
    return lane[0];
}

static double row_sum(const float *x, int64_t n, bool squares)
{
    return squares ? row_sum_of(true, x, n) : row_sum_of(false, x, n);
}

/* ---- Columns --------------------------------------------------------------------------------------- */

/* sum[0..cols) += DEEP or fewer rows. */
EACH_KIND void add_rows(bool squares, double *sum, const float *x, int64_t rows, int64_t cols, int64_t stride)
{
    int64_t c = 0;
    for (; c + COLUMNS <= cols; c += COLUMNS) {
        f32x16 low = {0}, high = {0};
        float flat[COLUMNS];
        for (int64_t r = 0; r < rows; r++) {
            f32x16 a, b;
            memcpy(&a, x + r * stride + c, sizeof a);
            memcpy(&b, x + r * stride + c + 16, sizeof b);
            low += squares ? a * a : a;
            high += squares ? b * b : b;
        }
        memcpy(flat, &low, sizeof low);
        memcpy(flat + 16, &high, sizeof high);
        #pragma omp simd
        for (int k = 0; k < COLUMNS; k++)
            sum[c + k] += flat[k];
    }
    if (c == cols)
        return;
    float rest[COLUMNS] = {0};
    for (int64_t r = 0; r < rows; r++)
        for (int64_t k = 0; k < cols - c; k++)
            rest[k] += term(squares, x[r * stride + c + k]);
    for (int64_t k = 0; k < cols - c; k++)
        sum[c + k] += rest[k];
}

static void column_sums(double *sum, const float *x, int64_t rows, int64_t cols, int64_t stride, bool squares)
{
    memset(sum, 0, cols * sizeof *sum);
    for (int64_t r = 0; r < rows; r += DEEP) {
        const int64_t deep = rows - r < DEEP ? rows - r : DEEP;
        if (squares)
            add_rows(true, sum, x + r * stride, deep, cols, stride);
        else
            add_rows(false, sum, x + r * stride, deep, cols, stride);
    }
}

/* ---- Extremes ---------------------------------------------------------------------------------------- */

/* Whether v takes the place of best: it is larger, or the first NaN. */
EACH_KIND bool beats(bool min, float v, float best)
{
    return ((min ? v < best : v > best) | (v != v)) & (best == best);
}

EACH_KIND float row_max_of(bool min, const float *x, int64_t n)
{
    float lane[LANES], best;
    for (int k = 0; k < LANES; k++)
        lane[k] = x[0];
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES)
        #pragma omp simd
        for (int k = 0; k < LANES; k++)
            lane[k] = pick(beats(min, x[i + k], lane[k]), x[i + k], lane[k]);
    best = lane[0];
    for (int k = 1; k < LANES; k++)
        best = pick(beats(min, lane[k], best), lane[k], best);
    for (; i < n; i++)
        best = pick(beats(min, x[i], best), x[i], best);
    return best;
}

static float row_max(const float *x, int64_t n, bool min)
{
    return min ? row_max_of(true, x, n) : row_max_of(false, x, n);
}

static int64_t row_find(const float *x, int64_t n, float value)
{
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        int found = 0;
        #pragma omp simd reduction(+ : found)
        for (int k = 0; k < LANES; k++)
            found += (x[i + k] == value) | ((x[i + k] != x[i + k]) & (value != value));
        if (found)
            break;
    }
    while (i < n - 1 && !(x[i] == value || (x[i] != x[i] && value != value)))
        i++;
    return i;
}

EACH_KIND void column_max_of(bool min, float *best, int32_t *index, const float *x, int64_t n, int32_t r)
{
    #pragma omp simd
    for (int64_t i = 0; i < n; i++) {
        const bool better = beats(min, x[i], best[i]);
        const int32_t mask = -(int32_t)better;
        index[i] = (r & mask) | (index[i] & ~mask);
        best[i] = pick(better, x[i], best[i]);
    }
}

static void column_max(float *best, int32_t *index, const float *x, int64_t n, int32_t r, bool min)
{
    if (min)
        column_max_of(true, best, index, x, n, r);
    else
        column_max_of(false, best, index, x, n, r);
}

const struct reduce_kernels SIMD(reduce_kernels) = {
    .row_sum = row_sum, .column_sums = column_sums, .row_max = row_max, .row_find = row_find,
    .column_max = column_max,
};
