/*
 * DiffAugment: random transforms of images that gradients pass through (Zhao, Liu, Lin, Zhu and
 * Han, "Differentiable Augmentation for Data-Efficient GAN Training", arXiv 2006.10738).
 *
 * Images x [N,H,W,C] f32 in [-1,1].  A policy is a list of ops, done in its order.  Every sample
 * has draws of its own: b, s, t, o, f and r below are one sample's, and x is its [H,W,C].
 *
 *     brightness   y = x + b                     b in [-1/2,1/2)
 *     saturation   y = s x + (1-s) m             s in [0,2), m = mean of x[i,j,:]; y = x if C = 1
 *     contrast     y = s x + (1-s) mu            s in [1/2,3/2), mu = mean of all of x
 *     translation  y[i,j] = x[i+t0,j+t1]         t0 in -S..S, S = floor(H/8+1/2); t1 alike with W
 *     cutout       y = x, 0 in rows o0-k/2 .. o0-k/2+k-1 and columns alike
 *                                                k = floor(H/2+1/2), o0 in 0..H-k%2; o1 with W
 *     flip         y[i,j] = x[i,W-1-j] if f      f in 0..1
 *     rot90        y = x turned by r quarters    r in 0..3, counterclockwise; 0 or 2 unless H = W
 *
 * x is 0, mid grey, outside the image.  Nothing is clamped.  The whole, y = T(x), is affine:
 * T(x) = L x + T(0).  L is what a tangent goes through, its transpose L' what a gradient does.
 */
#ifndef TENSOR_DIFFAUGMENT_H
#define TENSOR_DIFFAUGMENT_H

#include "stream/ten.h"

enum augment_op {
    AUGMENT_BRIGHTNESS, AUGMENT_SATURATION, AUGMENT_CONTRAST,           /* colour, */
    AUGMENT_TRANSLATION, AUGMENT_CUTOUT, AUGMENT_FLIP, AUGMENT_ROT90,   /* geometry */
    AUGMENT_OPS
};

/* Each op at most once; {0} is the identity. */
struct augment_policy { int n; enum augment_op op[AUGMENT_OPS]; };

/* What was drawn for one sample; fields of ops that the policy lacks are 0. */
struct augment_draw {
    bool applied, flip;                     /* not applied: T is the identity */
    float brightness, saturation, contrast;
    int32_t translation[2], cutout[2], rot90;
};

/* ---- Policies and draws ------------------------------------------------------------------- */

/* A comma list of op names; "color" is brightness,saturation,contrast; "" the identity.  0, or -1
 * with *e set (TEN_E_USAGE): a word that is no op, or an op named twice. */
int augment_parse(struct augment_policy *p, const char *text, struct ten_err *e);
/* The ops of p that only move pixels or cut them out. */
struct augment_policy augment_geometry(const struct augment_policy *p);

/* Where draws come from: a pure function of all of this, the op and the sample's number. */
struct augment_source {
    uint64_t seed, step;                    /* step: of the training, new draws in each */
    int64_t first;                          /* number of the first sample */
    double p;                               /* probability of applied */
};

/* d[n] = draws for images of h x w, h and w from 1 to AUGMENT_MAX_SIDE. */
void augment_draw(struct augment_draw *d, int64_t n, int64_t h, int64_t w,
                  const struct augment_policy *p, const struct augment_source *from);
enum { AUGMENT_MAX_SIDE = 1 << 30 };

/* 0, or -1 with *e set when T is not defined for d[n]: a number that is not finite, or a turn that
 * h x w does not allow. */
int augment_check(const struct augment_draw *d, int64_t n, int64_t h, int64_t w,
                  struct ten_err *e);

/* Draws as records: one column of a struct augment_draw, type [N] or [N,width]. */
struct augment_column { const char *name; enum ten_type type; int width; size_t at, size; };
/* Of an op, or of `applied`; the name is "aug." and the op's. */
enum { AUGMENT_APPLIED = AUGMENT_OPS, AUGMENT_COLUMNS };
extern const struct augment_column augment_columns[AUGMENT_COLUMNS];
void augment_get(void *restrict column, const struct augment_draw *restrict d, int64_t n,
                 int which);
void augment_put(struct augment_draw *restrict d, const void *restrict column, int64_t n,
                 int which);

/* ---- Transforms --------------------------------------------------------------------------- */

enum augment_mode {
    AUGMENT_FORWARD,                        /* y = T(x) */
    AUGMENT_TANGENT,                        /* y = L x */
    AUGMENT_ADJOINT,                        /* y = L' x: <L a, b> = <a, L' b> up to rounding */
};

/*
 * y [N,H,W,C] = x transformed as p and d[N] say, H and W at most AUGMENT_MAX_SIDE.  y and x are the
 * caller's and either the same or not overlapping.  Cannot fail.  Scratch memory: at most two
 * samples a thread.  Threads share out samples, so their number does not change a bit.  Where
 * no colour op acts, pixels are copied as they are.
 */
void augment_apply(enum augment_mode mode, float *y, const float *x, const int64_t dim[4],
                   const struct augment_policy *p, const struct augment_draw *d);

/* The ops of p that augment_geometry() keeps, on images of any type; elem: bytes per element.
 * y and x do not overlap.  What comes in from outside is zero bytes. */
void augment_move(enum augment_mode mode, void *y, const void *x, size_t elem, const int64_t dim[4],
                  const struct augment_policy *p, const struct augment_draw *d);

#endif
