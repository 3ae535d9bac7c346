/* What an image goes through on its way into a batch: crop, channels, size. */
#ifndef IMAGE_PREPARE_H
#define IMAGE_PREPARE_H

#include "image/pixels.h"

struct prepare {
    bool crop;                      /* to the centre square; a spare pixel goes right or below */
    int64_t h, w;                   /* size of the result, 0: as it is; see resize_u8() */
    int channels;                   /* 0: as they are; see pixels_channels() */
    uint8_t background[3];          /* under transparent pixels when alpha is dropped */
};

/* What becomes of an image of size in. */
struct image_dims prepare_dims(const struct prepare *p, const struct image_dims *in);
/* dst [prepare_dims()] = src [in], in the order of the fields above. */
void prepare_image(const struct prepare *p, uint8_t *restrict dst, const uint8_t *restrict src,
                   const struct image_dims *in);

#endif
