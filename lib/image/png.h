/* PNG pictures: rows in, a file out.  8 bits a channel: smaller depths are stretched, 16 bits are
 * rounded, palettes become RGB, and transparency of any kind becomes an alpha channel.  Colour
 * spaces and gamma are left alone. */
#ifndef IMAGE_PNG_H
#define IMAGE_PNG_H

#include "image/pixels.h"

#include "base/err.h"
#include "base/source.h"

#include <stddef.h>

struct png_in;

/*
 * Begin to read the PNG that src holds; src must outlive the reader.  The picture must end where
 * src ends.  NULL with *e set when it is damaged, or when its pixels would take more than
 * max_bytes (0: no limit).  Sizes in its header are believed only as far as the bytes of src could
 * be unpacked to them.
 */
struct png_in *png_in_open(struct source *src, int64_t max_bytes, struct ten_err *e);
const struct image_dims *png_in_dims(const struct png_in *p);
/*
 * The next n rows, at most what is left, into dst [n,w,c]: 0, or -1 with *e set.  The last row is
 * good only when everything behind it is, checksums included.  Memory: one row, or the whole
 * picture where it is interlaced.
 */
int png_in_rows(struct png_in *p, uint8_t *dst, int64_t n, struct ten_err *e);
void png_in_close(struct png_in *p);                /* NULL is allowed */

/* The PNG of pixels [h,w,c], c from 1 to 4, as *bytes of *size, the caller's: free().  -1 with *e
 * set when the sides are not 1..2147483647.  The same pixels give the same bytes. */
int png_encode(const uint8_t *pixels, const struct image_dims *d, unsigned char **bytes,
               size_t *size, struct ten_err *e);

#endif
