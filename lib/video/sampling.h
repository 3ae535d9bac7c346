/*
 * Which frames of a video a network sees, as in TSN and TSM (Wang et al., arXiv 1608.00859; Lin,
 * Gan and Han, arXiv 1811.08383; their public code decides what the papers leave open).
 *
 * Of L frames, T segments of l frames in a row each, counted from 0, with [x] the integer below:
 *
 *     uniform, training     i a + a draw below a, a = [(L-l+1)/T]; where a is 0, draws in order if
 *                           L > T, else 0
 *     uniform, validation   [tick/2 + tick i], tick = (L-l+1)/T, if L > T+l-1, else 0
 *     uniform, test         [tick/2 + tick i] always
 *     twice, test           these T, and behind them [tick i]: 2 clips
 *     dense                 (start + i [64/T]) mod L.  Training: start is a draw below L-64, or 0;
 *                           validation: the one in the middle; test: 10 clips, their starts evenly
 *                           from 0 to L-64
 *
 * Frames behind the last one are the last one.
 */
#ifndef VIDEO_SAMPLING_H
#define VIDEO_SAMPLING_H

#include <stdint.h>

enum sampling_mode { SAMPLING_UNIFORM, SAMPLING_DENSE, SAMPLING_TWICE };
enum sampling_phase { SAMPLING_TRAIN, SAMPLING_VALID, SAMPLING_TEST };
extern const char *const sampling_modes[];          /* by mode; NULL at the end */

enum { SAMPLING_SPAN = 64, SAMPLING_DENSE_CLIPS = 10 };

struct sampling {
    enum sampling_mode mode;
    enum sampling_phase phase;
    int64_t segments;                               /* T >= 1, of dense at most SAMPLING_SPAN */
    int64_t length;                                 /* l >= 1: 1 for RGB, 5 for flow */
};

/* What draws depend on, here and for crops (video/crop.h), and nothing else. */
struct video_key { uint64_t seed; int64_t epoch, video; };

int64_t sampling_clips(const struct sampling *s);   /* of each video */
/* index [clips,T,l] of a video of `frames` >= 1. */
void sampling_frames(int64_t *index, const struct sampling *s, int64_t frames,
                     const struct video_key *key);
/* The frames of a segment side by side in the channels: x [n,l,pixels,c] to y [n,pixels,l c]. */
void sampling_beside(uint8_t *restrict y, const uint8_t *restrict x, int64_t n, int64_t l,
                     int64_t pixels, int64_t c);

#endif
