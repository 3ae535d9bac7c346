/* Labelled clips from recorded ones: which way time runs, which way the camera turns. */
#ifndef VIDEO_FOOTAGE_H
#define VIDEO_FOOTAGE_H

#include <stdint.h>

/* Frames of `bytes` bytes in reverse order. */
void clip_reverse(uint8_t *to, const uint8_t *from, int64_t frames, int64_t bytes);

/*
 * A window that moves over a clip in one of four directions by 1 or 2 pixels a frame, from a place drawn so that its way
 * lies within.  Classes: the picture goes 0 right, 1 left, 2 down, 3 up, so that the window goes the other way.
 */
enum { PAN_CLASSES = 4, PAN_SPEED = 2 };
struct pan {
    int64_t frames, height, width, channels;    /* of the clip */
    int64_t window_height, window_width;
};
/* Whether there is room for every way: sides of at least window + PAN_SPEED (frames - 1). */
int pan_fits(const struct pan *p);
/* clip u8 [frames,window_height,window_width,channels]; its class. */
int32_t pan_cut(uint8_t *clip, const struct pan *p, const uint8_t *from, uint64_t seed, uint64_t index);

#endif
