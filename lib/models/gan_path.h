/*
 * A walk through what a generator can make: a table of rows x columns pictures, each of which goes
 * round `phases` samples of its own on straight lines and ends where it began.
 */
#ifndef MODELS_GAN_PATH_H
#define MODELS_GAN_PATH_H

#include "models/gan_sampling.h"

struct gan_path {
    int64_t rows, columns, phases;
    int64_t still, moving;              /* frames at a sample, and from one to the next */
    bool latents;                       /* lines between w, not z */
};

/* Frames in all: phases (still + moving). */
int64_t gan_path_frames(const struct gan_path *p);
/*
 * One record clip u8 [1,frames,rows H,columns W,C], shown at `fps` frames a second: 0, or -1 with
 * *e set, TEN_E_USAGE when there are no latents.  Memory: one frame.
 */
int gan_path_write(const struct gan_sampler *s, const struct gan_path *p, double fps,
                   struct ten_writer *out, struct ten_err *e);

#endif
