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
static void lay(char *restrict y, int64_t ny, const char *restrict x, int64_t nx, size_t bytes, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        if (!x) {
            memset(y + i * ny, 0, bytes);
        } else if (bytes % 16 == 0 && bytes <= 64) {    /* a call would cost more than the move */
            for (size_t k = 0; k < bytes; k += 16)
                memcpy(y + i * ny + k, x + i * nx + k, 16);
        } else {
            memcpy(y + i * ny, x + i * nx, bytes);
        }
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
    for (int64_t i = 0; i < n; i++) {
        char *to = x + i * g->pixel;
        if (g->lost)
            lay(g->lost + i * g->edge, 0, to, 0, g->bytes, 1);
        for (int64_t t = 1; t < frames; t++, to += from)
            lay(to, 0, to + from, 0, g->bytes, 1);
        lay(to, 0, g->put ? g->put + i * g->edge : NULL, 0, g->bytes, 1);
    }
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
    for (int64_t done = 0; done < part->n;) {
        struct shift_part p = *part;
        p.first += done;
        p.n = least(part->n - done, s->hw - p.first % s->hw);       /* of one frame */
        char *to = (char *)y + done * p.cols * elem;
        lay_columns(to, x, s, &p, 0, s->fold, s->step);
        lay_columns(to, x, s, &p, s->fold, whole, -s->step);
        lay_columns(to, x, s, &p, whole, s->c, 0);
        done += p.n;
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
