#include "tensor/compare.h"

#include "tensor/cast.h"

#include <math.h>
#include <string.h>

enum { BLOCK = 4 << 10, PARALLEL = 64 << 10 };          /* elements; whole bytes of every type */

static bool can_be_nan(enum ten_type t)
{
    return t == TEN_F32 || t == TEN_F64 || t == TEN_F16 || t == TEN_BF16;
}

/* |a - b|, 0 only where they are equal. */
static double distance(double a, double b)
{
    return a == b ? 0 : isnan(a) || isnan(b) ? INFINITY : fabs(a - b);
}

/* 64-bit integers from the element's bits: their difference fits 64 bits without a sign. */
static double integer_distance(const void *a, const void *b, enum ten_type type, int64_t i)
{
    uint64_t x = ((const uint64_t *)a)[i], y = ((const uint64_t *)b)[i];
    const bool less = type == TEN_I64 ? (int64_t)x < (int64_t)y : x < y;

    return (double)(less ? y - x : x - y);
}

static void note(struct difference *d, int64_t i, double distance, double b)
{
    if (d->count++ == 0)
        d->first = i;
    if (d->count == 1 || distance > d->absolute) {
        d->worst = i;
        d->absolute = distance;
        d->relative = isinf(distance) ? INFINITY : distance / fabs(b);
    }
}

/* Elements at .. at+n-1, of which at starts a byte. */
static void compare_block(struct difference *d, const char *a, const char *b, enum ten_type type,
                          int64_t at, int64_t n, const struct tolerance *t)
{
    const int bits = ten_elem_bits(type);
    const bool whole = type == TEN_I64 || type == TEN_U64;
    double x[BLOCK], y[BLOCK];

    a += at / 8 * bits;
    b += at / 8 * bits;
    if ((t->nan_equal || !can_be_nan(type)) && memcmp(a, b, (size_t)(n * bits + 7) / 8) == 0)
        return;
    cast(x, TEN_F64, a, type, n);
    cast(y, TEN_F64, b, type, n);
    for (int64_t i = 0; i < n; i++) {
        const double far = whole ? integer_distance(a, b, type, i) : distance(x[i], y[i]);
        const bool near = far == 0 || (far <= t->atol + t->rtol * fabs(y[i]) && isfinite(far));

        if (!near && !(t->nan_equal && isnan(x[i]) && isnan(y[i])))
            note(d, at + i, far, y[i]);
    }
}

/* The union of what was found in different blocks, in whatever order they come. */
static void join(struct difference *d, const struct difference *of)
{
    if (of->count == 0)
        return;
    if (d->count == 0 || of->first < d->first)
        d->first = of->first;
    if (d->count == 0 || of->absolute > d->absolute ||
        (of->absolute == d->absolute && of->worst < d->worst)) {
        d->worst = of->worst;
        d->absolute = of->absolute;
        d->relative = of->relative;
    }
    d->count += of->count;
}

void compare(struct difference *d, const void *a, const void *b, enum ten_type type, int64_t n,
             const struct tolerance *t)
{
    *d = (struct difference){0};
    #pragma omp parallel if (n >= PARALLEL)
    {
        struct difference mine = {0};

        #pragma omp for schedule(static)
        for (int64_t at = 0; at < n; at += BLOCK)
            compare_block(&mine, a, b, type, at, n - at < BLOCK ? n - at : BLOCK, t);
        #pragma omp critical
        join(d, &mine);
    }
}
