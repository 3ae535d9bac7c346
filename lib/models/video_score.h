/* What networks say of whole videos: clips and crops of one are scored, and answers averaged. */
#ifndef MODELS_VIDEO_SCORE_H
#define MODELS_VIDEO_SCORE_H

#include "models/model_io.h"
#include "video/videos.h"

/* How a video is looked at, whatever the network. */
struct video_protocol {
    enum sampling_mode mode;                /* in test */
    int64_t length;                         /* see video/sampling.h */
    int views;                              /* see video/crop.h */
    bool full;                              /* crops as high as the scaled frame */
    enum crop_modality modality;
    bool softmax;                           /* probabilities are averaged instead of logits */
    int64_t batch;                          /* views at a time, >= 1 */
    struct batch_scale scale;               /* of rgb; no channels: to [-1,1] */
};

struct video_net {
    struct model *m;
    const char *path;                       /* the caller's, for messages */
    int64_t segments, size;                 /* frames and sides that m reads */
    int64_t train_size;                     /* sides that it was trained with */
    double weight;                          /* of its scores among those of several networks */
};

/*
 * The n networks of clips at paths, each for `segments` frames (0: as it was trained), and for crops of the protocol: its
 * parameters serve frames of any size.  A network that moves channels between frames sees as many as in training; one that
 * does not, any number.  All have the classes of the first.  weight: NULL, all 1, or [n].  0, or -1 with t->err set; nets
 * are zeros before, and to be closed in any case.
 */
int video_nets_open(struct video_net *nets, int n, struct tool *t, const char *const *path, const double *weight, int64_t segments,
                    const struct video_protocol *p, struct memory *memory);
void video_nets_close(struct video_net *nets, int n);

/* The protocols of the public code: mode, views and full of p are those of video_protocols[i]. */
extern const char *const video_protocols[];     /* NULL at the end */
void video_protocol_set(struct video_protocol *p, int i);

/* score [K] of the video asked for last, added up over the networks: weight * mean over clips and
 * crops of its logits, or probabilities.  0, or -1 with *e set (TEN_E_DATA): channels that a
 * network does not read. */
int video_score(float *score, const struct video_net *nets, int n, const struct video_protocol *p,
                struct videos *in, const struct video *v, struct ten_err *e);

#endif
