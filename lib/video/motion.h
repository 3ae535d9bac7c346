/*
 * Clips whose class can be told from the order of their frames alone: sprites that move, on a still background.
 *
 * One or two sprites with a common motion cross a torus, so that what leaves on one side comes in on the other, and start
 * anywhere: a single frame says nothing about the class.  (The set of frames says along which axis things move, but not
 * which way.)
 */
#ifndef VIDEO_MOTION_H
#define VIDEO_MOTION_H

#include <stdint.h>

/* Classes 0-7: right, left, down, up, right and down, left and up, right and up, left and down, by 1 to 3 pixels a frame
 * along each axis that moves; of a pair 2k, 2k+1 each is the other one backwards.  8, 9: turning clockwise, counterclockwise;
 * 10, 11: growing, shrinking. */
enum { MOTION_DIRECTIONS = 8, MOTION_CLASSES = 12, MOTION_MIN_SIDE = 16 };

struct motion {
    int64_t frames, height, width;      /* sides at least MOTION_MIN_SIDE */
    int classes;                        /* MOTION_DIRECTIONS or MOTION_CLASSES */
    double noise;                       /* standard deviation of what every pixel of every frame adds, of 0..1 */
    const uint8_t *pictures;            /* sprites [count,side,side], grey, what is 0 is not there; NULL: noise */
    int64_t count, side;
};

/* Clip number `index` of a seed, u8 [frames,height,width,3]; its class.  The same for any machine and order of calls. */
int32_t motion_clip(uint8_t *clip, const struct motion *m, uint64_t seed, uint64_t index);

#endif
