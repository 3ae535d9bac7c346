#include "tensor/slice.h"

#include "base/bits.h"
#include "base/fail.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The number before the next colon or the end; *given tells whether there is one. */
static bool number(const char **p, int64_t *v, bool *given)
{
    char *end;

    *given = **p != ':' && **p != 0;
    if (!*given)
        return true;
    errno = 0;
    *v = strtoll(*p, &end, 10);
    if (end == *p || errno != 0 || (*end != ':' && *end != 0) || **p == ' ')
        return false;
    *p = end;
    return true;
}

int slice_parse(struct slice_spec *spec, const char *text, struct ten_err *e)
{
    const char *p = text;
    bool has_axis, has_step = false;
    bool ok;

    *spec = (struct slice_spec){.step = 1};
    ok = number(&p, &spec->axis, &has_axis) && has_axis && *p++ == ':' &&
         number(&p, &spec->start, &spec->has_start) && *p++ == ':' &&
         number(&p, &spec->stop, &spec->has_stop);
    if (ok && *p == ':') {
        p++;
        ok = number(&p, &spec->step, &has_step);
    }
    if (!ok || *p != 0 || spec->step == 0 || spec->step == INT64_MIN)
        return fail(e, TEN_E_USAGE,
                    "%s: no slice: expected AXIS:START:STOP or AXIS:START:STOP:STEP with "
                    "a step other than 0",
                    text);
    return 0;
}

/* A bound as an index between lo and hi. */
static int64_t bound(int64_t v, bool given, int64_t otherwise, int64_t n, int64_t lo, int64_t hi)
{
    if (!given)
        return otherwise;
    if (v < 0)
        v = v < -n ? -1 : v + n;                        /* v + n cannot overflow */
    return v < lo ? lo : v > hi ? hi : v;
}

int slice_resolve(struct slice *s, const struct slice_spec *spec, const struct ten_shape *shape,
                  struct ten_err *e)
{
    const int64_t axis = spec->axis < 0 ? spec->axis + shape->rank : spec->axis;
    char text[192];

    if (axis < 0 || axis >= shape->rank)
        return fail(e, TEN_E_DATA, "%s: no axis %lld: expected %d to %d",
                    ten_shape_text(shape, text), (long long)spec->axis, -shape->rank,
                    shape->rank - 1);

    const int64_t n = shape->dim[axis], step = spec->step;
    const bool up = step > 0;
    const int64_t lo = up ? 0 : -1, hi = up ? n : n - 1;
    const int64_t start = bound(spec->start, spec->has_start, up ? lo : hi, n, lo, hi);
    const int64_t stop = bound(spec->stop, spec->has_stop, up ? hi : lo, n, lo, hi);
    const int64_t span = up ? stop - start : start - stop, stride = up ? step : -step;

    s->axis = (int)axis;
    s->count = span > 0 ? (span - 1) / stride + 1 : 0;
    s->start = s->count > 0 ? start : 0;
    s->step = s->count > 1 ? step : 1;                  /* keeps i*step inside */
    return 0;
}

/* Every step-th of `count` blocks of `size` bytes.  Inlined with a constant size, a copy is one
 * load and one store. */
static inline __attribute__((always_inline))
void gather(char *restrict dst, const char *restrict src, int64_t count, int64_t step, size_t size)
{
    for (int64_t i = 0; i < count; i++)
        memcpy(dst + i * (int64_t)size, src + i * step * (int64_t)size, size);
}

static void gather_bytes(char *restrict dst, const char *restrict src, int64_t count, int64_t step,
                         int64_t size)
{
    if (step == 1)
        memcpy(dst, src, (size_t)(count * size));
    else if (size == 1)
        gather(dst, src, count, step, 1);
    else if (size == 2)
        gather(dst, src, count, step, 2);
    else if (size == 4)
        gather(dst, src, count, step, 4);
    else if (size == 8)
        gather(dst, src, count, step, 8);
    else
        gather(dst, src, count, step, (size_t)size);
}

void slice_copy(void *restrict dst, const void *restrict src, enum ten_type type,
                const struct ten_shape *shape, const struct slice *s)
{
    int64_t outer = 1, bits = ten_elem_bits(type);      /* blocks, and bits of one index */
    const int64_t dim = shape->dim[s->axis];

    for (int i = 0; i < shape->rank; i++)
        if (shape->dim[i] == 0 || s->count == 0)        /* products of the others may not fit */
            return;
    for (int i = 0; i < s->axis; i++)
        outer *= shape->dim[i];
    for (int i = s->axis + 1; i < shape->rank; i++)
        bits *= shape->dim[i];
    if (bits % 8 == 0) {
        const int64_t size = bits / 8;

        #pragma omp parallel for schedule(static) if (outer * s->count * size > 1 << 20)
        for (int64_t o = 0; o < outer; o++)
            gather_bytes((char *)dst + o * s->count * size,
                         (const char *)src + (o * dim + s->start) * size, s->count, s->step, size);
        return;
    }
    const int64_t total = outer * s->count * bits;
    if (total % 8 != 0)
        ((char *)dst)[total / 8] = 0;
    for (int64_t o = 0; o < outer; o++)
        for (int64_t i = 0; i < s->count; i++)
            copy_bits(dst, (o * s->count + i) * bits, src,
                      (o * dim + s->start + i * s->step) * bits, bits);
}
