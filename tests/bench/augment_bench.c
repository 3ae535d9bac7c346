/* Images a second of color,translation,cutout with fresh draws: lines "SIDE PASS IMAGES/S" for
 * batches of 64 images [SIDE,SIDE,3].  Argument: number of threads. */
#include "tensor/diffaugment.h"

#include "base/mem.h"
#include "base/progress.h"
#include "base/random.h"
#include "base/threads.h"

#include <stdio.h>
#include <stdlib.h>

enum { BATCH = 64 };
static const double SECONDS = 0.15;

static double rate(const int64_t dim[4], bool backward)
{
    const int64_t n = dim[0] * dim[1] * dim[2] * dim[3];
    float *x = xaligned((size_t)n * sizeof *x), *g = xaligned((size_t)n * sizeof *g);
    float *y = xaligned((size_t)n * sizeof *y), *dx = xaligned((size_t)n * sizeof *dx);
    struct augment_source from = {.seed = 1, .p = 1};
    struct augment_policy p;
    struct augment_draw d[BATCH];
    struct ten_err e;
    double start = 0, spent = 0;

    augment_parse(&p, "color,translation,cutout", &e);
    rng_fill_uniform(&(struct rng){1, 1}, 0, x, n, -1, 1);
    rng_fill_normal(&(struct rng){1, 2}, 0, g, n, 0, 1);
    for (int64_t k = -1; spent < SECONDS; k++) {                /* one to warm up */
        if (k == 0) {
            start = now_seconds();
            from.step = 0;
        }
        augment_draw(d, BATCH, dim[1], dim[2], &p, &from);
        augment_apply(AUGMENT_FORWARD, y, x, dim, &p, d);
        if (backward)
            augment_apply(AUGMENT_ADJOINT, dx, g, dim, &p, d);
        from.step++;
        spent = k < 0 ? 0 : now_seconds() - start;
    }
    free(x);
    free(g);
    free(y);
    free(dx);
    return (double)(BATCH * from.step) / spent;
}

int main(int argc, char **argv)
{
    static const int64_t sides[] = {32, 64, 256};

    threads_set(argc > 1 ? atoi(argv[1]) : threads_default());
    for (int i = 0; i < 3; i++)
        for (int backward = 0; backward < 2; backward++)
            printf("%lld %s %.0f\n", (long long)sides[i], backward ? "forward+backward" : "forward",
                   rate((int64_t[]){BATCH, sides[i], sides[i], 3}, backward));
    return 0;
}
