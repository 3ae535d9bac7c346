/*
 * Convolutions as products: the windows of an image stand as rows of a matrix,
 *
 *     col[(n,p,q), (r,s,c)] = x[n, p*sh - top + r*dh, q*sw - left + s*dw, c]      0 outside of the image
 *
 * so that y = col w', dcol = dy w and dw = dy' col.  Images are taken in chunks whose col has about
 * CHUNK elements; groups one after the other.
 */
#include "tensor/conv_internal.h"
#include "tensor/product.h"

#include <string.h>

enum { CHUNK = 4 << 20, PARALLEL = 20000 };

/* Rows n*P + p of one group's windows, from image and row of y `first` on. */
struct windows {
    const struct conv *c;
    int64_t p, q, chans, row;           /* size of y; channels of a group; r,s,c together */
    int64_t chunk;                      /* images */
};

static struct windows windows_of(const struct conv *c)
{
    struct windows v = {.c = c, .p = conv_p(c), .q = conv_q(c), .chans = c->c / c->groups};
    v.row = c->r * c->s * v.chans;
    v.chunk = conv_most(1, conv_least(c->n, CHUNK / (v.p * v.q * v.row)));
    return v;
}

/* col [n,P,Q,R,S,chans] of n images; x at the group's first channel. */
static void to_windows(const struct windows *v, float *col, const float *x, int64_t n)
{
    const struct conv *c = v->c;
    #pragma omp parallel for schedule(static) if (n * v->p * v->q * v->row > PARALLEL)
    for (int64_t i = 0; i < n * v->p; i++) {
        const int64_t up = i % v->p * c->sh - c->top;
        const float *image = x + i / v->p * c->h * c->w * c->c;
        float *to = col + i * v->q * v->row;
        for (int64_t q = 0; q < v->q; q++)
            for (int64_t r = 0; r < c->r; r++)
                for (int64_t s = 0; s < c->s; s++, to += v->chans) {
                    const int64_t h = up + r * c->dh, w = q * c->sw - c->left + s * c->dw;
                    if (h >= 0 && h < c->h && w >= 0 && w < c->w)
                        memcpy(to, image + (h * c->w + w) * c->c, sizeof *to * v->chans);
                    else
                        memset(to, 0, sizeof *to * v->chans);
                }
    }
}

/* dx [n,H,W,C], at the group's first channel: sums of the windows' elements that came from there.
 * Every row of dx is one thread's. */
static void from_windows(const struct windows *v, float *dx, const float *col, int64_t n)
{
    const struct conv *c = v->c;
    #pragma omp parallel for schedule(static) if (n * v->p * v->q * v->row > PARALLEL)
    for (int64_t i = 0; i < n * c->h; i++) {
        float *line = dx + i * c->w * c->c;
        for (int64_t w = 0; w < c->w; w++)
            memset(line + w * c->c, 0, sizeof *line * v->chans);
        for (int64_t r = 0; r < c->r; r++) {
            const int64_t h = i % c->h + c->top - r * c->dh, p = h / c->sh;
            if (h < 0 || h % c->sh || p >= v->p)
                continue;
            const float *from = col + (i / c->h * v->p + p) * v->q * v->row + r * c->s * v->chans;
            for (int64_t q = 0; q < v->q; q++)
                for (int64_t s = 0; s < c->s; s++) {
                    const int64_t w = q * c->sw - c->left + s * c->dw;
                    if (w < 0 || w >= c->w)
                        continue;
                    float *to = line + w * c->c;
                    const float *add = from + q * v->row + s * v->chans;
                    #pragma omp simd
                    for (int64_t k = 0; k < v->chans; k++)
                        to[k] += add[k];
                }
        }
    }
}

void plain_forward(struct conv_plans *p, const struct conv *c, float *y, const float *x, const float *w, const float *bias)
{
    const struct windows v = windows_of(c);
    const int64_t out = c->k / c->groups, pixels = v.p * v.q;
    struct block *col = block_new(p->m, sizeof(float) * v.chunk * pixels * v.row);

    for (int64_t n = 0; n < c->n; n += v.chunk)
        for (int64_t g = 0; g < c->groups; g++) {
            const int64_t images = conv_least(v.chunk, c->n - n);
            to_windows(&v, col->data, x + n * c->h * c->w * c->c + g * v.chans, images);
            product(&(struct product){.tb = true, .m = images * pixels, .n = out, .k = v.row,
                    .lda = v.row, .ldb = v.row, .ldc = c->k, .alpha = 1},
                    y + n * pixels * c->k + g * out, col->data, w + g * out * v.row);
        }
    if (bias)
        rows_add(y, c->n * pixels, c->k, bias);
    block_drop(col);
}

void plain_data(struct conv_plans *p, const struct conv *c, float *dx, const float *dy, const float *w, const float *bias)
{
    const struct windows v = windows_of(c);
    const int64_t out = c->k / c->groups, pixels = v.p * v.q;
    struct block *col = block_new(p->m, sizeof(float) * v.chunk * pixels * v.row);

    for (int64_t n = 0; n < c->n; n += v.chunk)
        for (int64_t g = 0; g < c->groups; g++) {
            const int64_t images = conv_least(v.chunk, c->n - n);
            product(&(struct product){.m = images * pixels, .n = v.row, .k = out,
                    .lda = c->k, .ldb = v.row, .ldc = v.row, .alpha = 1},
                    col->data, dy + n * pixels * c->k + g * out, w + g * out * v.row);
            from_windows(&v, dx + n * c->h * c->w * c->c + g * v.chans, col->data, images);
        }
    if (bias)
        rows_add(dx, c->n * c->h * c->w, c->c, bias);
    block_drop(col);
}

void plain_weight(struct conv_plans *p, const struct conv *c, float *dw, const float *x, const float *dy, bool add)
{
    const struct windows v = windows_of(c);
    const int64_t out = c->k / c->groups, pixels = v.p * v.q;
    struct block *col = block_new(p->m, sizeof(float) * v.chunk * pixels * v.row);

    for (int64_t n = 0; n < c->n; n += v.chunk)
        for (int64_t g = 0; g < c->groups; g++) {
            const int64_t images = conv_least(v.chunk, c->n - n);
            to_windows(&v, col->data, x + n * c->h * c->w * c->c + g * v.chans, images);
            product(&(struct product){.ta = true, .m = out, .n = v.row, .k = images * pixels,
                    .lda = c->k, .ldb = v.row, .ldc = v.row, .alpha = 1, .beta = add || n > 0},
                    dw + g * out * v.row, dy + n * pixels * c->k + g * out, col->data);
        }
    block_drop(col);
}
