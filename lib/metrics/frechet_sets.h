/* Frechet distances of sets of features: of parts, of halves, and how sure they are. */
#ifndef METRICS_FRECHET_SETS_H
#define METRICS_FRECHET_SETS_H

#include "metrics/features.h"

/* All return 0, or -1 with *e set. */

int frechet_from(double *fd, const struct gaussian *real, const struct features *fake,
                 struct ten_err *e);
/* Between two random halves of real, which has 4 samples at least. */
int frechet_floor(double *fd, const struct features *real, uint64_t seed, struct ten_err *e);

/*
 * An interval that holds the distance with a probability of 95 %, around fd: distances q of `times`
 * resamplings of both sets (of the generated one where of the real one there are statistics alone)
 * have as much bias again as fd has, so the ends are 2 fd - q of the quantiles 0.975 and 0.025
 * (Davison and Hinkley, "Bootstrap methods and their application", 1997, 2.4).
 */
struct interval { double low, high; };
int frechet_bootstrap(struct interval *i, double fd, const struct features *reals,
                      const struct gaussian *real, const struct features *fakes, int64_t times,
                      uint64_t seed, struct ten_err *e);

#endif
