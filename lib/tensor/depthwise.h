/* Kernels of depthwise convolutions: channels stand in vectors, and nothing is summed across them. */
#ifndef TENSOR_DEPTHWISE_H
#define TENSOR_DEPTHWISE_H

#include <stdint.h>

/* One element of the kernel, as seen from some results: its pixel of the first result, and its weights
 * or their gradient [C]. */
struct tap { const float *x; float *w; };

/* Pixels of a few lines: how far apart two of a line are, and two lines, in x and in y. */
struct stretch { int64_t pixels, lines, xstep, ystep, xline, yline; };

struct depthwise_kernels {
    /* y[i*ystep + c] = bias[c] + sum over taps of x[i*xstep + c] * w[c]      i < n, c < chans */
    void (*line)(float *y, int64_t ystep, int64_t n, const struct tap *tap, int64_t taps, int64_t xstep, const float *bias, int64_t chans);
    /* w[c] += sum over lines j and pixels i of x[j*xline + i*xstep + c] * dy[j*yline + i*ystep + c], for every tap */
    void (*gradient)(const struct tap *tap, int64_t taps, const float *dy, const struct stretch *s, int64_t chans);
};
extern const struct depthwise_kernels depthwise_kernels_base, depthwise_kernels_v3, depthwise_kernels_v4;

#endif
