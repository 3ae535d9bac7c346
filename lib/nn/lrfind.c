#include "nn/lrfind.h"
#include "base/mem.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

static const double MEMORY = 0.9;       /* b */
static const double WORSE = 4;          /* times the best: diverged */
/* The first averages are of few losses, and a difference of neighbours is noise: what batches differ by. */
enum { SETTLED = 10, REACH = 3 };       /* steps left out at the start; steps to either side of a slope */

void lrfind_start(struct lrfind *f, double lo, double hi, int64_t steps)
{
    assert(0 < lo && lo < hi && steps >= 2);
    *f = (struct lrfind){.lo = lo, .hi = hi, .steps = steps, .best = INFINITY};
    f->loss = xmalloc((size_t)steps * sizeof *f->loss);
    f->smoothed = xmalloc((size_t)steps * sizeof *f->smoothed);
}

void lrfind_free(struct lrfind *f)
{
    free(f->loss);
    free(f->smoothed);
}

bool lrfind_on(const struct lrfind *f) { return f->n < f->steps && !f->diverged; }

static double rate_of(const struct lrfind *f, int64_t k)
{
    return f->lo * pow(f->hi / f->lo, (double)k / (double)(f->steps - 1));
}

double lrfind_rate(const struct lrfind *f) { return rate_of(f, f->n); }

void lrfind_note(struct lrfind *f, double loss)
{
    f->average = MEMORY * f->average + (1 - MEMORY) * loss;
    const double s = f->average / (1 - pow(MEMORY, (double)(f->n + 1)));
    if (!isfinite(s) || s > WORSE * f->best) {
        f->diverged = true;
        return;
    }
    f->best = fmin(f->best, s);
    f->loss[f->n] = loss;
    f->smoothed[f->n++] = s;
}

double lrfind_suggestion(const struct lrfind *f)
{
    double steepest = 0, rate = NAN;
    for (int64_t k = SETTLED + REACH; k + REACH < f->n; k++) {      /* steps are evenly spaced in the logarithm */
        const double slope = f->smoothed[k + REACH] - f->smoothed[k - REACH];
        if (slope < steepest) {
            steepest = slope;
            rate = rate_of(f, k);
        }
    }
    return rate;
}

void lrfind_write(const struct lrfind *f, FILE *to)
{
    fputs("rate\tloss\tsmoothed\n", to);
    for (int64_t k = 0; k < f->n; k++)
        fprintf(to, "%.6g\t%.6g\t%.6g\n", rate_of(f, k), f->loss[k], f->smoothed[k]);
}
