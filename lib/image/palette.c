#include "image/palette.h"

#include "base/mem.h"

#include <stdlib.h>

/* A colour of the picture: 0xRRGGBB, its pixels, its box. */
struct shade { uint32_t rgb; int64_t count; int box; };
/* Shades first .. first+n-1. */
struct box { int64_t first, n, count; int axis, side; };

static int part(uint32_t rgb, int axis) { return rgb >> (16 - 8 * axis) & 255; }

static int by_value(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

static int by_rgb(const void *a, const void *b)
{
    return by_value(&((const struct shade *)a)->rgb, &((const struct shade *)b)->rgb);
}

/* By red, green or blue; shades alike in it by the whole, so that the order is one. */
static int by_part(const void *a, const void *b, int axis)
{
    const int x = part(((const struct shade *)a)->rgb, axis),
              y = part(((const struct shade *)b)->rgb, axis);

    return x != y ? x - y : by_rgb(a, b);
}
static int by_red(const void *a, const void *b) { return by_part(a, b, 0); }
static int by_green(const void *a, const void *b) { return by_part(a, b, 1); }
static int by_blue(const void *a, const void *b) { return by_part(a, b, 2); }

/* The different colours of n pixels, in order, into *shades, the caller's: how many. */
static int64_t find_shades(struct shade **shades, const uint8_t *pixels, int64_t n)
{
    uint32_t *all = xmalloc((size_t)n * sizeof *all);
    int64_t found = 0;

    for (int64_t i = 0; i < n; i++)
        all[i] =
            (uint32_t)pixels[3 * i] << 16 | (uint32_t)pixels[3 * i + 1] << 8 | pixels[3 * i + 2];
    qsort(all, (size_t)n, sizeof *all, by_value);
    *shades = xmalloc((size_t)n * sizeof **shades);
    for (int64_t i = 0; i < n; i++) {
        if (i == 0 || all[i] != all[i - 1])
            (*shades)[found++] = (struct shade){all[i], 0, 0};
        (*shades)[found - 1].count++;
    }
    free(all);
    return found;
}

/* Pixels and longest side of the box. */
static void measure(struct box *b, const struct shade *shades)
{
    b->count = 0;
    b->side = -1;
    for (int64_t i = b->first; i < b->first + b->n; i++)
        b->count += shades[i].count;
    for (int axis = 0; axis < 3; axis++) {
        int lo = 255, hi = 0;

        for (int64_t i = b->first; i < b->first + b->n; i++) {
            const int v = part(shades[i].rgb, axis);

            lo = v < lo ? v : lo;
            hi = v > hi ? v : hi;
        }
        if (hi - lo > b->side) {
            b->side = hi - lo;
            b->axis = axis;
        }
    }
}

/* Cut b; the upper part, where both have shades. */
static struct box cut(struct box *b, struct shade *shades)
{
    static int (*const order[])(const void *, const void *) = {by_red, by_green, by_blue};
    int64_t count = shades[b->first].count, n = 1;

    qsort(shades + b->first, (size_t)b->n, sizeof *shades, order[b->axis]);
    for (count = shades[b->first].count; n < b->n - 1 && 2 * count < b->count; n++)
        count += shades[b->first + n].count;
    const struct box upper = {.first = b->first + n, .n = b->n - n};
    b->n = n;
    return upper;
}

static int heaviest(const struct box *boxes, int n)
{
    int best = -1;

    for (int i = 0; i < n; i++)
        if (boxes[i].n > 1 &&
            (best < 0 || boxes[i].count * boxes[i].side > boxes[best].count * boxes[best].side))
            best = i;
    return best;
}

static void mean_of(uint8_t colour[3], const struct box *b, const struct shade *shades)
{
    for (int axis = 0; axis < 3; axis++) {
        int64_t sum = 0;

        for (int64_t i = b->first; i < b->first + b->n; i++)
            sum += shades[i].count * part(shades[i].rgb, axis);
        colour[axis] = (uint8_t)((sum + b->count / 2) / b->count);
    }
}

static void make_boxes(struct palette *p, struct shade *shades, int64_t found)
{
    struct box boxes[PALETTE_MAX] = {{.n = found}};
    int which;

    p->n = 1;
    measure(&boxes[0], shades);
    while (p->n < PALETTE_MAX && (which = heaviest(boxes, p->n)) >= 0) {
        boxes[p->n] = cut(&boxes[which], shades);
        measure(&boxes[which], shades);
        measure(&boxes[p->n++], shades);
    }
    for (int b = 0; b < p->n; b++) {
        mean_of(p->colour[b], &boxes[b], shades);
        for (int64_t i = boxes[b].first; i < boxes[b].first + boxes[b].n; i++)
            shades[i].box = b;
    }
}

void palette_cut(struct palette *p, uint8_t *restrict index, const uint8_t *restrict pixels,
                 int64_t n)
{
    struct shade *shades;
    const int64_t found = find_shades(&shades, pixels, n);

    make_boxes(p, shades, found);
    qsort(shades, (size_t)found, sizeof *shades, by_rgb);
    for (int64_t i = 0; i < n; i++) {
        const struct shade key = {.rgb = (uint32_t)pixels[3 * i] << 16 |
                                         (uint32_t)pixels[3 * i + 1] << 8 | pixels[3 * i + 2]};

        index[i] = (uint8_t)((const struct shade *)bsearch(&key, shades, (size_t)found,
                                                           sizeof *shades, by_rgb))
                       ->box;
    }
    free(shades);
}
