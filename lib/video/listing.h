/*
 * Lists of videos, a line each: "PATH FRAMES LABEL", where PATH is a folder of pictures, one a
 * frame, or a YUV4MPEG2 file (.y4m).
 */
#ifndef VIDEO_LISTING_H
#define VIDEO_LISTING_H

#include "base/source.h"
#include "image/classes.h"
#include "stream/ten.h"

struct listed { char *path; int64_t frames; int32_t label; };
struct listing { struct listed *video; int64_t n; };
/* Empty lines and those that begin with # are passed over; label -1 stands for none.  A folder has
 * 1 frame or more; of a .y4m file 0 frames means all.  classes not NULL: LABEL is one of these names,
 * blanks and all, and stands for its number.  0, or -1 with *e set ("NAME: line N: ...");
 * listing_free() anyway. */
int listing_read(struct listing *l, struct source *src, const struct names *classes,
                 struct ten_err *e);
/* Names of classes, a line each, numbered from 0 on: 0, or -1 with *e set: none, or one twice. */
int listing_classes(struct names *classes, struct source *src, struct ten_err *e);
void listing_free(struct listing *l);

enum { LISTING_PATTERNS = 2 };
struct listing_files {
    const char *root;                       /* put in front of relative paths; NULL: none */
    /* Files of a folder, by number from 1: "img_%05d.png".  Two: grey pictures side by side in the
     * channels, as horizontal and vertical motion. */
    const char *pattern[LISTING_PATTERNS];
    int64_t max_bytes;                      /* see png_in_open() */
};

struct loaded {
    uint8_t *pixels;                        /* [frames,height,width,channels], of malloc */
    int64_t frames, height, width, channels;
    int64_t missing;                        /* frames not there, which the first stands for */
};
/* Read one video, all of it.  input (what has been read, for a history) grows by its files: sum of
 * bytes, and as digest XXH3-64(digest of the file) with the digest so far as seed.  0, or -1 with
 * *e set and nothing loaded.  Multi-threaded by pictures. */
int listing_load(struct loaded *v, const struct listed *from, const struct listing_files *files,
                 struct ten_input *input, struct ten_err *e);

#endif
