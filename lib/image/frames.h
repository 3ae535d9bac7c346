/* Pictures in a record, whatever stands before their last three dims: image [N,H,W,C], clip
 * [N,T,H,W,C] or one picture [H,W,C]; u8, or f32 in [-1,1]. */
#ifndef IMAGE_FRAMES_H
#define IMAGE_FRAMES_H

#include "image/pixels.h"

#include "stream/ten.h"

struct frames {
    int64_t n;
    struct image_dims dims;
    const struct ten_record *rec;   /* the caller's */
};

/* 0, or -1 with *e set when rec holds no pictures of 1 to 4 channels. */
int frames_of(struct frames *f, const struct ten_record *rec, struct ten_err *e);

/* dst [h,w,c] = picture k; f32 by pixels_from_f32().  -1 with *e set when it holds a NaN. */
int frames_get(const struct frames *f, int64_t k, uint8_t *dst, struct ten_err *e);

/* Size of a picture whose pixels become scale x scale, and picture k so, into dst. */
struct image_dims frames_enlarged(const struct frames *f, int64_t scale);
int frames_draw(const struct frames *f, int64_t k, int64_t scale, uint8_t *dst, struct ten_err *e);

#endif
