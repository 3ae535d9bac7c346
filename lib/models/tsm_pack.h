/* Clips for training, cut anew every epoch from videos of a pack (video/pack.h). */
#ifndef MODELS_TSM_PACK_H
#define MODELS_TSM_PACK_H

#include "nn/feeder.h"
#include "stream/tool.h"
#include "video/crop.h"

struct tsm_pack_options {
    int64_t segments, size;             /* clips [segments,size,size,length * channels of a frame] */
    bool dense;                         /* frames of one stretch of 64, not of segments */
    bool train;                         /* drawn frames and boxes; else those in the middle */
    enum crop_modality modality;
    int64_t length;                     /* frames in a row of each segment, side by side in the channels */
};

struct tsm_pack;
/* NULL with t->err set: no store; a video without label, or whose pictures are not
 * colours, or motion where the modality is that.  History: of t's output. */
struct tsm_pack *tsm_pack_open(struct tool *t, const char *path, const struct tsm_pack_options *o);
void tsm_pack_close(struct tsm_pack *p);            /* NULL is allowed */

/* The labels: column `label` i32, a sample for each video; the pack's. */
struct samples *tsm_pack_samples(const struct tsm_pack *p);
/* Column `clip` of these.  Clip i of epoch e is a function of the video, the options and (seed, e, i). */
const struct feeder_source *tsm_pack_source(const struct tsm_pack *p);

#endif
