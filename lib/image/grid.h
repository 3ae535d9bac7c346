/* Contact sheets: many small images on one large one. */
#ifndef IMAGE_GRID_H
#define IMAGE_GRID_H

#include "image/pixels.h"

#include "base/err.h"

/* n images of one size, in rows of `columns`, with `pad` pixels of background between them and
 * around the sheet. */
struct grid {
    int64_t n, columns, pad;
    struct image_dims image;
    uint8_t background[4];          /* of the image's channels */
};

/* Columns for n images that make the sheet as square as possible: the ceiling of sqrt(n). */
int64_t grid_columns(int64_t n);

/* Size of the sheet: 0, or -1 with *e set when it is larger than a PNG can be. */
int grid_dims(const struct grid *g, struct image_dims *sheet, struct ten_err *e);

/* sheet [grid_dims()] = background with image k of images [n,h,w,c] in row k / columns, column
 * k % columns. */
void grid_draw(const struct grid *g, uint8_t *restrict sheet, const uint8_t *restrict images);

#endif
