#include "graph/cover.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>

bool cover_cluster(struct cover *c, uint32_t id, const uint32_t *centres, int64_t n, bool backward,
                   double rate, double longest, struct sssp *search)
{
    const struct rng r = {c->seed, rng_stream("spanner.shift") + c->number};
    double *keys = xmalloc((size_t)n * sizeof *keys);
    bool within = true;
    for (int64_t i = 0; i < n; i++) {
        const double u = 1 - rng_uniform(&r, (uint64_t)id << 32 | centres[i]), x = -log(u) / rate;
        within &= x <= longest;
        keys[i] = -fmin(x, longest);
    }
    sssp_run(search, &(struct sssp_query){.sources = centres, .nsources = n, .keys = keys,
             .backward = backward, .bounded = true, .bound = 0, .part = c->part, .id = id});
    free(keys);
    return within;
}
