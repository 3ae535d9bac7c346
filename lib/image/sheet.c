#include "image/sheet.h"

#include "base/fail.h"
#include "base/mem.h"
#include "image/png.h"

#include <stdlib.h>

int sheet_add(struct sheet *s, const struct frames *f, int64_t n, struct ten_err *e)
{
    const struct image_dims d = frames_enlarged(f, s->scale);
    const int64_t size = image_bytes(&d);
    int64_t bytes;

    if (s->n == 0)
        s->dims = d;
    if (d.h != s->dims.h || d.w != s->dims.w || d.c != s->dims.c)
        return fail(e, TEN_E_DATA, "byte %lld: %s: %lldx%lld pixels of %lld channels: expected the "
                    "size of those before", (long long)f->rec->offset, f->rec->name,
                    (long long)f->dims.w, (long long)f->dims.h, (long long)f->dims.c);
    if (!mul_i64(s->n + n, size, &bytes))
        bytes = INT64_MAX;
    if (bytes > s->room) {
        s->room = bytes > INT64_MAX / 2 ? bytes : 2 * bytes;
        s->images = xrealloc(s->images, (size_t)s->room);
    }
    for (int64_t k = 0; k < n; k++)
        if (frames_draw(f, k, s->scale, s->images + (s->n + k) * size, e) < 0)
            return -1;
    s->n += n;
    return 0;
}

int sheet_png(const struct sheet *s, unsigned char **bytes, size_t *size, struct ten_err *e)
{
    struct grid g = {.n = s->n, .pad = s->pad, .image = s->dims,
                     .columns = s->columns ? s->columns : grid_columns(s->n)};
    struct image_dims d;
    uint8_t *pixels;
    int rc;

    if (grid_dims(&g, &d, e) < 0)
        return -1;
    pixels_channels(g.background, (int)d.c, s->background, 3, 1, s->background);
    pixels = xmalloc((size_t)image_bytes(&d));
    grid_draw(&g, pixels, s->images);
    rc = png_encode(pixels, &d, bytes, size, e);
    free(pixels);
    return rc;
}

void sheet_free(struct sheet *s)
{
    free(s->images);
}
