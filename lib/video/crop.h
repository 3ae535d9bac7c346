/*
 * Which part of a video's frames a network sees, as in TSN and TSM (Wang et al., arXiv 1608.00859;
 * Lin, Gan and Han, arXiv 1811.08383; their public code decides what the papers leave open).  All
 * frames of a clip are cut alike.
 */
#ifndef VIDEO_CROP_H
#define VIDEO_CROP_H

#include "video/sampling.h"

#include <stdbool.h>
#include <stdint.h>

/* What frames [H,W,C] hold: colours; l+1 frames in a row, whose differences count; l frames of
 * motion, horizontal and vertical in turn. */
enum crop_modality { CROP_RGB, CROP_DIFF, CROP_FLOW };
enum { CROP_COLOURS = 3, CROP_MOTION = 2 };         /* channels of a frame of these */
extern const char *const crop_modalities[];         /* by number; NULL at the end */

struct crop_frame { int64_t height, width, channels; };
struct crop_box { int64_t top, left, height, width; bool flip; };

/* ---- Training: a box drawn for each clip -------------------------------------------------- */

/*
 * Sides are [b s] of the shorter side b and the scales s; one within 2 pixels of `size` is size,
 * if the frame is as large.  Height and width are drawn among the pairs whose scales stand side by
 * side or are one, the place among 13: corners, middles of edges, the centre, quarter points.
 */
enum { CROP_SCALES = 8, CROP_PLACES = 13 };
struct crop_train {
    int64_t size;                       /* boxes become size x size */
    int scales;                         /* 1 or more, from the largest on */
    double scale[CROP_SCALES];
    bool flip;                          /* one of two clips is mirrored */
};
/* Scales of the public code: 1, .875, .75 and, but for flow, .66. */
void crop_train_scales(struct crop_train *c, enum crop_modality m);
/* f has sides of at least 1. */
void crop_draw(struct crop_box *box, const struct crop_train *c, const struct crop_frame *f,
               const struct video_key *key);

/* ---- Test: boxes of the frame brought to `shorter` on its shorter side -------------------- */

enum { CROP_VIEWS = 10 };
static inline bool crop_views_known(int n) { return n == 1 || n == 3 || n == 5 || n == 10; }
struct crop_test {
    int64_t size, shorter;              /* size <= shorter */
    /* 1: centre; 3: left, right, centre; 5: corners, centre; 10: these, each also flipped. */
    int views;
};
/* The size of the scaled frame; the longer side is rounded down. */
struct crop_frame crop_scaled(const struct crop_test *c, const struct crop_frame *f);
void crop_boxes(struct crop_box box[CROP_VIEWS], const struct crop_test *c,
                const struct crop_frame *f);        /* within the scaled frame */

/* ---- Work: several threads, a frame each --------------------------------------------------- */

/* to [T,size,size,C] = the box of clip [T,H,W,C], resized (image/triangle.h).  Flipped flow has
 * 255 - v on its horizontal channels. */
void crop_clip(uint8_t *to, int64_t size, const struct crop_box *box, enum crop_modality m,
               const uint8_t *clip, int64_t frames, const struct crop_frame *f);
/* to [views,T,size,size,C]. */
void crop_views(uint8_t *to, const struct crop_test *c, enum crop_modality m, const uint8_t *clip,
                int64_t frames, const struct crop_frame *f);

/* Channels of what crop_normalise() gives; 0 where c does not fit. */
int64_t crop_channels(enum crop_modality m, int64_t c);
extern const char *const crop_wanted[];             /* by modality: which c do, in words */
/* What motion about 1/2 is divided by: the mean of the deviations below. */
float crop_flow_std(void);
/*
 * y [n,crop_channels()] of x [n,c], v = x/255:
 *
 *     rgb     (v - mean) / std of ImageNet's colours, for each three channels
 *     diff    v of each frame from that of the next
 *     flow    (v - 1/2) / mean of these std
 */
void crop_normalise(float *y, const uint8_t *x, int64_t n, int64_t c, enum crop_modality m);

#endif
