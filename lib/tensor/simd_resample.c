/*
 * Rows of the image are mixed first, as whole rows [W,C], whose loops are long whatever C is; then the pixels of
 * the mixture.  Where a single row is taken as it is, there is nothing to mix, and runs of pixels that are taken as
 * they are (the inside of a padded image) are copied at once.
 */
#include "tensor/resample.h"

#include <string.h>

enum {
    NARROW = 4,                         /* channels: fewer than a loop over them is worth */
    COPY = 16,                          /* elements of a run that is worth a call */
};

/* y = (+=) the sum of n (a constant) arrays. */
static inline void mix_of(bool add, float *restrict y, const float *x, int64_t stride,
                          const int64_t *index, const float *weight, int n, int64_t length)
{
    const float *restrict x0 = x + index[0] * stride, *restrict x1 = n > 1 ? x + index[1] * stride : x0;
    const float *restrict x2 = n > 2 ? x + index[2] * stride : x0, *restrict x3 = n > 3 ? x + index[3] * stride : x0;
    const float w0 = weight[0], w1 = n > 1 ? weight[1] : 0, w2 = n > 2 ? weight[2] : 0, w3 = n > 3 ? weight[3] : 0;

    #pragma omp simd
    for (int64_t i = 0; i < length; i++) {
        float sum = w0 * x0[i];

        if (n > 1)
            sum += w1 * x1[i];
        if (n > 2)
            sum += w2 * x2[i];
        if (n > 3)
            sum += w3 * x3[i];
        y[i] = add ? y[i] + sum : sum;
    }
}

static inline void mix_four(bool add, float *restrict y, const float *x, int64_t stride,
                            const int64_t *index, const float *weight, int64_t n, int64_t length)
{
    switch (n) {
    case 1:  mix_of(add, y, x, stride, index, weight, 1, length); break;
    case 2:  mix_of(add, y, x, stride, index, weight, 2, length); break;
    case 3:  mix_of(add, y, x, stride, index, weight, 3, length); break;
    default: mix_of(add, y, x, stride, index, weight, 4, length); break;
    }
}

/* Entry row p of an axis: the mixture of its elements, each `stride` long. */
static void mix(bool add, float *restrict y, const float *x, int64_t stride,
                const struct resample_axis *a, int64_t p)
{
    const int64_t end = a->start[p + 1];

    if (a->start[p] == end && !add)
        memset(y, 0, sizeof *y * stride);
    for (int64_t e = a->start[p]; e < end; e += 4) {
        if (add || e > a->start[p])
            mix_four(true, y, x, stride, a->index + e, a->weight + e, end - e, stride);
        else
            mix_four(false, y, x, stride, a->index + e, a->weight + e, end - e, stride);
    }
}

/* Pixels of c (a constant) channels from q on, up to a run that is to be copied: where that starts. */
static inline int64_t narrow_of(int c, bool add, float *restrict y, const float *restrict x,
                                const struct resample_axis *a, int64_t q)
{
    for (; q < a->out && (add || a->run[q] * c < COPY); q++) {
        int64_t e = a->start[q];
        const int64_t end = a->start[q + 1];
        float sum[NARROW] = {0};

        for (int k = 0; k < c && e < end; k++)
            sum[k] = a->weight[e] * x[a->index[e] * c + k];
        for (e++; e < end; e++)
            for (int k = 0; k < c; k++)
                sum[k] += a->weight[e] * x[a->index[e] * c + k];
        for (int k = 0; k < c; k++)
            y[q * c + k] = add ? y[q * c + k] + sum[k] : sum[k];
    }
    return q;
}

static inline int64_t narrow(bool add, float *y, const float *x, const struct resample_axis *a, int64_t q,
                             int64_t c)
{
    switch (c) {
    case 1:  return narrow_of(1, add, y, x, a, q);
    case 2:  return narrow_of(2, add, y, x, a, q);
    case 3:  return narrow_of(3, add, y, x, a, q);
    case 4:  return narrow_of(4, add, y, x, a, q);
    default: return a->out;
    }
}

/* The pixels of a row [W,C]. */
static void across(bool add, float *out, const float *row, const struct resample_axis *x, int64_t c)
{
    for (int64_t q = 0; q < x->out;) {
        const int64_t n = add ? 0 : x->run[q];

        if (n > 0 && (n * c >= COPY || c > NARROW)) {
            memcpy(out + q * c, row + x->index[x->start[q]] * c, sizeof *out * n * c);
            q += n;
        } else if (c > NARROW) {
            mix(add, out + q * c, row, c, x, q);
            q++;
        } else {
            q = add ? narrow(true, out, row, x, q, c) : narrow(false, out, row, x, q, c);
        }
    }
}

static void row(const struct resample_axis *y, const struct resample_axis *x, int64_t p, float *out,
                const float *in, float *work, int64_t c, bool add)
{
    const float *mixed = work;

    if (y->start[p] == y->start[p + 1]) {
        if (!add)
            memset(out, 0, sizeof *out * x->out * c);
        return;
    }
    if (y->run[p] > 0)
        mixed = in + y->index[y->start[p]] * x->in * c;
    else
        mix(false, work, in, x->in * c, y, p);
    across(add, out, mixed, x, c);
}

const struct resample_kernels SIMD(resample_kernels) = {.row = row};
