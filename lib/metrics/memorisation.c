#include "metrics/memorisation.h"
#include "base/mem.h"
#include "metrics/neighbours.h"
#include "metrics/order.h"

#include <math.h>
#include <stdlib.h>

/* Sets of as many samples. */
static struct memorisation compare(const struct features *fake, const struct features *train,
                                   const struct features *held_out)
{
    const int64_t n = fake->n;
    double *a = xmalloc((size_t)(2 * n) * sizeof *a), *b = a + n;
    int64_t nearer = 0;
    nearest_squares(a, fake, train);
    nearest_squares(b, fake, held_out);
    for (int64_t i = 0; i < n; i++) {
        nearer += a[i] < b[i];
        a[i] = sqrt(a[i]);
        b[i] = sqrt(b[i]);
    }
    sort_doubles(a, n);
    sort_doubles(b, n);
    const struct memorisation m = {quantile(a, n, 0.5), quantile(b, n, 0.5),
                                   (double)nearer / (double)n};
    free(a);
    return m;
}

struct memorisation memorisation(const struct features *fake, const struct features *train,
                                 const struct features *held_out, int64_t draws, uint64_t seed)
{
    const int64_t size = train->n < held_out->n ? train->n : held_out->n;
    const int64_t times = train->n == held_out->n ? 1 : draws;
    struct memorisation mean = {0};
    for (int64_t k = 0; k < times; k++) {
        struct features x, y;
        features_draw(&x, train, size, seed, "memorisation.train", (uint64_t)k);
        features_draw(&y, held_out, size, seed, "memorisation.held-out", (uint64_t)k);
        const struct memorisation m = compare(fake, &x, &y);
        mean.train += m.train / (double)times;
        mean.held_out += m.held_out / (double)times;
        mean.nearer += m.nearer / (double)times;
        features_free(&x);
        features_free(&y);
    }
    return mean;
}
