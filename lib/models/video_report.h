/* What is told of videos that networks have scored. */
#ifndef MODELS_VIDEO_REPORT_H
#define MODELS_VIDEO_REPORT_H

#include "metrics/top_classes.h"
#include "models/video_score.h"

/* How often the networks are right, over the videos so far. */
struct video_tally { int64_t videos; struct top_classes top; };      /* top.n of them have labels */
void video_tally_init(struct video_tally *a, int64_t classes);
void video_tally_free(struct video_tally *a);
/* score [classes].  0, or -1 with *e set (TEN_E_DATA): a label that is no class. */
int video_tally_add(struct video_tally *a, const struct video *v, const float *score, struct ten_err *e);
/* Figures, and how they were measured, as a line of JSON; the caller's.  Shares are null where no video has a label. */
char *video_tally_text(const struct video_tally *a, const struct video_net *nets, int n, const struct video_protocol *p);

/* The video as a group: logits f32 [1,classes], class i32 [1], and its label where it has one.  0, or -1 with *e set. */
int video_write(struct ten_writer *out, const struct video *v, const float *score, int64_t classes, struct ten_err *e);
/* "NAME;CLASS;...", the best `top` classes, of fewer all: for competitions.  A video without a name has its number. */
void video_line(FILE *to, const struct video *v, const float *score, int64_t classes, int64_t top);

#endif
