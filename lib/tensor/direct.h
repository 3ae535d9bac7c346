/*
 * Kernels of direct convolutions of few channels.  The same pixel of several images is computed at once: all of them
 * have the same taps inside, however small the images are.  Where images are frames of a clip that is shifted in time
 * (tensor/shift.h), channels are read from the frame that they come from, and nothing is moved.
 */
#ifndef TENSOR_DIRECT_H
#define TENSOR_DIRECT_H

#include <stdbool.h>
#include <stdint.h>

/* OUTS: channels of a result come in multiples of it. */
enum { DIRECT_IMAGES = 8, DIRECT_OUTS = 16 };

/* An element of the kernel as seen from a result: where its pixel is in an image, and its weights. */
struct direct_tap { int64_t x, w; };

/*
 * A pixel of `count` images, the taps that reach it, and where each image begins: image[i+1] for the i-th.  Of those,
 * channels c < fold are read from the image after it (image[i+2]), and the next `back` from the one before; all
 * pointers are valid, and those before the first and after the last are read only for these.  wstep: from the weights of a
 * channel to those of the next one.  ynext not 0: there is another pixel so far on in y, whose taps are xnext on in x.
 */
struct direct_tile {
    const float *image[DIRECT_IMAGES + 2];
    const struct direct_tap *tap;
    int64_t count, taps, chans, fold, back, wstep, xnext, ynext;
};

/* Pixels of some images: images, lines and pixels, and how far apart two of each are in x and in y.  span: so many elements
 * of x, which are whole pixels, are read by neighbouring taps. */
struct direct_stretch { int64_t images, lines, pixels, span, ximage, yimage, xline, yline, xstep, ystep; };

/* Of a clip: its frames, the channels of a pixel, and those of which gradients go to a neighbour. */
struct direct_clip { int64_t frames, chans, fold, back; };

struct direct_kernels {
    /* y[i][k] = bias[k] + sum over taps and c < chans of image(c)[tap.x + c] w[tap.w + c wstep + k]   k < outs, i < count */
    void (*sums)(float *const *y, const struct direct_tile *t, const float *w, const float *bias, int64_t outs);
    /* dw[k wstep + i] += sum over the stretch of x[i] dy[k]     i < span, k < outs */
    void (*gradient)(float *dw, int64_t wstep, const float *x, const float *dy, const struct direct_stretch *s, int64_t outs);
    /* dx[t frame + c] = (or, with add, +=) made[t+1][c], for c < fold made[t][c], for the next `back` made[t+2][c]:
     * made [frames+2, chans], its first and last row zeros */
    void (*deliver)(float *dx, int64_t frame, const float *made, const struct direct_clip *clip, bool add);
};
extern const struct direct_kernels direct_kernels_base, direct_kernels_v3, direct_kernels_v4;

#endif
