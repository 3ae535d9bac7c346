#include "image/frames.h"

#include "base/fail.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

int frames_of(struct frames *f, const struct ten_record *rec, struct ten_err *e)
{
    const int rank = rec->shape.rank;
    const int64_t *d = rec->shape.dim + (rank < 3 ? 0 : rank - 3);
    char text[192];

    if (rank < 3 || (rec->type != TEN_U8 && rec->type != TEN_F32) || d[2] < 1 || d[2] > 4)
        return fail(e, TEN_E_DATA, "byte %lld: %s: %s%s: expected u8 or f32 [...,H,W,C] with 1 to "
                    "4 channels", (long long)rec->offset, rec->name, ten_type_name(rec->type),
                    ten_shape_text(&rec->shape, text));
    *f = (struct frames){.dims = {d[0], d[1], d[2]}, .rec = rec};
    f->n = image_bytes(&f->dims) > 0 ? ten_count(rec) / image_bytes(&f->dims) : 0;
    return 0;
}

int frames_get(const struct frames *f, int64_t k, uint8_t *dst, struct ten_err *e)
{
    const int64_t n = image_bytes(&f->dims);

    if (f->rec->type == TEN_U8)
        memcpy(dst, (const uint8_t *)f->rec->data + k * n, (size_t)n);
    else if (!pixels_from_f32(dst, (const float *)f->rec->data + k * n, n))
        return fail(e, TEN_E_NUMERIC, "byte %lld: %s: picture %lld holds a NaN: expected numbers "
                    "from -1 to 1", (long long)f->rec->offset, f->rec->name, (long long)k);
    return 0;
}

struct image_dims frames_enlarged(const struct frames *f, int64_t scale)
{
    return (struct image_dims){f->dims.h * scale, f->dims.w * scale, f->dims.c};
}

int frames_draw(const struct frames *f, int64_t k, int64_t scale, uint8_t *dst, struct ten_err *e)
{
    uint8_t *small;
    int rc;

    if (scale == 1)
        return frames_get(f, k, dst, e);
    small = xmalloc((size_t)image_bytes(&f->dims));
    if ((rc = frames_get(f, k, small, e)) == 0)
        pixels_enlarge(dst, small, &f->dims, scale);
    free(small);
    return rc;
}
