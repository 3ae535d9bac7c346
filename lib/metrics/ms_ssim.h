/*
 * Multi-scale structural similarity (Wang, Simoncelli and Bovik, "Multiscale structural similarity
 * for image quality assessment", Asilomar 2003), and how alike pairs of images of one class are.
 */
#ifndef METRICS_MS_SSIM_H
#define METRICS_MS_SSIM_H

#include "metrics/images.h"

enum { SSIM_WINDOW = 11, SSIM_SCALES = 5 };
/* How many scales the smaller side allows: windows have to fit; 0: none. */
int ms_ssim_scales(int64_t h, int64_t w);
/*
 * Of images a, b [h,w,c] from -1 to 1: the product over scales of the means of contrast times
 * structure, and at the last scale of luminance as well, to powers that are the paper's, divided by
 * their sum where there are fewer scales.  Windows are normal with deviation 1.5, wholly inside;
 * negative means count as 0.
 */
double ms_ssim(const float *a, const float *b, int64_t h, int64_t w, int64_t c);

/* Mean over `pairs` random pairs of different images that have one label, or of any where there are
 * none; NaN where no label comes twice. */
double ms_ssim_of_pairs(const struct images *im, int64_t pairs, uint64_t seed);

#endif
