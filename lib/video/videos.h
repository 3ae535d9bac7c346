/* Whole videos one after the other, from a stream of groups or from a packed store. */
#ifndef VIDEO_VIDEOS_H
#define VIDEO_VIDEOS_H

#include "stream/tool.h"
#include "video/crop.h"

/* Until the next is asked for. */
struct video {
    int64_t number, frames;             /* counted from 0; frames >= 1 */
    struct crop_frame size;
    bool labelled;
    int32_t label;
    const char *name;                   /* "" where it has none */
    const char *group_attrs, *history;  /* of its group, or NULL */
    const uint8_t *pixels;              /* [frames,H,W,C]; NULL: in a store */
};

struct videos;
/* Of the store at path, or, where path is NULL, each row of the records clip of standard input.
 * NULL with t->err set. */
struct videos *videos_open(struct tool *t, const char *path);
void videos_close(struct videos *v);    /* NULL is allowed */
int64_t videos_count(const struct videos *v);   /* 0: not known */

/* 1 with the next one, 0 at the end, -1 with *e set. */
int videos_next(struct videos *v, struct video *one, struct ten_err *e);
/* Frames index[0..n) of the video asked for last, to [n,H,W,C]; 0, or -1 with *e set. */
int videos_frames(struct videos *v, const int64_t *index, int64_t n, uint8_t *to,
                  struct ten_err *e);

/*
 * The clips of `one` that s says, to [clips,T,H,W,C l]: the l frames of a segment lie side by side
 * in the channels.  index: room for clips T l; scratch: for as many frames.
 */
int videos_sample(struct videos *v, const struct video *one, const struct sampling *s,
                  const struct video_key *key, int64_t *index, uint8_t *scratch, uint8_t *to,
                  struct ten_err *e);

#endif
