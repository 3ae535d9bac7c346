/*
 * A frame is a matrix [HW,C] of pixels whose columns come from up to three frames.  A few pixels at a time
 * are copied as a whole, and the columns that come from elsewhere are laid over them while they are in the
 * first cache: that beats moving each byte once, in pieces, by a third.
 */
#include "tensor/shift.h"

#include <assert.h>
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
