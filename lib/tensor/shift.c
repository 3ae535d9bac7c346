/*
 * A frame is a matrix [HW,C] of pixels whose columns come from up to three frames.  A few pixels at a time
 * are copied as a whole, and the columns that come from elsewhere are laid over them while they are in the
 * first cache: that beats moving each byte once, in pieces, by a third.
 */
#include "tensor/shift.h"

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

void shift_time(void *restrict y, const void *restrict x, const struct shift *s)
{
    const int64_t elem = (int64_t)s->elem, pixel = s->c * elem, fold = s->fold * elem, back = s->back * elem;
    const int64_t each = pixels_of(pixel), blocks = (s->hw + each - 1) / each, frame = s->hw * pixel;

    assert(s->fold >= 0 && s->back >= 0 && s->fold + s->back <= s->c);
    #pragma omp parallel for schedule(static) if (s->n * s->t * frame > TINY)
    for (int64_t i = 0; i < s->n * s->t * blocks; i++) {
        const int64_t t = i / blocks % s->t, first = i % blocks * each, n = least(each, s->hw - first);
        const int64_t ahead = t + s->step, behind = t - s->step;
        const char *from = (const char *)x + i / blocks * frame + first * pixel;
        char *to = (char *)y + i / blocks * frame + first * pixel;

        memcpy(to, from, n * pixel);
        lay(to, pixel, ahead >= 0 && ahead < s->t ? from + s->step * frame : NULL, pixel, fold, n);
        lay(to + fold, pixel, behind >= 0 && behind < s->t ? from - s->step * frame + fold : NULL, pixel, back, n);
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

void shift_rows(void *restrict y, const void *restrict x, const struct shift *s, const struct shift_part *part)
{
    const int64_t elem = (int64_t)s->elem, whole = s->fold + s->back;
    const int64_t each = part->cols == s->c ? pixels_of(s->c * elem) : part->n;
    for (int64_t done = 0; done < part->n;) {
        struct shift_part p = *part;
        p.first += done;
        p.n = least(least(part->n - done, each), s->hw - p.first % s->hw);      /* of one frame */
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

/* Rows from y to a group of channels of the frame `step` on; the frame that none leads to is done by that at the other
 * end of the clip. */
struct rows { char *x; const char *y; int64_t pixel, frame, n, t; };

static void lay_back(const struct rows *r, const struct shift *s, int64_t at, int64_t bytes, int64_t step)
{
    const int64_t to = r->t + step;
    if (to >= 0 && to < s->t)
        lay(r->x + step * r->frame + at, r->pixel, r->y + at, r->pixel, (size_t)bytes, r->n);
    if (r->t - step < 0 || r->t - step >= s->t)
        lay(r->x + at, r->pixel, NULL, r->pixel, (size_t)bytes, r->n);
}

void shift_rows_back(void *restrict x, const void *restrict y, const struct shift *s, int64_t first, int64_t n)
{
    const int64_t elem = (int64_t)s->elem, pixel = s->c * elem, fold = s->fold * elem, back = s->back * elem;
    for (int64_t done = 0; done < n;) {
        const int64_t row = first + done;
        const struct rows r = {
            .x = (char *)x + row * pixel, .y = (const char *)y + done * pixel, .pixel = pixel, .frame = s->hw * pixel,
            .n = least(least(n - done, pixels_of(pixel)), s->hw - row % s->hw), .t = row / s->hw % s->t,
        };
        lay(r.x + fold + back, pixel, r.y + fold + back, pixel, (size_t)(pixel - fold - back), r.n);
        lay_back(&r, s, 0, fold, s->step);
        lay_back(&r, s, fold, back, -s->step);
        done += r.n;
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
