#include "tensor/pool2d.h"

#include <assert.h>

enum { TINY = 20000 };                  /* elements: one thread is faster */

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t most(int64_t a, int64_t b) { return a > b ? a : b; }
static int64_t up(int64_t a, int64_t b) { return (a + b - 1) / b; }

struct pool_axis pool_sliding(int64_t in, int64_t size, int64_t stride, int64_t before, int64_t after)
{
    const int64_t room = in + before + after - size;

    assert(size >= 1 && stride >= 1 && before >= 0 && after >= 0 && before < size && after < size);
    return (struct pool_axis){in, room < 0 || in == 0 ? 0 : room / stride + 1, size, stride, before, after};
}

struct pool_axis pool_adaptive(int64_t in, int64_t out)
{
    assert(in >= 1 || out == 0);
    return (struct pool_axis){.in = in, .out = out};
}

struct pool_axis pool_none(int64_t in) { return pool_sliding(in, 1, 1, 0, 0); }

struct span pool_window(const struct pool_axis *a, int64_t p)
{
    if (a->size == 0)
        return (struct span){p * a->in / a->out, up((p + 1) * a->in, a->out)};
    const int64_t first = p * a->stride - a->before;
    return (struct span){most(first, 0), least(first + a->size, a->in)};
}

int64_t pool_extent(const struct pool_axis *a, int64_t p, bool count_padding)
{
    const struct span s = pool_window(a, p);

    return count_padding && a->size > 0 ? a->size : s.end - s.first;
}

struct span pool_windows_of(const struct pool_axis *a, int64_t i)
{
    if (a->size == 0)
        return (struct span){i * a->out / a->in, up((i + 1) * a->out, a->in)};
    const int64_t reach = i + a->before - a->size + 1;
    return (struct span){reach <= 0 ? 0 : up(reach, a->stride), least((i + a->before) / a->stride + 1, a->out)};
}

/* Elements of an image, and of what becomes of it. */
static int64_t inputs(const struct pool2d *d) { return d->y.in * d->x.in * d->c; }
static int64_t results(const struct pool2d *d) { return d->y.out * d->x.out * d->c; }
static bool tiny(const struct pool2d *d) { return d->n * (inputs(d) + results(d)) < TINY; }

void pool_max(const struct pool2d *d, float *y, int32_t *arg, const float *x)
{
    const struct pool2d_kernels *k = ISA_PICK(pool2d_kernels);
    const int64_t row = d->x.out * d->c;

    #pragma omp parallel for schedule(static) if (!tiny(d))
    for (int64_t r = 0; r < d->n * d->y.out; r++)
        k->max(d, r % d->y.out, y + r * row, arg ? arg + r * row : arg, x + r / d->y.out * inputs(d));
}

void pool_max_back(const struct pool2d *d, float *dx, const float *dy, const int32_t *arg)
{
    const struct pool2d_kernels *k = ISA_PICK(pool2d_kernels);
    const int64_t row = d->x.in * d->c;

    #pragma omp parallel for schedule(static) if (!tiny(d))
    for (int64_t r = 0; r < d->n * d->y.in; r++) {
        const int64_t from = r / d->y.in * results(d);
        k->max_back(d, r % d->y.in, dx + r * row, dy + from, arg + from);
    }
}

void pool_max_take(const struct pool2d *d, float *y, const float *x, const int32_t *arg)
{
    const int64_t pixels = d->y.out * d->x.out;

    #pragma omp parallel for schedule(static) if (!tiny(d))
    for (int64_t r = 0; r < d->n * pixels; r++)
        for (int64_t c = 0; c < d->c; c++)
            y[r * d->c + c] = x[r / pixels * inputs(d) + arg[r * d->c + c] * d->c + c];
}

void pool_average(const struct pool2d *d, float *y, const float *x)
{
    const struct pool2d_kernels *k = ISA_PICK(pool2d_kernels);
    const int64_t row = d->x.out * d->c;

    #pragma omp parallel for schedule(static) if (!tiny(d))
    for (int64_t r = 0; r < d->n * d->y.out; r++)
        k->average(d, r % d->y.out, y + r * row, x + r / d->y.out * inputs(d));
}

void pool_average_back(const struct pool2d *d, float *dx, const float *dy)
{
    const struct pool2d_kernels *k = ISA_PICK(pool2d_kernels);
    const int64_t row = d->x.in * d->c;

    #pragma omp parallel for schedule(static) if (!tiny(d))
    for (int64_t r = 0; r < d->n * d->y.in; r++)
        k->average_back(d, r % d->y.in, dx + r * row, dy + r / d->y.in * results(d));
}
