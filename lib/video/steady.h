/* A label that stands still, from the logits of one frame after the other. */
#ifndef VIDEO_STEADY_H
#define VIDEO_STEADY_H

#include <stdbool.h>
#include <stdint.h>

/* Logits of the last `smooth` frames are added up, and the label changes when `agree` frames in a row have the same
 * largest sum.  A frame whose largest sum is that of an ignored class, or no more probable than `least`, counts as one
 * with the label before it. */
struct steady {
    int64_t classes, smooth, agree;
    const bool *ignored;                /* [classes], the caller's to set; NULL: none */
    double least;                       /* of the softmax of the mean of those logits; the caller's to set */
    float *last;                        /* [smooth,classes], private as all below */
    double *sum;                        /* [classes] */
    int64_t seen, same;
    int32_t before, label;
};

void steady_init(struct steady *s, int64_t classes, int64_t smooth, int64_t agree);
void steady_free(struct steady *s);
void steady_reset(struct steady *s);                        /* a new clip */
/* logits [classes] of the next frame; the label, -1 before there is one. */
int32_t steady_next(struct steady *s, const float *logits);

#endif
