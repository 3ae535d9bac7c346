/*
 * Depthwise convolutions (groups = C = K) by lines of pixels.  Along a line of results, element (r,s)
 * of the kernel reads a line of x at a fixed step.  Where all of them lie inside of the image one
 * call computes many pixels; near the ends of the line pixels are computed one by one, with the
 * elements that are inside.
 *
 * The data gradient at stride S is S kinds of pixels, each of which is reached by every S-th element
 * of the kernel, at a step of one.  Weight gradients are summed in PARTS at most, by lines, and the
 * parts are added in order.
 */
#include "tensor/depthwise.h"
#include "base/isa.h"
#include "tensor/conv_internal.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

enum { PARTS = 16, TOGETHER = 64 << 10, PARALLEL = 20000 };     /* TOGETHER: elements of x, in the L2 cache */

/* Results 0 .. n-1 of a line; element s of the kernel's row is at column col[s] + i * step of the other
 * image, of `width` columns.  s = which[j], j < count.  All are inside for results lo <= i < hi. */
struct line { int64_t n, step, width, count, *which, *col, lo, hi; };

static int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0); }

static void find_inside(struct line *l)
{
    l->lo = 0;
    l->hi = l->n;
    for (int64_t j = 0; j < l->count; j++) {
        l->lo = conv_most(l->lo, -floor_div(l->col[j], l->step));
        l->hi = conv_least(l->hi, floor_div(l->width - 1 - l->col[j], l->step) + 1);
    }
}

/* Results of a pass along y, or of those along x that are `phase` + i * stride. */
static struct line line_of_y(const struct conv *c, int64_t *space)
{
    struct line l = {.n = conv_q(c), .step = c->sw, .width = c->w, .which = space, .col = space + c->s};
    for (int64_t s = 0; s < c->s; s++) {
        l.which[l.count] = s;
        l.col[l.count++] = s * c->dw - c->left;
    }
    find_inside(&l);
    return l;
}

static struct line line_of_x(const struct conv *c, int64_t phase, int64_t *space)
{
    struct line l = {.n = conv_parts(c->w - phase, c->sw), .step = 1, .width = conv_q(c), .which = space, .col = space + c->s};
    for (int64_t s = 0; s < c->s; s++) {
        const int64_t at = phase + c->left - s * c->dw;
        if (at % c->sw == 0) {
            l.which[l.count] = s;
            l.col[l.count++] = at / c->sw;
        }
    }
    find_inside(&l);
    return l;
}

/* What a thread needs to work: room for a line, rows of the other image by r (below 0: none), taps. */
struct desk { int64_t *space, *from; struct tap *tap; };

static struct desk desk_new(const struct conv *c)
{
    int64_t *space = xmalloc(sizeof *space * (2 * c->s + c->r));
    return (struct desk){space, space + 2 * c->s, xmalloc(sizeof(struct tap) * c->r * c->s)};
}

static void desk_free(struct desk *d)
{
    free(d->space);
    free(d->tap);
}

static void rows_of_y(struct desk *d, const struct conv *c, int64_t row)
{
    for (int64_t r = 0; r < c->r; r++) {
        const int64_t at = row * c->sh - c->top + r * c->dh;
        d->from[r] = at < c->h ? at : -1;
    }
}

static void rows_of_x(struct desk *d, const struct conv *c, int64_t row)
{
    const int64_t height = conv_p(c);
    for (int64_t r = 0; r < c->r; r++) {
        const int64_t at = row + c->top - r * c->dh;
        d->from[r] = at % c->sh == 0 && at / c->sh < height ? at / c->sh : -1;
    }
}

/* The taps of result i of a line that are inside there. */
static int64_t taps_at(struct desk *d, const struct conv *c, const struct line *l, int64_t i, const float *image, float *w)
{
    int64_t n = 0;
    for (int64_t r = 0; r < c->r; r++)
        for (int64_t j = 0; d->from[r] >= 0 && j < l->count; j++) {
            const int64_t col = l->col[j] + i * l->step;
            if (col >= 0 && col < l->width)
                d->tap[n++] = (struct tap){image + (d->from[r] * l->width + col) * c->c, w + (r * c->s + l->which[j]) * c->c};
        }
    return n;
}

/* A line of results y, every ystep-th element; its rows are in the desk. */
static void run_line(const struct conv *c, const struct line *l, float *y, int64_t ystep, const float *image, float *w, const float *bias, struct desk *d)
{
    const struct depthwise_kernels *f = ISA_PICK(depthwise_kernels);
    for (int64_t i = 0, n; i < l->n; i += n) {
        n = i == l->lo && l->hi > l->lo ? l->hi - l->lo : 1;
        f->line(y + i * ystep, ystep, n, d->tap, taps_at(d, c, l, i, image, w), l->step * c->c, bias, c->c);
    }
}

/* w [C,R,S] as [R,S,C]. */
static struct block *weights_of(struct conv_plans *p, const struct conv *c, const float *w)
{
    const int64_t taps = c->r * c->s;
    const struct conv shape = {.c = c->c, .r = c->r, .s = c->s};
    const struct conv_key key = conv_key_of(&shape, CONV_FORWARD, USE_TRANSFORMED, w);
    bool ready;
    struct block *b = plans_weights(p, &key, c->version, sizeof(float) * taps * c->c, &ready);
    float *to = b->data;
    for (int64_t i = 0; i < c->c && !ready; i++)
        for (int64_t t = 0; t < taps; t++)
            to[t * c->c + i] = w[i * taps + t];
    return b;
}

void depthwise_forward(struct conv_plans *p, const struct conv *c, float *y, const float *x, const float *w, const float *bias)
{
    const int64_t rows = conv_p(c), row = conv_q(c) * c->c;
    struct block *b = weights_of(p, c, w);
    #pragma omp parallel if (c->n * rows * row > PARALLEL)
    {
        struct desk d = desk_new(c);
        const struct line l = line_of_y(c, d.space);
        #pragma omp for schedule(static)
        for (int64_t i = 0; i < c->n * rows; i++) {
            rows_of_y(&d, c, i % rows);
            run_line(c, &l, y + i * row, c->c, x + i / rows * c->h * c->w * c->c, b->data, bias, &d);
        }
        desk_free(&d);
    }
    block_drop(b);
}

void depthwise_data(struct conv_plans *p, const struct conv *c, float *dx, const float *dy, const float *w, const float *bias)
{
    const int64_t image = conv_p(c) * conv_q(c) * c->c, row = c->w * c->c;
    struct block *b = weights_of(p, c, w);
    #pragma omp parallel if (c->n * c->h * row > PARALLEL)
    {
        struct desk d = desk_new(c);
        #pragma omp for schedule(static)
        for (int64_t i = 0; i < c->n * c->h; i++) {
            rows_of_x(&d, c, i % c->h);
            for (int64_t phase = 0; phase < conv_least(c->sw, c->w); phase++) {
                const struct line l = line_of_x(c, phase, d.space);
                run_line(c, &l, dx + i * row + phase * c->c, c->sw * c->c, dy + i / c->h * image, b->data, bias, &d);
            }
        }
        desk_free(&d);
    }
    block_drop(b);
}

/* sum [R,S,C] += the gradient of some lines of one image of y, which have the same rows of the kernel
 * inside of x.  The desk has the rows of the first. */
static void add_lines(const struct conv *c, const struct line *l, float *sum, const float *image, const float *dy, int64_t lines, struct desk *d)
{
    const struct depthwise_kernels *f = ISA_PICK(depthwise_kernels);
    struct stretch s = {.lines = lines, .xstep = l->step * c->c, .ystep = c->c, .xline = c->sh * c->w * c->c, .yline = l->n * c->c};
    for (int64_t i = 0; i < l->n; i += s.pixels) {
        s.pixels = i == l->lo && l->hi > l->lo ? l->hi - l->lo : 1;
        f->gradient(d->tap, taps_at(d, c, l, i, image, sum), dy + i * c->c, &s, c->c);
    }
}

/* Lines from `row` on, as far as `end`, that can be added at once. */
static int64_t alike(const struct conv *c, int64_t row, int64_t end)
{
    const int64_t lo = conv_parts(c->top, c->sh), hi = floor_div(c->h - 1 + c->top - (c->r - 1) * c->dh, c->sh) + 1;
    const int64_t most = conv_most(1, TOGETHER / (c->sh * c->w * c->c));
    return row < lo || row >= hi ? 1 : conv_least(most, conv_least(hi, end) - row);
}

void depthwise_weight(struct conv_plans *p, const struct conv *c, float *dw, const float *x, const float *dy, bool add)
{
    const int64_t height = conv_p(c), row = conv_q(c) * c->c, rows = c->n * height, taps = c->r * c->s, size = taps * c->c;
    const int64_t share = conv_parts(rows, PARTS), parts = conv_parts(rows, share);
    struct block *b = block_new(p->m, sizeof(float) * parts * size);
    float *sum = b->data;
    memset(sum, 0, sizeof *sum * parts * size);
    #pragma omp parallel if (rows * row > PARALLEL)
    {
        struct desk d = desk_new(c);
        const struct line l = line_of_y(c, d.space);
        #pragma omp for schedule(static)
        for (int64_t part = 0; part < parts; part++)
            for (int64_t i = part * share, end = conv_least(i + share, rows), lines; i < end; i += lines) {
                lines = alike(c, i % height, i % height + end - i);
                rows_of_y(&d, c, i % height);
                add_lines(c, &l, sum + part * size, x + i / height * c->h * c->w * c->c, dy + i * row, lines, &d);
            }
        desk_free(&d);
    }
    for (int64_t part = 1; part < parts; part++)
        for (int64_t i = 0; i < size; i++)
            sum[i] += sum[part * size + i];
    for (int64_t i = 0; i < c->c; i++)
        for (int64_t t = 0; t < taps; t++)
            dw[i * taps + t] = add ? dw[i * taps + t] + sum[t * c->c + i] : sum[t * c->c + i];
    block_drop(b);
}
