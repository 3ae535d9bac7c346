#include "image/prepare.h"

#include "base/mem.h"
#include "image/resize.h"

#include <stdlib.h>
#include <string.h>

static struct image_dims crop_dims(const struct prepare *p, const struct image_dims *in)
{
    struct image_dims d = *in;

    if (p->crop)
        d.h = d.w = in->h < in->w ? in->h : in->w;
    return d;
}

struct image_dims prepare_dims(const struct prepare *p, const struct image_dims *in)
{
    struct image_dims d = crop_dims(p, in);

    if (p->h > 0) {
        d.h = p->h;
        d.w = p->w;
    }
    if (p->channels > 0)
        d.c = p->channels;
    return d;
}

void prepare_image(const struct prepare *p, uint8_t *restrict dst, const uint8_t *restrict src,
                   const struct image_dims *in)
{
    const struct image_dims out = prepare_dims(p, in), cut = crop_dims(p, in);
    const bool resize = out.h != cut.h || out.w != cut.w;
    uint8_t *whole = resize ? xmalloc(cut.h * cut.w * out.c) : dst;

    src += ((in->h - cut.h) / 2 * in->w + (in->w - cut.w) / 2) * in->c;
    for (int64_t y = 0; y < cut.h; y++)
        pixels_channels(whole + y * cut.w * out.c, (int)out.c, src + y * in->w * in->c, (int)in->c,
                        cut.w, p->background);
    if (resize) {
        resize_u8(dst, out.h, out.w, whole, cut.h, cut.w, out.c);
        free(whole);
    }
}
