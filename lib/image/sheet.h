/* Pictures of one size, gathered and drawn on one contact sheet. */
#ifndef IMAGE_SHEET_H
#define IMAGE_SHEET_H

#include "image/frames.h"
#include "image/grid.h"

#include <stddef.h>

struct sheet {
    int64_t columns, pad;           /* columns 0: as square as possible */
    uint8_t background[3];          /* RGB */
    int64_t scale;                  /* each pixel becomes scale x scale */

    int64_t n;                      /* pictures so far */

    /* Private from here on. */
    struct image_dims dims;         /* of each, enlarged */
    uint8_t *images;                /* [n, dims] */
    int64_t room;                   /* bytes */
};

/* The first n pictures of f: 0, or -1 with *e set when their size is not that of those before. */
int sheet_add(struct sheet *s, const struct frames *f, int64_t n, struct ten_err *e);
/* The sheet as a PNG: *bytes of *size, the caller's: free().  -1 with *e set when it would be
 * larger than a PNG can be. */
int sheet_png(const struct sheet *s, unsigned char **bytes, size_t *size, struct ten_err *e);
void sheet_free(struct sheet *s);

#endif
