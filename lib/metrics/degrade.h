/*
 * Images made worse by a known amount, to see whether a metric rises with it.  In this order:
 *
 *     replace   with this probability the image is another one, of label `other`
 *     cast      is added to all numbers
 *     blur      a normal filter of this deviation, in pixels, edges repeated outwards
 *     noise     normal numbers of this deviation are added
 *     cutout    with this probability a block of half the sides is 0 (tensor/diffaugment.h)
 *
 * on a scale from -1 to 1.  Images whose label is below `drop` are left out.
 */
#ifndef METRICS_DEGRADE_H
#define METRICS_DEGRADE_H

#include "metrics/images.h"

struct degradation {
    double replace, cast, blur, noise, cutout;
    int32_t other, drop;
    uint64_t seed;
};

struct degrader;
/* d and im outlive it.  NULL with *e set: labels are needed, or no image has label `other`. */
struct degrader *degrader_new(const struct degradation *d, const struct images *im,
                              struct ten_err *e);
void degrader_free(struct degrader *g);             /* NULL is allowed */
/* Whether image i stays. */
bool degrader_keeps(const struct degrader *g, int64_t i);
/* x [h,w,c] = what becomes of image i; from any number of threads. */
void degrader_get(const struct degrader *g, int64_t i, float *x);

#endif
