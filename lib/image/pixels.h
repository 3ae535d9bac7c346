/* Pixels of 8-bit images in memory: [H,W,C], interleaved, with 1 (grey), 2 (grey, alpha), 3 (RGB)
 * or 4 (RGB, alpha) channels.  Alpha is straight: colours are not multiplied by it. */
#ifndef IMAGE_PIXELS_H
#define IMAGE_PIXELS_H

#include <stdbool.h>
#include <stdint.h>

struct image_dims { int64_t h, w, c; };

static inline int64_t image_bytes(const struct image_dims *d) { return d->h * d->w * d->c; }

/*
 * dst [n,dc] = src [n,sc] with another number of channels; may not overlap.
 *
 *     colour to grey      (19595 R + 38470 G + 7471 B + 32768) / 65536        BT.601 luma
 *     alpha dropped       (A V + (255-A) background + 127) / 255              per channel
 *     alpha gained        255
 *
 * divisions rounding down, so that a grey picture stays as it is on its way through RGB.
 */
void pixels_channels(uint8_t *restrict dst, int dc, const uint8_t *restrict src, int sc, int64_t n,
                     const uint8_t background[3]);

/* The colour in text, a grey value from 0 to 255 or three as R,G,B; false when it is none. */
bool pixels_colour(uint8_t colour[3], const char *text);

/* y = v / 127.5 - 1, in f32: 0 becomes -1 and 255 becomes 1. */
void pixels_to_f32(float *restrict y, const uint8_t *restrict v, int64_t n);

/* The way back: v = 127.5 (y + 1) to the nearest integer, halves to even, clamped to 0..255; exact
 * for what pixels_to_f32() made.  False when some y is not a number (its v is 0). */
bool pixels_from_f32(uint8_t *restrict v, const float *restrict y, int64_t n);

/* dst [k h, k w, c]: every pixel of src [h,w,c] becomes a square of k times k. */
void pixels_enlarge(uint8_t *restrict dst, const uint8_t *restrict src, const struct image_dims *d,
                    int64_t k);

#endif
