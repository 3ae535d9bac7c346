/*
 * Features for tests of metrics; numbers from NumPy and SciPy stored there were computed with
 *
 *     v = (i*i*a + c*c*104729 + i*c*7919 + i*31 + c*17) % 10007             i: sample, c: feature
 *     x = (v/10007*scale + shift*(c%7)/7).astype(np.float32)
 */
#ifndef METRIC_DATA_H
#define METRIC_DATA_H

#include "base/mem.h"
#include "base/random.h"
#include "metrics/features.h"

#include <stdlib.h>

static inline struct features metric_data(int64_t n, int64_t d, int64_t a, double scale,
                                          double shift)
{
    struct features f = {.n = n, .d = d, .x = xmalloc((size_t)(n * d) * sizeof *f.x)};
    for (int64_t i = 0; i < n; i++)
        for (int64_t c = 0; c < d; c++) {
            const int64_t v = (i * i * a + c * c * 104729 + i * c * 7919 + i * 31 + c * 17) % 10007;
            f.x[i * d + c] = (float)((double)v / 10007 * scale + shift * (double)(c % 7) / 7);
        }
    return f;
}

static inline struct features metric_normal(int64_t n, int64_t d, uint64_t seed)
{
    struct features f = {.n = n, .d = d, .x = xmalloc((size_t)(n * d) * sizeof *f.x)};
    rng_fill_normal(&(struct rng){seed, rng_stream("test")}, 0, f.x, n * d, 0, 1);
    return f;
}

#endif
