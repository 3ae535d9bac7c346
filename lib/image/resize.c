/*
 * With g = gcd(n, m), an axis of n pixels becoming m has these integer weights:
 *
 *   shrinking   in units of g/m of a pixel, source pixel i fills [i m/g, (i+1) m/g) and target
 *               pixel j fills [j n/g, (j+1) n/g): weights are overlaps, their sum is n/g
 *   enlarging   the centre of target j lies at ((2j+1) n - m) / 2m in source indices: with f the
 *               remainder of that division, weights are 2m - f and f, their sum is 2m
 *
 * A row of dst is the weighted sum of rows of src (u32: 255 * 2^22 fits), then of its columns
 * (double, exact: 255 * 2^22 * 2^22 < 2^53), then one rounded division by both sums.
 */
#include "image/resize.h"

#include "base/mem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Target pixel j takes weight[at[j] + k] of source pixel from[j] + k, k < at[j+1] - at[j]. */
struct axis {
    int64_t *from, *at;
    uint32_t *weight;
    int64_t sum;
};

static int64_t gcd(int64_t a, int64_t b)
{
    while (b) {
        const int64_t r = a % b;
        a = b;
        b = r;
    }
    return a;
}

static void shrink_weights(struct axis *x, int64_t n, int64_t m)
{
    const int64_t g = gcd(n, m), source = m / g, target = n / g;

    x->sum = target;
    for (int64_t j = 0, k = 0; j < m; j++) {
        const int64_t start = j * target, end = start + target;
        x->from[j] = start / source;
        x->at[j] = k;
        for (int64_t i = x->from[j]; i * source < end; i++) {
            const int64_t lo = i * source < start ? start : i * source;
            const int64_t hi = (i + 1) * source < end ? (i + 1) * source : end;
            x->weight[k++] = (uint32_t)(hi - lo);
        }
        x->at[j + 1] = k;
    }
}

static void enlarge_weights(struct axis *x, int64_t n, int64_t m)
{
    x->sum = 2 * m;
    for (int64_t j = 0, k = 0; j < m; j++) {
        const int64_t centre = (2 * j + 1) * n - m;         /* in 1/2m pixels */
        const int64_t i = centre < 0 ? 0 : centre / (2 * m);
        const int64_t part = centre < 0 || i == n - 1 ? 0 : centre % (2 * m);

        x->from[j] = i;
        x->at[j] = k;
        x->weight[k++] = (uint32_t)(2 * m - part);
        if (part)
            x->weight[k++] = (uint32_t)part;
        x->at[j + 1] = k;
    }
}

static void axis_init(struct axis *x, int64_t n, int64_t m)
{
    x->from = xmalloc(m * sizeof *x->from);
    x->at = xmalloc((m + 1) * sizeof *x->at);
    x->weight = xmalloc((n + 2 * m) * sizeof *x->weight);   /* every border cuts one pixel */
    if (m > n)
        enlarge_weights(x, n, m);
    else
        shrink_weights(x, n, m);                            /* m = n: weights 1 */
}

static void axis_free(struct axis *x)
{
    free(x->from);
    free(x->at);
    free(x->weight);
}

static void add_row(uint32_t *restrict sum, const uint8_t *restrict row, uint32_t weight, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        sum[i] += weight * row[i];
}

/* total [m,c] = weighted sums over columns of row [n,c]. */
static void add_columns(double *restrict total, const uint32_t *restrict row, const struct axis *x,
                        int64_t m, int64_t c)
{
    for (int64_t j = 0; j < m; j++)
        for (int64_t k = 0; k < c; k++) {
            const uint32_t *p = row + x->from[j] * c + k;
            uint64_t t = 0;
            for (int64_t i = x->at[j]; i < x->at[j + 1]; i++, p += c)
                t += (uint64_t)x->weight[i] * *p;
            total[j * c + k] = (double)t;
        }
}

/* dst = total / sum, rounded.  Both sides of the division are integers below 2^53, so a quotient
 * that is no integer stays below the next one. */
static void divide(uint8_t *restrict dst, const double *restrict total, double sum, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        dst[i] = (uint8_t)(int)((2.0 * total[i] + sum) / (2.0 * sum));
}

void resize_u8(uint8_t *restrict dst, int64_t h, int64_t w, const uint8_t *restrict src, int64_t H,
               int64_t W, int64_t c)
{
    struct axis rows, cols;

    assert(h >= 1 && w >= 1 && H >= 1 && W >= 1);
    assert(h <= RESIZE_MAX && w <= RESIZE_MAX && H <= RESIZE_MAX && W <= RESIZE_MAX);
    if (h == H && w == W) {
        memcpy(dst, src, h * w * c);
        return;
    }
    axis_init(&rows, H, h);
    axis_init(&cols, W, w);
    #pragma omp parallel
    {
        uint32_t *sum = xmalloc(W * c * sizeof *sum);
        double *total = xmalloc(w * c * sizeof *total);
        #pragma omp for schedule(static)
        for (int64_t y = 0; y < h; y++) {
            memset(sum, 0, W * c * sizeof *sum);
            for (int64_t k = rows.at[y]; k < rows.at[y + 1]; k++)
                add_row(sum, src + (rows.from[y] + k - rows.at[y]) * W * c, rows.weight[k], W * c);
            add_columns(total, sum, &cols, w, c);
            divide(dst + y * w * c, total, (double)rows.sum * (double)cols.sum, w * c);
        }
        free(sum);
        free(total);
    }
    axis_free(&rows);
    axis_free(&cols);
}
