/* Animated pictures: GIF89a, a palette of up to 256 colours for each frame. */
#ifndef IMAGE_GIF_H
#define IMAGE_GIF_H

#include "image/pixels.h"

#include <stdio.h>

enum { GIF_MAX_SIDE = 65535, GIF_MAX_DELAY = 65535 };

/* The start of a GIF of w x h pixels, 1 to GIF_MAX_SIDE a side, that is shown `loops` times; 0: for
 * ever.  Failures of `to` are ferror()'s. */
void gif_start(FILE *to, int64_t w, int64_t h, int64_t loops);
/* A frame of pixels [h,w,3], shown for `delay` hundredths of a second, 0 to GIF_MAX_DELAY. */
void gif_frame(FILE *to, const uint8_t *pixels, int64_t w, int64_t h, int64_t delay);
void gif_end(FILE *to);

#endif
