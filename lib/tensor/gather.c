/*
 * Scattered sums are split so that nobody waits: every thread walks the whole list and adds what falls
 * into its share of the result.  Shares are ranges of columns, which are equally long whatever the indices
 * are (words follow Zipf's law: one row of an embedding may get a tenth of all terms), or, of narrow matrices,
 * every so many rows.  Who owns an element does not matter to its sum.
 */
#include "tensor/gather.h"

#include <omp.h>
#include <stdbool.h>
#include <string.h>

enum {
    TINY = 20000,                       /* elements: one thread is faster */
    LINE = 16,                          /* floats of a cache line, which threads must not share */
    NARROW = 4 * LINE,                  /* columns of a share, at least */
};

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

int64_t index_error(const int32_t *index, int64_t n, int64_t limit)
{
    for (int64_t i = 0; i < n; i++)
        if (index[i] < 0 || index[i] >= limit)
            return i;
    return -1;
}

void gather_rows(float *y, const float *x, const int32_t *index, int64_t n, int64_t c)
{
    #pragma omp parallel for schedule(static) if (n * c > TINY)
    for (int64_t i = 0; i < n; i++)
        memcpy(y + i * c, x + index[i] * c, sizeof *y * c);
}

/* The part of a result [.., C] that thread t of n adds to: columns first .. first+width-1 of the rows whose number
 * divided by LINE leaves `rest` modulo `every`. */
struct share { int64_t first, width, every, rest; };

static struct share share_of(int64_t c, int t, int n)
{
    if (c < NARROW * n)
        return (struct share){0, c, n, t};
    const int64_t width = (c / LINE + n - 1) / n * LINE, first = least(t * width, c);
    return (struct share){first, t == n - 1 ? c - first : least(width, c - first), 1, 0};
}

static bool owns(const struct share *s, int64_t row)
{
    return s->every == 1 || row / LINE % s->every == s->rest;
}

void scatter_rows(float *x, const float *y, const int32_t *index, int64_t n, int64_t c, int32_t skip)
{
    const struct gather_kernels *k = ISA_PICK(gather_kernels);

    #pragma omp parallel if (n * c > TINY)
    {
        const struct share s = share_of(c, omp_get_thread_num(), omp_get_num_threads());

        for (int64_t i = 0; i < n; i++)
            if (index[i] != skip && owns(&s, index[i]))
                k->add(x + index[i] * c + s.first, y + i * c + s.first, 1, s.width);
    }
}

void gather_last(float *y, const float *x, const int32_t *index, int64_t rows, int64_t c, int64_t k)
{
    #pragma omp parallel for schedule(static) if (rows * k > TINY)
    for (int64_t r = 0; r < rows; r++)
        for (int64_t j = 0; j < k; j++)
            y[r * k + j] = x[r * c + index[r * k + j]];
}

void scatter_last(float *x, const float *y, const int32_t *index, int64_t rows, int64_t c, int64_t k)
{
    #pragma omp parallel for schedule(static) if (rows * k > TINY)
    for (int64_t r = 0; r < rows; r++)
        for (int64_t j = 0; j < k; j++)
            x[r * c + index[r * k + j]] += y[r * k + j];
}

void one_hot(float *y, const int32_t *index, int64_t n, int64_t c, float on, float off)
{
    #pragma omp parallel for schedule(static) if (n * c > TINY)
    for (int64_t i = 0; i < n; i++) {
        for (int64_t j = 0; j < c; j++)
            y[i * c + j] = off;
        y[i * c + index[i]] = on;
    }
}

void csr_product(float *y, const struct csr *a, const float *x, int64_t c)
{
    const struct gather_kernels *k = ISA_PICK(gather_kernels);

    /* Rows of graphs differ much in length. */
    #pragma omp parallel for schedule(dynamic, 16) if (a->start[a->rows] * c > TINY)
    for (int64_t r = 0; r < a->rows; r++) {
        memset(y + r * c, 0, sizeof *y * c);
        for (int64_t e = a->start[r]; e < a->start[r + 1]; e++)
            k->add(y + r * c, x + a->col[e] * c, a->value ? a->value[e] : 1, c);
    }
}

void csr_transposed_product(float *x, const struct csr *a, const float *y, int64_t c)
{
    const struct gather_kernels *k = ISA_PICK(gather_kernels);

    memset(x, 0, sizeof *x * a->cols * c);
    #pragma omp parallel if (a->start[a->rows] * c > TINY)
    {
        const struct share s = share_of(c, omp_get_thread_num(), omp_get_num_threads());

        for (int64_t r = 0; r < a->rows; r++)
            for (int64_t e = a->start[r]; e < a->start[r + 1]; e++)
                if (owns(&s, a->col[e]))
                    k->add(x + a->col[e] * c + s.first, y + r * c + s.first, a->value ? a->value[e] : 1, s.width);
    }
}

void csr_value_gradient(float *dvalue, const struct csr *a, const float *y, const float *x, int64_t c)
{
    const struct gather_kernels *k = ISA_PICK(gather_kernels);

    #pragma omp parallel for schedule(dynamic, 16) if (a->start[a->rows] * c > TINY)
    for (int64_t r = 0; r < a->rows; r++)
        for (int64_t e = a->start[r]; e < a->start[r + 1]; e++)
            dvalue[e] = k->dot(y + r * c, x + a->col[e] * c, c);
}
