/* Few colours for a picture. */
#ifndef IMAGE_PALETTE_H
#define IMAGE_PALETTE_H

#include <stdint.h>

enum { PALETTE_MAX = 256 };
struct palette { int n; uint8_t colour[PALETTE_MAX][3]; };

/*
 * A palette of at most PALETTE_MAX colours for the n >= 1 RGB pixels [n,3], and which of them each
 * pixel becomes, in index [n].  A picture of no more colours keeps them all.
 *
 * Median cut (Heckbert, "Color image quantization for frame buffer display", SIGGRAPH 1982): the
 * box of colours that weighs most, pixels times its longest side, is cut across that side so that
 * half of its pixels come to either part; a box becomes the mean of its pixels.
 */
void palette_cut(struct palette *p, uint8_t *restrict index, const uint8_t *restrict pixels,
                 int64_t n);

#endif
