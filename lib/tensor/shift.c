/*
 * A frame is a matrix [HW,C] of pixels whose columns come from up to three frames.  A few pixels at a time
 * are copied as a whole, and the columns that come from elsewhere are laid over them while they are in the
 * first cache: that beats moving each byte once, in pieces, by a third.  Pixels put together in one look, from
 * three registers, are no faster but with AVX-512, and there by little.
 */
#include "tensor/shift.h"

#include "tensor/gather.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

enum {
    TINY = 80000,                       /* bytes: one thread is faster */
    BLOCK = 8192,                       /* bytes of pixels copied at a time */
};

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

/* Pixels of a block. */
static int64_t pixels_of(int64_t pixel) { return pixel < BLOCK ? BLOCK / (pixel + (pixel == 0)) : 1; }

/* n times `bytes`, from one pixel to the next `ny` and `nx` bytes on; x NULL: zeros. */
struct strip { int64_t ny, nx, n; };

static inline __attribute__((always_inline)) void lay_of(char *restrict y, const char *restrict x, const struct strip *s, size_t bytes)
{
    for (int64_t i = 0; i < s->n; i++) {
        if (x)
            memcpy(y + i * s->ny, x + i * s->nx, bytes);
        else
            memset(y + i * s->ny, 0, bytes);
    }
}

/* Of sizes that are usual each has its own loop: a call of memcpy costs more than the move.  Those that are no powers of
 * two are what an eighth each way leaves of 16, 32 and 64 channels. */
static void lay(char *restrict y, int64_t ny, const char *restrict x, int64_t nx, size_t bytes, int64_t n)
{
    const struct strip s = {ny, nx, n};
    switch (bytes) {
    case 0:   break;
    case 4:   lay_of(y, x, &s, 4); break;
    case 8:   lay_of(y, x, &s, 8); break;
    case 12:  lay_of(y, x, &s, 12); break;
    case 16:  lay_of(y, x, &s, 16); break;
    case 32:  lay_of(y, x, &s, 32); break;
    case 48:  lay_of(y, x, &s, 48); break;
    case 64:  lay_of(y, x, &s, 64); break;
    case 96:  lay_of(y, x, &s, 96); break;
    case 128: lay_of(y, x, &s, 128); break;
    case 192: lay_of(y, x, &s, 192); break;
    default:  lay_of(y, x, &s, bytes); break;
    }
}

/* n pixels of frame number f, x at the same of that frame, as S x has them. */
static void shifted_pixels(char *restrict y, const char *restrict x, const struct shift *s, int64_t f, int64_t n)
{
    const int64_t elem = (int64_t)s->elem, pixel = s->c * elem, fold = s->fold * elem, back = s->back * elem;
    const int64_t frame = s->step * s->hw * pixel, t = f % s->t, ahead = t + s->step, behind = t - s->step;
    memcpy(y, x, (size_t)(n * pixel));
    lay(y, pixel, ahead >= 0 && ahead < s->t ? x + frame : NULL, pixel, (size_t)fold, n);
    lay(y + fold, pixel, behind >= 0 && behind < s->t ? x - frame + fold : NULL, pixel, (size_t)back, n);
}

void shift_time(void *restrict y, const void *restrict x, const struct shift *s)
{
    const int64_t pixel = s->c * (int64_t)s->elem, each = pixels_of(pixel), blocks = (s->hw + each - 1) / each;
    const int64_t frame = s->hw * pixel;

    assert(s->fold >= 0 && s->back >= 0 && s->fold + s->back <= s->c);
    #pragma omp parallel for schedule(static) if (s->n * s->t * frame > TINY)
    for (int64_t i = 0; i < s->n * s->t * blocks; i++) {
        const int64_t f = i / blocks, first = i % blocks * each, at = f * frame + first * pixel;
        shifted_pixels((char *)y + at, (const char *)x + at, s, f, least(each, s->hw - first));
    }
}

/* ---- In place ------------------------------------------------------------------------------------------ */

/* One group of channels of some pixels: x is at its first frame, frames are `frame` bytes apart.  Each frame gets the
 * group from the next one (ahead), or the one before; the last one gets put or zeros. */
struct group { char *x, *lost; const char *put; int64_t frame, pixel, edge; size_t bytes; };

static void move_group(const struct group *g, int64_t frames, int64_t n, bool ahead)
{
    const int64_t from = ahead ? g->frame : -g->frame;
    char *x = ahead ? g->x : g->x + (frames - 1) * g->frame;
    if (g->bytes == 0 || frames == 0)
        return;
    if (g->lost)
        lay(g->lost, g->edge, x, g->pixel, g->bytes, n);
    for (int64_t t = 1; t < frames; t++, x += from)
        lay(x, g->pixel, x + from, g->pixel, g->bytes, n);
    lay(x, g->pixel, g->put, g->edge, g->bytes, n);
}

void shift_in_place(void *x, const struct shift *s, void *lost, const void *put)
{
    const int64_t elem = (int64_t)s->elem, pixel = s->c * elem, fold = s->fold * elem, back = s->back * elem;
    const int64_t each = pixels_of(pixel), blocks = (s->hw + each - 1) / each, frame = s->hw * pixel, edge = fold + back;

    #pragma omp parallel for schedule(static) if (s->n * s->t * frame > TINY)
    for (int64_t i = 0; i < s->n * blocks; i++) {
        const int64_t first = i % blocks * each, n = least(each, s->hw - first), at = (i / blocks * s->hw + first) * edge;
        struct group g = {.x = (char *)x + i / blocks * s->t * frame + first * pixel, .lost = lost ? (char *)lost + at : NULL,
                          .put = put ? (const char *)put + at : NULL, .frame = frame, .pixel = pixel, .edge = edge, .bytes = fold};
        move_group(&g, s->t, n, s->step > 0);
        g.x += fold;
        g.lost = lost ? g.lost + fold : NULL;
        g.put = put ? g.put + fold : NULL;
        g.bytes = back;
        move_group(&g, s->t, n, s->step < 0);
    }
}

/* ---- A part ----------------------------------------------------------------------------------------------- */

/* Rows of one frame: columns of the part that are in [lo,hi), from the frame `step` on. */
static void lay_columns(char *y, const char *x, const struct shift *s, const struct shift_part *p, int64_t lo, int64_t hi, int64_t step)
{
    const int64_t elem = (int64_t)s->elem, t = p->first / s->hw % s->t + step;
    const int64_t from = lo > p->col ? lo : p->col, to = least(hi, p->col + p->cols);
    if (from >= to)
        return;
    const char *source = t >= 0 && t < s->t ? x + ((p->first + step * s->hw) * s->c + from) * elem : NULL;
    lay(y + (from - p->col) * elem, p->cols * elem, source, s->c * elem, (size_t)((to - from) * elem), p->n);
}

/* n frames from number `first` of all clips on. */
struct frames { int64_t first, n; };

static bool whole_frames(const struct shift *s, int64_t first, int64_t n)
{
    return n > 0 && first % s->hw == 0 && n % s->hw == 0;
}

/* Some pixels of one frame after the other: those of its neighbours are still in the first cache. */
static void shifted_frames(char *restrict y, const char *restrict x, const struct shift *s, const struct frames *f)
{
    const int64_t pixel = s->c * (int64_t)s->elem, each = pixels_of(2 * pixel), frame = s->hw * pixel;
    for (int64_t p = 0; p < s->hw; p += each)
        for (int64_t i = 0; i < f->n; i++)
            shifted_pixels(y + i * frame + p * pixel, x + (f->first + i) * frame + p * pixel, s, f->first + i,
                           least(each, s->hw - p));
}

void shift_rows(void *restrict y, const void *restrict x, const struct shift *s, const struct shift_part *part)
{
    const int64_t elem = (int64_t)s->elem, whole = s->fold + s->back;
    if (part->cols == s->c && whole_frames(s, part->first, part->n)) {
        shifted_frames(y, x, s, &(struct frames){part->first / s->hw, part->n / s->hw});
        return;
    }
    for (int64_t done = 0; done < part->n;) {
        struct shift_part p = *part;
        p.first += done;
        p.n = least(part->n - done, s->hw - p.first % s->hw);       /* of one frame */
        char *to = (char *)y + done * p.cols * elem;
        if (p.cols == s->c)
            memcpy(to, (const char *)x + p.first * s->c * elem, (size_t)(p.n * s->c * elem));
        else
            lay_columns(to, x, s, &p, whole, s->c, 0);
        lay_columns(to, x, s, &p, 0, s->fold, s->step);
        lay_columns(to, x, s, &p, s->fold, whole, -s->step);
        done += p.n;
    }
}

/* ---- A part of the way back --------------------------------------------------------------------------------- */

/* n rows of frame t.  A group of channels goes to the frame `step` on; the one at the end of the clip to which none leads
 * gets zeros when it is there itself. */
struct rows { char *x; const char *y; int64_t pixel, frame, n, t; };

static void lay_back(const struct rows *r, const struct shift *s, int64_t at, int64_t bytes, int64_t step)
{
    const int64_t to = r->t + step;
    if (to >= 0 && to < s->t)
        lay(r->x + step * r->frame + at, r->pixel, r->y + at, r->pixel, (size_t)bytes, r->n);
    if (r->t - step < 0 || r->t - step >= s->t)
        lay(r->x + at, r->pixel, NULL, r->pixel, (size_t)bytes, r->n);
}

static void lay_all_back(const struct rows *r, const struct shift *s)
{
    const int64_t fold = s->fold * (int64_t)s->elem, back = s->back * (int64_t)s->elem;
    lay(r->x + fold + back, r->pixel, r->y + fold + back, r->pixel, (size_t)(r->pixel - fold - back), r->n);
    lay_back(r, s, 0, fold, s->step);
    lay_back(r, s, fold, back, -s->step);
}

void shift_rows_back(void *restrict x, const void *restrict y, const struct shift *s, int64_t first, int64_t n)
{
    const int64_t pixel = s->c * (int64_t)s->elem, clip = s->t * s->hw;
    struct shift adjoint = *s;
    adjoint.step = -s->step;
    if (n > 0 && first % clip == 0 && n % clip == 0) {              /* whole clips: all that comes to a frame is here */
        shifted_frames((char *)x + first * pixel, y, &adjoint, &(struct frames){0, n / s->hw});
        return;
    }
    for (int64_t done = 0; done < n;) {
        const int64_t row = first + done;
        const struct rows r = {
            .x = (char *)x + row * pixel, .y = (const char *)y + done * pixel, .pixel = pixel, .frame = s->hw * pixel,
            .n = least(least(n - done, pixels_of(pixel)), s->hw - row % s->hw), .t = row / s->hw % s->t,
        };
        lay_all_back(&r, s);
        done += r.n;
    }
}

/* Added: n pixels of some channels, of c; y NULL: zeros, since -0 + 0 is 0. */
static void add_group(float *restrict x, const float *restrict y, int64_t c, int64_t channels, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        for (int64_t k = 0; k < channels; k++)
            x[i * c + k] += y ? y[i * c + k] : 0.0f;
}

/* n rows of frame t: a group of channels goes to the frame `step` on, as in lay_back(). */
static void add_back(float *restrict x, const float *restrict y, const struct shift *s, int64_t t, int64_t channels, int64_t n,
                     int64_t step)
{
    const int64_t to = t + step;
    if (to >= 0 && to < s->t)
        add_group(x + step * s->hw * s->c, y, s->c, channels, n);
    if (t - step < 0 || t - step >= s->t)
        add_group(x, NULL, s->c, channels, n);
}

static void add_rows(float *restrict x, const float *restrict y, const struct shift *s, int64_t t, int64_t n)
{
    const int64_t whole = s->fold + s->back;
    add_group(x + whole, y + whole, s->c, s->c - whole, n);
    add_back(x, y, s, t, s->fold, n, s->step);
    add_back(x + s->fold, y + s->fold, s, t, s->back, n, -s->step);
}

/* Whole clips: all that comes to a frame is in y.  Pixels of S' y are made, and added while they are in the first cache. */
static void add_clips(float *restrict x, const float *restrict y, const struct shift *s, int64_t frames)
{
    enum { FLOATS = BLOCK / 8 };
    const struct gather_kernels *kernels = ISA_PICK(gather_kernels);
    const int64_t each = FLOATS / (s->c + (s->c == 0)), frame = s->hw * s->c;
    struct shift adjoint = *s;
    float made[FLOATS];
    adjoint.step = -s->step;
    for (int64_t p = 0; p < s->hw; p += each)
        for (int64_t i = 0; i < frames; i++) {
            const int64_t at = i * frame + p * s->c, n = least(each, s->hw - p);
            shifted_pixels((char *)made, (const char *)(y + at), &adjoint, i, n);
            kernels->add(x + at, made, 1, n * s->c);
        }
}

void shift_rows_add(float *restrict x, const float *restrict y, const struct shift *s, int64_t first, int64_t n)
{
    const int64_t clip = s->t * s->hw;
    for (int64_t done = 0, k; done < n; done += k) {
        const int64_t row = first + done, whole = row % clip == 0 && s->c <= BLOCK / 8 ? (n - done) / clip : 0;
        float *to = x + row * s->c;
        const float *from = y + done * s->c;
        k = whole > 0 ? whole * clip : least(n - done, s->hw - row % s->hw);
        if (whole > 0)
            add_clips(to, from, s, whole * s->t);
        else
            add_rows(to, from, s, row / s->hw % s->t, k);
    }
}

/* ---- Frame by frame ---------------------------------------------------------------------------------------- */

void shift_online(void *restrict y, const void *restrict x, void *restrict past, const struct shift *s)
{
    const int64_t elem = (int64_t)s->elem, pixel = s->c * elem, back = s->back * elem;
    const int64_t each = pixels_of(pixel), pixels = s->n * s->hw;

    assert(s->fold == 0 && s->t == 1 && s->back <= s->c);
    #pragma omp parallel for schedule(static) if (pixels * pixel > TINY)
    for (int64_t first = 0; first < pixels; first += each) {
        const int64_t n = least(each, pixels - first);
        const char *from = (const char *)x + first * pixel;
        char *to = (char *)y + first * pixel, *kept = (char *)past + first * back;

        memcpy(to, from, n * pixel);
        lay(to, pixel, kept, back, back, n);
        lay(kept, back, from, pixel, back, n);
    }
}
