/*
 * Channels lie side by side, so every tap of a window is a loop over channels, and the row of results stays in
 * the first cache meanwhile.  A row of gradients asks the windows that reach it, so that no two threads write to
 * the same place.
 */
#include "tensor/pool2d.h"
#include "tensor/simd_math.h"

static void first_of(float *restrict y, int32_t *restrict arg, const float *restrict x, int32_t at, int64_t n)
{
    memcpy(y, x, sizeof *y * n);
    if (arg)
        for (int64_t c = 0; c < n; c++)
            arg[c] = at;
}

static void larger_of(float *restrict y, int32_t *restrict arg, const float *restrict x, int32_t at, int64_t n)
{
    if (arg) {
        #pragma omp simd
        for (int64_t c = 0; c < n; c++) {
            const int32_t take = -(int32_t)((x[c] > y[c]) | (x[c] != x[c]));

            y[c] = bits_float((float_bits(x[c]) & take) | (float_bits(y[c]) & ~take));
            arg[c] = (at & take) | (arg[c] & ~take);
        }
    } else {
        #pragma omp simd
        for (int64_t c = 0; c < n; c++)
            y[c] = pick((x[c] > y[c]) | (x[c] != x[c]), x[c], y[c]);
    }
}

static void max(const struct pool2d *d, int64_t p, float *y, int32_t *arg, const float *x)
{
    const struct span rows = pool_window(&d->y, p);

    for (int64_t q = 0; q < d->x.out; q++) {
        const struct span cols = pool_window(&d->x, q);
        int32_t *const to = arg ? arg + q * d->c : NULL;

        for (int64_t i = rows.first; i < rows.end; i++)
            for (int64_t j = cols.first; j < cols.end; j++) {
                const int64_t at = i * d->x.in + j;

                if (i == rows.first && j == cols.first)
                    first_of(y + q * d->c, to, x + at * d->c, at, d->c);
                else
                    larger_of(y + q * d->c, to, x + at * d->c, at, d->c);
            }
    }
}

/* Whether pixel j of a row of gradients is reached for the first time: pixels before *done have been, those
 * between get zeros. */
static inline bool fresh(float *row, int64_t *done, int64_t j, int64_t c)
{
    if (j < *done)
        return false;
    if (j > *done)
        memset(row + *done * c, 0, sizeof *row * (j - *done) * c);
    *done = j + 1;
    return true;
}

static void give_where(bool first, float *restrict dx, const float *restrict dy,
                       const int32_t *restrict arg, int32_t at, int64_t n)
{
    if (first) {
        #pragma omp simd
        for (int64_t c = 0; c < n; c++)
            dx[c] = pick(arg[c] == at, dy[c], 0.0f);
    } else {
        #pragma omp simd
        for (int64_t c = 0; c < n; c++)
            dx[c] += pick(arg[c] == at, dy[c], 0.0f);
    }
}

static void max_back(const struct pool2d *d, int64_t i, float *dx, const float *dy, const int32_t *arg)
{
    const struct span rows = pool_windows_of(&d->y, i);
    int64_t done = 0;

    for (int64_t p = rows.first; p < rows.end; p++)
        for (int64_t q = 0; q < d->x.out; q++) {
            const struct span cols = pool_window(&d->x, q);
            const int64_t from = (p * d->x.out + q) * d->c;

            for (int64_t j = cols.first; j < cols.end; j++) {
                const bool first = fresh(dx, &done, j, d->c);

                give_where(first, dx + j * d->c, dy + from, arg + from, i * d->x.in + j, d->c);
            }
        }
    if (done < d->x.in)
        memset(dx + done * d->c, 0, sizeof *dx * (d->x.in - done) * d->c);
}

static void give(bool first, float *restrict y, const float *restrict x, float factor, int64_t n)
{
    if (first) {
        #pragma omp simd
        for (int64_t c = 0; c < n; c++)
            y[c] = factor * x[c];
    } else {
        #pragma omp simd
        for (int64_t c = 0; c < n; c++)
            y[c] += factor * x[c];
    }
}

static void average(const struct pool2d *d, int64_t p, float *y, const float *x)
{
    const struct span rows = pool_window(&d->y, p);
    const int64_t height = pool_extent(&d->y, p, d->count_padding);

    for (int64_t q = 0; q < d->x.out; q++) {
        const struct span cols = pool_window(&d->x, q);
        const float area = height * pool_extent(&d->x, q, d->count_padding);

        for (int64_t i = rows.first; i < rows.end; i++)
            for (int64_t j = cols.first; j < cols.end; j++)
                give(i == rows.first && j == cols.first, y + q * d->c, x + (i * d->x.in + j) * d->c, 1, d->c);
        #pragma omp simd
        for (int64_t c = 0; c < d->c; c++)
            y[q * d->c + c] /= area;
    }
}

static void average_back(const struct pool2d *d, int64_t i, float *dx, const float *dy)
{
    const struct span rows = pool_windows_of(&d->y, i);
    int64_t done = 0;

    for (int64_t p = rows.first; p < rows.end; p++) {
        const int64_t height = pool_extent(&d->y, p, d->count_padding);

        for (int64_t q = 0; q < d->x.out; q++) {
            const struct span cols = pool_window(&d->x, q);
            const float part = 1.0f / (height * pool_extent(&d->x, q, d->count_padding));

            for (int64_t j = cols.first; j < cols.end; j++) {
                const bool first = fresh(dx, &done, j, d->c);

                give(first, dx + j * d->c, dy + (p * d->x.out + q) * d->c, part, d->c);
            }
        }
    }
    if (done < d->x.in)
        memset(dx + done * d->c, 0, sizeof *dx * (d->x.in - done) * d->c);
}

const struct pool2d_kernels SIMD(pool2d_kernels) = {
    .max = max, .max_back = max_back, .average = average, .average_back = average_back,
};
