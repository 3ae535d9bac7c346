/*
 * Direct convolutions of few channels, in NHWC and one group (kernels: tensor/direct.h).  A tile is a pixel of
 * DIRECT_IMAGES images; of a clip that is shifted in time, of images of that clip.  Which taps reach a pixel is found once
 * for all images.
 *
 * The data gradient is the same sum over the taps that reach a pixel of x, which weights have in the layout they are in.
 * Of what is shifted, the gradients of a pixel in all frames of a clip are made first, and then go to the frames that their
 * channels came from.  Weight gradients are summed in PARTS at most, by images, and the parts are added in order.
 */
#include "tensor/direct.h"
#include "base/isa.h"
#include "tensor/conv_internal.h"
#include "base/mem.h"
#include "tensor/shift.h"

#include <assert.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

enum { PARTS = 16, PART_IMAGES = 8, PARALLEL = 20000 };

/* ---- Taps of every pixel --------------------------------------------------------------------------------- */

/* A pixel of an image in column `col`, and its taps; skip not 0: also the one so many columns on, whose taps are
 * `next` on.  Those of a row: place[first[row]] .. place[first[row+1]-1]. */
struct place { int64_t col, tap, taps, skip, next; };
struct places { int64_t rows, cols, *first; struct place *place; struct direct_tap *tap; };

/* Row (or column) of x that row p of y reads by row r of the kernel; or the row of y that reads row h.  -1: none. */
static int64_t read_at(int64_t p, int64_t stride, int64_t pad, int64_t at, int64_t size)
{
    const int64_t h = p * stride - pad + at;
    return h < size ? h : -1;
}

static int64_t reached_by(int64_t h, int64_t stride, int64_t pad, int64_t at, int64_t size)
{
    const int64_t p = h + pad - at;
    return p >= 0 && p % stride == 0 && p / stride < size ? p / stride : -1;
}

static int64_t tap_row(const struct conv *c, bool data, int64_t row, int64_t r)
{
    return data ? reached_by(row, c->sh, c->top, r * c->dh, conv_p(c)) : read_at(row, c->sh, c->top, r * c->dh, c->h);
}

static int64_t tap_col(const struct conv *c, bool data, int64_t col, int64_t s)
{
    return data ? reached_by(col, c->sw, c->left, s * c->dw, conv_q(c)) : read_at(col, c->sw, c->left, s * c->dw, c->w);
}

/* Taps of one result, behind those that are there. */
static struct place add_taps(struct places *l, int64_t n, const struct conv *c, bool data, int64_t row, int64_t col)
{
    const int64_t width = data ? conv_q(c) : c->w, chans = data ? c->k : c->c, weights = data ? c->c : c->c * c->k;
    struct place p = {.col = col, .tap = n};
    for (int64_t r = 0; r < c->r; r++)
        for (int64_t s = 0; s < c->s; s++) {
            const int64_t h = tap_row(c, data, row, r), w = tap_col(c, data, col, s);
            if (h >= 0 && w >= 0)
                l->tap[n + p.taps++] = (struct direct_tap){(h * width + w) * chans, (r * c->s + s) * weights};
        }
    return p;
}

/* The same weights by the same way between pixels. */
static bool alike(const struct places *l, const struct place *a, const struct place *b)
{
    const struct direct_tap *p = l->tap + a->tap, *q = l->tap + b->tap;
    bool same = a->taps == b->taps && a->taps > 0;
    for (int64_t i = 0; i < a->taps && same; i++)
        same = p[i].w == q[i].w && q[i].x - p[i].x == q[0].x - p[0].x;
    return same;
}

/* n places of a row: those `step` columns apart become one where they are alike.  Returns how many are left. */
static int64_t join(struct places *l, struct place *p, int64_t n, int64_t step)
{
    int64_t kept = 0;
    for (int64_t i = 0; i + step < n; i++)
        if (p[i].col >= 0 && p[i + step].col >= 0 && alike(l, &p[i], &p[i + step])) {
            p[i].skip = step;
            p[i].next = l->tap[p[i + step].tap].x - l->tap[p[i].tap].x;
            p[i + step].col = -1;
        }
    for (int64_t i = 0; i < n; i++)
        if (p[i].col >= 0)
            p[kept++] = p[i];
    return kept;
}

static struct places *places_new(const struct conv *c, bool data)
{
    struct places *l = xmalloc(sizeof *l);
    *l = (struct places){.rows = data ? c->h : conv_p(c), .cols = data ? c->w : conv_q(c)};
    const int64_t count = l->rows * l->cols;
    int64_t taps = 0;
    l->first = xmalloc(sizeof *l->first * (size_t)(l->rows + 1));
    l->place = xmalloc(sizeof *l->place * (size_t)count);
    l->tap = xmalloc(sizeof *l->tap * (size_t)(count * c->r * c->s));
    l->first[0] = 0;
    for (int64_t row = 0; row < l->rows; row++) {
        struct place *p = l->place + l->first[row];
        for (int64_t col = 0; col < l->cols; col++) {
            p[col] = add_taps(l, taps, c, data, row, col);
            taps += p[col].taps;
        }
        l->first[row + 1] = l->first[row] + join(l, p, l->cols, data ? c->sw : 1);
    }
    return l;
}

static void places_free(void *places)
{
    struct places *l = places;
    free(l->first);
    free(l->place);
    free(l->tap);
    free(l);
}

/* Kept for the next batch, of any size. */
static const struct places *places_of(struct conv_plans *p, const struct conv *c, bool data)
{
    struct conv shape = *c;
    shape.n = 0;
    const struct conv_key key = conv_key_of(&shape, data ? CONV_DATA : CONV_FORWARD, USE_PLACES, NULL);
    struct kept *k = plans_find(p, &key);
    if (!k->value) {
        k->value = places_new(c, data);
        k->release = places_free;
    }
    return k->value;
}

/* ---- Tiles -------------------------------------------------------------------------------------------------- */

/* Images of a clip, or all of them; a clip has so many tiles. */
struct clips { int64_t count, frames, tiles; };

static struct clips clips_of(const struct conv *c, const struct shift *s)
{
    const int64_t frames = s ? s->t : c->n;
    return (struct clips){s ? s->n : 1, frames, conv_parts(frames, DIRECT_IMAGES)};
}

/* An image that is read where a clip has none, or sums that begin. */
static struct block *zeros_of(struct conv_plans *p, int64_t elements)
{
    struct block *b = block_new(p->m, sizeof(float) * (size_t)elements);
    memset(b->data, 0, sizeof(float) * (size_t)elements);
    return b;
}

/* Images from `first` on of a clip at x; those that are not there are zeros, or any. */
static void set_images(struct direct_tile *t, const float *x, int64_t image, int64_t first, int64_t frames, const float *zeros)
{
    t->count = conv_least(DIRECT_IMAGES, frames - first);
    for (int64_t i = 0; i < DIRECT_IMAGES + 2; i++) {
        const int64_t at = first + i - 1;
        t->image[i] = at >= 0 && at < frames ? x + at * image : zeros;
    }
}

static void set_place(struct direct_tile *t, const struct places *l, const struct place *p)
{
    t->tap = l->tap + p->tap;
    t->taps = p->taps;
    t->xnext = p->next;
}

/* All pixels of a row, of the images of a tile: y, `image` elements from one image to the next. */
static void run_row(const struct places *l, struct direct_tile *t, int64_t row, float *y, int64_t image, const float *w,
                    const float *bias, int64_t outs)
{
    const struct direct_kernels *f = ISA_PICK(direct_kernels);
    for (int64_t j = l->first[row]; j < l->first[row + 1]; j++) {
        const struct place *p = &l->place[j];
        float *to[DIRECT_IMAGES];
        for (int64_t i = 0; i < DIRECT_IMAGES; i++)
            to[i] = y + i * image + (row * l->cols + p->col) * outs;
        set_place(t, l, p);
        t->ynext = p->skip * outs;
        f->sums(to, t, w, bias, outs);
    }
}

/* w [K,R,S,C] as [R,S,C,K]. */
static struct block *weights_of(struct conv_plans *p, const struct conv *c, const float *w)
{
    const int64_t each = c->r * c->s * c->c;
    const struct conv shape = {.c = c->c, .k = c->k, .r = c->r, .s = c->s, .groups = 1};
    const struct conv_key key = conv_key_of(&shape, CONV_FORWARD, USE_TRANSFORMED, w);
    bool ready;
    struct block *b = plans_weights(p, &key, c->version, sizeof(float) * (size_t)(each * c->k), &ready);
    float *to = b->data;
    for (int64_t i = 0; i < each && !ready; i++)
        for (int64_t k = 0; k < c->k; k++)
            to[i * c->k + k] = w[k * each + i];
    return b;
}

/* ---- Passes --------------------------------------------------------------------------------------------------- */

void direct_forward(struct conv_plans *p, const struct conv *c, const struct shift *s, float *y, const float *x, const float *w,
                    const float *bias)
{
    const struct clips clips = clips_of(c, s);
    const int64_t from = c->h * c->w * c->c, to = conv_p(c) * conv_q(c) * c->k;
    struct block *weights = weights_of(p, c, w), *zeros = zeros_of(p, from);
    const struct places *l = places_of(p, c, false);

    assert(c->k % DIRECT_OUTS == 0 && (!s || s->step == 1));
    #pragma omp parallel for collapse(2) schedule(static) if (c->n * to > PARALLEL)
    for (int64_t i = 0; i < clips.count * clips.tiles; i++)
        for (int64_t row = 0; row < l->rows; row++) {
            struct direct_tile t = {.chans = c->c, .fold = s ? s->fold : 0, .back = s ? s->back : 0, .wstep = c->k};
            const int64_t clip = i / clips.tiles * clips.frames, first = i % clips.tiles * DIRECT_IMAGES;
            set_images(&t, x + clip * from, from, first, clips.frames, zeros->data);
            run_row(l, &t, row, y + (clip + first) * to, to, weights->data, bias, c->k);
        }
    block_drop(zeros);
    block_drop(weights);
}

static void data(struct conv_plans *p, const struct conv *c, float *dx, const float *dy, const float *w, const float *bias)
{
    const struct clips clips = clips_of(c, NULL);
    const int64_t from = conv_p(c) * conv_q(c) * c->k, to = c->h * c->w * c->c;
    const struct places *l = places_of(p, c, true);
    struct block *zeros = zeros_of(p, from);

    assert(c->c % DIRECT_OUTS == 0);
    #pragma omp parallel for collapse(2) schedule(static) if (c->n * to > PARALLEL)
    for (int64_t i = 0; i < clips.tiles; i++)
        for (int64_t row = 0; row < l->rows; row++) {
            struct direct_tile t = {.chans = c->k, .wstep = c->r * c->s * c->c};
            set_images(&t, dy, from, i * DIRECT_IMAGES, clips.frames, zeros->data);
            run_row(l, &t, row, dx + i * DIRECT_IMAGES * to, to, w, bias, c->c);
        }
    block_drop(zeros);
}

/* Gradients of a pixel in all frames of a clip, or of two pixels: made [2, frames+2, C]. */
struct delivery { float *made, *dx; int64_t image; struct direct_clip clip; bool add; };

static void deliver_row(const struct places *l, struct direct_tile *t, int64_t row, const float *dy, int64_t from, const float *zeros,
                        const float *w, const struct delivery *d)
{
    const struct direct_kernels *f = ISA_PICK(direct_kernels);
    const int64_t chans = d->clip.chans, other = (d->clip.frames + 2) * chans;
    for (int64_t j = l->first[row]; j < l->first[row + 1]; j++) {
        const struct place *p = &l->place[j];
        float *dx = d->dx + (row * l->cols + p->col) * chans;
        set_place(t, l, p);
        t->ynext = p->skip ? other : 0;
        for (int64_t first = 0; first < d->clip.frames; first += DIRECT_IMAGES) {
            float *to[DIRECT_IMAGES];
            set_images(t, dy, from, first, d->clip.frames, zeros);
            for (int64_t i = 0; i < DIRECT_IMAGES; i++)
                to[i] = d->made + (conv_least(first + i, d->clip.frames) + 1) * chans;
            f->sums(to, t, w, NULL, chans);
        }
        f->deliver(dx, d->image, d->made, &d->clip, d->add);
        if (p->skip)
            f->deliver(dx + p->skip * chans, d->image, d->made + other, &d->clip, d->add);
    }
}

static void shifted_data(struct conv_plans *p, const struct conv *c, const struct shift *s, float *dx, const float *dy, const float *w,
                         bool add)
{
    const int64_t from = conv_p(c) * conv_q(c) * c->k, image = c->h * c->w * c->c;
    const struct places *l = places_of(p, c, true);
    struct block *zeros = zeros_of(p, from);

    assert(c->c % DIRECT_OUTS == 0 && s->step == 1);
    #pragma omp parallel if (c->n * image > PARALLEL)
    {
        float *made = xcalloc((size_t)(2 * (s->t + 2) * c->c), sizeof *made);
        #pragma omp for collapse(2) schedule(static)
        for (int64_t i = 0; i < s->n; i++)
            for (int64_t row = 0; row < l->rows; row++) {
                struct direct_tile t = {.chans = c->k, .wstep = c->r * c->s * c->c};
                const struct delivery d = {made, dx + i * s->t * image, image, {s->t, c->c, s->fold, s->back}, add};
                deliver_row(l, &t, row, dy + i * s->t * from, from, zeros->data, w, &d);
            }
        free(made);
    }
    block_drop(zeros);
}

void direct_data(struct conv_plans *p, const struct conv *c, const struct moved *m, float *dx, const float *dy, const float *w,
                 const float *bias)
{
    if (m)
        shifted_data(p, c, m->s, dx, dy, w, m->add);
    else
        data(p, c, dx, dy, w, bias);
}

/* ---- Weight gradients --------------------------------------------------------------------------------------- */

/* Along an axis, numbers lo .. hi-1 of `count` whose pixel i * stride - pad + at is inside: of results by an element of the
 * kernel, or of elements at a result. */
struct inside { int64_t lo, hi; };

static struct inside inside_of(int64_t count, int64_t stride, int64_t pad, int64_t at, int64_t size)
{
    struct inside i = {0, count};
    while (i.lo < i.hi && i.lo * stride - pad + at < 0)
        i.lo++;
    while (i.hi > i.lo && (i.hi - 1) * stride - pad + at >= size)
        i.hi--;
    return i;
}

/* Elements lo .. hi-1 of a row of the kernel that are inside at a column of y. */
static struct inside taps_inside(const struct conv *c, int64_t q)
{
    return inside_of(c->s, c->dw, c->left, q * c->sw, c->w);
}

/* Columns from q on that the same elements are inside of. */
static int64_t columns_alike(const struct conv *c, int64_t q, struct inside at)
{
    int64_t n = 1;
    for (; q + n < conv_q(c); n++) {
        const struct inside i = taps_inside(c, q + n);
        if (i.lo != at.lo || i.hi != at.hi)
            break;
    }
    return n;
}

/* Images and their gradients. */
struct images { const float *x, *dy; };

/* sum [K,R,S,C] += the gradient of row r of the kernel over the stretch's columns from q on, at which elements `at` are
 * inside. */
static void add_columns(const struct conv *c, float *sum, const struct images *i, struct direct_stretch *s, int64_t r, int64_t q,
                        struct inside at)
{
    const struct direct_kernels *f = ISA_PICK(direct_kernels);
    const struct inside p = inside_of(conv_p(c), c->sh, c->top, r * c->dh, c->h);
    const int64_t h = p.lo * c->sh - c->top + r * c->dh, each = c->dw == 1 ? at.hi - at.lo : 1;
    s->lines = p.hi - p.lo;
    s->span = each * c->c;
    for (int64_t e = at.lo; e < at.hi && s->lines; e += each) {
        const float *x = i->x + (h * c->w + q * c->sw - c->left + e * c->dw) * c->c;
        f->gradient(sum + (r * c->s + e) * c->c, c->r * c->s * c->c, x, i->dy + (p.lo * conv_q(c) + q) * c->k, s, c->k);
    }
}

/* sum += the gradient of n images. */
static void add_images(const struct conv *c, float *sum, const struct images *i, int64_t n)
{
    struct direct_stretch s = {
        .images = n, .ximage = c->h * c->w * c->c, .yimage = conv_p(c) * conv_q(c) * c->k,
        .xline = c->sh * c->w * c->c, .yline = conv_q(c) * c->k, .xstep = c->sw * c->c, .ystep = c->k,
    };
    for (int64_t r = 0; r < c->r; r++)
        for (int64_t q = 0; q < conv_q(c); q += s.pixels) {
            const struct inside at = taps_inside(c, q);
            s.pixels = columns_alike(c, q, at);
            add_columns(c, sum, i, &s, r, q, at);
        }
}

/* Of what is shifted a part is made when it is needed: it is read by all taps. */
void direct_weight(struct conv_plans *p, const struct conv *c, const struct shift *s, float *dw, const float *x, const float *dy, bool add)
{
    const int64_t size = c->k * c->r * c->s * c->c, share = conv_most(PART_IMAGES, conv_parts(c->n, PARTS)), parts = conv_parts(c->n, share);
    const int64_t pixels = c->h * c->w, each = s ? conv_least(share, c->n) * pixels * c->c : 0;
    struct block *sums = zeros_of(p, parts * size), *shifted = block_new(p->m, sizeof(float) * (size_t)(each * omp_get_max_threads()));
    float *sum = sums->data;

    assert(c->c % DIRECT_OUTS == 0 && c->k % DIRECT_OUTS == 0);
    #pragma omp parallel for schedule(static) if (c->n * conv_p(c) * conv_q(c) * c->k > PARALLEL)
    for (int64_t i = 0; i < parts; i++) {
        const int64_t first = i * share, n = conv_least(share, c->n - first);
        struct images of = {x + first * pixels * c->c, dy + first * conv_p(c) * conv_q(c) * c->k};
        if (s) {
            float *here = (float *)shifted->data + each * omp_get_thread_num();
            shift_rows(here, x, s, &(struct shift_part){.first = first * pixels, .n = n * pixels, .cols = c->c});
            of.x = here;
        }
        add_images(c, sum + i * size, &of, n);
    }
    for (int64_t i = 0; i < parts; i++)
        for (int64_t j = 0; j < size; j++)
            dw[j] = (i || add ? dw[j] : 0) + sum[i * size + j];
    block_drop(shifted);
    block_drop(sums);
}
