/*
 * The sliced Wasserstein distance of images at several scales (Karras, Aila, Laine and Lehtinen,
 * arXiv 1710.10196): of patches of 7 x 7 pixels of a level of the Laplacian pyramid, each channel
 * brought to mean 0 and deviation 1, the mean over random directions of the distance of order 1 of
 * their projections.
 */
#ifndef METRICS_SWD_H
#define METRICS_SWD_H

#include "metrics/images.h"

enum { SWD_PATCH = 7, SWD_LEAST = 16, SWD_LEVELS = 16, SWD_DIRECTIONS = 512 };

/* How many levels: halved as long as no side would be below SWD_LEAST; 0: too small for one. */
int swd_levels(int64_t h, int64_t w);
struct swd_options { int64_t patches; uint64_t seed; };        /* of an image */
/* Of a level, 0 the finest, from the first n images of both. */
double sliced_wasserstein(const struct images *a, const struct images *b, int64_t n, int level,
                          const struct swd_options *o);

/* ---- Pyramid --------------------------------------------------------------------------------- */

/* y [ceil(h/2),ceil(w/2),c]: every second pixel after the filter 1 4 6 4 1 / 16 both ways, mirrored
 * at the edge. */
void pyramid_down(float *y, const float *x, int64_t h, int64_t w, int64_t c);
/* y [h,w,c] -= x [ceil(h/2),ceil(w/2),c] with zeros between, after four times that filter. */
void pyramid_take(float *y, const float *x, int64_t h, int64_t w, int64_t c);

#endif
