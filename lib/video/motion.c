#include "video/motion.h"

#include "base/mem.h"
#include "base/random.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Draws of one clip, one after the other. */
struct draws { struct rng rng; uint64_t at; };

static double uniform(struct draws *d, double lo, double hi) { return lo + (hi - lo) * rng_uniform(&d->rng, d->at++); }
static int64_t below(struct draws *d, int64_t n) { return (int64_t)rng_below(&d->rng, d->at++, (uint64_t)n); }

/* ---- Textures: smooth noise ------------------------------------------------------------------------------
 * Values at the corners of a grid, and linear interpolation between them. */

enum { CELLS = 16, TEXTURE_CELLS = 4, SPRITES = 2, MIN_SPRITE = 8, MAX_SPRITE = 14 };

struct texture { int cells; float v[CELLS + 1][CELLS + 1][3]; };

static void texture_draw(struct texture *x, int cells, double lo, double hi, struct draws *d)
{
    x->cells = cells;
    for (int i = 0; i <= cells; i++)
        for (int j = 0; j <= cells; j++)
            for (int c = 0; c < 3; c++)
                x->v[i][j][c] = (float)uniform(d, lo, hi);
}

/* At (u,v) of [0,1]^2. */
static void texture_at(float rgb[3], const struct texture *x, float u, float v)
{
    const float a = u * (float)x->cells, b = v * (float)x->cells;
    const int i = (int)fminf(a, (float)x->cells - 1), j = (int)fminf(b, (float)x->cells - 1);
    const float p = a - (float)i, q = b - (float)j;
    for (int c = 0; c < 3; c++)
        rgb[c] = (1 - p) * ((1 - q) * x->v[i][j][c] + q * x->v[i][j + 1][c]) +
                 p * ((1 - q) * x->v[i + 1][j][c] + q * x->v[i + 1][j + 1][c]);
}

/* ---- Sprites ---------------------------------------------------------------------------------------------- */

struct sprite {
    bool ellipse;
    double high, wide;                  /* sides in pixels */
    double y, x, angle, scale;          /* centre and state in the first frame */
    const uint8_t *picture;             /* or NULL: the texture */
    float colour[3];
    struct texture texture;
};

static void sprite_draw(struct sprite *s, const struct motion *m, struct draws *d)
{
    s->ellipse = below(d, 2);
    s->high = (double)(MIN_SPRITE + below(d, MAX_SPRITE - MIN_SPRITE + 1));
    s->wide = (double)(MIN_SPRITE + below(d, MAX_SPRITE - MIN_SPRITE + 1));
    s->y = (double)below(d, m->height);
    s->x = (double)below(d, m->width);
    s->angle = 0;
    s->scale = 1;
    for (int c = 0; c < 3; c++)
        s->colour[c] = (float)uniform(d, 0.4, 1);
    texture_draw(&s->texture, TEXTURE_CELLS, 0, 1, d);
    s->picture = m->count ? m->pictures + below(d, m->count) * m->side * m->side : NULL;
}

/* The colour of s at (u,v) of [0,1]^2; false: nothing is there. */
static bool sprite_at(float rgb[3], const struct sprite *s, const struct motion *m, float u, float v)
{
    if (u < 0 || u >= 1 || v < 0 || v >= 1)
        return false;
    if (s->picture) {
        const uint8_t grey = s->picture[(int64_t)(u * (float)m->side) * m->side + (int64_t)(v * (float)m->side)];
        for (int c = 0; c < 3; c++)
            rgb[c] = s->colour[c] * grey / 255;
        return grey > 0;
    }
    if (s->ellipse && (u - 0.5f) * (u - 0.5f) + (v - 0.5f) * (v - 0.5f) > 0.25f)
        return false;
    texture_at(rgb, &s->texture, u, v);
    return true;
}

/* v from [-size/2,size/2) around the torus. */
static double wrapped(double v, double size)
{
    return v - size * floor(v / size + 0.5);
}

static void sprite_paint(float *image, const struct sprite *s, const struct motion *m)
{
    const double cosine = cos(s->angle), sine = sin(s->angle);
    for (int64_t i = 0; i < m->height; i++)
        for (int64_t j = 0; j < m->width; j++) {
            const double dy = wrapped((double)i - s->y, (double)m->height), dx = wrapped((double)j - s->x, (double)m->width);
            const double a = (cosine * dy - sine * dx) / s->scale, b = (sine * dy + cosine * dx) / s->scale;
            float rgb[3];
            if (sprite_at(rgb, s, m, (float)((a + 0.5) / s->high + 0.5), (float)((b + 0.5) / s->wide + 0.5)))
                memcpy(image + (i * m->width + j) * 3, rgb, sizeof rgb);
        }
}

/* ---- Motion ------------------------------------------------------------------------------------------------ */

struct step { double y, x, angle, scale; };     /* of a frame; scale: a factor */

static struct step step_draw(int32_t label, struct draws *d)
{
    static const int dy[] = {0, 0, 1, -1, 1, -1, -1, 1}, dx[] = {1, -1, 0, 0, 1, -1, 1, -1};
    const double v = (double)(1 + below(d, 3)), w = (double)(1 + below(d, 3));
    const double turn = uniform(d, 0.15, 0.45), growth = uniform(d, 1.05, 1.12);
    struct step s = {.scale = 1};
    if (label < MOTION_DIRECTIONS)
        return (struct step){.y = v * dy[label], .x = w * dx[label], .scale = 1};
    if (label < 10)
        s.angle = label == 8 ? turn : -turn;
    else
        s.scale = label == 10 ? growth : 1 / growth;
    return s;
}

/* What turns starts at any angle; what grows or shrinks takes its middle size in the middle of the clip, so that both
 * have the same frames. */
static void begin(struct sprite *s, const struct step *step, const struct motion *m, struct draws *d)
{
    const double angle = uniform(d, 0, 2 * M_PI);
    if (step->angle != 0)
        s->angle = angle;
    s->scale = pow(step->scale, -0.5 * (double)(m->frames - 1));
}

static void advance(struct sprite *s, const struct step *step)
{
    s->y += step->y;
    s->x += step->x;
    s->angle += step->angle;
    s->scale *= step->scale;
}

static void background(float *image, const struct texture *x, const struct motion *m)
{
    for (int64_t i = 0; i < m->height; i++)
        for (int64_t j = 0; j < m->width; j++)
            texture_at(image + (i * m->width + j) * 3, x, (float)i / (float)m->height, (float)j / (float)m->width);
}

static uint8_t to_byte(float v)
{
    return (uint8_t)(fminf(fmaxf(v, 0), 1) * 255 + 0.5f);
}

int32_t motion_clip(uint8_t *clip, const struct motion *m, uint64_t seed, uint64_t index)
{
    /* A scene takes fewer than 2^20 draws; the noise has numbers of its own. */
    struct draws d = {{seed, rng_stream("video.motion")}, index << 20};
    const struct rng noise = {seed, rng_stream("video.noise")};
    const int64_t size = m->height * m->width * 3;
    const int32_t label = (int32_t)below(&d, m->classes);
    const struct step step = step_draw(label, &d);
    const int sprites = 1 + (int)below(&d, SPRITES);
    struct texture *ground = xmalloc(sizeof *ground);
    struct sprite *s = xmalloc(SPRITES * sizeof *s);
    float *still = xmalloc((size_t)size * sizeof *still), *image = xmalloc((size_t)size * sizeof *image);
    float *grain = xmalloc((size_t)size * sizeof *grain);

    texture_draw(ground, CELLS / 2, 0.25, 0.75, &d);
    background(still, ground, m);
    for (int k = 0; k < sprites; k++) {
        sprite_draw(&s[k], m, &d);
        begin(&s[k], &step, m, &d);
    }
    for (int64_t t = 0; t < m->frames; t++) {
        memcpy(image, still, (size_t)size * sizeof *image);
        for (int k = 0; k < sprites; k++) {
            sprite_paint(image, &s[k], m);
            advance(&s[k], &step);
        }
        rng_fill_normal(&noise, (index * (uint64_t)m->frames + (uint64_t)t) * (uint64_t)size, grain, size, 0, (float)m->noise);
        for (int64_t i = 0; i < size; i++)
            clip[t * size + i] = to_byte(image[i] + grain[i]);
    }
    free(grain);
    free(still);
    free(image);
    free(ground);
    free(s);
    return label;
}
