/* A label that stands still, from the logits of one frame after the other. */
#ifndef VIDEO_STEADY_H
#define VIDEO_STEADY_H

#include "base/err.h"

#include <stdint.h>

/*
 * Logits of the last `smooth` frames are added up, and the class with the largest sum is what a frame says, or what it is
 * mapped to.  Where that class is ignored, or no more probable than `least`, the frame says what the label is.  The label
 * changes when `agree` frames in a row say the same and it has stood for `hold` frames.
 *
 * The demonstration of Lin, Gan and Han (arXiv 1811.08383, 27 gestures) is smooth 12, agree 1, hold 2, ignore
 * "3,7,8,21,22", map "0:2".
 */
struct steady_rules {
    int64_t smooth, agree, hold;        /* frames, >= 1 */
    double least;                       /* of the softmax of the mean of those logits */
    const char *ignore, *map;           /* "CLASS,...", "FROM:TO,..."; NULL: none */
};

struct steady {
    struct steady_rules rules;
    int64_t classes;
    int32_t *says;                      /* [classes]; IGNORED */
    float *last;                        /* [smooth,classes] */
    double *sum;                        /* [classes] */
    int64_t seen, same, stood;
    int32_t before, label;
};

/* 0, or -1 with *e set (TEN_E_USAGE): a class that is none of them.  steady_free() in any case. */
int steady_init(struct steady *s, int64_t classes, const struct steady_rules *rules, struct ten_err *e);
void steady_free(struct steady *s);
void steady_reset(struct steady *s);                        /* a new clip */
/* logits [classes] of the next frame; the label, -1 before there is one. */
int32_t steady_next(struct steady *s, const float *logits);

#endif
