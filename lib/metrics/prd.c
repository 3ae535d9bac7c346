#include "metrics/prd.h"
#include "base/mem.h"
#include "metrics/clusters.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void prd_of_shares(struct prd *curve, const double *p, const double *q, int64_t k)
{
    for (int a = 0; a < PRD_ANGLES; a++) {
        const double slope = tan(M_PI / 2 * (a + 1) / (PRD_ANGLES + 1));
        double precision = 0;
        for (int64_t i = 0; i < k; i++)
            precision += fmin(slope * p[i], q[i]);
        curve->slope[a] = slope;
        curve->precision[a] = fmin(precision, 1);       /* sums of shares may round above 1 */
        curve->recall[a] = fmin(precision / slope, 1);
    }
}

double prd_score(const struct prd *curve, double beta)
{
    double best = 0;
    for (int a = 0; a < PRD_ANGLES; a++) {
        const double p = curve->precision[a], r = curve->recall[a];
        if (p * r > 0)
            best = fmax(best, (1 + beta * beta) * p * r / (beta * beta * p + r));
    }
    return best;
}

/* ---- Sets -------------------------------------------------------------------------------------- */

/* n samples of each set below one another: real ones, then generated ones. */
static void join(struct features *both, const struct features *real, const struct features *fake, int64_t n,
                 const struct prd_options *o, uint64_t run)
{
    const struct features *set[] = {real, fake};
    const char *const purpose[] = {"prd.real", "prd.fake"};
    const int64_t d = real->d;
    *both = (struct features){.n = 2 * n, .d = d, .x = xmalloc((size_t)(2 * n * d) * sizeof *both->x)};
    for (int s = 0; s < 2; s++) {
        struct features part;
        features_draw(&part, set[s], n, o->seed, purpose[s], run);
        memcpy(both->x + s * n * d, part.x, (size_t)(n * d) * sizeof *part.x);
        features_free(&part);
    }
}

/* Shares [2,k] of the halves of both in each of k clusters. */
static void share_out(double *share, const struct features *both, const struct prd_options *o, uint64_t run)
{
    const int64_t k = o->clusters, n = both->n / 2;
    float *centre = xmalloc((size_t)(k * both->d) * sizeof *centre);
    int64_t *at = xmalloc((size_t)both->n * sizeof *at), *count = xcalloc((size_t)(2 * k), sizeof *count);
    clusters_start(centre, both, k, o->seed, run);
    clusters_settle(at, centre, both, k);
    for (int64_t i = 0; i < both->n; i++)
        count[(i < n ? 0 : k) + at[i]]++;
    for (int64_t i = 0; i < 2 * k; i++)
        share[i] = (double)count[i] / (double)n;
    free(centre);
    free(at);
    free(count);
}

void prd_of_features(struct prd *curve, const struct features *real, const struct features *fake,
                     const struct prd_options *o)
{
    const int64_t n = real->n < fake->n ? real->n : fake->n;
    double *share = xmalloc((size_t)(2 * o->clusters) * sizeof *share);
    struct prd *one = xmalloc(sizeof *one);
    *curve = (struct prd){0};
    for (int64_t run = 0; run < o->runs; run++) {
        struct features both;
        join(&both, real, fake, n, o, (uint64_t)run);
        share_out(share, &both, o, (uint64_t)run);
        features_free(&both);
        prd_of_shares(one, share, share + o->clusters, o->clusters);
        for (int a = 0; a < PRD_ANGLES; a++) {
            curve->slope[a] = one->slope[a];
            curve->precision[a] += one->precision[a] / (double)o->runs;
            curve->recall[a] += one->recall[a] / (double)o->runs;
        }
    }
    free(share);
    free(one);
}
