/* Traces that augmentation leaves in generated images: grey blocks and strips, colours. */
#ifndef METRICS_LEAKS_H
#define METRICS_LEAKS_H

#include "metrics/images.h"

/*
 * Of an image x [h,w,c]: whether it has
 *
 *     block   h/4 x w/4 pixels (a quarter of what cutout takes) side by side with |x| < tolerance
 *             in all channels
 *     strip   such pixels alone in two rows or columns at an edge, as translation leaves them
 */
bool has_block(const float *x, int64_t h, int64_t w, int64_t c, float tolerance);
bool has_strip(const float *x, int64_t h, int64_t w, int64_t c, float tolerance);
/* Shares of all images. */
struct leak_rates { double block, strip; };
struct leak_rates leak_rates(const struct images *im, float tolerance);

/* Mean and standard deviation of all numbers of an image, and the mean of the largest less the
 * smallest channel. */
enum { COLOUR_MEAN, COLOUR_STD, COLOUR_SATURATION, COLOURS };
/* y [COLOURS,n] of all images. */
void colours_of(double *y, const struct images *im);
/* The Wasserstein distance of order 1 of x [n] and y [m]: the area between their distribution
 * functions. */
double wasserstein(const double *x, int64_t n, const double *y, int64_t m);
/* Between every second one of x [n] and the others: what samples of one distribution have. */
double wasserstein_floor(const double *x, int64_t n);

#endif
