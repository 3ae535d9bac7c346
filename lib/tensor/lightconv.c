/*
 * Both ways data go, a result is a sum of at most K rows times K numbers; backward these numbers come from K rows
 * of w, one of each, and are gathered first.  Time is cut into blocks of fixed length, whose sums over time (the
 * gradient of lightweight taps) are added in order.
 */
#include "tensor/lightconv.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

enum {
    TIME = 32,                          /* positions of a block */
    ROWS = 64,                          /* of a softmax block */
    TINY = 20000,                       /* multiplications: one thread is faster */
};

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t most(int64_t a, int64_t b) { return a > b ? a : b; }
static int64_t parts(int64_t whole, int64_t part) { return (whole + part - 1) / part; }

static int64_t length(const struct lightconv *l, int64_t b) { return l->lengths ? l->lengths[b] : l->t; }
static bool tiny(const struct lightconv *l) { return l->b * l->t * l->c * l->k < TINY; }

/* Taps first .. end-1 of position t meet the sequence. */
struct reach { int64_t first, end; };

static struct reach reach_of(const struct lightconv *l, int64_t b, int64_t t)
{
    const int64_t first = most(0, l->pad - t), end = least(l->k, length(l, b) + l->pad - t);
    return (struct reach){first, most(first, end)};
}

static const float *taps_of(const struct lightconv *l, const float *w, int64_t b, int64_t t, int64_t h)
{
    return w + (l->dynamic ? (b * l->t + t) * l->h + h : h) * l->k;
}

void lightconv_forward(const struct lightconv *l, float *y, const float *x, const float *w)
{
    const struct lightconv_kernels *k = ISA_PICK(lightconv_kernels);
    const int64_t width = l->c / (l->h + (l->h == 0));

    #pragma omp parallel for collapse(2) schedule(static) if (!tiny(l))
    for (int64_t b = 0; b < l->b; b++)
        for (int64_t t = 0; t < l->t; t++) {
            const struct reach r = reach_of(l, b, t);
            const float *from = x + (b * l->t + t + r.first - l->pad) * l->c;

            for (int64_t h = 0; h < l->h; h++)
                k->taps(y + (b * l->t + t) * l->c + h * width, from + h * width, l->c,
                        taps_of(l, w, b, t, h) + r.first,
                        r.end - r.first, width);
        }
}

/* x at position s went to the positions s+pad-K+1 .. s+pad, by tap K-1 .. 0. */
static void data_row(const struct lightconv *l, float *dx, const float *dy, const float *w, int64_t b,
                     int64_t s, float *taps)
{
    const int64_t first = most(0, s + l->pad - l->k + 1), end = most(first, least(l->t, s + l->pad + 1)), width = l->c / l->h;

    for (int64_t h = 0; h < l->h; h++) {
        for (int64_t t = first; t < end; t++)
            taps[t - first] = taps_of(l, w, b, t, h)[s + l->pad - t];
        ISA_PICK(lightconv_kernels)->taps(dx + (b * l->t + s) * l->c + h * width,
                                          dy + (b * l->t + first) * l->c + h * width, l->c,
                                          taps, end - first, width);
    }
}

void lightconv_data(const struct lightconv *l, float *dx, const float *dy, const float *w)
{
    #pragma omp parallel if (!tiny(l))
    {
        float *taps = xmalloc(sizeof *taps * (l->k + 1));

        #pragma omp for collapse(2) schedule(static)
        for (int64_t b = 0; b < l->b; b++)
            for (int64_t s = 0; s < l->t; s++)
                if (s < length(l, b))
                    data_row(l, dx, dy, w, b, s, taps);
                else
                    memset(dx + (b * l->t + s) * l->c, 0, sizeof *dx * l->c);
        free(taps);
    }
}

/* Sums [K] over positions first .. end-1 of what the taps of a head met, into dw. */
static void meet(const struct lightconv *l, float *dw, const float *x, const float *dy, int64_t b,
                 int64_t h, int64_t first, int64_t end, float (*part)[LIGHTCONV_LANES])
{
    const struct lightconv_kernels *k = ISA_PICK(lightconv_kernels);
    const int64_t width = l->c / l->h;

    memset(part, 0, sizeof *part * l->k);
    for (int64_t t = first; t < end; t++) {
        const struct reach r = reach_of(l, b, t);

        k->correlate(part + r.first, x + (b * l->t + t + r.first - l->pad) * l->c + h * width, l->c,
                     dy + (b * l->t + t) * l->c + h * width, r.end - r.first, width);
    }
    k->sums(dw, part, l->k);
}

void lightconv_weight(const struct lightconv *l, float *dw, const float *x, const float *dy)
{
    const int64_t each = l->dynamic ? 1 : TIME, blocks = parts(l->t, each), size = l->h * l->k;
    float *block = l->dynamic ? dw : xaligned(sizeof *block * (l->b * blocks * size + 1));

    #pragma omp parallel if (!tiny(l))
    {
        float (*part)[LIGHTCONV_LANES] = xaligned(sizeof *part * (l->k + 1));

        #pragma omp for schedule(static)
        for (int64_t n = 0; n < l->b * blocks; n++) {
            const int64_t first = n % blocks * each;
            for (int64_t h = 0; h < l->h; h++)
                meet(l, block + n * size + h * l->k, x, dy, n / blocks, h, first, least(l->t, first + each), part);
        }
        free(part);
    }
    if (l->dynamic)
        return;
    memset(dw, 0, sizeof *dw * size);
    for (int64_t n = 0; n < l->b * blocks; n++)
        for (int64_t i = 0; i < size; i++)
            dw[i] += block[n * size + i];
    free(block);
}

void lightconv_softmax(float *y, const float *x, int64_t rows, int64_t k)
{
    const struct lightconv_kernels *kernels = ISA_PICK(lightconv_kernels);

    #pragma omp parallel for schedule(static) if (rows * k > TINY)
    for (int64_t r = 0; r < rows; r += ROWS)
        kernels->softmax(y + r * k, x + r * k, k > 0 ? least(ROWS, rows - r) : 0, k);
}

void lightconv_softmax_back(float *dx, const float *y, const float *dy, int64_t rows, int64_t k)
{
    const struct lightconv_kernels *kernels = ISA_PICK(lightconv_kernels);

    #pragma omp parallel for schedule(static) if (rows * k > TINY)
    for (int64_t r = 0; r < rows; r += ROWS)
        kernels->softmax_back(dx + r * k, y + r * k, dy + r * k, least(ROWS, rows - r), k);
}
