#include "metrics/frechet_sets.h"
#include "base/mem.h"
#include "metrics/order.h"

#include <stdlib.h>

int frechet_from(double *fd, const struct gaussian *real, const struct features *fake,
                 struct ten_err *e)
{
    struct gaussian g;
    int rc = features_gaussian(&g, fake, e);
    if (rc == 0)
        rc = frechet_distance(fd, real, &g, e);
    gaussian_free(&g);
    return rc;
}

int frechet_floor(double *fd, const struct features *real, uint64_t seed, struct ten_err *e)
{
    struct features all;
    struct gaussian g = {0};
    features_draw(&all, real, real->n, seed, "frechet.floor", 0);
    struct features first = all, second = all;
    first.n = all.n / 2;
    second.n = all.n - first.n;
    second.x = all.x + first.n * all.d;
    int rc = features_gaussian(&g, &first, e);
    if (rc == 0)
        rc = frechet_from(fd, &g, &second, e);
    gaussian_free(&g);
    features_free(&all);
    return rc;
}

/* One resampling of both. */
static int resampled(double *fd, const struct features *reals, const struct features *fakes,
                     uint64_t seed, uint64_t draw, struct ten_err *e)
{
    struct features x, y;
    struct gaussian g;
    features_resample(&x, reals, seed, "frechet.reals", draw);
    features_resample(&y, fakes, seed, "frechet.fakes", draw);
    int rc = features_gaussian(&g, &x, e);
    if (rc == 0)
        rc = frechet_from(fd, &g, &y, e);
    gaussian_free(&g);
    features_free(&x);
    features_free(&y);
    return rc;
}

static int fakes_resampled(double *fd, const struct gaussian *real, const struct features *fakes,
                           uint64_t seed, uint64_t draw, struct ten_err *e)
{
    struct features y;
    features_resample(&y, fakes, seed, "frechet.fakes", draw);
    const int rc = frechet_from(fd, real, &y, e);
    features_free(&y);
    return rc;
}

int frechet_bootstrap(struct interval *i, double fd, const struct features *reals,
                      const struct gaussian *real, const struct features *fakes, int64_t times,
                      uint64_t seed, struct ten_err *e)
{
    double *q = xmalloc((size_t)times * sizeof *q);
    int rc = 0;
    for (int64_t k = 0; k < times && rc == 0; k++)
        rc = reals->x ? resampled(&q[k], reals, fakes, seed, (uint64_t)k, e)
                      : fakes_resampled(&q[k], real, fakes, seed, (uint64_t)k, e);
    if (rc == 0) {
        sort_doubles(q, times);
        i->low = 2 * fd - quantile(q, times, 0.975);
        i->high = 2 * fd - quantile(q, times, 0.025);
    }
    free(q);
    return rc;
}
