#include "video/crop.h"

#include "base/mem.h"
#include "base/random.h"
#include "image/triangle.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const crop_modalities[] = {"rgb", "diff", "flow", NULL};

enum { RGB = CROP_COLOURS, SNAP = 2 };
static const float rgb_mean[RGB] = {0.485f, 0.456f, 0.406f};
static const float rgb_std[RGB] = {0.229f, 0.224f, 0.225f};

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

/* ---- Boxes ---------------------------------------------------------------------------------- */

void crop_train_scales(struct crop_train *c, enum crop_modality m)
{
    static const double scale[] = {1, .875, .75, .66};
    c->scales = m == CROP_FLOW ? 3 : 4;
    memcpy(c->scale, scale, sizeof scale);
}

/* Places in quarters of what is left beside the box, rows and columns; the first five are those
 * of tests, too. */
static const int quarter[CROP_PLACES][2] = {
    {0, 0}, {0, 4}, {4, 0}, {4, 4}, {2, 2},
    {2, 0}, {2, 4}, {4, 2}, {0, 2}, {1, 1}, {1, 3}, {3, 1}, {3, 3},
};

static struct crop_box at_quarter(const int place[2], int64_t height, int64_t width,
                                  const struct crop_frame *f)
{
    return (struct crop_box){
        .top = place[0] * ((f->height - height) / 4), .left = place[1] * ((f->width - width) / 4),
        .height = height, .width = width,
    };
}

static int64_t side(const struct crop_train *c, int i, const struct crop_frame *f)
{
    const int64_t base = least(f->height, f->width), n = (int64_t)((double)base * c->scale[i]);
    if (llabs(n - c->size) <= SNAP && c->size <= base)
        return c->size;
    return n > 0 ? n : 1;
}

void crop_draw(struct crop_box *box, const struct crop_train *c, const struct crop_frame *f,
               const struct video_key *key)
{
    const struct rng r = {key->seed, rng_stream("video.crop") + (uint64_t)key->epoch};
    const uint64_t at = (uint64_t)key->video * 3;
    int pair[CROP_SCALES * CROP_SCALES][2], pairs = 0;
    for (int h = 0; h < c->scales; h++)
        for (int w = 0; w < c->scales; w++)
            if (abs(h - w) <= 1) {
                pair[pairs][0] = h;
                pair[pairs++][1] = w;
            }
    const int *p = pair[rng_below(&r, at, (uint64_t)pairs)];
    *box = at_quarter(quarter[rng_below(&r, at + 1, CROP_PLACES)], side(c, p[0], f),
                      side(c, p[1], f), f);
    box->flip = c->flip && rng_below(&r, at + 2, 2) == 1;
}

struct crop_frame crop_scaled(const struct crop_test *c, const struct crop_frame *f)
{
    if (f->width <= f->height)
        return (struct crop_frame){c->shorter * f->height / f->width, c->shorter, f->channels};
    return (struct crop_frame){c->shorter, c->shorter * f->width / f->height, f->channels};
}

/* Half of what is left beside the box, ties to even. */
static int64_t middle(int64_t all, int64_t size) { return (int64_t)rint((double)(all - size) / 2); }

void crop_boxes(struct crop_box box[CROP_VIEWS], const struct crop_test *c,
                const struct crop_frame *f)
{
    static const int three[3][2] = {{2, 0}, {2, 4}, {2, 2}};
    const int64_t n = c->size;
    if (c->views == 1)
        box[0] = (struct crop_box){middle(f->height, n), middle(f->width, n), n, n, false};
    for (int i = 0; i < c->views && c->views > 1; i++) {
        const int each = c->views == 10 ? 2 : 1;        /* as it is, then flipped */
        box[i] = at_quarter(c->views == 3 ? three[i] : quarter[i / each], n, n, f);
        box[i].flip = each == 2 && i % 2 == 1;
    }
}

/* ---- Pixels --------------------------------------------------------------------------------- */

/* y [n,n,c] mirrored. */
static void flip(uint8_t *y, int64_t n, int64_t c, enum crop_modality m)
{
    for (int64_t i = 0; i < n; i++)
        for (int64_t a = 0; a < n / 2; a++)
            for (int64_t k = 0; k < c; k++) {
                uint8_t *p = y + (i * n + a) * c + k, *q = y + (i * n + n - 1 - a) * c + k;
                const uint8_t swap = *p;
                *p = *q;
                *q = swap;
            }
    for (int64_t i = 0; m == CROP_FLOW && i < n * n; i++)
        for (int64_t k = 0; k < c; k += 2)
            y[i * c + k] = (uint8_t)(255 - y[i * c + k]);
}

static void cut(uint8_t *y, int64_t size, const struct crop_box *b, enum crop_modality m,
                const uint8_t *x, const struct crop_frame *f)
{
    const int64_t c = f->channels;
    assert(b->top >= 0 && b->left >= 0 && b->height >= 1 && b->width >= 1);
    assert(b->top + b->height <= f->height && b->left + b->width <= f->width);
    resize_triangle(y, size, size, x + (b->top * f->width + b->left) * c, f->width * c, b->height,
                    b->width, c);
    if (b->flip)
        flip(y, size, c, m);
}

void crop_clip(uint8_t *to, int64_t size, const struct crop_box *box, enum crop_modality m,
               const uint8_t *clip, int64_t frames, const struct crop_frame *f)
{
    const int64_t in = f->height * f->width * f->channels, out = size * size * f->channels;
    #pragma omp parallel for schedule(static)
    for (int64_t t = 0; t < frames; t++)
        cut(to + t * out, size, box, m, clip + t * in, f);
}

void crop_views(uint8_t *to, const struct crop_test *c, enum crop_modality m, const uint8_t *clip,
                int64_t frames, const struct crop_frame *f)
{
    const struct crop_frame s = crop_scaled(c, f);
    const int64_t in = f->height * f->width * f->channels, out = c->size * c->size * f->channels;
    struct crop_box box[CROP_VIEWS];
    crop_boxes(box, c, &s);
    #pragma omp parallel for schedule(static)
    for (int64_t t = 0; t < frames; t++) {
        uint8_t *scaled = xmalloc((size_t)(s.height * s.width * s.channels));
        resize_triangle(scaled, s.height, s.width, clip + t * in, f->width * f->channels, f->height,
                        f->width, f->channels);
        for (int v = 0; v < c->views; v++)
            cut(to + (v * frames + t) * out, c->size, &box[v], m, scaled, &s);
        free(scaled);
    }
}

/* ---- Numbers -------------------------------------------------------------------------------- */

const char *const crop_wanted[] = {"3", "6 or more by threes", "a multiple of 2"};

float crop_flow_std(void) { return (rgb_std[0] + rgb_std[1] + rgb_std[2]) / RGB; }

int64_t crop_channels(enum crop_modality m, int64_t c)
{
    switch (m) {
    case CROP_RGB:  return c % RGB == 0 ? c : 0;
    case CROP_DIFF: return c % RGB == 0 && c > RGB ? c - RGB : 0;
    case CROP_FLOW: return c % 2 == 0 ? c : 0;
    }
    return 0;
}

void crop_normalise(float *y, const uint8_t *x, int64_t n, int64_t c, enum crop_modality m)
{
    const int64_t out = crop_channels(m, c);
    const float flow_std = crop_flow_std();
    #pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < n; i++)
        for (int64_t k = 0; k < out; k++) {
            const uint8_t *p = x + i * c + k;
            const float v = (float)*p / 255;
            y[i * out + k] = m == CROP_DIFF ? (float)(p[RGB] - *p) / 255
                           : m == CROP_FLOW ? (v - 0.5f) / flow_std
                           : (v - rgb_mean[k % RGB]) / rgb_std[k % RGB];
        }
}
